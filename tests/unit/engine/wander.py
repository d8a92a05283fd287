"""Random but repeatable runs: any event that could come, at any moment, from a seeded source."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final
from uuid import UUID

from controller.engine import events as ev
from controller.engine.decide import decide
from controller.engine.states import TERMINAL
from controller.engine.transition import Decision
from controller.governance.policy import ByRisk
from tests.unit.engine.runs import OTHER, Run, by

DOCUMENTS: Final = {
    "plain": """
  trustLevel: 2
  steps:
    - {id: look, title: Look, command: uname -a, idempotent: true, retries: 2}
    - {id: change, title: Change, command: touch /a, rollback: {command: rm /a}}
    - {id: drop, title: Drop, command: kubectl delete pod a, confirm: a}
""",
    "branches": """
  variables: [{name: host}]
  prerequisites: [{id: vpn, text: VPN}]
  steps:
    - {id: check, title: Check, command: "ping {{ host }}"}
    - {id: ask, title: Ask, manual: Which?, answers: [left, right]}
    - {id: left, title: Left, needs: [ask], when: {step: ask, answer: left}, command: touch /l,
       rollback: {command: rm /l}}
    - {id: right, title: Right, needs: [ask], when: {all: [{step: ask, answer: right},
       {step: check, exitCode: [0]}]}, command: touch /r}
    - {id: heal, title: Heal, needs: [check], when: {not: {step: check, exitCode: [0]}}, command: touch /h}
    - {id: join, title: Join, needs: [left, right, heal], command: uname}
""",
    "output": """
  trustLevel: 2
  ambiguities: [{id: how, kind: vague, text: maybe, question: How?, step: act}]
  steps:
    - {id: look, title: Look, command: uname}
    - {id: act, title: Act, when: {step: look, output: "Linux.*"}, command: touch /a}
    - {id: other, title: Other, needs: [look, act], when: {step: act, skipped: true}, manual: Do it}
""",
    "by-hand": """
  trustLevel: 0
  steps:
    - {id: one, title: One, command: touch /1, rollback: {command: rm /1}}
    - {id: two, title: Two, manual: Do it}
""",
    "undo": """
  steps:
    - {id: a, title: A, command: touch /a, rollback: {command: rm /a}}
    - {id: b, title: B, command: touch /b, rollback: {impossible: gone}}
    - {id: c, title: C, command: touch /c, rollback: {command: rm /c}, idempotent: true, retries: 1}
