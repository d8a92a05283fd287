"""An execution in memory: documents in, events through the product's own `decide`, history out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import ClassVar, Final, Self
from uuid import UUID

from controller.engine import events as ev
from controller.engine.context import Context, Prepared, Refusal
from controller.engine.decide import decide
from controller.engine.plan import Plan, build_plan
from controller.engine.replay import Recorded, begin, write_context
from controller.engine.states import Execution, Kind, StepStatus
from controller.engine.transition import Decision
from controller.governance.policy import ByRisk, Pinned
from schemas.risk import Risk
from schemas.runbook import Runbook
from schemas.yaml_codec import load_runbook

HEAD: Final = "apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {name: run, title: A run}\nspec:"
NOW: Final = datetime(2026, 11, 22, 19, 50, tzinfo=UTC)
AGENT: Final = UUID(int=5)
OWNER: Final = UUID(int=101)
OTHER: Final = UUID(int=102)
DIGEST: Final = "sha256:" + "0" * 64


@lru_cache(maxsize=64)
def runbook_of(spec: str) -> Runbook:
    """A document from the inside of its `spec`."""
    return load_runbook((HEAD + "\n" + spec.strip("\n") + "\n").encode())


def by(member: UUID = OWNER, role: str = "owner", scopes: tuple[str, ...] = ()) -> ev.By:
    """Who brings an event."""
    return ev.By(member=member, role=role, source="cli", scopes=scopes)


@dataclass
class Run:
    """One execution and its history so far. Ids and time are counted, so that runs repeat exactly."""

    plan: Plan
    pinned: Pinned
    prepared: dict[tuple[str, Kind], Prepared]
    x: Execution = field(default_factory=lambda: begin(UUID(int=1), UUID(int=2)))
    history: list[Recorded] = field(default_factory=list)
    path: tuple[int, ...] = ()
    roles: dict[UUID, str] = field(default_factory=lambda: {OWNER: "owner", OTHER: "owner"})
    last: Decision | None = None

    by: ClassVar[ev.By] = by()

    @classmethod
    def of(
        cls,
        spec: str,
        *,
        audit: bool = False,
        safe: bool = False,
        risk: Risk = Risk.CAUTION,
        pinned: Pinned | None = None,
        confirm: str | None = None,
    ) -> Self:
        """A run of a document; every intent has this risk and confirm text."""
        runbook = runbook_of(spec)
        plan = build_plan(runbook, {})
        policy = pinned or Pinned(
            governance="audit" if audit else "strict",
            trust=runbook.spec.trust_level,
            auto_run=True,
            commit="b" * 40,
        )
        found = Risk.SAFE if safe else risk
        prepared = {
            (step.id, kind): Prepared(step.id, kind, DIGEST, found, confirm, AGENT, step.max_attempts, 1000)
            for step in plan.steps
            for kind in Kind
        }
        return cls(plan, policy, prepared)

    def context(self, **changes: object) -> Context:
        """What the shell would know at the next event."""
        number = self.x.version + 1
        context = Context(
            plan=self.plan,
            now=NOW + timedelta(seconds=number),
            gate_id=UUID(int=1_000 + number),
            attempt_id=UUID(int=2_000_000 + number),
            prepared=self.prepared,
            roles=self.roles,
            pinned=self.pinned,
        )
        return replace(context, **changes)  # type: ignore[arg-type]  # reason: names of fields, by tests

    def bring(self, event: ev.Event, **changes: object) -> Self:
        """Bring an event that applies; as the shell does, with the one intent that is wanted."""
        context = replace(self.context(**changes), prepared={})
        decision = decide(self.x, event, context)
        if isinstance(decision, Refusal) and decision.wanted is not None:
            target = (decision.wanted.step, decision.wanted.kind)
            context = replace(context, prepared={target: self.prepared[target]})
            decision = decide(self.x, event, context)
        assert isinstance(decision, Decision), (type(event).__name__, decision)
        self.x, self.path, self.last = decision.execution, decision.path, decision
        key = f"test:{self.x.version}"
        known = write_context(context)
        self.history.append(Recorded(self.x.version, key, event, known, self.x.state, decision.path))
        return self

    def refused(self, event: ev.Event, **changes: object) -> Refusal:
        """Bring an event that does not apply."""
        refusal = decide(self.x, event, self.context(**changes))
        assert isinstance(refusal, Refusal), (type(event).__name__, self.x.state)
        return refusal

    def passed(self) -> ev.PreflightPassed:
        """An agent for every step."""
        return ev.PreflightPassed(
            agents=tuple(ev.StepAgent(step=step.id, agent=AGENT) for step in self.plan.steps)
        )

    def through_preflight(self) -> Self:
        """Started, and past the preflight."""
        return self.bring(ev.Start(by=self.by)).bring(self.passed())

    def approve(self, who: ev.By | None = None, typed: str | None = None) -> Self:
        """Approve what the gate shows."""
        return self.bring(self.approval(who, typed))

    def approval(self, who: ev.By | None = None, typed: str | None = None) -> ev.Approve:
        """An approval of what the gate shows."""
        assert self.x.gate is not None
        return ev.Approve(by=who or self.by, intent_sha256=self.x.gate.intent_sha256, typed=typed)

    def attempt(self) -> UUID:
        """The attempt that runs."""
        assert self.x.attempt is not None
        return self.x.attempt.id

    def end(self, step: str, exit_code: int, *, matched: tuple[str, ...] = ()) -> Self:
        """Approve the step if it waits, and end its command."""
        assert self.x.cursor == step
        if self.x.attempt is None:
            self.approve()
        outcome = ev.Outcome.OK if exit_code == 0 else ev.Outcome.FAILED
        return self.bring(
            ev.AttemptFinished(attempt=self.attempt(), outcome=outcome, exit_code=exit_code, matched=matched)
        )

    def succeed(self, step: str) -> Self:
        """The step runs and ends well."""
        return self.end(step, 0)

    def report(self, answer: str | None = None) -> Self:
        """The manual step is done."""
        return self.bring(ev.Reported(by=self.by, ok=True, answer=answer, note=""))

    def status(self, step: str) -> StepStatus:
        """What became of a step."""
        return self.x.step(step).status


def quorum(number: int, role: str = "responder") -> ByRisk:
    """What a policy asks for at one risk."""
    return ByRisk(number, role)
