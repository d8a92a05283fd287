"""The real agent and the real link together: enrolment, a granted run, panic, a lost controller, renewal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest_asyncio

from agent.identity import load_identity
from base.ids import new_id
from controller.db.database import Database
from controller.link.enroll import EnrollRequest
from controller.link.events import AttemptState
from controller.link.outbox import Dispatch
from schemas.grant import GRANT_TYPE, Grant
from tests.conftest import TestTenant
from tests.integration.agent.agent_process import AgentProcess
from tests.integration.agent.host import until
from tests.integration.link.kit import ROWS, Link, running_link
from tests.unit.agent.grants import Controller


class _Doorway:
    """Enrolment over HTTP, as the API's route does it: the request's model in, the answer's model out."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.url = ""
        self.token = ""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert head.startswith("POST /api/v1/agents/enroll ")
        length = next(
            int(line.split(":")[1])
            for line in head.splitlines()
            if line.lower().startswith("content-length:")
        )
        request = EnrollRequest.model_validate_json(await reader.readexactly(length))
        enrolled = await self._link.enroller.enroll(request)
        body = enrolled.model_dump_json(by_alias=True).encode()
        writer.write(
            b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
        )
        await writer.drain()
        writer.close()


class _House:
    """A link, an agent that enrolled with it, and grants between them."""

    def __init__(self, link: Link, tenant: TestTenant, folder: Path) -> None:
        self.link = link
        self.tenant = tenant
        self.tenant_id = tenant.tenant_id
        self.folder = folder

    async def enroll_agent(self) -> None:
        door = _Doorway(self.link)
        await door.start()
        door.token = (await self.link.tokens.create(self.tenant_id, "system:test")).text
        self.agent = AgentProcess(self.folder, door)
        await self.agent.start()
        await self.link.events.wait("hello")
        await door.stop()
        identity = load_identity(self.agent.state)
        assert identity is not None
        self.agent_id = identity.agent

    def instance(self) -> UUID:
        """The instance that said hello last."""
        instance = self.link.events.of("hello")[-1].instance_id
        assert isinstance(instance, UUID)
        return instance

    async def run(self, command: str, **changes: Any) -> Grant:
        """What the engine does at an approval: sign a grant, write its dispatch."""
        execution_id = changes.get("execution") or await self.link.execution(self.tenant_id)
        controller = Controller(self.tenant_id, self.agent_id, self.instance())
        grant = controller.grant(command, **{"execution": execution_id, **changes})
        async with self.link.database.work(self.tenant_id) as uow:
            await uow.run(
                ROWS["add_step_execution"],
                id=grant.step_execution,
                execution_id=execution_id,
                agent_id=self.agent_id,
            )
            envelope = await self.link.parts.signer.sign(uow, GRANT_TYPE, grant.to_payload())
            dispatch = Dispatch(
                new_id(),
                self.agent_id,
                self.instance(),
                execution_id,
                grant.step_execution,
                "run",
                grant.epoch,
                envelope,
                grant.not_after,
            )
            await self.link.outbox.add(uow, dispatch)
        return grant

    def reports(self, identity: UUID, state: AttemptState) -> list[Any]:
        return [
            item
            for item in self.link.events.of("report")
            if item.step_execution_id == identity and item.state is state
        ]

    async def reported(self, identity: UUID, state: AttemptState) -> Any:
        return (await until(lambda: self.reports(identity, state)))[0]

    def runs(self) -> int:
        path = self.folder / "ran"
        return len(path.read_text().splitlines()) if path.exists() else 0


@pytest_asyncio.fixture
async def house(database: Database, tenant: TestTenant, tmp_path: Path) -> AsyncIterator[_House]:
    async with running_link(database, tmp_path / "controller") as link:
        made = _House(link, tenant, tmp_path)
        await made.enroll_agent()
        yield made
        await made.agent.kill()


async def test_r02_a_dispatched_grant_runs_once_and_its_output_arrives(house: _House) -> None:
    grant = await house.run(f"echo $$ >> {house.folder}/ran; seq 1 50000; exit 5")
    report = await house.reported(grant.step_execution, AttemptState.FINISHED)
    assert report.exit_code == 5
    expected = b"".join(b"%d\n" % number for number in range(1, 50_001))
    assert report.output_bytes == len(expected)
    await until(lambda: any(chunk.last for chunk in house.link.events.of("output")))
    chunks = sorted(house.link.events.of("output"), key=lambda chunk: chunk.offset)
    assert b"".join(chunk.data for chunk in chunks) == expected
    assert house.runs() == 1


async def test_r07_the_link_goes_away_and_comes_back(house: _House, tmp_path: Path) -> None:
    grant = await house.run(f"echo $$ >> {house.folder}/ran; sleep 1; echo done")
    await house.reported(grant.step_execution, AttemptState.STARTED)
    session = next(iter(house.link.parts.registry))
    session.end("shutdown")
    await house.link.events.wait("hello", 2)
    report = await house.reported(grant.step_execution, AttemptState.FINISHED)
    assert report.exit_code == 0
    assert house.runs() == 1
