"""A link under test: real Postgres, real gRPC over mTLS, an engine that records, and scripted agents."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from base.clock import SystemClock
from base.ids import new_id
from controller.db.bus import MemoryBus
from controller.db.database import Database
from controller.db.queries import parse
from controller.db.unit_of_work import UnitOfWork
from controller.link.agents import AgentAdmin
from controller.link.enroll import Enroller, EnrollRequest
from controller.link.enrollment_tokens import EnrollmentTokens
from controller.link.events import LinkEvents
from controller.link.gate import PanicGate
from controller.link.outbox import Dispatch, DispatchKind, Outbox
from controller.link.panic import PanicService
from controller.link.panic_clear import PanicClearer
from controller.link.parts import LinkParts, LinkSettings
from controller.link.registry import SessionRegistry
from controller.link.service import LinkServer
from controller.pki.ca import CertificateAuthority
from controller.pki.keystore import KeyStore
from controller.pki.sealer import Sealer
from controller.pki.signer import GrantSigner
from controller.pki.tenant_keys import TenantKeys
from schemas.grant import GRANT_TYPE, SignedEnvelope
from tests.integration.link.doubles import DEADLINE_SECONDS, RecordingEvents, RecordingHooks
from tests.integration.link.scripted import ScriptedAgent, certificate_request

ROWS: Final = parse("rows", (Path(__file__).parent / "rows.sql").read_text())


async def eventually(look: Callable[[], Awaitable[Any]], seconds: float = DEADLINE_SECONDS) -> Any:
    """Look until something true comes back; fails at the deadline. `look` does I/O: this never spins idle."""
    ends = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        assert time.monotonic() < ends, "the condition did not come true in time"


@dataclass
class Link:
    """The parts of one running link."""

    parts: LinkParts
    server: LinkServer
    panic: PanicService
    clearer: PanicClearer
    hooks: RecordingHooks
    events: RecordingEvents
    outbox: Outbox
    tokens: EnrollmentTokens
    enroller: Enroller
    admin: AgentAdmin
    agents: list[ScriptedAgent] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where agents dial."""
        return f"127.0.0.1:{self.server.port}"

    @property
    def database(self) -> Database:
        """The database under it."""
        return self.parts.database

    async def enroll(self, tenant_id: UUID, name: str = "agent-1", **labels: str) -> ScriptedAgent:
        """A new agent, enrolled as the API does it."""
        created = await self.tokens.create(tenant_id, "system:test")
        key = ec.generate_private_key(ec.SECP256R1())
        instance_id = new_id()
        request = EnrollRequest(
            token=created.text,
            csr=certificate_request(key).decode(),
            name=name,
            labels=labels,
            instance_id=instance_id,
        )
        enrolled = await self.enroller.enroll(request)
        agent = ScriptedAgent(self.address, tenant_id, enrolled.agent_id, key, enrolled, instance_id)
        self.agents.append(agent)
        return agent

    async def execution(self, tenant_id: UUID) -> UUID:
        """The rows of an execution that may be dispatched for."""
        repository_id, runbook_id, version_id, execution_id = (new_id() for _ in range(4))
        async with self.database.work(tenant_id) as uow:
            if await uow.value(ROWS["count_repositories"]):
                runbook_id = await uow.value(ROWS["runbook_id"])
                version_id = await uow.value(ROWS["version_id"])
            else:
                await uow.run(ROWS["add_repository"], id=repository_id)
                await uow.run(ROWS["add_runbook"], id=runbook_id, repository_id=repository_id)
                await uow.run(ROWS["add_version"], id=version_id, runbook_id=runbook_id)
            await uow.run(
                ROWS["add_execution"], id=execution_id, runbook_id=runbook_id, version_id=version_id
            )
        return execution_id

    async def dispatch(
        self,
        agent: ScriptedAgent,
        kind: DispatchKind = "run",
        *,
        execution_id: UUID | None = None,
        step_execution_id: UUID | None = None,
        seconds: float = 60,
        wake: bool = True,
    ) -> Dispatch:
        """Write an order as the engine does; the payload is a stand-in, the link never looks inside."""
        tenant_id = agent.tenant_id
        execution_id = execution_id or await self.execution(tenant_id)
        step_id = step_execution_id or new_id()
        not_after = datetime.now(UTC) + timedelta(seconds=seconds) if kind == "run" else None
        async with self.database.work(tenant_id) as uow:
            if step_execution_id is None:
                await uow.run(
                    ROWS["add_step_execution"],
                    id=step_id,
                    execution_id=execution_id,
                    agent_id=agent.agent_id,
                )
            envelope = None if kind == "ask" else await self.sign(uow, kind, step_id)
            dispatch = Dispatch(
                new_id(),
                agent.agent_id,
                agent.instance_id,
                execution_id,
                step_id,
                kind,
                1,
                envelope,
                not_after,
            )
            outbox = self.outbox if wake else Outbox(self.parts.sealer, MemoryBus())
            await outbox.add(uow, dispatch)
        return dispatch

    async def sign(self, uow: UnitOfWork, kind: DispatchKind, step_id: UUID) -> SignedEnvelope:
        """Signed bytes that name the step execution."""
        payload_type = GRANT_TYPE if kind == "run" else f"dd0c.{kind}.v1"
        return await self.parts.signer.sign(uow, payload_type, b'{"step":"' + step_id.hex.encode() + b'"}')

    async def audited(self, tenant_id: UUID, event_type: str) -> list[Audited]:
        """The events of a type in a tenant's trail."""
        async with self.database.work(tenant_id) as uow:
            return await uow.all(ROWS["audit"], Audited, event_type=event_type)

    async def row(self, dispatch: Dispatch, tenant_id: UUID) -> DispatchRow:
        """How a dispatch stands."""
        async with self.database.work(tenant_id) as uow:
            found = await uow.one(ROWS["dispatch"], DispatchRow, id=dispatch.id)
        assert found is not None
        return found


