"""A command that can't be judged, over a real stream: it holds up nobody else on it, and the stream stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from controller.db.database import Database
from controller.engine.judgements import Judgements
from controller.engine.kept_ends import TASK
from controller.link.events import AttemptReport, AttemptState
from proto.agent.v1 import agent_pb2
from proto.convert import report_to_message
from tests.conftest import TestTenant
from tests.integration.engine.judge import LONG, TWO, Judge
from tests.integration.engine.kit import House, build_house
from tests.integration.link.kit import Link, eventually, running_link
from tests.integration.link.scripted import AgentStream, ScriptedAgent, certificate_request

ANOTHER = TWO.replace("two", "another").replace(LONG, "touch /tmp/mark")


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest_asyncio.fixture
async def house(database: Database, tenant: TestTenant, tmp_path: Path, judge: Judge) -> House:
    return await build_house(database, tenant.principal(), tmp_path, judgements=Judgements(judge.run, kept=1))


@pytest_asyncio.fixture
async def link(house: House, database: Database, tmp_path: Path) -> AsyncIterator[Link]:
    async with running_link(database, tmp_path, bus=house.bus, engine=house.results) as running:
        yield running


async def _sent(house: House, execution_id: UUID) -> UUID:
    """The attempt of an execution once its command was sent."""

    async def sent() -> UUID | None:
        rows = [row for row in await house.dispatches(execution_id) if row.kind == "run"]
        return rows[0].step_execution_id if rows and rows[0].state == "sent" else None

    found: UUID = await eventually(sent)
    return found


async def _two_at_work(house: House, agent: ScriptedAgent) -> tuple[AgentStream, UUID, UUID]:
    """Two executions, at their first commands on one agent; what the first one does next is not judged."""
    await house.run("revoke_agent", id=house.agent)
    stream = await agent.connect()
    executions = []
    for text in (TWO, ANOTHER):
        x = await house.started(await house.runbook(text), variables={"host": "web-1"})
        await house.approve(x)
        executions.append(x)
    forgotten = TWO.replace("two", "forgotten").replace("true", "false")
    await house.started(await house.runbook(forgotten), variables={"host": "web-1"})
    return stream, executions[0], executions[1]


def _report(attempt: UUID, sequence: int, state: AttemptState) -> agent_pb2.AttemptReport:
    ended = state is AttemptState.FINISHED
    return report_to_message(
        AttemptReport(
            attempt,
            sequence,
            state,
            exit_code=0 if ended else None,
            started_us=1_000,
            ended_us=2_000 if ended else None,
        )
    )


async def test_what_cant_be_judged_ends_no_stream_and_holds_up_no_other_execution(
    house: House, link: Link, judge: Judge
) -> None:
    agent = await link.enroll(house.tenant, role="shell")
    stream, held_up, other = await _two_at_work(house, agent)
    attempts = [await _sent(house, x) for x in (held_up, other)]
    judge.gone = True
    sequence = 0
    for attempt in attempts:
        for state in (AttemptState.STARTED, AttemptState.FINISHED):
            sequence += 1
            await stream.send(report=_report(attempt, sequence, state))
    acks = await stream.wait("report_ack", 4)
    assert [ack.report_seq for ack in acks] == [1, 2, 3, 4]
    assert (await house.view(other)).step == "long", "it went on to its second command"
    assert (await house.view(held_up)).step == "short"
    again = await agent.connect(open=[_report(attempts[0], 2, AttemptState.FINISHED)])
    await again.wait("report_ack")
    assert again.of("run") == []
    assert not again.call.done()
    judge.gone = False
    view = await house.work_until(held_up, "await_approval")
    assert [(a.status, a.late_result) for a in view.steps[0].attempts] == [("succeeded", None)]
    assert (await house.trail(held_up)).count("step.executed") == 1


async def test_a_hello_after_a_lost_journal_is_heard_though_nothing_can_be_judged(
    house: House, link: Link, judge: Judge
) -> None:
    first = TWO.replace("- id: short", "- id: first").replace("touch /tmp/{{ host }}", LONG, 1)
    agent = await link.enroll(house.tenant, role="shell")
    stream = await agent.connect()
    await house.run("revoke_agent", id=house.agent)
    x = await house.started(await house.runbook(first), variables={"host": "web-1"})
    await house.view(x)
    await stream.close()
    await house.approve(x)
    forgotten = TWO.replace("two", "forgotten").replace("true", "false")
    await house.started(await house.runbook(forgotten), variables={"host": "web-1"})
    judge.gone = True
    agent.instance_id = UUID(int=agent.instance_id.int ^ 1)
    stream = await agent.connect()

    async def put_off() -> bool:
        return await house.jobs(TASK) == 1

    await eventually(put_off)
    assert [(row.kind, row.state) for row in await house.dispatches(x)] == [("run", "revoked")]
    await stream.send(renew=agent_pb2.RenewRequest(csr=certificate_request(agent.key)))
    await stream.wait("renewed")  # the stream goes on
    judge.gone = False
    view = await house.work_until(x, "await_approval")
    assert (view.unknown, view.steps[0].attempts[0].refusal) == (False, "expired")
