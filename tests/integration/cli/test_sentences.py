"""The command line without a server: a sentence and an exit code, never a traceback; ids stay whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from rich.text import Text

from base.ids import new_id, show_id
from controller.cli.client import Client
from controller.cli.connection import Connection
from controller.cli.errors import ExitCode
from controller.cli.execution_view import show_gate, where_it_stands, why_it_stopped
from controller.cli.output import Printer, plain, plain_markdown
from controller.cli.preview import show_preview
from controller.cli.walk import Walk
from schemas.markdown import escape

ROOT = Path(__file__).resolve().parents[3]


def _dd0c(
    *arguments: str, folder: Path, out: int = subprocess.PIPE, **settings: bytes | str
) -> tuple[int, str]:
    environment: dict[str, bytes | str] = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DD0C_STATE_DIR": str(folder), **settings,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", *arguments],
        stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, env=environment, timeout=60,
        check=False,
    )  # fmt: skip
    said = done.stderr.decode()
    assert "Traceback" not in said, said
    assert "Exception ignored" not in said, said
    return done.returncode, said


@pytest.mark.parametrize("token", ["ddt_a\nb", "ddt_ä", b"ddt_\xff", "ddt a", "ddt_a\r\nX: y"])
def test_a_token_that_no_header_holds_is_a_sentence_and_is_not_shown(
    tmp_path: Path, token: bytes | str
) -> None:
    code, said = _dd0c("runbooks", folder=tmp_path, DD0C_TOKEN=token, DD0C_URL="http://127.0.0.1:1")
    assert (code, said.splitlines()[0][:17]) == (2, "dd0c: The token h")
    assert "ddt" not in said


@pytest.mark.parametrize("url", ["http://[::", "localhost:8080", "http://", "http://a\nb", "ftp://a"])
def test_an_address_that_is_none_is_a_sentence(tmp_path: Path, url: str) -> None:
    code, said = _dd0c("runbooks", folder=tmp_path, DD0C_TOKEN="ddt_a", DD0C_URL=url)
    assert (code, "server's address" in said) == (2, True)


@pytest.mark.parametrize("text", [b"{", b"[1]", b'{"token": 7}', b"\xff", b"[" * 60_000, b" " * 70_000, b""])
def test_a_broken_client_file_is_a_sentence(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "client.json").write_bytes(text)
    code, said = _dd0c("runbooks", folder=tmp_path)
    assert (code, f"{tmp_path}/client.json can't be read" in said) == (2, True)
    code, _ = _dd0c("runbooks", folder=tmp_path, DD0C_TOKEN="ddt_a", DD0C_URL="http://127.0.0.1:1")
    assert code == ExitCode.UNREACHABLE, "who says both needs no file"


def test_an_id_that_no_address_holds_is_a_sentence(tmp_path: Path) -> None:
    code, said = _dd0c(
        "executions", "show", "exe_\x01", folder=tmp_path, DD0C_TOKEN="ddt_a", DD0C_URL="http://127.0.0.1:1"
    )
    assert (code, "can't be asked for" in said) == (2, True)


@pytest.mark.parametrize("arguments", [("completion", "bash"), ("--help",), ("config", "-o", "json")])
def test_a_full_disk_is_a_sentence_and_a_closed_pipe_is_none(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        code, said = _dd0c(*arguments, folder=tmp_path, out=full)
        assert (code, said) == (1, "dd0c: The output can't be written: No space left on device.\n")
        assert _dd0c(*arguments, folder=tmp_path, out=writing) == (1, "")
    finally:
        os.close(full)
        os.close(writing)


@pytest.mark.parametrize("width", [20, 80, 200])
def test_an_id_is_never_broken_whatever_the_width(capsys: pytest.CaptureFixture[str], width: int) -> None:
    printer = Printer("table")
    printer.console.width = width
    ids = [show_id("exe", new_id()) for _ in range(3)]
    rows = [
        [Text(id_), Text("a title of several words " * 4), Text(f"member:{show_id('mem', new_id())}")]
        for id_ in ids
    ]
    printer.table(["ID", "TITLE", "BY"], rows)
    lines = capsys.readouterr().out.splitlines()
    for row in rows:
        assert [line for line in lines if row[0].plain in line and row[2].plain in line]
    if width == 80:
        assert max(len(line.rstrip()) for line in lines) <= 80, "where the ids leave room, the rest is folded"
    assert printer.console.width == width


def test_what_was_escaped_for_markdown_is_text_again_and_inert() -> None:
    hostile = "a & b *c* <d> @all #1 \\ `e`"
    assert plain(escape(hostile)) == hostile
    assert plain("\x1b[31m&#8238;") == "\\x1b[31m\\u202e"
    page = plain_markdown(f"# {escape('T & U')}\n\n- {escape('@all')} &#x202e;\x1b[31m\n", 60)
    assert "T & U" in page
    assert "@all" in page
    assert not {"\x1b", "\u202e", "\u2060"} & set(page)


def _execution(state: str, reason: str = "", **attempt: Any) -> dict[str, Any]:
    whole = {"id": "stx_1", "kind": "forward", "status": "failed", "storedBytes": 0, **attempt}
    step = {"id": "a", "title": "Drop it", "attempts": [whole], "command": "true"}
    return {"id": "exe_1", "state": state, "cursor": "a", "reason": reason, "steps": [step]}


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ({"exitCode": 3}, "it ended with exit code 3"),
        ({"status": "killed", "signal": int(signal.SIGKILL)}, "signal 9 (SIGKILL) ended it"),
        ({"status": "timed_out", "signal": 15}, "it ran longer than its time and was ended"),
        (
            {"status": "refused", "refusal": "local_policy", "agent": {"id": "agt_1", "name": "web-1"}},
            "web-1 refused to run it (its own policy forbids it)",
        ),
        (
            {"status": "failed", "exitCode": 1, "kind": "rollback"},
            "while undoing it, it ended with exit code 1",
        ),
    ],
)
def test_why_a_step_needs_a_person_is_said(attempt: dict[str, Any], said: str) -> None:
    assert why_it_stopped(_execution("manual_intervention", **attempt)) == said
    if "refusal" not in attempt:
        told = why_it_stopped(_execution("manual_intervention", "nothing can be rolled back", **attempt))
        assert told == f"{said}; nothing can be rolled back"


def test_where_an_execution_stands_is_said_for_every_state() -> None:
    for state in ("pending", "preflight", "await_approval", "await_manual", "paused", "manual_intervention"):
        assert where_it_stands(_execution(state)).startswith("waits")
    assert "is running" in where_it_stands(_execution("executing"))
    assert where_it_stands(_execution("preflight") | {"cursor": None}) == "waits at its preflight"


@pytest.mark.parametrize(("saved", "said"), [(None, "you saved nothing"), (" \n", "the command is blank")])
def test_an_edit_without_a_command_changes_nothing_and_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, saved: str | None, said: str
) -> None:
    given = []

    def edit(text: str, extension: str) -> str | None:
        given.append((text, extension))
        return saved

    monkeypatch.setattr(click, "edit", edit)
    walk = Walk(Client(Connection("http://127.0.0.1:1", None)), Printer("table"), can_ask=True)
    before = _execution("manual_intervention", exitCode=1)
    assert walk._edit(before) is before
    assert given == [("true", ".sh")], "it begins with the step's own command"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("width", [20, 80])
def test_a_command_is_never_broken_whatever_the_width(capsys: pytest.CaptureFixture[str], width: int) -> None:
    command = "truncate -s 0 " + "/var/lib/docker/containers/{{ container_id }}/x-json.log " * 3
    step = {"title": "Cut it", "command": command.strip(), "risk": "dangerous", "why": "w " * 60}
    preview = {
        "title": "T", "name": "t", "tally": {"dangerous": 1}, "prerequisites": [], "variables": [],
        "steps": [step], "ambiguities": [], "suspicious": [],
    }  # fmt: skip
    printer = Printer("table")
    printer.console.width = width
    show_preview(printer, preview)
    gate = {
        "step": "a", "kind": "forward", "risk": "dangerous", "intentSha256": "sha256:0", "lapsed": False,
        "expiresAt": "2026-01-01T00:00:00Z", "approvals": [],
        "intent": {"command": command.strip(), "agent": {"id": "agt_1"}, "timeoutMs": 1, "maxAttempts": 1},
    }  # fmt: skip
    show_gate(printer, _execution("await_approval") | {"gate": gate})
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines.count(command.strip()) == 2
