"""Real commands through a real spawner: output, deadlines, escapees, secrets, a full disk."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import signal
import time
from pathlib import Path

import pytest

from agent.runner import Settings
from base.ids import new_id
from proto.convert import AttemptState, Refusal
from schemas.grant import EnvSecret, EnvValue
from tests.integration.agent.host import (
    FINISHED,
    REFUSED,
    Host,
    alive_with,
    fill_disk,
    mount_small_disk,
    unmount,
    until,
)

SECRET = "s3cr3t-canary-7f"


async def test_a_command_runs_and_says_how_it_ended(host: Host) -> None:
    attempt = await host.run("echo out; echo err >&2; exit 3")
    assert attempt.status == FINISHED
    assert attempt.result is not None
    assert (attempt.result.exit_code, attempt.result.signal) == (3, None)
    assert await host.text(attempt.id, 0) == b"out\n"
    assert await host.text(attempt.id, 1) == b"err\n"
    assert attempt.result.output_bytes == 8
    states = [report.state for report in host.reports if report.step_execution_id == attempt.id]
    assert states == [AttemptState.STARTED, AttemptState.FINISHED]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("false; true", 1),
        ("false | true", 1),
        ("kill -TERM $$", None),
        ("exit 255", 255),
        ("nosuchprogram", 127),
    ],
)
async def test_bash_with_e_and_pipefail(host: Host, command: str, code: int | None) -> None:
    attempt = await host.run(command)
    assert attempt.result is not None
    assert attempt.result.exit_code == code
    assert attempt.result.signal == (None if code is not None else signal.SIGTERM)


async def test_the_environment_is_built_from_nothing(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAKED", "1")
    attempt = await host.run("env | sort; umask; cat", env=(EnvValue(name="A", value="b c"),))
    lines = (await host.text(attempt.id)).decode().splitlines()
    names = {line.partition("=")[0] for line in lines}
    assert {"A", "HOME", "LANG", "PATH"} <= names
    assert names <= {"A", "HOME", "LANG", "PATH", "PWD", "SHLVL", "_", "OLDPWD"} | {"0022", "0077", "0027"}
    assert "A=b c" in lines
    assert attempt.result is not None
    assert attempt.result.exit_code == 0  # `cat` read an empty standard input, not the script


async def test_r31_a_timeout_ends_the_whole_tree(host: Host) -> None:
    mark = f"31{os.getpid()}"
    usual = await host.usual_seconds()
    began = time.monotonic()
    attempt = await host.run(
        f"bash -c 'sleep 999.{mark} & sleep 999.{mark}' & sleep 999.{mark}", timeout_ms=1000, grace_ms=1000
    )
    took = time.monotonic() - began
    assert attempt.result is not None
    assert attempt.result.timed_out
    assert not attempt.result.leaked
    assert took < 1 + 1 + 1 + usual
    assert not alive_with(f"999.{mark}")


async def test_r31_a_tree_that_ignores_term_is_killed_after_the_grace(host: Host) -> None:
    mark = f"32{os.getpid()}"
    usual = await host.usual_seconds()
    began = time.monotonic()
    attempt = await host.run(
        f"trap '' TERM; (trap '' TERM; sleep 999.{mark}; sleep 998.{mark}) & while :; do sleep 0.05; done",
        timeout_ms=500,
        grace_ms=700,
    )
    took = time.monotonic() - began
    assert attempt.result is not None
    assert attempt.result.timed_out
    assert attempt.result.signal == signal.SIGKILL
    assert 1.2 <= took < 2.2 + usual
    assert not alive_with(f"99{mark}")
    assert not alive_with(f".{mark}")


async def test_r32_a_double_fork_with_setsid_does_not_escape(host: Host) -> None:
    mark = f"33{os.getpid()}"
    command = f"(setsid bash -c 'setsid sleep 999.{mark} & disown' &) ; sleep 0.2; echo done"
    attempt = await host.run(command, timeout_ms=8000, grace_ms=300)
    assert attempt.result is not None
    assert attempt.result.exit_code == 0
    assert not attempt.result.leaked
    assert not alive_with(f"999.{mark}")


async def test_r33_a_grandchild_that_holds_the_output_is_waited_for_only_so_long(host: Host) -> None:
    mark = f"34{os.getpid()}"
    usual = await host.usual_seconds()
    began = time.monotonic()
    attempt = await host.run(f"(sleep 999.{mark}; echo late) & echo first")
    took = time.monotonic() - began
    assert attempt.result is not None
    assert attempt.result.exit_code == 0
    assert 4.5 < took < 5 + 2 + 1.5 + usual
    assert await host.text(attempt.id) == b"first\n"
    assert not alive_with(f"999.{mark}")


async def test_r33_a_grandchild_that_ends_in_time_is_heard(host: Host) -> None:
    attempt = await host.run("(sleep 0.3; echo late) & echo first")
    assert await host.text(attempt.id) == b"first\nlate\n"


async def test_r34_much_output_costs_no_memory(host: Host) -> None:
    """300 MB through a cap of 1 MiB: sums are true, memory stays flat, and so does the disk."""
    count = 300 << 20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    attempt = await host.run(f"yes | head -c {count}", timeout_ms=60_000, output_limit_bytes=1 << 20)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert attempt.result is not None
    assert attempt.result.output_bytes == count
    expected = hashlib.sha256()
    for _ in range(count >> 20):
        expected.update(b"y\n" * (1 << 19))
    assert attempt.result.output_sha256 == expected.hexdigest()
    stored = await host.text(attempt.id)
    assert len(stored) < (1 << 20) + 100
    assert b"bytes left out]" in stored
    assert grown < 64 << 10


async def test_r35_invalid_bytes_travel_as_they_are(host: Host) -> None:
    attempt = await host.run(
        r"printf '\xff\xfe\x00\x1b]0;x\x07\x1b[31m'; head -c 1000000 /dev/zero | tr '\0' a"
    )
    expected = b"\xff\xfe\x00\x1b]0;x\x07\x1b[31m" + b"a" * 1_000_000
    assert await host.text(attempt.id) == expected
    assert attempt.result is not None
    assert attempt.result.output_sha256 == hashlib.sha256(expected).hexdigest()


def _with_secret(host: Host, value: str = SECRET) -> None:
    path = host.folder / "secrets.toml"
    path.write_text(f'PAYMENTS_PG = "{value}"\n')
    path.chmod(0o600)
    host.settings = Settings(secrets_file=path, min_free_bytes=0)


_SECRET_ENV = (EnvSecret(name="PGPASSWORD", secret="PAYMENTS_PG"),)


async def test_r36_r38_a_secret_is_an_environment_variable_and_is_masked(tmp_path: Path) -> None:
    host = Host(tmp_path)
    _with_secret(host)
    await host.start()
    command = (
        'printf %s "${PGPASSWORD:0:5}"; sleep 0.3; printf "%s\\n" "${PGPASSWORD:5}"; '
        'echo "$PGPASSWORD" | base64; cat /proc/$$/cmdline /proc/$PPID/cmdline | tr "\\0" " "'
    )
    attempt = await host.run(command, secret_env=_SECRET_ENV)
    text = await host.text(attempt.id)
    assert text.startswith(b"***\n***")
    assert SECRET.encode() not in text
    assert attempt.result is not None
    assert attempt.result.exit_code == 0
    await host.stop()
    # Nothing of the agent holds the value afterwards but the file that it came from.
    for path in (tmp_path / "journal", *(tmp_path / "spool").rglob("*")):
        if path.is_file() and path.name not in ("stdout", "stderr"):
            assert SECRET.encode() not in path.read_bytes(), path


async def test_r38_the_value_is_in_no_command_line(tmp_path: Path) -> None:
    host = Host(tmp_path)
    _with_secret(host)
    await host.start()
    identity = host.offer(host.controller.grant('sleep 5; test -n "$PGPASSWORD"', secret_env=_SECRET_ENV))
    await host.started(identity)
    assert not alive_with(SECRET)
    assert not alive_with("PGPASSWORD")  # nor the command's text: bash reads it from a descriptor
    target = host.attempts.target(identity)
    assert target is not None
    os.kill(target.pid, signal.SIGTERM)
    await host.ended(identity)
    await host.stop()


@pytest.mark.parametrize("case", ["missing", "short", "readable by others", "no file"])
async def test_r36_a_secret_that_is_unfit_stops_the_step(tmp_path: Path, case: str) -> None:
    host = Host(tmp_path)
    if case != "no file":
        _with_secret(host, "abc" if case == "short" else SECRET)
    if case == "readable by others":
        (tmp_path / "secrets.toml").chmod(0o644)
    await host.start()
    name = "OTHER" if case == "missing" else "PAYMENTS_PG"
    attempt = await host.run(host.counting(), secret_env=(EnvSecret(name="X", secret=name),))
    assert (attempt.status, attempt.refusal) == (REFUSED, Refusal.LOCAL_POLICY)
    assert host.runs() == 0
    assert not any(SECRET in text for text in host.diagnostics)
    await host.stop()


async def test_r39_a_full_disk_refuses_before_anything_starts(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    reason = mount_small_disk(disk)
    if reason is not None:
        pytest.skip(reason)
    counter = tmp_path / "ran"
    try:
        host = Host(disk)
        await host.start()
        good = await host.run(f"echo x >> {counter}")
        assert good.status == FINISHED
        filler = fill_disk(disk)
        attempt = await host.run(f"echo x >> {counter}")
        assert (attempt.status, attempt.refusal) == (REFUSED, Refusal.JOURNAL)
        assert counter.read_text() == "x\n"
        filler.unlink()
        again = await host.run(f"echo x >> {counter}")
        assert again.status == FINISHED
        assert counter.read_text() == "x\nx\n"
        await host.stop()
    finally:
        unmount(disk)


async def test_r05_the_same_envelope_a_hundred_times_runs_once(host: Host) -> None:
    grant = host.controller.grant(host.counting("sleep 0.2"))
    envelope = host.controller.envelope(grant)
    await asyncio.gather(*(host.runner.run(envelope, "") for _ in range(100)))
    attempt = await host.ended(grant.step_execution)
    assert host.runs() == 1
    await until(lambda: sum(report.duplicate for report in host.reports) == 99)
    duplicates = [report for report in host.reports if report.duplicate]
    assert {report.step_execution_id for report in duplicates} == {attempt.id}
    assert {report.state for report in duplicates} <= {
        AttemptState.INTENT,
        AttemptState.STARTED,
        AttemptState.FINISHED,
    }


async def test_every_command_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    host = Host(tmp_path, settings=Settings(max_running=2, min_free_bytes=0))
    await host.start()
    for _ in range(2):
        await host.started(host.offer(host.controller.grant("sleep 1")))
    attempt = await host.run(host.counting())
    assert (attempt.status, attempt.refusal) == (REFUSED, Refusal.BUSY)
    assert host.runs() == 0
    await until(lambda: not host.attempts.running)
    await host.stop()


async def test_another_account_only_where_the_host_allows_it(tmp_path: Path) -> None:
    host = Host(tmp_path)
    await host.start()
    attempt = await host.run(host.counting(), user="nobody")
    assert (attempt.status, attempt.refusal) == (REFUSED, Refusal.LOCAL_POLICY)
    attempt = await host.run(host.counting(), user=f"no-such-{new_id().hex[:8]}")
    assert attempt.refusal == Refusal.LOCAL_POLICY
    assert host.runs() == 0
    await host.stop()
