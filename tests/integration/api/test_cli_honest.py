"""What the command line says where it stops: bytes as they are, ids whole, reasons told, no traceback."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

from base.ids import new_id, parse_id, show_id
from tests.integration.api.kit import PASTE, ROOT, Api
from tests.integration.api.test_cli import Terminal
from tests.integration.api.test_floods import serving
from tests.integration.api.test_reviews import broken
from tests.integration.engine.texts import ONE

CAUTION = ONE % {"trust": 1, "command": "touch /tmp/mark"}
RAW = b"\xff\x00\x1b[31mred\r\n\xe2\x80\xae\n"


def _at_a_terminal(dd0c: Terminal, *arguments: str, until: bytes, then: bytes) -> tuple[int, str]:
    """Run it on a terminal of its own, press keys once a text is there; exit code and all that it showed."""
    controller, terminal = pty.openpty()
    environment = {
        "PATH": os.environ["PATH"],
        "DD0C_URL": dd0c.url,
        "DD0C_TOKEN": dd0c.token,
        "DD0C_STATE_DIR": str(dd0c.folder),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
    }
    # A session of its own, whose terminal this is: so Ctrl-C is a signal.
    start = (
        "import os, sys; os.login_tty(0); "
        "os.execv(sys.executable, [sys.executable, '-m', 'controller.cli', *sys.argv[1:]])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", start, *arguments], stdin=terminal, stdout=terminal, stderr=terminal,
        env=environment,
    )  # fmt: skip
    os.close(terminal)
    shown, pressed, deadline = b"", False, time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            if not select.select([controller], [], [], 1)[0]:
                if pressed:
                    # A signal just before readline waits for a key wakes it with the next one only: a person
                    # presses again.
                    os.write(controller, then)
                continue
            try:
                more = os.read(controller, 65536)
            except OSError:  # the other end is closed: it ended
                more = b""
            if not more:
                break
            shown += more
            if not pressed and until in shown:
                pressed = True
                os.write(controller, then)
        return process.wait(timeout=60), shown.decode("utf-8", "replace")
    finally:
        process.kill()
        process.wait()
        os.close(controller)


async def _at_the_gate(api: Api) -> str:
    return show_id("exe", await api.house.started(await api.house.runbook(CAUTION)))


async def test_leaving_a_prompt_says_where_the_execution_waits(api: Api, tmp_path: Path) -> None:
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        x = await _at_the_gate(api)
        for key in (b"\x03", b"\x04"):
            code, shown = await asyncio.to_thread(
                _at_a_terminal, dd0c, "run", "--attach", x, until=b"[a] approve", then=key
            )
            assert code == 5, shown
            assert "You left; the execution waits at the gate of “Only this”." in shown
            assert f"Go on with: dd0c run --attach {x}" in shown
            assert "Aborted" not in shown
        assert (await dd0c.json("executions", "show", x))["state"] == "await_approval"


async def test_output_is_the_bytes_of_the_process(api: Api, tmp_path: Path) -> None:
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        x = await _at_the_gate(api)
        await api.house.approve(parse_id("exe", x))
        attempt = (await dd0c.json("executions", "show", x))["running"]["id"]
        await api.house.finish(parse_id("exe", x), output=RAW)
        out, _ = await dd0c.run("executions", "output", x, attempt)
        assert out == RAW
        document = await dd0c.json("executions", "output", x, attempt)
        assert base64.b64decode(document["base64"]) == RAW
        assert (document["text"], document["truncated"], document["totalBytes"]) == (None, False, len(RAW))
        _, shown = await asyncio.to_thread(
            _at_a_terminal, dd0c, "executions", "output", x, attempt, until=b"\0never", then=b""
        )
        assert "\\xff\\x00\\x1b[31mred\\r" in shown
        assert "\\u202e" in shown
        assert "\x1b[31m" not in shown
        listed = await dd0c.call("executions", "show", x)
        assert attempt in listed, "an id is never broken"
        assert x in await dd0c.call("executions")


async def test_a_run_for_a_program_prints_where_it_waits(api: Api, tmp_path: Path) -> None:
    await api.house.runbook(CAUTION)
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        worker = asyncio.create_task(_work(api))
        out, err = await dd0c.run("run", "one", "-o", "json", code=5)
        worker.cancel()
        document = json.loads(out)
        assert document["id"].startswith("exe_")
        assert document["state"] == "await_approval"
        assert document["waitsFor"] == "the step only waits for an approval"
        assert document["next"] == f"dd0c run --attach {document['id']}"
        assert b"nobody is at this terminal" in err


async def _work(api: Api) -> None:
    while True:
        await api.house.work_off()
        await asyncio.sleep(0.05)


async def test_the_walk_says_why_a_step_failed(api: Api, tmp_path: Path) -> None:
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        x = await _at_the_gate(api)
        await api.house.approve(parse_id("exe", x))
        attempt = await api.house.finish(parse_id("exe", x), exit_code=3, output=b"No space\n")
        said = await dd0c.call("run", "--attach", x, code=5)
        assert "needs you: it ended with exit code 3; the step failed and nothing can be rolled back" in said
        assert f"dd0c executions output {x} {show_id('stx', attempt)}" in said
        assert "Look at the system first." in said
        assert "manual intervention: it ended with exit code 3" in said


async def test_attach_refuses_what_it_would_leave_out(api: Api, tmp_path: Path) -> None:
    nobody = Terminal("http://127.0.0.1:1", api.tokens["owner"], tmp_path)
    x = f"exe_{'0' * 26}"
    assert "--rollback has no place" in await nobody.call("run", x, "--attach", "--rollback", code=2)
    assert "--var has no place" in await nobody.call("run", x, "--attach", "--var", "a=b", code=2)
    assert "The command is blank" in await nobody.call(
        "executions", "edit", x, "--command", "  ", "--reason", "why", code=2
    )


async def test_a_blank_edit_is_refused_as_blank(api: Api) -> None:
    x = await _at_the_gate(api)
    async with api.client() as client:
        answer = await client.post(
            f"/api/v1/executions/{x}/edit",
            json={"command": " \n", "reason": "why"},
            headers={"If-Match": '"1"'},
        )
    assert answer.status_code == 422
    assert "a blank command runs nothing" in answer.json()["detail"]


async def test_a_state_folder_that_takes_no_note_is_a_sentence(api: Api, tmp_path: Path) -> None:
    (tmp_path / "disk.md").write_text(PASTE)
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        said = await dd0c.call("import", "disk.md", code=2, state="/proc/dd0c")
        assert "df -h" in said, "the preview was shown"
        assert "can't be noted in /proc/dd0c" in said
        assert "dd0c pr open FILE" in said
        assert "Traceback" not in said


async def test_a_pull_request_is_shown_as_plain_text_with_its_author(api: Api, tmp_path: Path) -> None:
    async with api.client() as client:
        opened = await client.post(
            "/api/v1/runbooks",
            json={"text": PASTE.replace("Disk is", "Disk (a & b) is"), "name": "disk-full"},
        )
        assert opened.status_code == 201, opened.text
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        said = await dd0c.call("pr", "show", "1")
        assert f"{api.tenant.email} ({api.tenant.actor})" in said
        assert "Disk (a & b) is full" in said
        assert "&#" not in said
        assert "\u2060" not in said
        listed = await dd0c.call("pr", "list")
        assert api.tenant.email in listed
        assert " pass " in listed, "the check of each is in the list"


async def test_a_pull_request_whose_check_fails_is_not_called_mergeable(api: Api, tmp_path: Path) -> None:
    number = str(await broken(api))
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        said = await dd0c.call("pr", "show", number)
        assert "no: the check dd0c/classification fails: " in said
        assert "Next: dd0c pr merge" not in said
        assert " fail " in await dd0c.call("pr", "list")


async def test_r4_a_lost_command_is_named_as_lost(api: Api, tmp_path: Path) -> None:
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        x = await _at_the_gate(api)
        await api.house.approve(parse_id("exe", x))
        await api.house.take(parse_id("exe", x))
        await api.house.hello(instance=new_id())
        assert "Nobody can say what became of" in await dd0c.call("run", "--attach", x, code=5)


async def test_a_panic_says_since_when_by_whom_why_and_how_it_is_cleared(api: Api, tmp_path: Path) -> None:
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        assert "by " not in await dd0c.call("panic"), "it never was on"
        assert "dd0c panic off" in await dd0c.call("panic", "on", "--reason", "the wrong cluster")
        said = await dd0c.call("panic")
        assert "panic   ON" in said
        assert f"by      {api.tenant.email} ({api.tenant.actor})" in said
        assert "reason  the wrong cluster" in said
        assert re.search(r"since   20\d\d-\d\d-\d\dT", said)
        assert "dd0c panic off" in said
        state = await dd0c.json("panic")
        assert (state["byName"], state["reason"]) == (api.tenant.email, "the wrong cluster")


async def test_a_verified_chain_says_what_that_does_not_prove(api: Api, tmp_path: Path) -> None:
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        said = await dd0c.call("audit", "verify")
        assert "proves      no event of it was changed" in said
        assert "proves not  that this is the whole chain" in said
        assert "no witness from outside was asked" in said
        assert (await dd0c.json("audit", "verify"))["witness"] in ("none", "export")
