"""Kill the agent at each of its fault points (F3), cut its journal at each byte (F4): never two runs."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

import agent.attempts
import agent.journal
import agent.runner
import agent.watch
from agent import processes, records
from agent.journal import read_records
from agent.records import Attempt
from agent.runner import _attempt_of
from base import faults
from proto.convert import AttemptState
from schemas.grant import Grant
from tests.integration.agent.agent_process import AgentProcess
from tests.integration.agent.controller_double import ControllerDouble
from tests.integration.agent.host import Host, until

MODULES = (agent.attempts, agent.journal, agent.runner, agent.watch)
POINTS = sorted(name for name in faults.registered() if name.startswith("agent."))
EVERY_WRITE = "agent.journal.after_write"
"""Reached once a record: birth, intent, started, finished, acknowledged."""

KILLS = [f"{name}:kill" for name in POINTS if name != EVERY_WRITE]
KILLS += [f"{EVERY_WRITE}:kill@{count}" for count in (1, 2, 3, 4, 5)]


@pytest_asyncio.fixture
async def double() -> AsyncIterator[ControllerDouble]:
    made = ControllerDouble()
    await made.start()
    yield made
    await made.stop()


def _runs(folder: Path) -> int:
    path = folder / "ran"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_every_fault_point_of_the_agent_is_killed_here() -> None:
    """A new point appears in POINTS by being registered; the ones of PROMISES F3 must exist."""
    assert set(POINTS) >= {
        "agent.run.before_journal",
        "agent.run.after_intent",
        "agent.run.after_spawn",
        "agent.run.after_started",
        "agent.run.after_go",
        "agent.watch.after_exit",
        "agent.watch.after_spool",
        "agent.attempts.after_finished",
        "agent.attempts.before_ack",
        EVERY_WRITE,
    }


@pytest.mark.parametrize("kill", KILLS)
async def test_f03_r03_killed_there_and_started_again_it_ran_at_most_once(
    tmp_path: Path, double: ControllerDouble, kill: str
) -> None:
    agent_process = await AgentProcess(tmp_path, double).start()
    await double.connected()
    await agent_process.stop()
    if kill == f"{EVERY_WRITE}:kill@1":
        (agent_process.state / "journal").unlink()  # so that the first write is a birth
    elif kill.startswith(EVERY_WRITE):
        kill = f"{EVERY_WRITE}:kill@{int(kill[-1]) - 1}"
    await agent_process.start(DD0C_FAULTPOINT=kill)
    if kill != f"{EVERY_WRITE}:kill@1" or _has_birth(agent_process):
        await double.connected(1)
    grant = double.controller.grant(f"echo $$ >> {tmp_path}/ran; echo said; sleep 0.2")
    if not double.streams[-1].is_over:
        double.send_run(grant)
    assert await agent_process.wait() == -signal.SIGKILL
    count = len(double.streams)
    await agent_process.start()
    await double.connected(count)
    if grant.agent_instance != double.controller.instance:
        grant = double.controller.grant(f"echo $$ >> {tmp_path}/ran; echo said; sleep 0.2")
    double.send_run(grant, times=2)
    await _judge(tmp_path, double, grant)
    await agent_process.kill()


def _has_birth(process: AgentProcess) -> bool:
    path = process.state / "journal"
    return path.exists() and path.stat().st_size > 0


async def _judge(folder: Path, double: ControllerDouble, grant: Grant) -> None:
    """What was claimed is what the run counter says, and everything ends."""
    identity = grant.step_execution
    report = await double.state(identity)
    await until(lambda: any(item.duplicate for item in double.of(identity)))
    ended = {item.state for item in double.of(identity)} & {
        AttemptState.FINISHED,
        AttemptState.REFUSED,
        AttemptState.LOST,
    }
    assert ended == {report.state}
    if report.state is AttemptState.FINISHED:
        assert _runs(folder) == 1
        assert report.exit_code == 0
        assert await double.output(identity) == b"said\n"
    elif report.state is AttemptState.REFUSED:
        assert _runs(folder) == 0
    else:
        assert _runs(folder) <= 1


async def _started_then_all_killed(host: Host) -> Grant:
    """The machine goes down under a command: STARTED is the last record, no process is left."""
    grant = host.controller.grant(host.counting("sleep 30"))
    host.offer(grant)
    attempt = await host.started(grant.step_execution)
    await until(lambda: host.runs() == 1)
    await host.attempts.settle()
    assert attempt.started is not None
    for pid in [*processes.descendants(attempt.started.pid), attempt.started.pid]:
        os.kill(pid, signal.SIGKILL)
    return grant


async def _finished(host: Host) -> Grant:
    grant = host.controller.grant(host.counting())
    host.offer(grant)
    await host.ended(grant.step_execution)
    return grant


async def _cut_and_send_again(host: Host, grant: Grant, step: int) -> AsyncIterator[tuple[Attempt, int]]:
    """Cut at each place in the last record, start, send the grant: (what is known then, real runs)."""
    path, spool = host.folder / "journal", host.folder / "spool"
    whole, files = path.read_bytes(), _snapshot(spool)
    runs = host.runs()
    for length in range(_end_before_last(whole), len(whole), step):
        _restore(spool, files)
        path.write_bytes(whole[:length])  # the same file, so the same instance
        again = Host(host.folder, controller=host.controller)
        await again.start()
        again.offer(grant)
        attempt = await again.ended(grant.step_execution)
        await again.stop()
        yield attempt, again.runs() - runs
        runs = again.runs()


@pytest.mark.parametrize("build", [_started_then_all_killed, _finished])
async def test_f04_r04_the_last_record_cut_at_every_byte_never_runs_it_again(
    tmp_path: Path, build: Callable[[Host], Awaitable[Grant]]
) -> None:
    host = Host(tmp_path)
    await host.start()
    grant = await build(host)
    await host.stop()
    kinds = read_records((tmp_path / "journal").read_bytes(), "j")[0]
    assert kinds[-1]["kind"] == (records.STARTED if build is _started_then_all_killed else records.FINISHED)
    expected = records.LOST if build is _started_then_all_killed else records.FINISHED
    async for attempt, runs in _cut_and_send_again(host, grant, 9):
        assert (attempt.status, runs) == (expected, 0)


async def test_f04_r04_an_intent_that_was_never_whole_may_run_once(tmp_path: Path) -> None:
    """Nothing had followed from the record that is gone: the grant, sent again, is a first one."""
    host = Host(tmp_path)
    await host.start()
    grant = host.controller.grant(host.counting())
    host.attempts.spool.create(grant.step_execution)
    host.journal.append(records.intent_record(_attempt_of(grant, "safe", "")))
    await host.stop()
    async for attempt, runs in _cut_and_send_again(host, grant, 40):
        assert (attempt.status, runs) == (records.FINISHED, 1)


def _end_before_last(raw: bytes) -> int:
    return next(end for end in range(len(raw) - 1, 0, -1) if read_records(raw[:end], "j")[1] == end)


def _snapshot(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _restore(folder: Path, files: dict[Path, bytes]) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