@dataclass(frozen=True)
class Audited:
    """One event of the trail."""

    event_type: str
    actor_id: str
    event_data: str


@dataclass(frozen=True)
class DispatchRow:
    """One row of dispatches."""

    state: str
    sends: int
    stream_epoch: int | None


@asynccontextmanager
async def running_link(
    database: Database,
    state: Path,
    *,
    bus: MemoryBus | None = None,
    replica: str = "one",
    certificate_seconds: int = 3600,
    poll_seconds: float = 0.2,
    events: RecordingEvents | None = None,
    engine: LinkEvents | None = None,
) -> AsyncIterator[Link]:
    """Build the link as main does, serve, and leave nothing behind. `engine`: the real one hears agents."""
    clock = SystemClock()
    store = KeyStore(state / "keys")
    keys = TenantKeys(store)
    sealer, signer = Sealer(store, keys, clock), GrantSigner(keys)
    authority = CertificateAuthority(store, clock)
    events, hooks, shared = events or RecordingEvents(), RecordingHooks(), bus or MemoryBus()
    settings = LinkSettings(
        replica=replica,
        address="127.0.0.1:0",
        certificate_seconds=certificate_seconds,
        poll_dispatch_seconds=poll_seconds,
    )
    parts = LinkParts(
        settings=settings,
        clock=clock,
        database=database,
        bus=shared,
        gate=PanicGate(state / f"panic-{replica}", clock),
        registry=SessionRegistry(),
        authority=authority,
        sealer=sealer,
        signer=signer,
        events=engine or events,
    )
    panic = PanicService(parts, hooks)
    server = LinkServer(parts, panic)
    port = await server.start()
    link = Link(
        parts,
        server,
        panic,
        PanicClearer(database, panic, hooks),
        hooks,
        events,
        Outbox(sealer, shared),
        EnrollmentTokens(database, authority),
        Enroller(
            database,
            authority,
            signer,
            grpc_address=f"127.0.0.1:{port}",
            certificate_seconds=certificate_seconds,
        ),
        AgentAdmin(database, shared),
    )
    try:
        yield link
    finally:
        for agent in link.agents:
            for stream in agent.streams:
                await stream.close()
        await server.stop()
