"""From an approved intent to a signed grant, and the other orders to an agent. Signed at dispatch, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from controller.db.unit_of_work import UnitOfWork
from controller.engine.states import Attempt, Execution, Gate, Vote
from controller.engine.walk import pinned_of
from controller.governance.policy import AUTO_RULE
from controller.pki.signer import GrantSigner
from schemas.grant import (
    CANCEL_TYPE,
    FREEZE_TYPE,
    GRANT_TYPE,
    THAW_TYPE,
    AutoRule,
    Cancel,
    Freeze,
    Grant,
    GrantApproval,
    Intent,
    SignedEnvelope,
    Thaw,
    intent_digest,
)

ORDERS: Final[dict[str, tuple[str, type[Cancel] | type[Freeze] | type[Thaw]]]] = {
    "cancel": (CANCEL_TYPE, Cancel),
    "freeze": (FREEZE_TYPE, Freeze),
    "thaw": (THAW_TYPE, Thaw),
}


class IntentMismatch(AssertionError):
    """What would be granted is not what was approved: nothing is signed (PROMISES.md 13)."""


def build_grant(
    execution: Execution,
    gate: Gate,
    attempt: Attempt,
    intent: Intent,
    *,
    instance: UUID,
    now: datetime,
    seconds: int,
) -> Grant:
    """The permission to run one intent once. Pure. Raises IntentMismatch.

    `execution` is the state after the transition: its version is the grant's epoch. Checked here, whatever
    was checked before: 1 the intent is the gate's, 2 every approval is of this intent, 3 the quorum is full.
    """
    found = intent_digest(intent)
    if found != gate.intent_sha256:
        raise IntentMismatch(f"the gate shows {gate.intent_sha256}, the stored intent is {found}")
    if any(vote.intent_sha256 != found for vote in gate.approvals):
        raise IntentMismatch("an approval is of another intent")
    if not gate.automatic and len(gate.approvals) < gate.quorum:
        raise IntentMismatch("the quorum is not full")
    commit = pinned_of(execution).commit
    return Grant(
        intent=intent,
        step_execution=attempt.id,
        attempt=attempt.number,
        epoch=execution.version,
        agent_instance=instance,
        not_before=now,
        not_after=now + timedelta(seconds=seconds),
        approvals=tuple(_approval(vote) for vote in sorted(gate.approvals, key=lambda vote: vote.member)),
        auto=AutoRule(policy_commit=commit, rule=AUTO_RULE) if gate.automatic else None,
    )


def _approval(vote: Vote) -> GrantApproval:
    return GrantApproval.model_validate(
        {
            "member": vote.member,
            "role": vote.role,
            "source": vote.source,
            "at": vote.at,
            "typed": vote.typed or "",
        }
    )


async def sign_grant(uow: UnitOfWork, signer: GrantSigner, grant: Grant) -> SignedEnvelope:
    """The grant under the tenant's key."""
    return await signer.sign(uow, GRANT_TYPE, grant.to_payload())


async def sign_order(
    uow: UnitOfWork,
    signer: GrantSigner,
    kind: str,
    execution: Execution,
    attempt: Attempt,
    *,
    instance: UUID,
    now: datetime,
) -> SignedEnvelope:
    """A cancel, freeze or thaw of an attempt."""
    payload_type, order = ORDERS[kind]
    payload = order(
        tenant=execution.tenant,
        agent=attempt.agent,
        agent_instance=instance,
        execution=execution.id,
        step_execution=attempt.id,
        epoch=max(1, execution.version),
        at=now,
    ).to_payload()
    return await signer.sign(uow, payload_type, payload)
