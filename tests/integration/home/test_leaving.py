"""`python -m controller.home` as a process: a Ctrl-C while it still imports, a child that can't start."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from controller.home.children import Child, Command
from controller.home.household import _alive, _within
from controller.home.stages import HomeError
from tests.integration.agent.host import until

ROOT = Path(__file__).parents[3]


def _environment(state: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DD0C_")}
    return kept | {"DD0C_STATE_DIR": str(state)}


def test_a_ctrl_c_while_it_imports_is_one_line(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "controller.home"],
        cwd=ROOT,
        env=_environment(tmp_path / "state"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    maps = Path(f"/proc/{program.pid}/maps")
    deadline = time.monotonic() + 60
    while "pydantic_core" not in maps.read_text():  # the first of many imports that take a while
        assert time.monotonic() < deadline
    program.send_signal(signal.SIGINT)
    said, _ = program.communicate(timeout=60)
    assert program.returncode == 130
    assert said == "dd0c: interrupted before it was ready; nothing is left running.\n"
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DD0C_PUBLIC_URL", "bla", "DD0C_PUBLIC_URL is 'bla'; allowed is a URL"),
        ("DD0C_AGENT_MAX_RUNNING", "0", "DD0C_AGENT_MAX_RUNNING is '0'; allowed is a whole number"),
        ("DD0C_AGENT_NOISE", "1", "unknown setting DD0C_AGENT_NOISE"),
        ("PATH", "/none", "The program git is needed"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_made(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "controller.home"],
        cwd=ROOT,
        env=_environment(tmp_path / "state") | {name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"dd0c: {words}")
    assert not (tmp_path / "state").exists()


def _child(folder: Path, code: str) -> Child:
    return Child(Command("kid", [sys.executable, "-c", code], dict(os.environ), folder / "kid.log"))


async def _for_ever(child: Child) -> None:
    while True:
        await _alive(child)


async def test_a_child_that_no_further_start_can_help_is_quoted_at_once(tmp_path: Path) -> None:
    (tmp_path / "kid.log").write_text("dd0c: a sentence of an earlier start\n")
    child = _child(tmp_path, "import sys; sys.stderr.write('noise\\ndd0c: the disk is full\\n'); sys.exit(2)")
    await child.start()
    with pytest.raises(HomeError, match=r"^The kid does not start: the disk is full$"):
        await _within("kid", child, _for_ever(child))
    assert child.restarts == 0
    await child.stop(asyncio.Event())


async def test_the_quoted_log_is_that_of_this_start(tmp_path: Path) -> None:
    (tmp_path / "kid.log").write_text("a line of an earlier start\n")
    child = _child(tmp_path, "import signal; signal.pause()")
    await child.start()
    assert child.last_lines() == ""
    await child.stop(asyncio.Event())


async def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    """The child counts its stop signals, and never ends by itself."""
    code = (
        "import signal, pathlib\n"
        f"kept = pathlib.Path({str(tmp_path / 'signals')!r})\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\n"
        "kept.write_text('')\n"
        "while True:\n"
        "    signal.sigwait([signal.SIGTERM])\n"
        "    kept.write_text(kept.read_text() + 'x')\n"
    )
    child = _child(tmp_path, code)
    await child.start()
    hurry = asyncio.Event()
    signals = tmp_path / "signals"

    await until(signals.exists)
    stopping = asyncio.create_task(child.stop(hurry))
    await until(lambda: signals.read_text() == "x")
    hurry.set()
    await until(lambda: signals.read_text() == "xx")
    async with asyncio.timeout(45):
        await stopping
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL
