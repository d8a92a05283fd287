"""kill -9, a lost journal, a broken stream, repeated envelopes: the command runs once, the result arrives."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from base.ids import show_id
from base.limits import STEP_GRACE_MS
from proto.convert import AttemptState, Refusal
from tests.integration.agent.agent_process import AgentProcess
from tests.integration.agent.controller_double import ControllerDouble
from tests.integration.agent.cutting_proxy import CuttingProxy
from tests.integration.agent.host import (
    alive_with,
    parent_of,
    until,
)


def _counting(folder: Path, rest: str = "true") -> str:
    return f"echo $$ >> {folder}/ran; {rest}"


def _runs(folder: Path) -> int:
    path = folder / "ran"
    return len(path.read_text().splitlines()) if path.exists() else 0


async def test_r03_kill_9_in_the_middle_the_command_lives_on_and_is_taken_up(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    mark = f"70{os.getpid()}"
    command = _counting(tmp_path, f"echo before; sleep 2.{mark}; echo after")
    identity = double.send_run(double.controller.grant(command))
    await double.state(identity, AttemptState.STARTED)
    await until(lambda: alive_with(f"2.{mark}"))
    await agent.kill()
    assert alive_with(f"2.{mark}")
    await agent.start()
    await double.connected(1)
    assert [report.step_execution_id for report in double.reports].count(identity) >= 2
    report = await double.state(identity)
    assert (report.state, report.exit_code, report.duplicate) == (AttemptState.FINISHED, 0, False)
    assert await double.output(identity) == b"before\nafter\n"
    assert _runs(tmp_path) == 1
    finished = [item for item in double.of(identity) if item.state is AttemptState.FINISHED]
    assert len(finished) == 1


async def test_r03_the_same_envelope_after_kill_9_attaches(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    grant = double.controller.grant(_counting(tmp_path, "sleep 1"))
    identity = double.send_run(grant)
    await double.state(identity, AttemptState.STARTED)
    await agent.kill()
    await agent.start()
    await double.connected(1)
    double.send_run(grant, times=3)
    await double.state(identity)
    await until(lambda: sum(report.duplicate for report in double.of(identity)) == 3)
    assert _runs(tmp_path) == 1


async def test_r04_the_shim_killed_means_lost_and_never_again(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    mark = f"71{os.getpid()}"
    grant = double.controller.grant(_counting(tmp_path, f"sleep 60.{mark}"))
    identity = double.send_run(grant)
    await double.state(identity, AttemptState.STARTED)
    [sleeping] = await until(lambda: alive_with(f"60.{mark}"))
    os.kill(parent_of(parent_of(sleeping)), 9)  # sleep ← bash ← shim
    report = await double.state(identity)
    assert report.state is AttemptState.LOST
    assert report.exit_code is None
    double.send_run(grant)
    await until(lambda: any(item.duplicate for item in double.of(identity)))
    assert _runs(tmp_path) == 1
    for pid in alive_with(f"60.{mark}"):
        os.kill(pid, 9)


async def test_r04_the_journal_gone_is_another_instance_and_old_grants_are_refused(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    grant = double.controller.grant(_counting(tmp_path))
    envelope = double.controller.envelope(grant)
    identity = double.send_run(grant, envelope=envelope)
    await double.state(identity)
    instance = double.controller.instance
    await agent.stop()
    (agent.state / "journal").unlink()
    await agent.start()
    stream = await double.connected(1)
    assert stream.hello.instance_id != instance.bytes
    before = len(double.reports)
    double.send_run(grant, envelope=envelope)
    await until(lambda: len(double.reports) > before)
    assert (double.reports[-1].state, double.reports[-1].refusal) == (
        AttemptState.REFUSED,
        Refusal.WRONG_INSTANCE,
    )
    assert _runs(tmp_path) == 1


async def test_r04_a_damaged_journal_stops_the_program_with_a_sentence(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    await double.state(double.send_run(double.controller.grant("true")))
    await agent.stop()
    raw = bytearray((agent.state / "journal").read_bytes())
    raw[len(raw) // 2] ^= 4
    (agent.state / "journal").write_bytes(raw)
    await agent.start()
    assert await agent.wait() == 4
    assert "--new-journal" in agent.text()
    await agent.start("--new-journal")
    stream = await double.connected(1)
    assert stream.hello.instance_id != double.streams[0].hello.instance_id


async def test_r05_a_hundred_at_once_over_the_stream(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    grant = double.controller.grant(_counting(tmp_path, "sleep 0.3"))
    identity = double.send_run(grant, times=100)
    await double.state(identity, AttemptState.FINISHED)
    await until(lambda: sum(report.duplicate for report in double.of(identity)) == 99)
    assert _runs(tmp_path) == 1


async def test_r06_after_the_end_and_a_restart_it_is_still_known(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    grant = double.controller.grant(_counting(tmp_path, "exit 7"))
    identity = double.send_run(grant)
    await double.state(identity, AttemptState.FINISHED)
    await agent.kill()
    await agent.start()
    await double.connected(1)
    double.send_run(grant, times=5)
    await until(lambda: sum(report.duplicate for report in double.of(identity)) == 5)
    assert {item.exit_code for item in double.of(identity) if item.duplicate} == {7}
    assert _runs(tmp_path) == 1


async def test_r07_the_stream_breaks_and_the_result_arrives_once(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    command = _counting(tmp_path, f"echo one; until test -e {tmp_path}/go; do sleep 0.05; done; echo two")
    identity = double.send_run(double.controller.grant(command))
    await double.state(identity, AttemptState.STARTED)
    await double.stop_link()
    (tmp_path / "go").touch()
    ran_out = agent.state / "spool" / identity.hex / "exit"
    await until(ran_out.exists)
    await double.start_link()
    await double.connected(1)
    report = await double.state(identity)
    assert report.exit_code == 0
    assert await double.output(identity) == b"one\ntwo\n"
    assert _runs(tmp_path) == 1


async def test_r07_what_is_not_acknowledged_is_said_again(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    double.acknowledges = False
    identity = double.send_run(double.controller.grant(_counting(tmp_path, "echo kept")))
    first = await double.state(identity)
    assert (agent.state / "spool" / identity.hex).exists()
    await agent.kill()
    double.acknowledges = True
    await agent.start()
    stream = await double.connected(1)
    assert [item.step_execution_id for item in stream.hello.open] == [identity.bytes]
    again = double.of(identity)[-1]
    assert (again.state, again.exit_code, again.output_sha256) == (first.state, 0, first.output_sha256)
    await until(lambda: not (agent.state / "spool" / identity.hex).exists())
    await agent.kill()
    await agent.start()
    stream = await double.connected(2)
    assert not stream.hello.open
    assert _runs(tmp_path) == 1


async def test_f05_resets_while_output_flows_lose_and_double_nothing(
    tmp_path: Path, double: ControllerDouble
) -> None:
    proxy = CuttingProxy(double.port)
    real, double.port = double.port, await proxy.start()
    agent = await AgentProcess(tmp_path, double).start()  # is told the proxy's address
    await double.connected()
    double.port = real
    identity = double.send_run(double.controller.grant(_counting(tmp_path, "seq 1 400000")))
    for _ in range(4):
        count = len(double.streams)
        await asyncio.sleep(0.05)
        proxy.cut()
        await double.connected(count)
    report = await double.state(identity, AttemptState.FINISHED)
    expected = b"".join(b"%d\n" % number for number in range(1, 400_001))
    assert await double.output(identity) == expected
    assert report.output_bytes == len(expected)
    assert _runs(tmp_path) == 1
    await agent.kill()
    await proxy.stop()


async def test_sigterm_leaves_what_runs_running(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    identity = double.send_run(double.controller.grant(_counting(tmp_path, "sleep 1; echo done")))
    await double.state(identity, AttemptState.STARTED)
    assert await agent.stop() == 0
    await agent.start()
    report = await double.state(identity, AttemptState.FINISHED)
    assert report.exit_code == 0
    assert _runs(tmp_path) == 1


async def test_r03_a_question_about_what_was_never_sent_is_proof(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    grant = double.controller.grant(_counting(tmp_path))
    double.ask(grant.step_execution)
    await until(lambda: double.answers)
    assert not double.answers[0].seen
    assert double.answers[0].instance_id == double.controller.instance.bytes
    double.send_run(grant)
    report = await double.state(grant.step_execution)
    assert (report.state, report.refusal) == (AttemptState.REFUSED, Refusal.EXPIRED)
    assert _runs(tmp_path) == 0


async def test_ctrl_c_ends_what_runs_and_writes_down_how(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    mark = f"72{os.getpid()}"
    identity = double.send_run(double.controller.grant(f"sleep 60.{mark}"))
    await double.state(identity, AttemptState.STARTED)
    assert agent.process is not None
    agent.process.send_signal(signal.SIGINT)
    assert await agent.wait() == 0
    assert not alive_with(f"60.{mark}")
    report = await double.state(identity, AttemptState.FINISHED)
    assert report.signal == signal.SIGTERM, "said before it stopped, not only at the next start"
    lines = [line for line in agent.text().splitlines() if "agent.ending" in line or "agent.stopped" in line]
    assert show_id("stx", identity) in lines[0]
    assert "no command runs running=0" in lines[1]


async def test_sigterm_says_that_what_runs_goes_on(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    mark = f"74{os.getpid()}"
    identity = double.send_run(double.controller.grant(f"sleep 60.{mark}"))
    await double.state(identity, AttemptState.STARTED)
    assert await agent.stop() == 0
    assert "the commands that run go on running=1" in agent.text()
    assert alive_with(f"60.{mark}")
    await agent.start()
    await _streams(double, 1)
    assert agent.process is not None
    agent.process.send_signal(signal.SIGINT)
    assert await agent.wait() == 0
    assert not alive_with(f"60.{mark}")


async def test_a_second_ctrl_c_kills_at_once(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    mark = f"73{os.getpid()}"
    command = (
        f"trap 'touch {tmp_path}/asked' TERM; touch {tmp_path}/trapped; while :; do sleep 0.{mark} || :; done"
    )
    identity = double.send_run(double.controller.grant(command))
    await until((tmp_path / "trapped").exists)
    assert agent.process is not None
    agent.process.send_signal(signal.SIGINT)
    await until((tmp_path / "asked").exists)
    begun = asyncio.get_running_loop().time()
    agent.process.send_signal(signal.SIGINT)
    assert await agent.wait() == 0
    assert asyncio.get_running_loop().time() - begun < STEP_GRACE_MS / 1000, "the grace is cut short"
    await agent.start()
    report = await double.state(identity, AttemptState.FINISHED)
    assert report.signal == signal.SIGKILL


async def test_sigterm_right_after_the_welcome_is_heard(
    tmp_path: Path, double: ControllerDouble, agent: AgentProcess
) -> None:
    """A cancellation that arrives together with an answer must not be lost."""
    assert await agent.stop() == 0
    for count in range(1, 5):
        await agent.start()
        await _streams(double, count)
        assert await agent.stop() == 0


async def _streams(double: ControllerDouble, count: int) -> None:
    await until(lambda: len(double.streams) > count)
