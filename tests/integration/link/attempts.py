"""What the tests of streams share: an agent that was sent a command, its reports, its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.link.events import AttemptReport, AttemptState
from controller.link.outbox import Dispatch
from proto.agent.v1 import agent_pb2
from proto.convert import report_to_message
from tests.conftest import TestTenant
from tests.integration.link.kit import ROWS, Link
from tests.integration.link.scripted import AgentStream, ScriptedAgent


@dataclass(frozen=True)
class AgentRow:
    """What the tests read of an agent's row."""

    stream_epoch: int
    instance_id: UUID | None
    last_seen_at: datetime | None
    disconnected_at: datetime | None
    panic_epoch: int


async def agent_row(link: Link, agent: ScriptedAgent) -> AgentRow:
    async with link.database.work(agent.tenant_id) as uow:
        found = await uow.one(ROWS["agent"], AgentRow, id=agent.agent_id)
    assert found is not None
    return found


def report(dispatch: Dispatch, state: AttemptState, seq: int = 1) -> agent_pb2.AttemptReport:
    assert dispatch.step_execution_id is not None
    return report_to_message(
        AttemptReport(
            dispatch.step_execution_id,
            seq,
            state,
            exit_code=0 if state is AttemptState.FINISHED else None,
            started_us=1,
            ended_us=2 if state is AttemptState.FINISHED else None,
        )
    )


async def running(link: Link, tenant: TestTenant) -> tuple[ScriptedAgent, AgentStream, Dispatch]:
    """An agent that was sent a command."""
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    dispatch = await link.dispatch(agent)
    await stream.wait("run")
    return agent, stream, dispatch
