"""The engine as the rooms above use it: create an execution, bring an event, look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal
from uuid import UUID

from base.ids import new_id
from base.limits import OUTPUT_CHUNK_MAX_BYTES, PAGE_DEFAULT_ITEMS, PAGE_MAX_ITEMS
from controller import telemetry
from controller.db.unit_of_work import UnitOfWork
from controller.engine import events as ev
from controller.engine import listing, reading, views
from controller.engine.birth import (
    Birth,
    add_execution,
    check_values,
    newest_version,
    refuse_second_rollback,
    undoable_steps,
)
from controller.engine.documents import Versions
from controller.engine.handling import Handler
from controller.engine.parts import EngineParts
from controller.engine.runner import Applied, Command, Refused, Runner
from controller.engine.states import State
from controller.engine.store import VersionConflict
from controller.tenants.principal import Principal
from controller.tenants.roles import Permission
from schemas.errors import BadRequest
from schemas.ids import member_actor, system_actor

__all__ = ["Applied", "Engine", "EngineParts", "Refused", "VersionConflict", "by"]

Source = Literal["api", "cli", "web", "slack"]
SOURCES: Final[dict[str, Source]] = {"web": "web", "host": "web", "cli": "cli", "slack": "slack"}
_ENGINE: Final = system_actor("engine")


def by(principal: Principal, source: Source | None = None) -> ev.By:
    """Who brings an event: the member, their role and scopes, and the door they came through."""
    return ev.By(
        member=principal.member_id,
        role=principal.role.value,
        source=source or SOURCES.get(principal.source, "api"),
        scopes=tuple(sorted(scope.value for scope in principal.scopes)),
    )


class Engine:
    """Executions of all tenants; one a process. Holds no state of an execution."""

    def __init__(self, parts: EngineParts) -> None:
        self.parts = parts
        self.versions = Versions()
        self.runner = Runner(parts, self.versions)
        self.handler = Handler(parts.database, parts.judgements, self.runner)

    async def create(
        self,
        principal: Principal,
        runbook_id: UUID,
        *,
        variables: Mapping[str, str] | None = None,
        ticked: Sequence[str] = (),
        version_id: UUID | None = None,
        alert_id: UUID | None = None,
        start: bool = True,
        source: Source | None = None,
    ) -> Applied:
        """A new execution of a runbook's version in service (or the given one), for one incident.

        With `start` it is started at once, the values are bound and the prerequisites ticked. Raises
        NotFound, Forbidden, Refused (panic, not in service), Unprocessable (a value that does not fit).
        """
        principal.require(Permission.START)
        execution_id = new_id()
        async with self.parts.database.work(principal.tenant_id) as uow:
            chosen = version_id or await newest_version(uow, runbook_id)
            version = await self.versions.load(uow, chosen)
            check_values(version, variables or {}, ticked)
            birth = Birth(execution_id, version, principal.actor, source or "api", alert_id=alert_id)
            await add_execution(uow, birth)
            applied = Applied(execution_id, 0, State.PENDING.value)
            if start:
                applied = await self._start(uow, applied, by(principal, source), variables or {}, ticked)
        telemetry.TRANSITIONS.labels(applied.state).inc()
        return applied

    async def create_rollback(
        self, principal: Principal, execution_id: UUID, *, source: Source | None = None
    ) -> Applied:
        """Undo a completed execution: a new one that runs its rollback commands, last in, first out.

        Raises NotFound, Forbidden, Conflict where it has not completed, has nothing to undo, or another
        rollback of it is open or did something.
        """
        principal.require(Permission.START)
        new_execution_id = new_id()
        async with self.parts.database.work(principal.tenant_id) as uow:
            parent = await self.runner.store.load(uow, execution_id, lock=True)
            steps = undoable_steps(parent)
            await refuse_second_rollback(uow, parent)
            birth = Birth(
                new_execution_id,
                parent.version,
                principal.actor,
                source or "api",
                parent_id=execution_id,
                undo_steps=steps,
            )
            await add_execution(uow, birth)
            applied = Applied(new_execution_id, 0, State.PENDING.value)
            values = dict(parent.execution.bindings)
            applied = await self._start(uow, applied, by(principal, source), values, ())
        telemetry.TRANSITIONS.labels(applied.state).inc()
        return applied

    async def _start(
        self,
        uow: UnitOfWork,
        applied: Applied,
        starter: ev.By,
        variables: Mapping[str, str],
        ticked: Sequence[str],
    ) -> Applied:
        """Start, bind and tick in the transaction that made the row."""
        events: list[ev.Event] = [ev.Start(by=starter)]
        events += [ev.Bind(by=starter, name=name, value=value) for name, value in variables.items()]
        events += [ev.Tick(by=starter, prerequisite=item) for item in ticked]
        actor = member_actor(starter.member)
        for place, event in enumerate(events):
            command = Command(applied.execution_id, event, actor, f"birth:{place}")
            applied = await self.runner.apply(uow, command)
        return applied

    async def apply(
        self,
        tenant_id: UUID,
        execution_id: UUID,
        event: ev.Event,
        *,
        expected_version: int | None,
        actor: str,
        event_key: str,
    ) -> Applied:
        """Bring an event. `event_key` names the request: the same key again changes nothing.

        Raises NotFound, VersionConflict (409, `version`), Refused (409, code and reason), Unprocessable (an
        edit that can't be filled or scanned), BadRequest (a text left out), NotJudged (503: a command that
        can't be judged now; nothing was changed).
        """
        if any(getattr(event, name) is None for name in event.sealed):
            raise BadRequest(f"{ev.kind_of(event)} needs its texts: {', '.join(event.sealed)}.")
        command = Command(execution_id, event, actor, event_key, expected_version)
        try:
            return await self.handler.handle(tenant_id, command)
        except Refused as refusal:
            await self._void_what_failed(tenant_id, command, refusal)
            raise

    async def apply_system(
        self,
        tenant_id: UUID,
        execution_id: UUID,
        event: ev.Event,
        *,
        actor: str,
        event_key: str,
        at_version: int | None = None,
        seconds: float = 0.0,
    ) -> Applied | None:
        """Bring an event of time, an agent or a job; None where it does not apply any more.

        `at_version`: only at this version of the execution. `seconds`: how long a judgement is waited for.
        Raises NotJudged where a command can't be judged by then; the fault of ours that stopped it.
        """
        command = Command(execution_id, event, actor, event_key, at_version)
        return await self.handler.handle_system(tenant_id, command, seconds=seconds)

    async def _void_what_failed(self, tenant_id: UUID, command: Command, refusal: Refused) -> None:
        """An approval that was refused for a reason that voids the gate: say so in the history too."""
        if not isinstance(command.event, ev.Approve):
            return
        async with self.parts.database.work(tenant_id) as uow:
            loaded = await self.runner.store.load(uow, command.execution_id, lock=False)
            gate = loaded.execution.gate
            roles = await reading.roles_of_approvers(uow, gate)
        if gate is None:
            return
        event: ev.Event | None = None
        if refusal.reason_code == "approval_mismatch":
            event = ev.Expired(gate=gate.id, mismatch=True)
        elif refusal.reason_code == "approval_expired":
            event = ev.Expired(gate=gate.id)
        elif refusal.reason_code == "approver_lost_role":
            gone = reading.gone_approvers(loaded.execution, roles)
            event = ev.ApproverLostRole(member=gone[0]) if gone else None
        if event is not None:
            key = f"void:{gate.id}:{refusal.reason_code}"
            await self.apply_system(tenant_id, command.execution_id, event, actor=_ENGINE, event_key=key)

    # ------------------------------------------------------------ looking

    async def view(self, tenant_id: UUID, execution_id: UUID) -> views.ExecutionView:
        """Everything that the page of an execution shows. Raises NotFound."""
        return await reading.view(self.parts, self.runner.store, tenant_id, execution_id)

    async def list_executions(
        self,
        tenant_id: UUID,
        *,
        states: Sequence[str] = (),
        runbook_id: UUID | None = None,
        before: UUID | None = None,
        limit: int = PAGE_DEFAULT_ITEMS,
    ) -> list[views.ExecutionSummary]:
        """Executions, the newest first; `before` is the last id of the page before."""
        most = min(max(limit, 1), PAGE_MAX_ITEMS)
        async with self.parts.database.work(tenant_id) as uow:
            return await listing.list_executions(
                uow, states=list(states), runbook_id=runbook_id, before=before, most=most
            )

    async def history(
        self, tenant_id: UUID, execution_id: UUID, *, after: int = 0, limit: int = PAGE_MAX_ITEMS
    ) -> list[views.HistoryItem]:
        """What happened after a version, oldest first; the version is the id of a stream. Raises NotFound."""
        async with self.parts.database.work(tenant_id) as uow:
            return await reading.history(uow, execution_id, after=after, most=min(limit, PAGE_MAX_ITEMS))

    async def output(
        self,
        tenant_id: UUID,
        step_execution_id: UUID,
        *,
        start: int = 0,
        length: int = OUTPUT_CHUNK_MAX_BYTES,
    ) -> views.OutputSlice:
        """A part of what an attempt wrote. Raises NotFound for an attempt of another tenant, or none."""
        return await reading.output(self.parts, tenant_id, step_execution_id, start=start, length=length)
