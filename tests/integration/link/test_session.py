"""Streams: one an agent, heartbeats, renewal, reports that are kept before they are acknowledged."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from cryptography import x509

from base.ids import new_id
from controller.db.bus import MemoryBus
from controller.db.database import Database
from controller.link.agents import choose, list_agents
from controller.link.events import AttemptState
from proto.agent.v1 import agent_pb2
from tests.conftest import TestTenant
from tests.integration.link.attempts import agent_row, report
from tests.integration.link.kit import ROWS, Link, eventually, running_link
from tests.integration.link.scripted import certificate_request


async def test_the_first_word_is_welcome_and_then_the_keys(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    (welcome,) = stream.of("welcome")
    assert (welcome.stream_epoch, welcome.heartbeat_ms, welcome.panic_epoch) == (1, 5000, 0)
    await stream.wait("keys")
    assert [message.seq for message in stream.messages] == [1, 2]
    await link.events.wait("hello")
    (connected,) = await link.audited(tenant.tenant_id, "agent.connected")
    assert '"code":"first"' in connected.event_data.replace(" ", "")


@pytest.mark.parametrize("body", ["heartbeat", "renew"])
async def test_a_stream_begins_with_hello(link: Link, tenant: TestTenant, body: str) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = agent.dial()
    messages = {"heartbeat": agent_pb2.Heartbeat(), "renew": agent_pb2.RenewRequest()}
    await stream.send(**{body: messages[body]})
    assert await stream.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert link.events.heard == []


async def test_malformed_messages_end_the_stream_and_are_recorded(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    await stream.send(report=agent_pb2.AttemptReport(step_execution_id=b"short", report_seq=1))
    assert await stream.code() is grpc.StatusCode.INVALID_ARGUMENT

    async def recorded() -> object:
        return await link.audited(tenant.tenant_id, "security.refused")

    (event,) = await eventually(recorded)
    assert "malformed" in event.event_data


async def test_r26_the_newer_stream_of_one_instance_wins_without_an_alarm(
    link: Link, tenant: TestTenant
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    older = await agent.connect()
    newer = await agent.connect()
    assert newer.of("welcome")[0].stream_epoch == 2
    assert (await older.wait("goaway"))[0].reason == "superseded"
    assert await older.code() is grpc.StatusCode.ABORTED
    codes = [event.event_data for event in await link.audited(tenant.tenant_id, "agent.connected")]
    assert "rotation" in codes[1]

    async def ended() -> object:
        return await link.audited(tenant.tenant_id, "agent.disconnected")

    (event,) = await eventually(ended)
    assert "superseded" in event.event_data
    assert await link.audited(tenant.tenant_id, "security.refused") == []
    assert link.events.of("lost") == []
    assert (await agent_row(link, agent)).disconnected_at is None


async def test_r26_another_instance_with_the_same_identity_is_an_alarm(
    link: Link, tenant: TestTenant, caplog: pytest.LogCaptureFixture
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    older = await agent.connect()
    await agent.connect(instance_id=new_id().bytes)
    assert (await older.wait("goaway"))[0].reason == "superseded"
    (alarm,) = await link.audited(tenant.tenant_id, "security.refused")
    assert "agent_clone" in alarm.event_data
    codes = [event.event_data for event in await link.audited(tenant.tenant_id, "agent.connected")]
    assert "clone" in codes[1]
    assert "link.clone_alarm" in [getattr(record, "action", "") for record in caplog.records]


async def test_r26_the_newer_stream_wins_on_another_replica_too(
    database: Database, tmp_path: Path, tenant: TestTenant
) -> None:
    bus = MemoryBus()
    async with (
        running_link(database, tmp_path, bus=bus, replica="one") as one,
        running_link(database, tmp_path, bus=bus, replica="two") as two,
    ):
        agent = await one.enroll(tenant.tenant_id)
        older = await agent.connect()
        agent.address = two.address
        newer = await agent.connect()
        assert (await older.wait("goaway"))[0].reason == "superseded"
        codes = [event.event_data for event in await one.audited(tenant.tenant_id, "agent.connected")]
        assert "rotation" in codes[1]
        dispatch = await one.dispatch(agent)
        await newer.wait("run")
        assert older.of("run") == []
        assert (await one.row(dispatch, tenant.tenant_id)).sends == 1


async def test_an_agent_that_hangs_up_is_lost_once(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    await stream.close()
    assert await link.events.wait("lost") == [agent.instance_id]
    assert (await agent_row(link, agent)).disconnected_at is not None
    again = await agent.connect()
    codes = [event.event_data for event in await link.audited(tenant.tenant_id, "agent.connected")]
    assert "reconnect" in codes[1]
    await again.close()


async def test_heartbeats_reach_the_row_in_a_batch_and_decide_who_is_online(
    link: Link, tenant: TestTenant
) -> None:
    agent = await link.enroll(tenant.tenant_id, role="db")
    stream = await agent.connect()
    async with link.database.work(tenant.tenant_id) as uow:
        await uow.run(ROWS["silence"], id=agent.agent_id)
        assert [view.status for view in await list_agents(uow)] == ["offline"]
        assert await choose(uow, {"role": "db"}) is None
    await stream.send(heartbeat=agent_pb2.Heartbeat())

    async def online() -> bool:
        async with link.database.work(tenant.tenant_id) as uow:
            return [view.status for view in await list_agents(uow)] == ["online"]

    await eventually(online)
    async with link.database.work(tenant.tenant_id) as uow:
        found = await choose(uow, {"role": "db"})
        assert found is not None
        assert found.id == agent.agent_id
        assert await choose(uow, {"role": "db", "env": "prod"}) is None


async def test_choice_takes_the_least_busy_agent_that_carries_all_labels(
    link: Link, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    busy = await link.enroll(tenant.tenant_id, "a-busy", role="db", env="prod")
    free = await link.enroll(tenant.tenant_id, "b-free", role="db", env="prod")
    reader = await link.enroll(tenant.tenant_id, "a-reader", role="db", env="prod")
    foreign = await link.enroll(second_tenant.tenant_id, "a", role="db", env="prod")
    await reader.connect(read_only=True)
    for agent in (busy, free, foreign):
        await agent.connect()
    await link.dispatch(busy)
    async with link.database.work(tenant.tenant_id) as uow:
        found = await choose(uow, {"role": "db", "env": "prod"})
    assert found is not None
    assert found.id == free.agent_id


async def test_r27_a_certificate_is_renewed_over_the_stream_and_the_new_one_connects(
    database: Database, tmp_path: Path, tenant: TestTenant
) -> None:
    async with running_link(database, tmp_path, certificate_seconds=60) as link:
        agent = await link.enroll(tenant.tenant_id)
        certificate = agent.enrolled.certificate.encode()
        for turn in range(6):
            stream = await agent.connect(certificate=certificate)
            dispatch = await link.dispatch(agent)
            await stream.wait("run")
            await stream.send(renew=agent_pb2.RenewRequest(csr=certificate_request(agent.key)))
            await stream.send(report=report(dispatch, AttemptState.FINISHED))
            (renewed,) = await stream.wait("renewed")
            await stream.wait("report_ack")
            assert renewed.chain.decode() == agent.enrolled.chain
            certificate = renewed.certificate
            left = x509.load_pem_x509_certificate(certificate).not_valid_after_utc - datetime.now(UTC)
            assert left.total_seconds() > 30, turn
        events = await link.audited(tenant.tenant_id, "agent.certificate_rotated")
        assert len(events) == 6
        assert len(link.events.of("report")) == 6
        assert await link.audited(tenant.tenant_id, "security.refused") == []


async def test_r27_a_stream_ends_with_its_certificate(
    database: Database, tmp_path: Path, tenant: TestTenant
) -> None:
    async with running_link(database, tmp_path, certificate_seconds=4) as link:
        agent = await link.enroll(tenant.tenant_id)
        stream = await agent.connect()
        assert (await stream.wait("goaway"))[0].reason == "certificate_expired"
        assert await stream.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_an_unfit_renewal_is_refused(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    await stream.send(renew=agent_pb2.RenewRequest(csr=b"nonsense"))
    assert await stream.code() is grpc.StatusCode.PERMISSION_DENIED
    assert stream.of("renewed") == []


async def test_stopping_sends_agents_away_and_leaves_nothing(
    database: Database, tmp_path: Path, tenant: TestTenant
) -> None:
    before = len(asyncio.all_tasks())
    bus = MemoryBus()
    async with running_link(database, tmp_path, bus=bus) as link:
        agent = await link.enroll(tenant.tenant_id)
        stream = await agent.connect()
        assert link.server.is_serving()
        await link.server.stop()
        assert (await stream.wait("goaway"))[0].reason == "shutdown"
        assert (await agent_row(link, agent)).disconnected_at is not None
        assert not link.server.is_serving()
    assert bus.subscriber_count() == 0
    assert len(asyncio.all_tasks()) <= before + 1
