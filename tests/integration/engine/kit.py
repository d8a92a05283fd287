"""An engine under test: real Postgres, real keys, and a link that only the test writes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from base.clock import SystemClock
from base.ids import new_id
from controller.db.bus import MemoryBus
from controller.db.database import Database
from controller.db.objects import FileObjectStore
from controller.db.queries import parse
from controller.engine import events as ev
from controller.engine import views
from controller.engine.filling import Filling
from controller.engine.jobs import register
from controller.engine.judgements import Answer, Judgements
from controller.engine.results import EngineEvents
from controller.engine.service import Applied, Engine, EngineParts, by
from controller.engine.timers import TimerLoop
from controller.link.events import AttemptReport, AttemptState, Hello, OutputChunk, OutputStream, Refusal
from controller.pki.keystore import KeyStore
from controller.pki.sealer import Sealer
from controller.pki.signer import GrantSigner
from controller.pki.tenant_keys import TenantKeys
from controller.tenants.members import add_member
from controller.tenants.principal import Principal
from controller.tenants.roles import Role
from scanner import scan
from schemas.grant import Grant, SignedEnvelope
from schemas.merge import merge
from schemas.risk import Risk
from schemas.runbook import Runbook
from schemas.verdict import Advice, MergeRule
from schemas.yaml_codec import document_sha256, load_runbook

ROWS: Final = parse("rows", (Path(__file__).parent / "rows.sql").read_text())
COMMIT: Final = "c" * 40
SAFE_ADVICE: Final = Advice(risk=Risk.SAFE, confidence=990, reasoning="reads only", advisor="fixture")


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """An order as the link would read it."""

    id: UUID
    kind: str
    state: str
    step_execution_id: UUID
    agent_id: UUID
    agent_instance: UUID
    epoch: int
    sealed: bytes | None
    not_after: datetime | None


@dataclass
class House:
    """The engine of one test, its tenant, and hands on everything around it."""

    database: Database
    engine: Engine
    results: EngineEvents
    timers: TimerLoop
    bus: MemoryBus
    owner: Principal
    repository: UUID = field(default_factory=new_id)
    agent: UUID = field(default_factory=new_id)
    instance: UUID = field(default_factory=new_id)
    sequence: int = 0

    @property
    def tenant(self) -> UUID:
        """The tenant's id."""
        return self.owner.tenant_id

    # ------------------------------------------------------------ what is there before

    async def prepare(self) -> None:
        """A repository and one agent that is online."""
        async with self.database.work(self.tenant) as uow:
            await uow.run(ROWS["add_repository"], id=self.repository)
            await uow.run(
                ROWS["add_agent"],
                id=self.agent,
                name="shell-1",
                labels={"role": "shell"},
                instance_id=self.instance,
            )

    async def member(self, role: Role, name: str) -> Principal:
        """Another member."""
        email = f"{name}@acme.example"
        async with self.database.work(self.tenant) as uow:
            member_id = await add_member(uow, email, role, actor=self.owner.actor)
        return Principal(self.tenant, member_id, email, role, "web")

    async def runbook(
        self, text: str, *, advice: Mapping[str, Advice] | None = None, runbook_id: UUID | None = None
    ) -> UUID:
        """A synced runbook in service; a second text for the same id is a new version."""
        content = text.strip().encode()
        runbook = load_runbook(content)
        known, version_id = runbook_id is not None, new_id()
        found = runbook_id or new_id()
        path = f"runbooks/{runbook.name}.yaml"
        async with self.database.work(self.tenant) as uow:
            if not known:
                await uow.run(
                    ROWS["add_runbook"],
                    id=found,
                    repository_id=self.repository,
                    name=runbook.name,
                    title=runbook.metadata.title,
                    path=path,
                )
            await uow.run(
                ROWS["add_version"],
                id=version_id,
                runbook_id=found,
                content_sha256=document_sha256(content),
                content=content,
                document=runbook.to_json(),
                path=path,
                commit=COMMIT,
            )
            await uow.run(ROWS["serve_version"], version_id=version_id, runbook_id=found)
        await self._classify(version_id, runbook, advice or {})
        return found

    async def _classify(self, version_id: UUID, runbook: Runbook, advice: Mapping[str, Advice]) -> None:
        async with self.database.work(self.tenant) as uow:
            for step in runbook.spec.steps:
                if step.command is None:
                    continue
                given = advice.get(step.id)
                verdict = merge(_scanned(step.command), given)
                await uow.run(
                    ROWS["add_classification"],
                    id=new_id(),
                    version_id=version_id,
                    step_id=step.id,
                    advisor_version="fixture" if given else "",
                    finding=verdict.finding.to_json(),
                    advice=given.to_json() if given else None,
                    rule=list(MergeRule).index(verdict.rule) + 1,
                    risk=verdict.risk.value,
                    unknown=verdict.unknown,
                )

    async def policy(self, document: dict[str, Any]) -> None:
        """The tenant's policy, brought by a commit."""
        async with self.database.work(self.tenant) as uow:
            await uow.run(
                ROWS["add_policy"], sha256="d" * 64, repository_id=self.repository, document=document
            )

    async def rows(self, query: str, row_type: type[Any], /, **params: Any) -> list[Any]:
        """Whatever a query of rows.sql gives."""
        async with self.database.work(self.tenant) as uow:
            return await uow.all(ROWS[query], row_type, **params)

    async def run(self, query: str, /, **params: Any) -> int:
        """Run a statement of rows.sql."""
        async with self.database.work(self.tenant) as uow:
            return await uow.run(ROWS[query], **params)

    # ------------------------------------------------------------ people and jobs

    async def work_off(self) -> None:
        """Do every job that waits, as a worker would."""
        await self.database.jobs.app.run_worker_async(
            wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful"
        )

    async def work_until(self, execution_id: UUID, state: str) -> views.ExecutionView:
        """Do jobs, also those that wait for their time, until an execution is in a state."""
        async with asyncio.timeout(45):
            while (view := await self.view(execution_id)).state != state:
                await self.run("hasten_jobs")
                await self.work_off()
        return view

    async def jobs(self, task: str) -> int:
        """How many jobs of a task wait."""
        async with self.database.work(self.tenant) as uow:
            return int(await uow.value(ROWS["jobs"], task=task) or 0)

    async def view(self, execution_id: UUID) -> views.ExecutionView:
        """How it stands."""
        return await self.engine.view(self.tenant, execution_id)

    async def act(
        self, execution_id: UUID, event: ev.Event, *, version: int | None = None, key: str | None = None
    ) -> Applied:
        """Bring a person's event at the version that is there now."""
        if version is None:
            version = (await self.view(execution_id)).version
        self.sequence += 1
        return await self.engine.apply(
            self.tenant,
            execution_id,
            event,
            expected_version=version,
            actor=self.owner.actor,
            event_key=key or f"test:{self.sequence}",
        )

    async def approve(
        self, execution_id: UUID, who: Principal | None = None, *, typed: str | None = None
    ) -> Applied:
        """Approve what the open gate shows."""
        gate = (await self.view(execution_id)).gate
        assert gate is not None, "no gate is open"
        event = ev.Approve(by=by(who or self.owner), intent_sha256=gate.intent_sha256, typed=typed)
        return await self.act(execution_id, event)

    async def started(self, runbook_id: UUID, **more: Any) -> UUID:
        """A new execution whose preflight was looked at, however long its commands took to be judged."""
        applied = await self.engine.create(self.owner, runbook_id, **more)
        async with asyncio.timeout(45):
            while await self.jobs("engine.preflight"):
                await self.run("hasten_jobs")
                await self.work_off()
        return applied.execution_id

    async def tick(self, execution_id: UUID, kind: str) -> int:
        """Let the time of a timer come, and take it."""
        assert await self.run("hasten", execution_id=execution_id, kind=kind) == 1
        return await self.timers.run_once()

    # ------------------------------------------------------------ the agent's side

    async def dispatches(self, execution_id: UUID) -> list[DispatchRow]:
        """Every order so far."""
        found: list[DispatchRow] = await self.rows("dispatches", DispatchRow, execution_id=execution_id)
        return found

    async def take(self, execution_id: UUID) -> tuple[DispatchRow, Grant]:
        """Take the one run that waits, as the link does: marked as sent first."""
        [row] = [d for d in await self.dispatches(execution_id) if d.kind == "run" and d.state == "pending"]
        assert await self.run("mark_sent", id=row.id) == 1
        return row, await self.grant(row)

    async def grant(self, row: DispatchRow) -> Grant:
        """The grant in an order."""
        assert row.sealed is not None
        async with self.database.work(self.tenant) as uow:
            blob = await self.engine.parts.sealer.open(uow, row.sealed, row.id.bytes)
        return Grant.from_payload(SignedEnvelope.decode(blob).payload)

    async def report(self, attempt: UUID, state: AttemptState, **more: Any) -> None:
        """The agent says something about an attempt."""
        self.sequence += 1
        report = AttemptReport(attempt, self.sequence, state, **more)
        await self.results.attempt_report(self.tenant, self.agent, self.instance, report)

    async def finish(self, execution_id: UUID, exit_code: int = 0, output: bytes = b"") -> UUID:
        """Take the waiting run, start it, and end it; the attempt's id."""
        row, _ = await self.take(execution_id)
        attempt = row.step_execution_id
        await self.report(attempt, AttemptState.STARTED, started_us=1_000)
        if output:
            chunk = OutputChunk(attempt, 0, output, OutputStream.STDOUT, last=True)
            await self.results.output(self.tenant, self.agent, chunk)
        await self.report(
            attempt,
            AttemptState.FINISHED,
            exit_code=exit_code,
            output_bytes=len(output),
            started_us=1_000,
            ended_us=5_001_000,
        )
        return attempt

    async def refuse(self, attempt: UUID, refusal: Refusal, **more: Any) -> None:
        """The agent would not run it."""
        await self.report(attempt, AttemptState.REFUSED, refusal=refusal, **more)

    async def hello(self, *, instance: UUID | None = None, **more: Any) -> None:
        """The agent connects."""
        hello = Hello(instance or self.instance, "1", 1, "1", "", (("role", "shell"),), 0, False, **more)
        await self.results.hello(self.tenant, self.agent, hello)

    async def trail(self, execution_id: UUID) -> list[str]:
        """The names of the audit events of an execution, in order."""
        return [name for name, _ in await self._audit(execution_id)]

    async def audited(self, execution_id: UUID, event_type: str) -> list[dict[str, Any]]:
        """What the audit events of a type say."""
        return [json.loads(data) for name, data in await self._audit(execution_id) if name == event_type]

    async def _audit(self, execution_id: UUID) -> list[tuple[str, str]]:
        @dataclass(frozen=True, slots=True)
        class _Row:
            event_type: str
            actor_id: str
            event_data: str

        rows = await self.rows("audit", _Row, execution_id=execution_id)
        return [(row.event_type, row.event_data) for row in rows]


