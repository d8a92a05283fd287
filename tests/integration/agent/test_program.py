"""The real program against a controller over mTLS: enrol, connect, run, survive, renew, stop."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from proto.agent.v1 import agent_pb2
from proto.convert import AttemptState, Refusal
from tests.integration.agent.agent_process import AgentProcess
from tests.integration.agent.authority import Authority
from tests.integration.agent.controller_double import ControllerDouble
from tests.integration.agent.cutting_proxy import CuttingProxy
from tests.integration.agent.host import (
    ROOT,
    all_pids,
    listening_sockets,
    parent_of,
    sockets_of,
    until,
)


def _counting(folder: Path, rest: str = "true") -> str:
    return f"echo $$ >> {folder}/ran; {rest}"


def _runs(folder: Path) -> int:
    path = folder / "ran"
    return len(path.read_text().splitlines()) if path.exists() else 0


async def test_it_enrols_connects_and_says_who_it_is(double: ControllerDouble, agent: AgentProcess) -> None:
    hello = double.streams[0].hello
    assert dict(hello.labels) == {"role": "db", "env": "test"}
    assert hello.protocol == 1
    assert hello.scanner_version
    assert double.enrolled["name"] == "agent-one"
    assert double.enrolled["instanceId"].replace("-", "") == hello.instance_id.hex()
    for path in (agent.state / "identity.json", agent.state / "journal"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(agent.state.stat().st_mode) == 0o700
    await until(lambda: len(double.beats) >= 2)
    assert double.token not in agent.text()


async def test_a_command_over_the_stream(double: ControllerDouble, agent: AgentProcess) -> None:
    identity = double.send_run(double.controller.grant("uname -s; echo bad >&2; exit 4"))
    report = await double.state(identity)
    assert (report.state, report.exit_code) == (AttemptState.FINISHED, 4)
    assert report.traceparent == "00-aa-bb-01"
    assert await double.output(identity) == b"Linux\nbad\n"
    await until(lambda: not list((agent.state / "spool").iterdir()))  # all acknowledged: nothing is kept


async def test_r29_it_opens_no_listening_socket(double: ControllerDouble, agent: AgentProcess) -> None:
    identity = double.send_run(double.controller.grant("sleep 2"))
    await double.state(identity, AttemptState.STARTED)
    ours = [pid for pid in all_pids() if agent.pid in (pid, parent_of(pid), parent_of(parent_of(pid)))]
    held = set().union(*(sockets_of(pid) for pid in ours))
    assert held
    assert not held & listening_sockets()


async def test_r29_it_works_through_an_http_connect_proxy(tmp_path: Path, double: ControllerDouble) -> None:
    proxy = CuttingProxy(double.port)
    port = await proxy.start()
    agent = await AgentProcess(tmp_path, double).start()
    await double.connected()
    await agent.stop()
    await agent.start(DD0C_AGENT_PROXY=f"http://127.0.0.1:{port}")
    await double.connected(1)
    assert proxy.connects >= 1
    report = await double.state(double.send_run(double.controller.grant("true")))
    assert report.exit_code == 0
    await agent.kill()
    await proxy.stop()


async def test_r27_certificates_are_renewed_at_half_of_their_life_and_nothing_stops(tmp_path: Path) -> None:
    double = ControllerDouble(certificate_seconds=4)
    await double.start()
    agent = await AgentProcess(tmp_path, double).start()
    await double.connected()
    instance = double.streams[0].hello.instance_id
    waiting = f"until test -e {tmp_path}/go; do sleep 0.1; done; echo done"
    identity = double.send_run(double.controller.grant(_counting(tmp_path, waiting)))
    # Each new stream is up before the old one goes.
    await until(lambda: double.renewals >= 3 and double.overlaps >= 3)
    (tmp_path / "go").touch()
    report = await double.state(identity, AttemptState.FINISHED)
    assert report.exit_code == 0
    assert await double.output(identity) == b"done\n"
    await until(lambda: sum(not stream.is_over for stream in double.streams) == 1)
    assert {stream.hello.instance_id for stream in double.streams} == {instance}
    assert _runs(tmp_path) == 1
    await agent.kill()
    await double.stop()


async def test_told_to_go_it_comes_back(double: ControllerDouble, agent: AgentProcess) -> None:
    goaway = agent_pb2.GoAway(reason="shutdown", retry_ms=50)
    double.streams[-1].send(agent_pb2.ControllerMessage(goaway=goaway))
    await double.connected(1)


async def test_f14_malformed_messages_are_named_and_survived(
    double: ControllerDouble, agent: AgentProcess
) -> None:
    stream = double.streams[-1]
    stream.send(agent_pb2.ControllerMessage())
    stream.send(agent_pb2.ControllerMessage(welcome=agent_pb2.Welcome()))
    stream.send(agent_pb2.ControllerMessage(ask=agent_pb2.JournalQuestion(step_execution_id=b"short")))
    stream.send(agent_pb2.ControllerMessage(run=agent_pb2.Signed(payload=b"x" * 140_000)))
    for name in ("run", "cancel", "freeze", "thaw", "panic", "panic_clear", "keys"):
        message = agent_pb2.ControllerMessage()
        getattr(message, name).CopyFrom(agent_pb2.Signed(payload_type="x", payload=b"{}"))
        stream.send(message)
    await until(lambda: sum("malformed" in text for text in double.diagnostics) == 2)
    await until(lambda: sum("bad_signature" in text for text in double.diagnostics) == 7)
    report = await double.state(double.send_run(double.controller.grant("true")))
    assert report.exit_code == 0
    assert len(double.streams) == 1


async def test_two_agents_on_one_journal_are_refused(agent: AgentProcess, tmp_path: Path) -> None:
    first = agent.process
    await agent.start()
    assert await agent.wait() == 4
    assert "another agent uses" in agent.text()
    agent.process = first


@pytest.mark.parametrize("case", ["token used", "other authority", "no token", "plain http"])
async def test_r25_enrolment_that_must_fail_says_why(
    tmp_path: Path, double: ControllerDouble, case: str
) -> None:
    agent = AgentProcess(tmp_path, double)
    if case == "token used":
        double.enrolments = 1
    if case == "other authority":
        agent.environment["DD0C_AGENT_TOKEN"] = double.token = double.token[:-64] + "ab" * 32
    if case == "no token":
        del agent.environment["DD0C_AGENT_TOKEN"]
    if case == "plain http":
        agent.environment["DD0C_AGENT_URL"] = "http://controller.example"
    await agent.start()
    assert await agent.wait() == 3
    expected = {
        "token used": "was used",
        "other authority": "another authority",
        "no token": "DD0C_AGENT_TOKEN",
        "plain http": "in the clear",
    }
    assert expected[case] in agent.text()
    assert not (agent.state / "identity.json").exists()


async def test_settings_that_cannot_be_used_give_one_sentence_and_exit_2(
    tmp_path: Path, double: ControllerDouble
) -> None:
    for name, value, said in (
        ("DD0C_AGENT_URLL", "x", "unknown setting DD0C_AGENT_URLL"),
        ("DD0C_AGENT_URL", "ftp://x", "http://"),
        ("DD0C_AGENT_LABELS", "a", "role=db"),
        ("DD0C_FAULTPOINT", "nonsense", "name:kill"),
    ):
        agent = await AgentProcess(tmp_path, double).start(**{name: value})
        assert await agent.wait() == 2
        assert said in agent.text()
    (tmp_path / "policy.toml").write_text("readOnly = 3\n")
    agent = await AgentProcess(tmp_path, double).start(DD0C_AGENT_POLICY_FILE=str(tmp_path / "policy.toml"))
    assert await agent.wait() == 2
    assert "readOnly" in agent.text()


async def test_status_and_version_without_a_controller(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agent.main", "status", env=agent.environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    text = out.decode()
    assert process.returncode == 0
    assert "agt_" in text
    assert double.token not in text
    identity = json.loads((agent.state / "identity.json").read_text())
    assert identity["private_key"] not in text


async def test_r24_a_server_of_another_authority_is_not_believed(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    await double.stop_link()
    real, double.authority = double.authority, Authority()
    await double.start_link()
    count = len(double.streams)
    await until(lambda: "CERTIFICATE_VERIFY_FAILED" in agent.text() or "certificate" in agent.text().lower())
    assert len(double.streams) == count
    await double.stop_link()
    double.authority = real
    await double.start_link()
    await double.connected(count)


async def test_without_its_spawner_the_agent_asks_to_be_started_again(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    [spawner] = [pid for pid in all_pids() if parent_of(pid) == agent.pid]
    os.kill(spawner, 9)
    grant = double.controller.grant(_counting(tmp_path))
    double.send_run(grant)
    assert await agent.wait() == 1
    await agent.start()
    await double.connected(1)
    report = await double.state(grant.step_execution)
    assert (report.state, report.refusal) == (AttemptState.REFUSED, Refusal.JOURNAL)
    assert _runs(tmp_path) == 0


async def test_enroll_by_hand_takes_the_one_time_token_as_a_flag(
    tmp_path: Path, double: ControllerDouble
) -> None:
    agent = AgentProcess(tmp_path, double)
    del agent.environment["DD0C_AGENT_TOKEN"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "agent.main",
        "enroll",
        "--url",
        double.url,
        "--token",
        double.token,
        env=agent.environment,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert out.startswith(b"enrolled as agt_")
    await agent.start()
    stream = await double.connected()
    assert double.enrolled["instanceId"].replace("-", "") == stream.hello.instance_id.hex()
