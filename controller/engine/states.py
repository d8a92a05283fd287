"""The value of an execution: everything that the engine knows of one run, frozen.

An `Execution` is only ever made by `replay.begin` and by `decide`; what is stored beside it in rows is for
look-ups and for the database's own checks. It holds no command, value or output head that a person would
have to erase later, except variable bindings and edited commands, which travel sealed in the events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from schemas.risk import Risk

if TYPE_CHECKING:
    from controller.engine.events import AttemptEvent
    from controller.governance.policy import Pinned


class State(StrEnum):
    """The states of CONTRACTS.md §5. Three are passed through inside one decision and never stored."""

    PENDING = "pending"
    PREFLIGHT = "preflight"
    STEP_READY = "step_ready"
    AUTO_EXECUTE = "auto_execute"
    AWAIT_APPROVAL = "await_approval"
    AWAIT_MANUAL = "await_manual"
    EXECUTING = "executing"
    STEP_COMPLETE = "step_complete"
    ROLLBACK_AVAILABLE = "rollback_available"
    ROLLING_BACK = "rolling_back"
    PAUSED = "paused"
    MANUAL_INTERVENTION = "manual_intervention"
    COMPLETED = "completed"
    ABORTED = "aborted"


PASSED_THROUGH: Final = frozenset({State.STEP_READY, State.AUTO_EXECUTE, State.STEP_COMPLETE})
RESTING: Final = frozenset(State) - PASSED_THROUGH
TERMINAL: Final = frozenset({State.COMPLETED, State.ABORTED})
RUNNING: Final = frozenset({State.EXECUTING, State.ROLLING_BACK})
LIVE: Final = RESTING - TERMINAL - {State.PENDING}


class Kind(StrEnum):
    """Whether the command at stake is a step's own or the one that undoes it."""

    FORWARD = "forward"
    ROLLBACK = "rollback"


class StepStatus(StrEnum):
    """What became of one step."""

    WAITING = "waiting"
    READY = "ready"
    SKIPPED_BY_BRANCH = "skipped_by_branch"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    FAILED_ACCEPTED = "failed_accepted"
    SKIPPED = "skipped"
    DONE_BY_HAND = "done_by_hand"


class AttemptStatus(StrEnum):
    """What is known of the current attempt. UNKNOWN: it may have run, may still run, nobody knows."""

    DISPATCHED = "dispatched"
    STARTED = "started"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StepState:
    """One step's part of the state.

    `matched` are the RE2 patterns of later `when` atoms that the output head matched; the head itself stays
    in `outputs`. `edited` is a person's own command text, `raised` the risk that an agent found above ours.
    `rolled_back` stays true after the step ran again, because history is not undone.
    """

    id: str
    status: StepStatus = StepStatus.WAITING
    exit_code: int | None = None
    answer: str | None = None
    matched: tuple[str, ...] = ()
    edited: str | None = None
    edited_by: UUID | None = None
    raised: Risk | None = None
    rolled_back: bool = False


@dataclass(frozen=True, slots=True)
class Vote:
    """One member's approval of exactly one intent."""

    member: UUID
    role: str
    source: str
    at: datetime
    intent_sha256: str
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a step waits for people. Round 0 is the gate of an automatic run: closed at birth, nobody asked.

    A gate stays in the execution after its approval, because the grant, an automatic retry and a later
    check of the approvers' roles all speak about it.
    """

    id: UUID
    round: int
    step: str
    kind: Kind
    intent_sha256: str
    risk: Risk
    confirm: str | None
    agent: UUID
    max_attempts: int
    timeout_ms: int
    expires_at: datetime
    quorum: int = 1
    requested_by: UUID | None = None
    lapsed: bool = False
    approvals: tuple[Vote, ...] = ()

    @property
    def automatic(self) -> bool:
        """Whether policy opened it instead of people."""
        return self.round == 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """The one step execution that may be running. `number` counts inside its gate, from 1."""

    id: UUID
    gate: UUID
    number: int
    agent: UUID
    status: AttemptStatus
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of one runbook version for one incident.

    `version` is raised by one by each stored event and is the epoch that agents compare. `cursor` is the
    step that the walk is at (None before the start and after the last step); `target` is the step whose
    command is at stake, which differs from the cursor only in a rollback. `tries` counts dispatches since
    the step last became ready. `rest_ms` is what was left of the deadline when the execution was paused.
    """

    id: UUID
    tenant: UUID
    version: int = 0
    state: State = State.PENDING
    kind: Kind = Kind.FORWARD
    cursor: str | None = None
    target: str | None = None
    steps: tuple[StepState, ...] = ()
    gate: Gate | None = None
    attempt: Attempt | None = None
    rounds: int = 0
    tries: int = 0
    resume_to: State | None = None
    held: AttemptEvent | None = None
    rest_ms: int | None = None
    forced: bool = False
    panic: bool = False
    unknown: bool = False
    requester: UUID | None = None
    trust: int = 1
    pinned: Pinned | None = None
    bindings: tuple[tuple[str, str], ...] = ()
    ticked: tuple[str, ...] = ()
    agents: tuple[tuple[str, UUID], ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = field(default="", compare=False)
    told: bool = field(default=False, compare=False)
    """Whether `reason` is a person's own words, which stand in no row in the open."""
    told_by: UUID | None = field(default=None, compare=False)
    """The member who said what became of a command, where `reason` is that."""

    @property
    def rolling(self) -> bool:
        """Whether the command at stake undoes a step."""
        return self.kind is Kind.ROLLBACK

    def step(self, step_id: str) -> StepState:
        """The state of a step; KeyError for an id that the plan does not have."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def binding(self, name: str) -> str | None:
        """The value bound to a variable, or None."""
        return next((value for bound, value in self.bindings if bound == name), None)

    def may_run_now(self) -> bool:
        """Whether a command of this execution may be running on an agent at this moment."""
        return self.attempt is not None and self.state not in TERMINAL
