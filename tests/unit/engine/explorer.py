"""Explores every reachable execution of small documents with the product's own `decide`, beside the model.

For each reachable execution and each event, the product and the model must both refuse, or both go on to
executions that look the same to the model (`project`). By induction that makes both reach the same states by
the same edges, in both directions. Safety and liveness are asserted on the product's own decisions.

`python -m tests.unit.engine.explorer --full` explores all 36 set-ups (a few minutes); without it, a slice.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final
from uuid import UUID

from controller.engine import effects as ef
from controller.engine import events as ev
from controller.engine.context import Context, Prepared
from controller.engine.decide import decide
from controller.engine.plan import Plan, PlanStep, PlanVariable
from controller.engine.replay import begin
from controller.engine.states import TERMINAL, AttemptStatus, Execution, Kind, State, StepStatus
from controller.engine.transition import Decision
from controller.governance.policy import ByRisk, Pinned
from schemas.risk import Risk
from tests.unit.engine import engine_model

model: Final[Any] = engine_model
"""Untyped, as it was written."""

NOW: Final = datetime(2026, 11, 22, 19, 50, tzinfo=UTC)
EXECUTION, TENANT, GATE, ATTEMPT, AGENT = (UUID(int=number) for number in range(1, 6))
MEMBERS: Final = (UUID(int=101), UUID(int=102))
BY: Final = ev.By(member=MEMBERS[0], role="owner", source="api")
DIGEST: Final = "sha256:" + "0" * 64
UNVOTED: Final = (State.AWAIT_APPROVAL,)
NO_GATE: Final = frozenset({State.PENDING, State.PREFLIGHT, State.AWAIT_MANUAL, State.ROLLBACK_AVAILABLE,
                            State.MANUAL_INTERVENTION, State.COMPLETED, State.ABORTED})  # fmt: skip

EVENTS: Final[dict[str, ev.Event]] = {
    "Start": ev.Start(by=BY),
    "Bind": ev.Bind(by=BY, name="v", value="x"),
    "Refuse": ev.Refuse(by=BY, reason="no"),
    "AskAgain": ev.AskAgain(by=BY),
    "Edit": ev.Edit(by=BY, command="true", reason=""),
    "Skip": ev.Skip(by=BY, reason="not needed"),
    "DoneByHand": ev.DoneByHand(by=BY, note="did it"),
    "ReportOk": ev.Reported(by=BY, ok=True, note=""),
    "ReportFailed": ev.Reported(by=BY, ok=False, note=""),
    "Retry": ev.Retry(by=BY),
    "RequestRollback": ev.RequestRollback(by=BY),
    "DeclineRollback": ev.DeclineRollback(by=BY),
    "RanOk": ev.Resolve(by=BY, outcome=ev.Resolution.RAN_OK, note="seen"),
    "RanFailed": ev.Resolve(by=BY, outcome=ev.Resolution.RAN_AND_FAILED, note="seen"),
    "DidNotRun": ev.Resolve(by=BY, outcome=ev.Resolution.DID_NOT_RUN, note="seen"),
    "Stop": ev.Stop(by=BY),
    "Pause": ev.Pause(by=BY),
    "Resume": ev.Resume(by=BY),
    "Abort": ev.Abort(by=BY, reason="enough"),
    "PreflightFailed": ev.PreflightFailed(),
    "Started": ev.AttemptStarted(attempt=ATTEMPT),
    "Ok": ev.AttemptFinished(attempt=ATTEMPT, outcome=ev.Outcome.OK, exit_code=0),
    "Failed": ev.AttemptFinished(attempt=ATTEMPT, outcome=ev.Outcome.FAILED, exit_code=1),
    "RefusedStale": ev.AttemptRefused(attempt=ATTEMPT, code="stale_epoch"),
    "RefusedOther": ev.AttemptRefused(attempt=ATTEMPT, code="local_policy"),
    "Lost": ev.AttemptLost(attempt=ATTEMPT),
    "Deadline": ev.Deadline(attempt=ATTEMPT),
    "PanicOn": ev.PanicOn(epoch=1),
    "PanicOff": ev.PanicOff(epoch=1),
    "Poisoned": ev.Poisoned(crashes=3),
}
VOTES: Final = tuple(
    ev.Approve(by=ev.By(member=member, role="owner", source="api"), intent_sha256=DIGEST)
    for member in MEMBERS
)


@dataclass(frozen=True, slots=True)
class Setup:
    """One document under one policy: the model's context, and what the product makes of it."""

    model: Any
    plan: Plan
    pinned: Pinned
    context: Context
    passed: ev.PreflightPassed

    @property
    def name(self) -> str:
        """For messages: the set-up in one line."""
        c = self.model
        risks = "-".join(step.risk for step in c.steps)
        return f"{risks} trust {c.trust} {'audit' if c.audit else 'strict'} quorum {c.quorum}"


@dataclass(slots=True)
class Explored:
    """What one exploration found."""

    states: int = 0
    transitions: int = 0
    edges: set[tuple[str, str, str]] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)


