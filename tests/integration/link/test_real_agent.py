"""The real agent program on the real link: enrol, run, renew under load, panic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from base.ids import new_id
from controller.db.database import Database
from controller.link.agents import AgentView, choose
from controller.link.events import AttemptReport, AttemptState
from controller.link.outbox import Dispatch
from schemas.grant import GRANT_TYPE
from tests.conftest import TestTenant
from tests.integration.agent.agent_process import AgentProcess
from tests.integration.link.door import open_door
from tests.integration.link.kit import ROWS, Link, eventually, running_link
from tests.integration.link.panics import panicked
from tests.unit.agent.grants import Controller

LABELS = {"role": "db", "env": "test"}


@asynccontextmanager
async def real_agent(link: Link, tenant: TestTenant, folder: Path) -> AsyncIterator[AgentProcess]:
    """The program, enrolled by a token and started; stopped at the end."""
    await asyncio.to_thread(folder.mkdir)
    created = await link.tokens.create(tenant.tenant_id, tenant.actor)
    async with open_door(link, created.text) as door:
        process = await AgentProcess(folder, door).start()
        try:
            await link.events.wait("hello")
            yield process
            assert await process.stop() == 0, process.text()
        finally:
            await AgentProcess.end_all()


async def online(link: Link, tenant: TestTenant) -> AgentView:
    """The agent, as soon as it is there: one that takes up its stream again is not for a moment."""

    async def chosen() -> AgentView | None:
        async with link.database.work(tenant.tenant_id) as uow:
            return await choose(uow, LABELS)

    found = await eventually(chosen)
    assert isinstance(found, AgentView)
    return found


async def order(link: Link, tenant: TestTenant, command: str) -> UUID:
    """Grant a command to the agent, as the engine does; its step execution."""
    agent = await online(link, tenant)
    assert agent.instance_id is not None
    execution_id = await link.execution(tenant.tenant_id)
    granting = Controller(tenant.tenant_id, agent.id, agent.instance_id)
    grant = granting.grant(command, execution=execution_id)
    async with link.database.work(tenant.tenant_id) as uow:
        await uow.run(
            ROWS["add_step_execution"],
            id=grant.step_execution,
            execution_id=execution_id,
            agent_id=agent.id,
        )
        envelope = await link.parts.signer.sign(uow, GRANT_TYPE, grant.to_payload())
        dispatch = Dispatch(
            new_id(),
            agent.id,
            agent.instance_id,
            execution_id,
            grant.step_execution,
            "run",
            1,
            envelope,
            grant.not_after,
        )
        await link.outbox.add(uow, dispatch)
    return grant.step_execution


async def reached(link: Link, step_execution_id: UUID, state: AttemptState) -> AttemptReport:
    """The report of this state, once it came."""
    count = 1
    while True:
        for report in await link.events.wait("report", count):
            if report.step_execution_id == step_execution_id and report.state is state:
                assert isinstance(report, AttemptReport)
                return report
        count = len(link.events.of("report")) + 1


async def test_a_command_runs_on_the_real_agent(link: Link, tenant: TestTenant, tmp_path: Path) -> None:
    async with real_agent(link, tenant, tmp_path / "host"):
        step = await order(link, tenant, f"echo ran >> {tmp_path}/ran; uname -s; exit 3")
        report = await reached(link, step, AttemptState.FINISHED)
        assert (report.exit_code, report.timed_out) == (3, False)
        assert (tmp_path / "ran").read_text() == "ran\n"
        chunks = await link.events.wait("output", 1)
        assert b"".join(chunk.data for chunk in chunks if chunk.step_execution_id == step) == b"Linux\n"


async def test_r27_short_lived_certificates_rotate_under_load_and_no_step_fails(
    database: Database, tmp_path: Path, tenant: TestTenant
) -> None:
    """60 s for 10 minutes, scaled down by 15: 4 s, and commands all the while."""
    async with (
        running_link(database, tmp_path, certificate_seconds=4) as link,
        real_agent(link, tenant, tmp_path / "host"),
    ):
        rotations, commands = 0, 0
        while rotations < 10:
            step = await order(link, tenant, f"echo {commands} >> {tmp_path}/ran")
            report = await asyncio.wait_for(reached(link, step, AttemptState.FINISHED), 60)
            assert report.exit_code == 0
            commands += 1
            rotations = len(await link.audited(tenant.tenant_id, "agent.certificate_rotated"))
        assert (tmp_path / "ran").read_text().split() == [str(number) for number in range(commands)]
        connects = [event.event_data for event in await link.audited(tenant.tenant_id, "agent.connected")]
        assert not [code for code in connects if "clone" in code]
        assert await link.audited(tenant.tenant_id, "agent.refused") == []
        assert await link.audited(tenant.tenant_id, "security.refused") == []


async def test_r72_a_panic_stops_what_runs_and_its_end_lets_it_be_thawed(
    link: Link, tenant: TestTenant, tmp_path: Path
) -> None:
    async with real_agent(link, tenant, tmp_path / "host"):
        step = await order(
            link, tenant, f"echo began >> {tmp_path}/ran; sleep 1; echo ended >> {tmp_path}/ran"
        )
        await reached(link, step, AttemptState.STARTED)
        taken = await link.panic.trigger(tenant.tenant_id, tenant.actor, "api", "fire")
        (report,) = await link.events.wait("panic")
        assert (report.epoch, report.frozen, report.could_not_freeze) == (taken.epoch, (step,), ())
        assert report.took_ms < 1000
        held = await order(link, tenant, f"echo held >> {tmp_path}/ran")
        await panicked(link, tenant)
        await link.clearer.clear(tenant.tenant_id, tenant.member_id, taken.epoch, alone_on_host=True)
        await reached(link, held, AttemptState.FINISHED)
        lines = (tmp_path / "ran").read_text().split()
        assert "held" in lines
        assert "ended" not in lines  # frozen until it is thawed by an order of its own
