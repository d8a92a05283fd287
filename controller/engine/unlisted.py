"""Commands that people ran by hand beside the runbook, as their agent recorded them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base.ids import new_id
from base.limits import COMMAND_MAX_BYTES
from controller import telemetry
from controller.db.queries import load
from controller.engine.filling import Filling
from controller.engine.judgements import Judgements, NotJudged
from controller.engine.service import Engine
from controller.link.events import RecordedCommand
from schemas.audit import PAYLOADS, AuditRecord
from schemas.ids import agent_actor
from schemas.merge import merge
from schemas.risk import EffectiveRisk, Risk

_STEPS: Final = load("steps")
_EVENT: Final = "step.unlisted"
_WAIT_SECONDS: Final = 0.5
"""The longest command known takes a third of a second; others speak on the same stream meanwhile."""


@dataclass(frozen=True, slots=True)
class _Epoch:
    id: UUID
    version: int


async def record_unlisted(engine: Engine, tenant_id: UUID, agent_id: UUID, command: RecordedCommand) -> None:
    """Put the command into the audit trail: its digest and risk in the open, its text sealed.

    It ran already, so it is recorded at once; one that can't be judged now is written down as the worst.
    """
    text = command.command[:COMMAND_MAX_BYTES].decode("utf-8", "replace")
    risk = await _risk(engine.parts.judgements, Filling(tenant_id, text, (), (), verbatim=True))
    async with engine.parts.database.work(tenant_id) as uow:
        row = await uow.one(_STEPS["epochs"], _Epoch, ids=[command.execution_id])
        if row is None:
            return
        event_id = new_id()
        payload = PAYLOADS[_EVENT].model_validate(
            {
                "version": row.version,
                "agent": agent_id,
                "command_sha256": "sha256:" + hashlib.sha256(command.command).hexdigest(),
                "risk": risk,
                "exit_code": command.exit_code,
            }
        )
        sealed = await engine.parts.sealer.seal(
            uow, "execution", command.execution_id, text.encode(), event_id.bytes
        )
        uow.audit(
            AuditRecord(
                data=payload,
                actor_id=agent_actor(agent_id),
                execution_id=command.execution_id,
                sealed=sealed,
                event_id=event_id,
            )
        )


async def _risk(judgements: Judgements, filling: Filling) -> EffectiveRisk:
    try:
        filled = await judgements.judge(filling, seconds=_WAIT_SECONDS)
    except NotJudged:
        telemetry.NOT_JUDGED.labels("record").inc()
        return Risk.DANGEROUS
    return merge(filled.finding, None).risk
