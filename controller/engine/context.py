"""What a decision may know beside the execution and the event: all of it values, given by the shell.

What can differ between two moments (time, ids, latches, prepared intents, roles) is stored with the event, so
that a replay decides from exactly the same values (`replay.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from controller.engine.plan import Plan
from controller.engine.states import Kind
from controller.governance.policy import Latches, Pinned
from schemas.risk import Risk


@dataclass(frozen=True, slots=True)
class Target:
    """A command at stake. `edited` replaces the document's text; `raised` is the risk that an agent found."""

    step: str
    kind: Kind
    edited: str | None = None
    raised: Risk | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An intent that the shell built for a target: complete before the gate opens.

    `risk` is that of the filled text, never below the template's; `confirm` the text to type, or None.
    """

    step: str
    kind: Kind
    intent_sha256: str
    risk: Risk
    confirm: str | None
    agent: UUID
    max_attempts: int
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class Context:
    """Everything else. `gate_id` and `attempt_id` are new ids, used by the transition that needs them.

    `roles` are the roles that earlier approvers have now (a member who has left is absent). `intent_sha256`
    is the digest of the open gate's stored intent, computed again from its bytes. `in_service`: the runbook
    version may be started. `pinned` is what a Start pins.
    """

    plan: Plan
    now: datetime
    gate_id: UUID
    attempt_id: UUID
    latches: Latches = field(default_factory=Latches)
    prepared: Mapping[tuple[str, Kind], Prepared] = field(default_factory=dict)
    roles: Mapping[UUID, str] = field(default_factory=dict)
    intent_sha256: str | None = None
    in_service: bool = True
    pinned: Pinned | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that does not apply, and why. Nothing changes.

    `code` is stable, `reason` a sentence for a person. `wanted` is set where the shell must first prepare an
    intent and ask again (`code` is then `intent_wanted`, and no person ever sees it).
    """

    code: str
    reason: str
    wanted: Target | None = None


INTENT_WANTED = "intent_wanted"
