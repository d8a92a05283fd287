"""Loads what is shown: rows beside the fold, the open gate's intent, outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from base.limits import OUTPUT_CHUNK_MAX_BYTES
from controller import telemetry
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.engine import showing, views
from controller.engine.attempt_rows import StepRow
from controller.engine.birth import Rollback, standing_rollback
from controller.engine.context import Target
from controller.engine.events import decode
from controller.engine.filling import Filled, Filling
from controller.engine.gate_rows import stored_intent
from controller.engine.intents import Judged, filling_of, judge
from controller.engine.judgements import Judgements, NotJudged
from controller.engine.keys import looked_at
from controller.engine.parts import EngineParts
from controller.engine.permissions import may_approve
from controller.engine.sealed_outputs import seal_of
from controller.engine.states import TERMINAL, Execution, Gate, State
from controller.engine.store import HistoryRow, Loaded, Store
from controller.engine.walk import pinned_of
from controller.link.agents import list_agents
from controller.pki.sealer import Erased, SealError
from controller.tenants.members import emails_of
from schemas.errors import Conflict, NotFound, Unprocessable
from schemas.grant import Intent
from schemas.ids import member_of

_QUERIES: Final = load("executions")
_GATES: Final = load("gates")
_STEPS: Final = load("steps")
_OUTPUTS: Final = load("outputs")
_UNSEALED: Final = "output"
"""The folder of outputs that were kept before outputs were sealed (decision 0096)."""
_ENDED: Final = frozenset(state.value for state in TERMINAL)


@dataclass(frozen=True, slots=True)
class _Attempt:
    id: UUID
    step_id: str
    gate_id: UUID | None
    attempt: int
    kind: str
    status: str
    agent_id: UUID | None
    agent_name: str | None
    exit_code: int | None
    signal: int | None
    refusal: str | None
    leaked_process: bool
    late_result: dict[str, Any] | None
    asked_at: datetime | None
    dispatched_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    output_bytes: int
    stored_bytes: int
    output_complete: bool


@dataclass(frozen=True, slots=True)
class _Approval:
    id: UUID
    gate_id: UUID
    step_id: str
    member_id: UUID
    email: str
    display_name: str
    role: str
    decision: str
    source: str
    typed: str | None
    created_at: datetime
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class _Opened:
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OutputRow:
    """How much of an attempt's output there is, and where."""

    object_key: str
    total_bytes: int
    stored_bytes: int
    complete: bool
    sha256: bytes | None


@dataclass(frozen=True, slots=True)
class _Role:
    id: UUID
    role: str


async def view(parts: EngineParts, store: Store, tenant_id: UUID, execution_id: UUID) -> views.ExecutionView:
    """The page of one execution, also while its commands can't be judged. Raises NotFound."""
    async with parts.database.work(tenant_id) as uow:
        loaded = await store.load(uow, execution_id, lock=False)
        facts = await uow.one(_QUERIES["execution_facts"], showing.Facts, execution_id=execution_id)
        assert facts is not None, "it was just loaded"
        attempts = await uow.all(_STEPS["steps_of"], _Attempt, execution_id=execution_id)
        approvals = await uow.all(_GATES["approvals_of"], _Approval, execution_id=execution_id)
        intent = await _open_intent(uow, parts, loaded)
        problems = await _problems(uow, loaded)
        beside = await _beside(uow, loaded, facts)
    judgements = await _judged(parts.judgements, loaded, intent)
    return showing.show(
        loaded,
        facts,
        [_show_attempt(row) for row in attempts],
        [(row.step_id, _show_approval(row)) for row in approvals],
        intent,
        problems,
        replace(beside, judgements=judgements),
    )


async def _judged(
    judgements: Judgements, loaded: Loaded, intent: Intent | None
) -> dict[Target, Judged | NotJudged | None]:
    """What every command comes to that is judged anew to be shown; None where it can't be filled."""
    found: dict[Target, Judged | NotJudged | None] = {}
    fillings: dict[Target, Filling] = {}
    for target in looked_at(loaded, intent):
        try:
            fillings[target] = filling_of(loaded.execution, loaded.version, target)
        except Unprocessable:
            found[target] = None
    answers = await judgements.look(fillings.values())
    for target, filling in fillings.items():
        answer = answers[filling]
        if isinstance(answer, Filled):
            found[target] = judge(loaded.version, target, answer)
        elif isinstance(answer, NotJudged):
            found[target] = answer
            telemetry.NOT_JUDGED.labels("look").inc()
        else:
            found[target] = None
    return found


async def _beside(uow: UnitOfWork, loaded: Loaded, facts: showing.Facts) -> showing.Beside:
    """Names and addresses, when the open gate asked, and the execution that undoes this one."""
    x = loaded.execution
    opened = None
    names: dict[UUID, str] = {}
    if x.state is State.AWAIT_APPROVAL and x.gate is not None:
        opened = await uow.one(_GATES["gate_opened"], _Opened, id=x.gate.id)
        names = {agent.id: agent.name for agent in await list_agents(uow)}
    members = [x.told_by, member_of(facts.requested_by)]
    emails = await emails_of(uow, [member for member in members if member is not None])
    undo = None
    if x.state is State.COMPLETED:
        rows = await uow.all(
            _QUERIES["rollbacks_of"], Rollback, runbook_id=loaded.version.runbook_id, execution_id=x.id
        )
        undo = standing_rollback(rows)
    return showing.Beside(
        emails=emails,
        agent_names=names,
        gate_opened_at=None if opened is None else opened.created_at,
        undone_by=None if undo is None else undo.id,
    )


