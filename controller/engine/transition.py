"""A decision while it is being made: the execution so far, effects, records, and the rows it went through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from controller.engine.context import INTENT_WANTED, Context, Prepared, Refusal, Target
from controller.engine.effects import ClearTimer, Effect, VoidApproval, VoidReason
from controller.engine.plan import PlanStep
from controller.engine.states import Execution, Kind, State, StepState


@dataclass(frozen=True, slots=True)
class Record:
    """One audit record to be: its event type (DESIGN.md §7), the step it speaks of, and its facts."""

    event_type: str
    step: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an event did. `path` are the numbers of the rows of CONTRACTS.md §5 that were gone through."""

    execution: Execution
    records: tuple[Record, ...]
    effects: tuple[Effect, ...]
    path: tuple[int, ...]


class IntentWanted(Exception):
    """Raised inside a decision that needs an intent which the context lacks; `decide` makes it a Refusal."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.step)
        self.target = target


class Transition:
    """Gathers one decision. Local to one call of `decide`: nothing of it outlives the call."""

    def __init__(self, execution: Execution, context: Context) -> None:
        self.x = execution
        self.context = context
        self.plan = context.plan
        self.records: list[Record] = []
        self.effects: list[Effect] = []
        self.path: list[int] = []

    def set(self, **changes: Any) -> None:
        """Change fields of the execution."""
        self.x = replace(self.x, **changes)

    def set_step(self, step_id: str, **changes: Any) -> None:
        """Change fields of one step's state."""
        self.set(
            steps=tuple(replace(step, **changes) if step.id == step_id else step for step in self.x.steps)
        )

    def emit(self, *effects: Effect) -> None:
        """Ask the shell for effects, in this order."""
        self.effects.extend(effects)

    def record(self, event_type: str, step: str | None = None, /, **facts: Any) -> None:
        """Leave an audit record; facts that are None are left out."""
        self.records.append(
            Record(event_type, step, {name: value for name, value in facts.items() if value is not None})
        )

    def cursor_step(self) -> PlanStep:
        """The plan's step at the cursor."""
        assert self.x.cursor is not None, "the walk stands on no step"
        return self.plan.step(self.x.cursor)

    def cursor_state(self) -> StepState:
        """The state of the step at the cursor."""
        assert self.x.cursor is not None, "the walk stands on no step"
        return self.x.step(self.x.cursor)

    def prepared(self, step_id: str, kind: Kind) -> Prepared:
        """The intent for a target. Raises IntentWanted where the shell has not prepared it yet."""
        found = self.context.prepared.get((step_id, kind))
        if found is None:
            state = self.x.step(step_id)
            edited = state.edited if kind is Kind.FORWARD else None
            raise IntentWanted(Target(step_id, kind, edited, state.raised))
        return found

    def close_gate(self, why: VoidReason, reason: str | None = None) -> None:
        """Void the gate if one is open; a gate that was approved or lapsed is closed already.

        The gate stays in the value, lapsed: a new round must still know who requested it.
        """
        gate = self.x.gate
        if self.x.state is not State.AWAIT_APPROVAL or gate is None or gate.lapsed:
            return
        self.emit(VoidApproval(gate.id, why))
        if why is VoidReason.EXPIRED:
            self.record("step.approval_expired", gate.step, gate=gate.id, round=gate.round)
        elif why is VoidReason.REFUSED:
            self.record("step.approval_refused", gate.step, gate=gate.id, reason=reason)
        elif why is VoidReason.MISMATCH:
            found = self.context.intent_sha256 or gate.intent_sha256
            self.record(
                "step.approval_mismatch",
                gate.step,
                gate=gate.id,
                expected_sha256=gate.intent_sha256,
                given_sha256=found,
            )
        else:
            self.record("step.approval_revoked", gate.step, gate=gate.id, code=why.value)
        self.set(gate=replace(gate, lapsed=True, approvals=()))

    def clear_timers(self) -> None:
        """Remove the execution's timers, once."""
        if not any(isinstance(effect, ClearTimer) for effect in self.effects):
            self.emit(ClearTimer())

    def decision(self) -> Decision:
        """The finished decision: the version is one higher, whatever happened."""
        return Decision(
            replace(self.x, version=self.x.version + 1),
            tuple(self.records),
            tuple(self.effects),
            tuple(self.path),
        )


def wanted(error: IntentWanted) -> Refusal:
    """The refusal that makes the shell prepare an intent."""
    return Refusal(INTENT_WANTED, f"an intent for {error.target.step} must be prepared", error.target)
