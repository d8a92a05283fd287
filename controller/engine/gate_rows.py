"""Rows of gates and approvals: the intent that is shown, and what members said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base.ids import new_id
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.engine import events as ev
from controller.engine.grants import IntentMismatch
from controller.engine.states import RUNNING, Gate, State
from controller.engine.walk import pinned_of
from controller.engine.work import Work
from controller.governance.policy import AUTO_RULE
from controller.pki.sealer import Sealer
from schemas.canonical import canonical, parse_strict
from schemas.grant import Intent
from schemas.risk import Risk, effective

_GATES: Final = load("gates")


@dataclass(frozen=True, slots=True)
class _GateIntent:
    id: UUID
    intent_sha256: str
    intent_sealed: bytes


async def record_votes(work: Work) -> None:
    """Keep an approval or a refusal; the gate closes where the quorum was reached."""
    gate, event = work.before.gate, work.event
    if gate is None or work.before.state is not State.AWAIT_APPROVAL:
        return
    if isinstance(event, ev.Approve):
        await _vote(work, gate, event, "approve", typed=event.typed)
        if work.after.state in RUNNING:
            await work.uow.run(_GATES["close_gate"], id=gate.id, now=work.context.now)
    elif isinstance(event, ev.Refuse) and event.by.member not in [vote.member for vote in gate.approvals]:
        await _vote(work, gate, event, "refuse")


async def _vote(
    work: Work,
    gate: Gate,
    event: ev.HumanEvent,
    decision: str,
    *,
    typed: str | None = None,
) -> None:
    approval_id = new_id()
    work.facts["approval"] = approval_id
    await work.uow.run(
        _GATES["add_approval"],
        id=approval_id,
        gate_id=gate.id,
        member_id=event.by.member,
        role=event.by.role,
        decision=decision,
        intent_sha256=gate.intent_sha256,
        source=event.by.source,
        typed=typed,
        version=work.after.version,
        now=work.context.now,
    )


async def write_gate(work: Work) -> None:
    """The gate of the new state, with its intent sealed; one of an automatic run is closed at birth."""
    gate, built = work.after.gate, work.built
    assert gate is not None, "a gate was decided"
    assert built is not None, "its intent was prepared"
    aad = gate.id.bytes
    sealed = await work.parts.sealer.seal(
        work.uow, "execution", work.after.id, canonical(built.intent.to_json()), aad
    )
    automatic = gate.automatic
    await work.uow.run(
        _GATES["add_gate"],
        id=gate.id,
        execution_id=work.after.id,
        step_id=gate.step,
        kind=built.intent.kind,
        round=gate.round,
        version=work.after.version,
        intent_sha256=gate.intent_sha256,
        intent_sealed=sealed,
        agent_id=gate.agent,
        risk=effective(gate.risk).value,
        unknown=gate.risk is Risk.UNKNOWN,
        confirm=gate.confirm,
        quorum=gate.quorum,
        auto_rule={"rule": AUTO_RULE, "policyCommit": pinned_of(work.after).commit} if automatic else None,
        now=work.context.now,
        expires_at=gate.expires_at,
        closed_at=work.context.now if automatic else None,
    )


async def stored_intent(uow: UnitOfWork, sealer: Sealer, gate_id: UUID) -> Intent:
    """The intent that a gate shows, from its sealed bytes. Raises IntentMismatch where they are not one."""
    row = await uow.one(_GATES["gate_intent"], _GateIntent, id=gate_id)
    assert row is not None, "a gate that is decided about has its row"
    opened = await sealer.open(uow, row.intent_sealed, row.id.bytes)
    try:
        return Intent.from_json(parse_strict(opened))
    except ValueError as error:
        raise IntentMismatch("the stored intent is damaged") from error
