"""Dispatch: the same signed bytes, at the right agent only, again after a reconnect inside the window."""

from __future__ import annotations

from uuid import UUID

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from controller.link.outbox import DispatchKind, Outbox
from controller.pki.tenant_keys import Purpose
from proto.agent.v1 import agent_pb2
from proto.convert import AttemptReport, AttemptState, report_to_message
from schemas.canonical import pae, unb64u
from tests.conftest import TestTenant
from tests.integration.link.kit import ROWS, Link, eventually
from tests.integration.link.scripted import AgentStream, certificate_request


def reported(step_execution_id: UUID | None, state: AttemptState, seq: int = 1) -> agent_pb2.AttemptReport:
    assert step_execution_id is not None
    ended = 2 if state is AttemptState.FINISHED else None
    code = 0 if state is AttemptState.FINISHED else None
    return report_to_message(
        AttemptReport(step_execution_id, seq, state, exit_code=code, started_us=1, ended_us=ended)
    )


async def settled(stream: AgentStream) -> None:
    """Everything that was queued for this stream before now has arrived: control is in order."""
    count = len(stream.of("renewed")) + 1
    marker = certificate_request(ec.generate_private_key(ec.SECP256R1()))
    await stream.send(renew=agent_pb2.RenewRequest(csr=marker))
    await stream.wait("renewed", count)