async def _open_intent(uow: UnitOfWork, parts: EngineParts, loaded: Loaded) -> Intent | None:
    x = loaded.execution
    if x.state is not State.AWAIT_APPROVAL or x.gate is None:
        return None
    return await stored_intent(uow, parts.sealer, x.gate.id)


async def _problems(uow: UnitOfWork, loaded: Loaded) -> tuple[views.ProblemView, ...]:
    x = loaded.execution
    if x.state is not State.PREFLIGHT:
        return ()
    rows = await uow.all(
        _QUERIES["history"], HistoryRow, execution_id=x.id, after=max(0, x.version - 1), most=1
    )
    return showing.problems_of(decode(rows[0].event) if rows else None)


def _show_attempt(row: _Attempt) -> views.AttemptView:
    return views.AttemptView(
        id=row.id,
        step=row.step_id,
        gate=row.gate_id,
        attempt=row.attempt,
        kind=row.kind,
        status=row.status,
        agent=row.agent_id,
        agent_name=row.agent_name,
        exit_code=row.exit_code,
        signal=row.signal,
        refusal=row.refusal,
        leaked_process=row.leaked_process,
        output_bytes=row.output_bytes,
        stored_bytes=row.stored_bytes,
        output_complete=row.output_complete,
        asked_at=row.asked_at,
        dispatched_at=row.dispatched_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        duration_ms=views.duration_ms(row.started_at, row.ended_at),
        late_result=row.late_result,
    )


def _show_approval(row: _Approval) -> views.ApprovalView:
    return views.ApprovalView(
        id=row.id,
        gate=row.gate_id,
        member=row.member_id,
        email=row.email,
        name=row.display_name,
        role=row.role,
        decision=row.decision,
        source=row.source,
        typed=row.typed,
        at=row.created_at,
        asked_at=row.asked_at,
    )


async def history(uow: UnitOfWork, execution_id: UUID, *, after: int, most: int) -> list[views.HistoryItem]:
    """Events after a version, oldest first. Raises NotFound."""
    if await uow.one(_QUERIES["execution_facts"], showing.Facts, execution_id=execution_id) is None:
        raise NotFound("There is no such execution.")
    rows = await uow.all(_QUERIES["history"], HistoryRow, execution_id=execution_id, after=after, most=most)
    return [
        views.HistoryItem(
            version=row.version,
            event=row.event_type,
            actor=row.actor,
            from_state=row.from_state,
            to_state=row.to_state,
            passed=tuple(row.passed),
            effects=tuple(row.effects),
            at=row.decided_at,
            data=showing.history_data(row.event),
            last=row.to_state in _ENDED,
        )
        for row in rows
    ]


async def output(
    parts: EngineParts, tenant_id: UUID, step_execution_id: UUID, *, start: int, length: int
) -> views.OutputSlice:
    """A part of an attempt's output. Raises NotFound; Conflict where it was erased, or is damaged."""
    try:
        return await _output(parts, tenant_id, step_execution_id, start, length)
    except Erased as erased:
        raise Conflict("This output was erased; it can't be read again.", code="erased") from erased
    except SealError as error:
        raise Conflict(f"This output can't be read: {error}.", code="output_damaged") from error


async def _output(
    parts: EngineParts, tenant_id: UUID, step_execution_id: UUID, start: int, length: int
) -> views.OutputSlice:
    async with parts.database.work(tenant_id) as uow:
        step = await uow.one(_STEPS["step_of"], StepRow, id=step_execution_id)
        if step is None:
            raise NotFound("There is no such step execution.")
        row = await uow.one(_OUTPUTS["output_of"], OutputRow, step_execution_id=step_execution_id)
        if row is None:
            return views.OutputSlice(data=b"", start=start, stored_bytes=0, total_bytes=0, complete=False)
        seal = await seal_of(uow, parts.sealer, step.execution_id, step_execution_id)
    count = max(0, min(length, 16 * OUTPUT_CHUNK_MAX_BYTES, row.stored_bytes - start))
    data = b""
    if count:
        if row.object_key.split("/")[1] == _UNSEALED:
            data = await parts.objects.read(row.object_key, start, count)
        else:
            data = await parts.outputs.read(row.object_key, seal, start, count, told=row.stored_bytes)
    return views.OutputSlice(
        data=data,
        start=start,
        stored_bytes=row.stored_bytes,
        total_bytes=row.total_bytes,
        complete=row.complete,
    )


async def roles_of_approvers(uow: UnitOfWork, gate: Gate | None) -> dict[UUID, str]:
    """The roles that a gate's approvers have now."""
    members = [vote.member for vote in gate.approvals] if gate is not None else []
    rows = await uow.all(_GATES["roles_now"], _Role, members=members)
    return {row.id: row.role for row in rows}


def gone_approvers(execution: Execution, roles: Mapping[UUID, str]) -> list[UUID]:
    """Members whose approval of the open gate counts no longer. Pure."""
    gate = execution.gate
    if gate is None:
        return []
    pinned = pinned_of(execution)
    return [
        vote.member
        for vote in gate.approvals
        if not may_approve(roles.get(vote.member, ""), gate.risk, pinned)
    ]
