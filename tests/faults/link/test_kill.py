"""The link is killed at each of its fault points; the command runs once, and its result is kept."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import grpc.aio
import pytest

from base import faults
from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.link.gate import AFTER_LATCH, BEFORE_LATCH, PanicGate
from proto.agent.v1 import agent_pb2
from proto.convert import AttemptReport, AttemptState, report_to_message
from tests.conftest import TestTenant
from tests.integration.link.kit import running_link
from tests.integration.link.scripted import AgentStream, ScriptedAgent

POINTS = sorted(name for name in faults.registered() if name.startswith("link."))


def test_every_fault_point_of_the_link_is_listed() -> None:
    assert len(POINTS) == 8, POINTS


class Served:
    """A link in another process."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.address = f"127.0.0.1:{port}"

    async def dead(self) -> int:
        """Its exit code once it has died by itself."""
        async with asyncio.timeout(60):
            return await self.process.wait()

    async def panic(self, tenant_id: UUID) -> None:
        """Have it take a panic."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"panic {tenant_id}\n".encode())
        await self.process.stdin.drain()


@asynccontextmanager
async def served(urls: Urls, state: Path, fault: str | None = None) -> AsyncIterator[Served]:
    """Start one; it is killed at the end if it lives."""
    environment = {**os.environ, "DD0C_FAULTPOINT": f"{fault}:kill" if fault else ""}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.link.serve",
        urls.app,
        str(state),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            port = int(await process.stdout.readline())
        yield Served(process, port)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Journal:
    """What a real agent has on disk: an id is run once, every report is kept until it is acknowledged."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self.open: dict[int, agent_pb2.AttemptReport] = {}
        self.finished = asyncio.Event()

    async def serve(self, stream: AgentStream) -> None:
        """Act on everything that comes, until the stream breaks or all is acknowledged."""
        seen = 0
        while not self.finished.is_set() and not stream.call.done():
            await stream.changed(seen)
            for message in stream.messages[seen:]:
                seen += 1
                await self._act(stream, message)

    async def _act(self, stream: AgentStream, message: agent_pb2.ControllerMessage) -> None:
        kind = message.WhichOneof("body")
        if kind == "run":
            step = message.run.payload.decode()[9:41]
            self.received[step] += 1
            if step in self.runs:
                return
            self.runs[step] += 1
            for seq, state in ((1, AttemptState.STARTED), (2, AttemptState.FINISHED)):
                ended = 2 if state is AttemptState.FINISHED else None
                code = 0 if ended else None
                report = AttemptReport(UUID(step), seq, state, exit_code=code, started_us=1, ended_us=ended)
                self.open[seq] = report_to_message(report)
            # Both are on disk before one is sent: the stream may break between them.
            for seq in (1, 2):
                await stream.send(report=self.open[seq])
        elif kind == "report_ack":
            for seq in [seq for seq in self.open if seq <= message.report_ack.report_seq]:
                del self.open[seq]
            if self.runs and not self.open:
                self.finished.set()


async def live(agent: ScriptedAgent, journal: Journal) -> None:
    """One connection of the agent, to its end, however it ends."""
    stream = agent.dial()
    try:
        await stream.send(hello=agent.hello(open=[journal.open[seq] for seq in sorted(journal.open)]))
        await journal.serve(stream)
    except grpc.aio.AioRpcError:
        pass
    finally:
        await stream.close()


@pytest.mark.parametrize("point", POINTS)
async def test_r2_r3_f1_killed_at_any_point_the_command_runs_once_and_its_result_is_kept(
    database: Database, database_urls: Urls, tmp_path: Path, tenant: TestTenant, point: str
) -> None:
    journal = Journal()
    async with running_link(database, tmp_path, replica="office") as office:
        agent = await office.enroll(tenant.tenant_id)
        dispatch = await office.dispatch(agent)
        async with served(database_urls, tmp_path, point) as first:
            agent.address = first.address
            acting = asyncio.create_task(live(agent, journal))
            assert await first.dead() == -signal.SIGKILL
            await acting
        async with served(database_urls, tmp_path) as second:
            agent.address = second.address
            if not journal.finished.is_set():
                async with asyncio.timeout(60):
                    await live(agent, journal)
            assert dispatch.step_execution_id is not None
            step = dispatch.step_execution_id.hex
            assert journal.runs == {step: 1}
            assert 1 <= journal.received[step] <= 2
            row = await office.row(dispatch, tenant.tenant_id)
            assert (row.state, row.sends <= 2) == ("done", True)
    heard = (tmp_path / "heard").read_text().splitlines()
    assert f"{dispatch.step_execution_id} 2 finished" in heard


@pytest.mark.parametrize(("point", "latched"), [(BEFORE_LATCH, False), (AFTER_LATCH, True)])
async def test_r74_killed_in_the_middle_of_a_panic(
    database: Database, database_urls: Urls, tmp_path: Path, tenant: TestTenant, point: str, latched: bool
) -> None:
    """Before the latch is on disk nobody was told that it holds; from then on it holds for good."""
    async with running_link(database, tmp_path, replica="office") as office:
        agent = await office.enroll(tenant.tenant_id)
        async with served(database_urls, tmp_path, point) as first:
            agent.address = first.address
            await agent.connect()
            await first.panic(tenant.tenant_id)
            assert await first.dead() == -signal.SIGKILL
        gate = PanicGate(tmp_path / "panic-one", office.parts.clock)
        assert (gate.latch(tenant.tenant_id) is not None) == latched
        async with served(database_urls, tmp_path) as second:
            agent.address = second.address
            stream = await agent.connect()
            await office.dispatch(agent)
            await stream.wait("panic" if latched else "run")
            assert stream.of("run") == [] or not latched
