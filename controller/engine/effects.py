"""What a transition asks the shell to do. Effects are data; `perform.py` has one handler for each.

Written as rows inside the transaction: RequestApproval, VoidApproval, the timers and the five agent effects.
Deferred as jobs in that same transaction: CheckPreflight, Notify, DetectDivergence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from controller.engine.states import Kind


class TimerKind(StrEnum):
    """The four things that time alone does to an execution; at most one row of each."""

    EXPIRY = "pending"
    APPROVAL = "approval"
    DEADLINE = "deadline"
    LOST = "lost"


class Topic(StrEnum):
    """What a notification is about; the copilot makes the sentence."""

    EXPIRED = "expired"
    COMPLETED = "completed"
    PREFLIGHT_FAILED = "preflight_failed"
    MANUAL_STEP = "manual_step"
    APPROVAL_COUNTED = "approval_counted"
    APPROVAL_LAPSED = "approval_lapsed"
    NEEDS_HUMAN = "needs_human"
    ROLLBACK_OFFERED = "rollback_offered"
    ATTEMPT_STARTED = "attempt_started"
    ROLLED_BACK = "rolled_back"
    RESUMED = "resumed"
    STEP_FAILED = "step_failed"
    ABORTED = "aborted"


class VoidReason(StrEnum):
    """Why an open gate closed without its command being dispatched."""

    EXPIRED = "expired"
    ROLE_LOST = "role_lost"
    MISMATCH = "mismatch"
    EDITED = "edited"
    SKIPPED = "skipped"
    DONE_BY_HAND = "done_by_hand"
    REFUSED = "refused"
    ROLLBACK = "rollback"
    PAUSED = "paused"
    PANIC = "panic"
    ABORTED = "aborted"
    POISONED = "poisoned"


@dataclass(frozen=True, slots=True)
class CheckPreflight:
    """Look whether everything that the execution needs is there; the answer comes as an event."""


@dataclass(frozen=True, slots=True)
class RequestApproval:
    """Write the gate's row with the intent that was prepared for it."""

    gate: UUID


@dataclass(frozen=True, slots=True)
class VoidApproval:
    """Mark the gate's row void: its approvals count no longer."""

    gate: UUID
    why: VoidReason


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Write the step execution, the grant and its dispatch: this command may run, once."""

    attempt: UUID
    number: int
    gate: UUID
    step: str
    kind: Kind
    agent: UUID
    automatic: bool
    retry: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """Tell the agent to end the attempt; the result still comes as a report."""

    attempt: UUID


@dataclass(frozen=True, slots=True)
class Freeze:
    """Tell the agent to stop the attempt's process group where it stands."""

    attempt: UUID


@dataclass(frozen=True, slots=True)
class Thaw:
    """Tell the agent to let a frozen attempt go on."""

    attempt: UUID


@dataclass(frozen=True, slots=True)
class AskJournal:
    """Ask the agent what its journal knows of the attempt."""

    attempt: UUID


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Replace the timer of this kind."""

    kind: TimerKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ClearTimer:
    """Remove every timer of the execution."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell people, in the thread of the incident and on the page."""

    topic: Topic


@dataclass(frozen=True, slots=True)
class DetectDivergence:
    """Compare what people did with what the runbook prescribed."""


Effect = (
    CheckPreflight
    | RequestApproval
    | VoidApproval
    | Dispatch
    | Cancel
    | Freeze
    | Thaw
    | AskJournal
    | SetTimer
    | ClearTimer
    | Notify
    | DetectDivergence
)

EFFECTS: Final[tuple[type, ...]] = (
    CheckPreflight,
    RequestApproval,
    VoidApproval,
    Dispatch,
    Cancel,
    Freeze,
    Thaw,
    AskJournal,
    SetTimer,
    ClearTimer,
    Notify,
    DetectDivergence,
)
"""All of them, closed: the order of CONTRACTS.md §5."""