async def build_house(database: Database, owner: Principal, folder: Path, **settings: Any) -> House:
    """A house on an open database, with an agent."""
    house = open_house(database, owner, folder, **settings)
    await house.prepare()
    return house


_scanned = lru_cache(1_000)(scan)  # a runbook of many steps mostly repeats one command


async def in_a_thread(judge: Callable[[Filling], Answer], filling: Filling) -> Answer:
    """Stands for the process that judges, where its limits are not what is tested."""
    return await asyncio.to_thread(judge, filling)


def open_house(
    database: Database,
    owner: Principal,
    folder: Path,
    judgements: Judgements | None = None,
    **settings: Any,
) -> House:
    """The engine on whatever the database and the folder hold already."""
    bus = MemoryBus()
    store = KeyStore(folder / "keys")
    keys = TenantKeys(store)
    parts = EngineParts(
        database=database,
        bus=bus,
        objects=FileObjectStore(folder / "objects"),
        sealer=Sealer(store, keys, SystemClock()),
        signer=GrantSigner(keys),
        judgements=judgements or Judgements(in_a_thread),
        **settings,
    )
    engine = Engine(parts)
    register(database.jobs, engine)
    results = EngineEvents(engine)
    return House(database, engine, results, TimerLoop(engine, results), bus, owner)