def setups() -> Iterator[Setup]:
    """The 36 set-ups of the model."""
    for book, trust, audit, quorum in product(model.books, (0, 1, 2), (False, True), (1, 2)):
        yield make_setup(model.Ctx(book, trust, audit, quorum))


def make_setup(c: Any) -> Setup:
    """The product's side of a set-up."""
    steps = tuple(
        PlanStep(
            id=f"s{place}", manual=step.manual, risk=Risk(step.risk), rollback=step.rollback,
            idempotent=step.idempotent, max_attempts=2 if step.idempotent else 1, handled=step.handled,
            ambiguous=step.ambiguous,
        )
        for place, step in enumerate(c.steps)
    )  # fmt: skip
    plan = Plan(steps, (PlanVariable("v"),))
    asked = ByRisk(quorum=c.quorum)
    pinned = Pinned(
        governance="audit" if c.audit else "strict", trust=c.trust, auto_run=True,
        safe=asked, caution=asked, dangerous=asked,
    )  # fmt: skip
    prepared = {
        (step.id, kind): Prepared(step.id, kind, DIGEST, step.risk, None, AGENT, step.max_attempts, 1000)
        for step in steps
        for kind in Kind
    }
    roles = dict.fromkeys(MEMBERS, "owner")
    context = Context(plan, NOW, GATE, ATTEMPT, prepared=prepared, roles=roles, pinned=pinned)
    agents = tuple(ev.StepAgent(step=step.id, agent=AGENT) for step in steps if not step.manual)
    return Setup(c, plan, pinned, context, ev.PreflightPassed(agents=agents))


def event_for(setup: Setup, x: Execution, name: str) -> ev.Event:
    """The product's event for the model's name."""
    if name == "Approve":
        return VOTES[len(x.gate.approvals) % len(VOTES) if x.gate is not None else 0]
    if name == "Expired":
        return ev.Expired(gate=None if x.state is State.PENDING else GATE)
    if name == "PreflightPassed":
        return setup.passed
    return EVENTS[name]


def canonical(x: Execution) -> Execution:
    """The execution without what only counts or remembers, and no condition or guard here reads."""
    steps = tuple(
        replace(step, edited=None, edited_by=None, rolled_back=False, exit_code=None) for step in x.steps
    )
    gate, attempt = x.gate, x.attempt
    stale = x.state in NO_GATE or (x.state is State.PAUSED and x.resume_to in NO_GATE)
    if gate is not None:
        gate = None if stale else replace(gate, round=min(gate.round, 1))
    if gate is not None and x.state is not State.AWAIT_APPROVAL:
        gate = replace(gate, approvals=(), lapsed=False)  # closed: only what it was about counts
    if attempt is not None:
        attempt = replace(attempt, number=1)
    return replace(x, version=0, rounds=0, tries=min(x.tries, 2), steps=steps, gate=gate, attempt=attempt)


_STATUS: Final = {StepStatus.WAITING: "ready"}
_HELD: Final = {EVENTS[name]: name for name in ("Ok", "Failed", "RefusedStale", "RefusedOther", "Lost")}
_ATTEMPT: Final = {AttemptStatus.UNKNOWN: "live?"}


def project(setup: Setup, x: Execution, poisoned: bool) -> Any:
    """What the model sees of an execution. Ended ones are compared by state, steps and cursor alone."""
    plan = setup.plan
    statuses = tuple(_STATUS.get(step.status, step.status.value) for step in x.steps)
    place = 0 if not x.steps else len(plan.steps) if x.cursor is None else plan.place(x.cursor)
    seen = model.X(state=x.state.value, cur=place, st=statuses or ("ready",) * len(plan.steps))
    if x.state in TERMINAL:
        return seen
    voting = x.state in UNVOTED and x.gate is not None
    return seen._replace(
        kind=x.kind.value,
        tgt=place if x.target is None else plan.place(x.target),
        att=None if x.attempt is None else _ATTEMPT.get(x.attempt.status, x.attempt.status.value),
        tries=min(x.tries, 2),
        resume=x.resume_to.value if x.resume_to else "",
        held=_HELD[x.held] if x.held is not None else "",
        panic=x.panic,
        unknown=x.unknown,
        forced=x.forced,
        votes=len(x.gate.approvals) if voting and x.gate else 0,
        lapsed=bool(voting and x.gate and x.gate.lapsed),
        poisoned=poisoned,
    )


def normal(seen: Any) -> Any:
    """The model's state in the form of `project`; a terminal one keeps only what is compared."""
    if seen.state in model.TERMINAL:
        return model.X(state=seen.state, cur=seen.cur, st=seen.st)
    return seen