""",
}

HAND: Final = by()
REFUSALS: Final = ["expired", "riskier", "local_policy"]


def _approval(run: Run, source: random.Random) -> ev.Event | None:
    gate = run.x.gate
    if gate is None:
        return None
    return run.approval(source.choice([HAND, by(OTHER)]), gate.confirm)


def _seldom(source: random.Random, event: ev.Event, share: float = 0.2) -> ev.Event | None:
    return event if source.random() < share else None


def _attempt(run: Run, make: Callable[[UUID], ev.Event]) -> ev.Event | None:
    return None if run.x.attempt is None else make(run.x.attempt.id)


def _ended(run: Run, source: random.Random) -> ev.Event | None:
    outcome, code = source.choice(
        [(ev.Outcome.OK, 0), (ev.Outcome.OK, 0), (ev.Outcome.FAILED, 1), (ev.Outcome.TIMED_OUT, None)]
    )
    matched = ("Linux.*",) if source.random() < 0.5 else ()
    return _attempt(
        run,
        lambda attempt: ev.AttemptFinished(
            attempt=attempt, outcome=outcome, exit_code=code, matched=matched, duration_ms=12
        ),
    )


MAKERS: Final[tuple[Callable[[Run, random.Random], ev.Event | None], ...]] = (
    lambda run, source: run.passed(),
    lambda run, source: ev.Bind(by=HAND, name="host", value=source.choice(["web-1", "web-2"])),
    lambda run, source: ev.Tick(by=HAND, prerequisite="vpn"),
    _approval,
    lambda run, source: ev.Reported(by=HAND, ok=True, answer=source.choice(["left", "right", None]), note=""),
    lambda run, source: ev.Reported(by=HAND, ok=False, note=""),
    lambda run, source: _seldom(source, ev.Edit(by=by(OTHER), command="id", reason="")),
    lambda run, source: _seldom(source, ev.Skip(by=HAND, reason="no need")),
    lambda run, source: _seldom(source, ev.DoneByHand(by=HAND, note="did it")),
    lambda run, source: ev.RequestRollback(by=by(OTHER)),
    lambda run, source: ev.Retry(by=HAND),
    lambda run, source: ev.DeclineRollback(by=HAND),
    lambda run, source: ev.AskAgain(by=HAND),
    lambda run, source: _seldom(source, ev.Refuse(by=HAND, reason="no")),
    lambda run, source: _seldom(source, ev.PreflightFailed()),
    lambda run, source: _seldom(source, ev.Abort(by=HAND, reason="enough"), 0.03),
    lambda run, source: _seldom(source, ev.Poisoned(crashes=3), 0.03),
    lambda run, source: _seldom(source, ev.Pause(by=HAND)),
    lambda run, source: ev.Resume(by=HAND),
    lambda run, source: ev.Stop(by=HAND),
    lambda run, source: _seldom(source, ev.PanicOn(epoch=1)),
    lambda run, source: ev.PanicOff(epoch=1),
    lambda run, source: _seldom(source, ev.Expired(gate=run.x.gate.id if run.x.gate else None)),
    lambda run, source: ev.Resolve(by=HAND, outcome=source.choice(list(ev.Resolution)), note="seen"),
    _ended,
    lambda run, source: _attempt(run, lambda attempt: ev.AttemptStarted(attempt=attempt)),
    lambda run, source: _attempt(run, lambda attempt: ev.AttemptLost(attempt=attempt, why="no_answer")),
    lambda run, source: _attempt(run, lambda attempt: ev.Deadline(attempt=attempt)),
    lambda run, source: _attempt(run, lambda attempt: ev.JournalAnswer(attempt=attempt)),
    lambda run, source: _attempt(
        run,
        lambda attempt: ev.AttemptRefused(
            attempt=attempt,
            code=source.choice(["expired", "riskier", "local_policy"]),
            agent_risk="dangerous",
        ),
    ),
)


def wander(run: Run, source: random.Random, events: int) -> Iterator[Decision]:
    """Bring events that apply until the run has ended or this many came."""
    run.bring(ev.Start(by=HAND))
    assert run.last is not None
    yield run.last
    while len(run.history) < events and run.x.state not in TERMINAL:
        made = [maker(run, source) for maker in MAKERS]
        context = run.context()
        decided = [(event, decide(run.x, event, context)) for event in made if event]
        paths = [(event, each.path) for event, each in decided if isinstance(each, Decision)]
        apply = [event for event, _ in paths]
        if not apply:
            continue
        # a late report changes nothing: seldom is enough
        lively = [event for event, path in paths if path != (50,)]
        run.bring(source.choice(lively if lively and source.random() < 0.95 else apply))
        assert run.last is not None
        yield run.last


def setups() -> list[tuple[str, int]]:
    """Ten seeds for each document: the fifty recorded histories."""
    return [(name, seed) for name in DOCUMENTS for seed in range(10)]


def run_for(name: str, seed: int) -> Run:
    """The run of a set-up, before its first event."""
    strict = Run.of(DOCUMENTS[name])
    audit = Run.of(DOCUMENTS[name], audit=True, safe=True)
    run = audit if seed % 3 == 0 else strict
    two = ByRisk(quorum=2) if seed % 4 == 1 else ByRisk()
    run.pinned = replace(run.pinned, four_eyes=seed % 5 == 0, caution=two)
    return run
