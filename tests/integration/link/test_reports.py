"""Reports and output: kept before they are acknowledged, and only of what was sent to this agent."""

from __future__ import annotations

import asyncio

import grpc

from base.ids import new_id
from base.limits import OUTPUT_WINDOW_CHUNKS
from controller.link.events import AttemptState
from proto.agent.v1 import agent_pb2
from tests.conftest import TestTenant
from tests.integration.link.attempts import agent_row, report, running
from tests.integration.link.kit import Link, eventually
from tests.integration.link.scripted import certificate_request

STARTED = agent_pb2.AttemptReport.STARTED


async def test_r30_a_report_of_what_was_never_sent_is_rejected(link: Link, tenant: TestTenant) -> None:
    _, _, dispatch = await running(link, tenant)
    other = await link.enroll(tenant.tenant_id, "agent-2")
    for step_execution_id in (dispatch.step_execution_id, new_id()):
        assert step_execution_id is not None
        for body in (
            {
                "report": agent_pb2.AttemptReport(
                    step_execution_id=step_execution_id.bytes, report_seq=1, state=STARTED
                )
            },
            {"output": agent_pb2.OutputChunk(step_execution_id=step_execution_id.bytes, data=b"x")},
            {"panic": agent_pb2.PanicReport(epoch=1, frozen=[step_execution_id.bytes])},
            {
                "journal": agent_pb2.JournalAnswer(
                    instance_id=other.instance_id.bytes,
                    report=agent_pb2.AttemptReport(step_execution_id=step_execution_id.bytes),
                )
            },
            {"recorded": agent_pb2.RecordedCommand(execution_id=dispatch.execution_id.bytes)},
        ):
            stream = await other.connect()
            await stream.send(**body)
            assert await stream.code() is grpc.StatusCode.PERMISSION_DENIED
    kinds = {kind for kind, _, _ in link.events.heard}
    assert kinds <= {"hello", "lost"}

    async def recorded() -> bool:
        return len(await link.audited(tenant.tenant_id, "security.refused")) == 10

    await eventually(recorded)


async def test_r30_open_reports_of_strangers_are_dropped_once_and_for_all(
    link: Link, tenant: TestTenant
) -> None:
    agent, first, dispatch = await running(link, tenant)
    await first.close()
    stranger = agent_pb2.AttemptReport(
        step_execution_id=new_id().bytes, report_seq=7, state=STARTED, started_us=1
    )
    stream = await agent.connect(open=[stranger, report(dispatch, AttemptState.FINISHED, 2)])
    acks = await stream.wait("report_ack", 2)
    assert {ack.report_seq for ack in acks} == {7, 2}
    (kept,) = link.events.of("report")
    assert kept.step_execution_id == dispatch.step_execution_id
    (event,) = await link.audited(tenant.tenant_id, "security.refused")
    assert "open_report_never_sent" in event.event_data


async def test_a_report_is_acknowledged_only_after_the_engine_kept_it(link: Link, tenant: TestTenant) -> None:
    agent, stream, dispatch = await running(link, tenant)
    link.events.hold = asyncio.Event()
    await stream.send(report=report(dispatch, AttemptState.STARTED))
    # A renewal queues behind the report; its answer would pass if reports were acknowledged early.
    await stream.send(renew=agent_pb2.RenewRequest(csr=certificate_request(agent.key)))
    await stream.send(heartbeat=agent_pb2.Heartbeat(running=[dispatch.step_execution_id.bytes]))
    session = link.parts.registry.get(tenant.tenant_id, agent.agent_id)
    assert session is not None

    async def heartbeat_was_read() -> bool:
        await agent_row(link, agent)
        return session.running == {dispatch.step_execution_id}

    await eventually(heartbeat_was_read)
    assert stream.of("report_ack") == []
    assert (await link.row(dispatch, tenant.tenant_id)).state == "sent"
    link.events.hold.set()
    await stream.wait("report_ack")
    assert (await link.row(dispatch, tenant.tenant_id)).state == "acked"


async def test_a_failing_engine_closes_the_stream_unacknowledged_and_hears_it_again(
    link: Link, tenant: TestTenant
) -> None:
    agent, stream, dispatch = await running(link, tenant)
    link.events.fail = True
    await stream.send(report=report(dispatch, AttemptState.FINISHED))
    assert await stream.code() is grpc.StatusCode.UNAVAILABLE
    assert stream.of("report_ack") == []
    assert (await link.row(dispatch, tenant.tenant_id)).state == "sent"
    link.events.fail = False
    again = await agent.connect(open=[report(dispatch, AttemptState.FINISHED)])
    await again.wait("report_ack")
    assert (await link.row(dispatch, tenant.tenant_id)).state == "done"
    assert again.of("run") == []


async def test_output_is_acknowledged_and_never_delays_control(link: Link, tenant: TestTenant) -> None:
    _, stream, dispatch = await running(link, tenant)
    step = dispatch.step_execution_id
    assert step is not None
    link.events.output_hold = asyncio.Event()
    for number in range(16):
        chunk = agent_pb2.OutputChunk(step_execution_id=step.bytes, offset=number * 4, data=b"abcd")
        await stream.send(output=chunk)
    await stream.send(report=report(dispatch, AttemptState.STARTED))
    await stream.wait("report_ack")
    assert stream.of("output_ack") == []
    link.events.output_hold.set()

    async def all_kept() -> bool:
        acks = await stream.wait("output_ack")
        return bool(acks[-1].upto == 64)

    await eventually(all_kept)
    assert [chunk.offset for chunk in link.events.of("output")] == [number * 4 for number in range(16)]


async def test_an_agent_beyond_its_output_window_is_cut_off(link: Link, tenant: TestTenant) -> None:
    _, stream, dispatch = await running(link, tenant)
    step = dispatch.step_execution_id
    assert step is not None
    link.events.output_hold = asyncio.Event()
    most = 2 * OUTPUT_WINDOW_CHUNKS + 1  # twice the window waits, one is being kept
    for number in range(most + 1):
        chunk = agent_pb2.OutputChunk(step_execution_id=step.bytes, offset=number, data=b"x")
        await stream.send(output=chunk)
    assert await stream.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert stream.of("goaway")[0].reason == "output_window"