def explore(setup: Setup) -> Explored:
    """Walk both machines in step from the start. Raises AssertionError at the first difference."""
    first = replace(begin(EXECUTION, TENANT), bindings=(("v", "x"),))
    nodes: list[Node] = [(canonical(first), False)]
    numbers = {nodes[0]: 0}
    views = [model.X(st=("ready",) * len(setup.plan.steps))]
    back: list[list[tuple[str, int]]] = [[]]
    found = Explored()
    number = 0
    while number < len(nodes):
        for name in model.HUMAN + model.SYSTEM:
            after = _step(setup, nodes[number], views[number], name, found)
            if after is None:
                continue
            reached = numbers.setdefault(after[0], len(nodes))
            if reached == len(nodes):
                nodes.append(after[0])
                views.append(after[1])
                back.append([])
            back[reached].append((name, number))
        number += 1
    found.states = len(nodes)
    _assert_alive(nodes, back, setup)
    return found


Node = tuple[Execution, bool]


def _step(setup: Setup, node: Node, seen: Any, name: str, found: Explored) -> tuple[Node, Any] | None:
    x, poisoned = node
    expected = model.decide(seen, name, setup.model)
    if name == "Poisoned" and poisoned:
        assert expected is None
        return None
    decision = decide(x, event_for(setup, x, name), setup.context)
    if not isinstance(decision, Decision) or decision.path == (50,):
        assert expected is None, (setup.name, "only the model goes on", x, name, expected[0])
        if isinstance(decision, Decision):
            assert replace(decision.execution, version=x.version) == x, "a late report changed something"
            found.rows.add(50)
        return None
    assert expected is not None, (setup.name, "only the product goes on", x, name, decision)
    reached = (canonical(decision.execution), poisoned or name == "Poisoned")
    view = project(setup, *reached)
    assert view == normal(expected[0]), (setup.name, name, x, "product", view, "model", expected[0])
    _assert_safe(setup, x, name, decision)
    found.transitions += 1
    found.edges.add((x.state.value, name, reached[0].state.value))
    found.rows.update(decision.path)
    return reached, expected[0]


LIVE_STATUSES: Final = frozenset({AttemptStatus.DISPATCHED, AttemptStatus.STARTED})


def _assert_safe(setup: Setup, x: Execution, name: str, decision: Decision) -> None:
    """Nothing runs ungated, twice, under panic or at trust 0."""
    sent = [effect for effect in decision.effects if isinstance(effect, ef.Dispatch)]
    if not sent:
        return
    after, where = decision.execution, (setup.name, x, name)
    assert len(sent) == 1, where
    assert not after.panic, ("dispatch under panic", where)
    assert after.trust > 0, ("ran at trust 0", where)
    step = setup.plan.step(sent[0].step)
    ended = name in ("Ok", "Failed", "Lost", "RanOk", "Retry", "DidNotRun") or x.held is not None
    assert x.attempt is None or ended, ("second dispatch while one may live", where)
    by_itself = (
        setup.model.trust == 2
        and setup.model.audit
        and step.risk is Risk.SAFE
        and not step.ambiguous
        and sent[0].kind is Kind.FORWARD
    )
    lost = name == "Lost" or (x.held is not None and isinstance(x.held, ev.AttemptLost))
    assert name == "Approve" or by_itself or (step.idempotent and lost), ("ran without approval", where)
    if name == "Approve":
        assert after.gate is not None
        assert len(after.gate.approvals) == after.gate.quorum == setup.model.quorum, where


def _assert_alive(nodes: Sequence[Node], back: list[list[tuple[str, int]]], setup: Setup) -> None:
    """From every execution that has not ended, a path leads to completed (without abort) and to aborted."""
    for goal, banned in ((State.COMPLETED, "Abort"), (State.ABORTED, "")):
        reaching = {number for number, node in enumerate(nodes) if node[0].state is goal}
        queue = deque(reaching)
        while queue:
            for name, number in back[queue.popleft()]:
                if name != banned and number not in reaching:
                    reaching.add(number)
                    queue.append(number)
        stuck = [
            x for number, (x, _) in enumerate(nodes) if x.state not in TERMINAL and number not in reaching
        ]
        assert not stuck, (setup.name, goal, stuck[:2])


def slice_setups() -> Iterator[Setup]:
    """The slice of `make test`: halves of the model's documents, one policy of each kind, every edge."""
    policies = ((0, False, 1), (1, False, 2), (2, True, 1))
    first, manual, _ = model.books
    small = (model.S("caution", idempotent=True, handled=True), model.S("dangerous"))
    for steps, (trust, audit, quorum) in product((manual[:2], manual[1:], small), policies):
        yield make_setup(model.Ctx(steps, trust, audit, quorum))
    yield make_setup(model.Ctx(first[:2], 2, True, 1))


def main(arguments: list[str] | None = None) -> int:
    """Explore and print one line a set-up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--full", action="store_true", help="all 36 set-ups")
    options = parser.parse_args(arguments)
    total, edges, rows = 0, set[tuple[str, str, str]](), set[int]()
    for setup in setups() if options.full else slice_setups():
        began = time.monotonic()
        found = explore(setup)
        total, edges, rows = total + found.states, edges | found.edges, rows | found.rows
        sys.stdout.write(f"{setup.name}: {found.states} states, {time.monotonic() - began:.1f} s\n")
    sys.stdout.write(f"{total} states, {len(edges)} distinct edges, rows {sorted(rows)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
