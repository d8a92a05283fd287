"""What the agent stands on is broken (identity, disk, connection): it says so, and goes on or ends."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.exits import FAULT, NOT_ENROLLED
from agent.identity import Identity, new_key_and_request
from agent.renewal import ANSWER_SECONDS, Renewal
from agent.serve import _check, _Stop
from agent.session import Facts, Session
from proto import channel
from proto.agent.v1 import agent_pb2, agent_pb2_grpc
from proto.channel import SERVER_NAME
from proto.convert import AttemptState, envelope_to_message
from schemas.grant import Cancel, Keys, Panic, Payload, PublicKey
from tests.integration.agent.agent_process import AgentProcess
from tests.integration.agent.controller_double import ControllerDouble
from tests.integration.agent.host import Host, until
from tests.unit.agent.grants import KEY_ID, Controller

NEW_KEY = "key_two"
EMPTY_PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


BROKEN: list[dict[str, Any]] = [
    {"certificate": "no certificate"},
    {"certificate": EMPTY_PEM},
    {"certificate": 7},
    {"private_key": ""},
    {"roots": "no root"},
    {"tenant_id": "acme"},
    {"keys": {"key_one": "too short"}},
    {"keys": None},
    {"grpc_address": None},
]


async def test_a_broken_identity_is_one_sentence_and_an_exit_code(agent: AgentProcess) -> None:
    await agent.stop()
    path = agent.state / "identity.json"
    sound = json.loads(path.read_text())
    for broken in BROKEN:
        path.write_text(json.dumps(sound | broken))
        before = len(agent.text())
        await agent.start()
        code, said = await agent.wait(), agent.text()[before:]
        assert code == NOT_ENROLLED, (broken, said)
        assert f"{path} can't be used" in said, (broken, said)
        assert "enrol this agent again" in said, (broken, said)
        assert "Traceback" not in said, (broken, said)


def _keys(double: ControllerDouble, new: Controller) -> agent_pb2.ControllerMessage:
    """The same keys as before and one more, in an order that is believed."""
    texts = {KEY_ID: double.controller.public_key, NEW_KEY: new.public_key}
    order = Keys(
        tenant=double.controller.tenant,
        generation=1,
        at=datetime.now(UTC),
        keys=tuple(PublicKey(key_id=name, alg="ed25519", public_key=text) for name, text in texts.items()),
    )
    return agent_pb2.ControllerMessage(keys=envelope_to_message(double.controller.envelope(order)))


def _rotated(double: ControllerDouble) -> Controller:
    """The same controller with its next grant key."""
    now = double.controller
    return Controller(now.tenant, now.agent, now.instance, key=Ed25519PrivateKey.generate())


def _signed(new: Controller, order: Payload) -> agent_pb2.Signed:
    return envelope_to_message(new.sign(order.PAYLOAD_TYPE, order.to_payload(), NEW_KEY))


def _waits(agent: AgentProcess) -> list[float]:
    """How long it waits each time before it tries again to store its keys."""
    lines = [json.loads(line) for line in agent.text().split("\n")[:-1] if line.startswith("{")]
    return [line["again_seconds"] for line in lines if "again_seconds" in line]


def _has_waited(agent: AgentProcess, times: int) -> bool:
    return len(_waits(agent)) >= times


async def test_keys_that_the_disk_does_not_take_are_stored_later_on_the_same_stream(
    tmp_path: Path, double: ControllerDouble
) -> None:
    agent = await AgentProcess(tmp_path, double).start(DD0C_LOG_FORMAT="json")
    stream = await double.connected()
    in_the_way = agent.state / "identity.tmp"
    in_the_way.mkdir()  # nothing can be written there, as on a full disk
    stream.send(_keys(double, _rotated(double)))
    await until(partial(_has_waited, agent, 3))
    first, second, third = _waits(agent)[:3]
    assert 0.5 <= first < second < third, "each time later"
    in_the_way.rmdir()
    stored = agent.state / "identity.json"
    await until(lambda: json.loads(stored.read_text())["keys_generation"] == 1)
    assert "make room there" in agent.text()
    assert (len(double.streams), stream.is_over) == (1, False)


async def test_what_stops_is_heard_by_keys_that_are_not_stored_and_nothing_begins(
    tmp_path: Path, double: ControllerDouble
) -> None:
    agent = await AgentProcess(tmp_path, double).start(DD0C_LOG_FORMAT="json")
    stream = await double.connected()
    running = double.controller.grant("exec sleep 600")
    await double.state(double.send_run(running), AttemptState.STARTED)
    in_the_way = agent.state / "identity.tmp"
    in_the_way.mkdir()
    new = _rotated(double)
    stream.send(_keys(double, new))
    marks = [tmp_path / "by the old key", tmp_path / "by the new key"]
    by_the_old, by_the_new = (double.controller.grant(f"touch '{mark}'") for mark in marks)
    double.send_run(by_the_old)
    double.send_run(by_the_new, envelope=new.sign(by_the_new.PAYLOAD_TYPE, by_the_new.to_payload(), NEW_KEY))
    order = Cancel(
        tenant=new.tenant,
        agent=new.agent,
        agent_instance=new.instance,
        execution=running.intent.execution,
        step_execution=running.step_execution,
        epoch=running.epoch + 1,
        at=datetime.now(UTC),
    )
    stream.send(agent_pb2.ControllerMessage(cancel=_signed(new, order)))
    ended = await double.state(running.step_execution)
    assert (ended.state, ended.signal) == (AttemptState.FINISHED, 15)
    panic = Panic(tenant=new.tenant, epoch=1, at=datetime.now(UTC), by="system:test", drill=True)
    stream.send(agent_pb2.ControllerMessage(panic=_signed(new, panic)))
    await until(lambda: double.panics)
    for grant in (by_the_old, by_the_new):
        assert double.of(grant.step_execution) == [], "it waits, under whichever key"
    in_the_way.rmdir()
    for grant in (by_the_old, by_the_new):
        assert (await double.state(grant.step_execution)).exit_code == 0
    assert all(mark.exists() for mark in marks)
    assert (len(double.streams), stream.is_over) == (1, False)


async def test_a_renewal_that_the_disk_does_not_take_leaves_the_stream_as_it_is(tmp_path: Path) -> None:
    double = ControllerDouble(certificate_seconds=8)
    await double.start()
    agent = await AgentProcess(tmp_path, double).start()
    await double.connected()
    in_the_way = agent.state / "identity.tmp"
    in_the_way.mkdir()
    await until(lambda: "the renewed certificate can't be stored" in agent.text())
    begin, streams, renewals = time.monotonic(), len(double.streams), double.renewals
    report = await double.state(double.send_run(double.controller.grant("true")))
    assert (report.exit_code, len(double.streams)) == (0, streams)
    in_the_way.rmdir()
    await double.connected(streams)
    most = 1 + (time.monotonic() - begin) / ANSWER_SECONDS
    assert 1 <= double.renewals - renewals <= most, "asked again in its time, not at once"
    await agent.kill()
    await double.stop()


def _session(host: Host, double: ControllerDouble, folder: Path) -> Session:
    """A session of this process with an identity that the double accepts."""
    private, request = new_key_and_request("agent-one")
    certificate = double.authority.agent(request.encode(), double.controller.tenant, double.controller.agent)
    identity = Identity(
        tenant_id=str(double.controller.tenant),
        agent_id=str(double.controller.agent),
        name="agent-one",
        private_key=private,
        certificate=certificate.decode(),
        roots=double.authority.pem.decode(),
        grpc_address=f"127.0.0.1:{double.port}",
        server_name=SERVER_NAME,
        keys={KEY_ID: double.controller.public_key},
    )
    facts = Facts("1", "1", "1", {}, read_only=False)
    return Session(
        host.attempts, host.runner, host.orders, host.outbox, Renewal(folder, identity), facts, None
    )


async def _comes_back(session: Session, double: ControllerDouble) -> None:
    running = asyncio.create_task(session.run())
    try:
        connected = asyncio.create_task(double.connected())
        await asyncio.wait([running, connected], return_when=asyncio.FIRST_COMPLETED)
        assert not running.done(), running
    finally:
        running.cancel()
        connected.cancel()
        await asyncio.gather(running, connected, return_exceptions=True)


async def test_a_channel_that_can_not_be_opened_is_tried_again(
    host: Host, double: ControllerDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[Exception] = [OSError(24, "Too many open files"), ValueError("no PEM")]

    def open_or_fail(*args: Any, **kwargs: Any) -> grpc.aio.Channel:
        if faults:
            raise faults.pop()
        return channel.open_channel(*args, **kwargs)

    monkeypatch.setattr("agent.session.open_channel", open_or_fail)
    await _comes_back(_session(host, double, tmp_path), double)
    assert faults == []


class _CancelledCall:
    """A call that is welcomed and then cancelled by grpc itself."""

    def __init__(self) -> None:
        self.reads = 0

    async def write(self, message: agent_pb2.AgentMessage) -> None:
        assert message.seq > 0

    async def read(self) -> agent_pb2.ControllerMessage:
        self.reads += 1
        if self.reads > 1:
            raise asyncio.CancelledError
        return agent_pb2.ControllerMessage(welcome=agent_pb2.Welcome(stream_epoch=1))


async def test_a_read_that_grpc_cancelled_is_the_end_of_the_stream_only(
    host: Host, double: ControllerDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, cancelled = agent_pb2_grpc.AgentLinkStub, _CancelledCall()

    class Stub:
        def __init__(self, channel: grpc.aio.Channel) -> None:
            self.Session = real(channel).Session if cancelled.reads else lambda: cancelled

    monkeypatch.setattr(agent_pb2_grpc, "AgentLinkStub", Stub)
    await _comes_back(_session(host, double, tmp_path), double)
    assert cancelled.reads == 2


async def test_a_part_that_was_cancelled_from_within_is_a_fault_with_a_sentence(host: Host) -> None:
    async def cancels_itself() -> None:
        raise asyncio.CancelledError

    task = asyncio.create_task(cancels_itself())
    await asyncio.wait([task])
    with pytest.raises(_Stop, match="start it again") as stop:
        _check(host.attempts, [task])
    assert stop.value.code == FAULT