async def test_an_order_arrives_as_it_was_signed(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    dispatch = await link.dispatch(agent)
    (signed,) = await stream.wait("run")
    assert dispatch.envelope is not None
    assert (signed.payload_type, signed.payload) == (
        dispatch.envelope.payload_type,
        dispatch.envelope.payload,
    )
    (key,) = agent.enrolled.keys
    assert signed.signatures[0].key_id == key.key_id
    public = Ed25519PublicKey.from_public_bytes(unb64u(key.public_key))
    public.verify(signed.signatures[0].sig, pae(signed.payload_type, signed.payload))
    assert (await link.row(dispatch, tenant.tenant_id)).state == "sent"


async def test_the_stored_bytes_are_sealed(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    dispatch = await link.dispatch(agent)
    async with link.database.work(tenant.tenant_id) as uow:
        stored = bytes(await uow.value(ROWS["sealed"], id=dispatch.id))
    assert dispatch.envelope is not None
    assert dispatch.envelope.payload not in stored
    assert dispatch.envelope.signatures[0].sig not in stored


@pytest.mark.parametrize("kind", ["cancel", "freeze", "thaw", "ask"])
async def test_every_kind_of_order_finds_its_field(
    link: Link, tenant: TestTenant, kind: DispatchKind
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    run = await link.dispatch(agent)
    await stream.wait("run")
    order = await link.dispatch(
        agent, kind, execution_id=run.execution_id, step_execution_id=run.step_execution_id
    )
    (body,) = await stream.wait(kind)
    if kind == "ask":
        assert body.step_execution_id == run.step_execution_id.bytes
    else:
        assert body.payload_type == f"dd0c.{kind}.v1"
    assert (await link.row(order, tenant.tenant_id)).state == "sent"


async def test_a_lost_wake_up_costs_a_poll_and_nothing_else(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    await link.dispatch(agent, wake=False)
    await stream.wait("run")


async def test_a_wake_up_that_fails_does_not_undo_the_order(link: Link, tenant: TestTenant) -> None:
    class BrokenBus:
        async def publish(self, channel: str, message: bytes) -> None:
            raise ConnectionError("the broker is away")

        def subscribe(self, channel: str) -> object:
            raise ConnectionError("the broker is away")

    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    link.outbox = Outbox(link.parts.sealer, BrokenBus())  # type: ignore[arg-type]  # reason: a bus that fails
    await link.dispatch(agent)
    await stream.wait("run")


async def test_r18_an_order_reaches_its_agent_only(
    link: Link, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    mine = await link.enroll(tenant.tenant_id, "a")
    neighbour = await link.enroll(tenant.tenant_id, "b")
    foreign = await link.enroll(second_tenant.tenant_id, "a")
    streams = {name: await agent.connect() for name, agent in (("n", neighbour), ("f", foreign))}
    own = await mine.connect()
    await link.dispatch(mine)
    await own.wait("run")
    for stream in streams.values():
        await settled(stream)
        assert stream.of("run") == []


async def test_r2_what_was_never_written_is_sent_once_after_the_reconnect(
    link: Link, tenant: TestTenant
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    dispatch = await link.dispatch(agent)
    assert (await link.row(dispatch, tenant.tenant_id)).state == "pending"
    stream = await agent.connect()
    await stream.wait("run")
    await settled(stream)
    assert len(stream.of("run")) == 1
    row = await link.row(dispatch, tenant.tenant_id)
    assert (row.state, row.sends, row.stream_epoch) == ("sent", 1, 1)


async def test_r3_inside_the_window_the_same_bytes_come_again_until_they_are_answered(
    link: Link, tenant: TestTenant
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    first = await agent.connect()
    dispatch = await link.dispatch(agent)
    (before,) = await first.wait("run")
    await first.close()
    second = await agent.connect()
    (after,) = await second.wait("run")
    assert after == before
    await second.send(report=reported(dispatch.step_execution_id, AttemptState.STARTED))
    await second.wait("report_ack")
    await second.close()
    third = await agent.connect()
    await settled(third)
    assert third.of("run") == []
    row = await link.row(dispatch, tenant.tenant_id)
    assert (row.state, row.sends) == ("acked", 2)


async def test_r3_after_the_window_nothing_is_sent_again_and_the_journal_is_asked(
    link: Link, tenant: TestTenant
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    first = await agent.connect()
    dispatch = await link.dispatch(agent)
    await first.wait("run")
    await first.close()
    async with link.database.work(tenant.tenant_id) as uow:
        await uow.run(ROWS["expire_dispatch"], id=dispatch.id)
    second = await agent.connect()
    ask = await link.dispatch(
        agent, "ask", execution_id=dispatch.execution_id, step_execution_id=dispatch.step_execution_id
    )
    await second.wait("ask")
    assert second.of("run") == []
    answer = agent_pb2.JournalAnswer(
        instance_id=agent.instance_id.bytes,
        seen=False,
        report=agent_pb2.AttemptReport(step_execution_id=dispatch.step_execution_id.bytes),
    )
    await second.send(journal=answer)
    (heard,) = await link.events.wait("answer")
    assert (heard.seen, heard.step_execution_id) == (False, dispatch.step_execution_id)

    async def both_done() -> bool:
        rows = [await link.row(one, tenant.tenant_id) for one in (dispatch, ask)]
        return {row.state for row in rows} == {"done"}

    await eventually(both_done)


@pytest.mark.parametrize("later", ["cancel", "freeze", "ask"])
async def test_a_run_that_was_stopped_held_or_asked_about_is_not_sent_again(
    link: Link, tenant: TestTenant, later: DispatchKind
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    first = await agent.connect()
    run = await link.dispatch(agent)
    await first.wait("run")
    await first.close()
    other = await link.dispatch(agent)
    await link.dispatch(agent, later, execution_id=run.execution_id, step_execution_id=run.step_execution_id)
    second = await agent.connect()
    await second.wait(later)
    (sent,) = await second.wait("run")
    assert other.envelope is not None
    assert sent.payload == other.envelope.payload, "another one is"
    await settled(second)
    assert len(second.of("run")) == 1
    assert (await link.row(run, tenant.tenant_id)).sends == 1


async def test_an_expired_order_that_was_never_sent_stays_unsent(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    dispatch = await link.dispatch(agent, seconds=-1)
    await settled(stream)
    assert stream.of("run") == []
    assert (await link.row(dispatch, tenant.tenant_id)).state == "pending"


async def test_an_older_stream_claims_nothing(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    older = await agent.connect()
    await agent.connect()
    session_gone = await older.code()
    assert session_gone is grpc.StatusCode.ABORTED
    await link.dispatch(agent)
    await agent.streams[-1].wait("run")
    assert older.of("run") == []


async def test_orders_are_sent_in_the_order_in_which_they_were_given(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    dispatches = [await link.dispatch(agent, wake=False) for _ in range(70)]  # more than two batches
    stream = await agent.connect()
    got = await stream.wait("run", len(dispatches))
    assert [signed.payload for signed in got] == [one.envelope.payload for one in dispatches if one.envelope]


async def test_a_finished_attempt_closes_all_its_orders(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    run = await link.dispatch(agent)
    await stream.wait("run")
    freeze = await link.dispatch(
        agent, "freeze", execution_id=run.execution_id, step_execution_id=run.step_execution_id
    )
    await stream.wait("freeze")
    await stream.send(report=reported(run.step_execution_id, AttemptState.FROZEN, 2))
    await stream.wait("report_ack")
    assert (await link.row(freeze, tenant.tenant_id)).state == "done"
    assert (await link.row(run, tenant.tenant_id)).state == "acked"
    cancel = await link.dispatch(
        agent, "cancel", execution_id=run.execution_id, step_execution_id=run.step_execution_id
    )
    await stream.wait("cancel")
    await stream.send(report=reported(run.step_execution_id, AttemptState.FINISHED, 3))
    await stream.wait("report_ack", 2)
    states = [(await link.row(one, tenant.tenant_id)).state for one in (run, freeze, cancel)]
    assert states == ["done"] * 3


async def test_a_rotated_grant_key_reaches_agents_signed_by_the_old_one(
    link: Link, tenant: TestTenant
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    (old,) = agent.enrolled.keys
    keys = link.parts.signer._keys
    keys.rotate(tenant.tenant_id, Purpose.GRANT)
    stream = await agent.connect()
    (signed,) = await stream.wait("keys")
    assert len(signed.signatures) == 2
    assert old.key_id in {signature.key_id for signature in signed.signatures}
    await link.dispatch(agent)
    (order,) = await stream.wait("run")
    assert order.signatures[0].key_id != old.key_id
    assert order.signatures[0].key_id.encode() in signed.payload
