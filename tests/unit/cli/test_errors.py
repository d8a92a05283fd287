"""Whatever a server answers, and whatever is wrong with a call: one sentence and a documented exit code."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner

from controller.cli import root
from controller.cli.errors import MEANINGS, ExitCode
from tests.unit.cli.answering import CALLS, URL, X, answered, commands, route_asked, sample

LOCAL = {"scan", "lint", "config", "serve", "home", "completion", "sign-in-url", "db"}
"""Commands that ask no server."""

AUTHORITIES = ssl.create_default_context()

FOREIGN: dict[str, Callable[[], httpx.Response]] = {
    "an empty object": lambda: httpx.Response(200, json={}),
    "a list": lambda: httpx.Response(200, json=[]),
    "null": lambda: httpx.Response(200, text="null"),
    "a page": lambda: httpx.Response(200, html="<html>Welcome</html>"),
    "nothing": lambda: httpx.Response(200),
    "a text": lambda: httpx.Response(200, text="hello"),
    "wrong kinds": lambda: httpx.Response(200, json={"items": "x", "id": 7, "state": [], "on": "no"}),
    "items that are none": lambda: httpx.Response(200, json={"items": [None, 7]}),
    "deep": lambda: httpx.Response(200, text="[" * 100_000),
    "a redirect": lambda: httpx.Response(302, headers={"location": "https://sso.example/"}),
    "a page that is not there": lambda: httpx.Response(404, html="<h1>404</h1>"),
    "a refusal of another API": lambda: httpx.Response(403, json={"error": "forbidden"}),
    "a broken problem": lambda: httpx.Response(422, json={"title": "x", "code": "y", "places": 7}),
    "a fault": lambda: httpx.Response(500, text="oops"),
    "broken gzip": lambda: httpx.Response(200, headers={"content-encoding": "gzip"}, content=b"nope"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DD0C_STATE_DIR", str(tmp_path / "state"))
    # Nothing is dialled here, and to read the authorities anew takes longer than a whole command.
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: AUTHORITIES)


def _with_files(arguments: tuple[str, ...], folder: Path) -> list[str]:
    (folder / "disk.md").write_text("# Disk\n\n```sh\ndf -h\n```\n")
    return [part.format(file=folder / "disk.md", out=folder / "out.jsonl") for part in arguments]


def test_every_command_that_asks_the_server_is_called_here() -> None:
    called = {call[: 2 if len(call) > 1 and (call[0], call[1]) in _two() else 1] for call in CALLS}
    there = {path for path, _ in commands(root) if path[0] not in LOCAL}
    assert there - called == set()


def _two() -> set[tuple[str, ...]]:
    return {path for path, _ in commands(root) if len(path) == 2}


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_foreign_server_is_called_one(
    foreign: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call in CALLS:

        def answer(request: httpx.Request) -> httpx.Response:
            response = FOREIGN[foreign]()
            response.request = request
            return response

        code, said = answered(monkeypatch, answer, *_with_files(call, tmp_path))
        assert code == ExitCode.USAGE, (call, said)
        assert f"{URL} is not a dd0c/run server, or this client does not understand its answer" in said, call
        assert "\x1b" not in said
        assert len(said) < 2_000, "what a stranger sent is not printed"


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_stands_before_a_server_that_is_gone_is_no_foreign_server(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = answered(
        monkeypatch, lambda _: httpx.Response(status, html="<h1>Bad gateway</h1>"), "runbooks"
    )
    assert code == ExitCode.UNREACHABLE
    assert f"does not answer (HTTP {status} from what stands before it)" in said


@pytest.mark.parametrize(
    ("text", "whole", "items"),
    [
        ("x", False, 0),
        ("2026-01-01T00:00:00Z", False, 1),
        ("0001-01-01T00:00:00+23:59", False, 1),
        ("\x1b[31m", True, 1),
    ],
)
def test_whatever_fits_the_shapes_is_told_without_a_traceback(
    text: str, whole: bool, items: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call in CALLS:
        asked = 0

        def answer(request: httpx.Request) -> httpx.Response:
            nonlocal asked
            asked += 1
            route = route_asked(request)
            if route.media is None:
                return httpx.Response(204)
            if route.shape is None:
                return httpx.Response(200, headers={"content-type": route.media}, content=b"x\n")
            found = sample(route.shape, text, whole=whole, items=items)
            if asked > 8 and isinstance(found, dict):
                found = found | {"state": "completed", "version": asked}
                found |= {"nextCursor": None} if "nextCursor" in found else {}
            return httpx.Response(200, content=json.dumps(found).encode())

        for form in ("table", "yaml") if items == 0 else ("table",):
            asked = 0
            code, said = answered(monkeypatch, answer, *_with_files(call, tmp_path), "-o", form)
            assert code in set(ExitCode), (call, said)
            assert "\x1b" not in said, (call, form)


STATES = (
    "pending", "preflight", "await_approval", "await_manual", "executing", "rolling_back",
    "rollback_available", "paused", "manual_intervention", "aborted", "completed", "never_heard_of",
)  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("whole", [False, True])
def test_a_walk_over_what_fits_the_shape_ends_without_a_traceback(
    state: str, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        route = route_asked(request)
        if route.shape is None:
            body = b'id: 9\nevent: output\ndata: {"data": "/w=="}\n\nid: 9\nevent: end\ndata: {}\n\n'
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)
        found = sample(route.shape, "2026-01-01T00:00:00Z", whole=whole, items=1)
        found = found | {"state": state if asked < 8 else "completed", "version": asked}
        return httpx.Response(200, json=found)

    code, said = answered(monkeypatch, answer, "run", X, "--attach")
    assert code in set(ExitCode), said


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"data": "%%%"}', b'{"data": 7}'])
def test_a_stream_that_is_none_is_told(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        route = route_asked(request)
        if route.shape is None:
            body = b"id: 9\nevent: output\ndata: " + data + b"\n\n"
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)
        found = sample(route.shape, "x", whole=True, items=1)
        return httpx.Response(200, json=found | {"state": "executing"})

    code, said = answered(monkeypatch, answer, "run", X, "--attach")
    assert code == ExitCode.USAGE, said
    assert "does not understand its answer" in said


def test_half_a_character_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"on": false, "epoch": 1, "by": "\\ud800"}'
    code, said = answered(monkeypatch, lambda _: httpx.Response(200, content=body), "panic")
    assert (code, "by holds half a character" in said) == (2, True)


def test_an_old_or_a_new_server_is_told_apart_by_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = {"on": False, "epoch": 1, "colour": "blue"}
    code, _ = answered(monkeypatch, lambda _: httpx.Response(200, json=newer), "panic")
    assert code == ExitCode.OK
    code, said = answered(monkeypatch, lambda _: httpx.Response(200, json={"on": False}), "panic")
    assert code == ExitCode.USAGE
    assert "epoch is missing" in said


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [(401, "unauthenticated", 3), (403, "forbidden", 3), (404, "not_found", 4), (409, "conflict", 1),
     (422, "unprocessable", 1), (429, "too_many_requests", 1), (503, "unavailable", 7)],
)  # fmt: skip
def test_a_refusal_is_the_servers_sentence_and_what_to_do_next(
    status: int, code: str, exit_code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem: dict[str, Any] = {
        "title": "No",
        "code": code,
        "status": status,
        "detail": "It is so.",
        "hint": "Do it.",
    }
    for call in CALLS:
        found, said = answered(
            monkeypatch, lambda _: httpx.Response(status, json=problem), *_with_files(call, tmp_path)
        )
        assert found == exit_code, (call, said)
        assert "dd0c: No: It is so.\n  → Do it.\n" in said


def test_every_command_helps_and_refuses_what_it_does_not_know() -> None:
    for path, command in commands(root):
        helped = CliRunner().invoke(root, [*path, "--help"])
        assert helped.exit_code == 0, path
        assert command.help, f"{path} says what it does"
        wrong = CliRunner().invoke(root, [*path, "--never-heard-of"])
        assert (wrong.exit_code, "No such option" in wrong.output) == (2, True), path


@pytest.mark.parametrize("name", ["", "..", "a\nb", "\x1b[31m"])
def test_a_name_that_can_not_be_asked_for_is_refused_here(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing is sent")

    for call in (
        ("executions", "show", name),
        ("members", "remove", name, "--yes"),
        ("tokens", "revoke", name),
    ):
        code, said = answered(monkeypatch, nothing, *call)
        assert (code, "can't be asked for" in said) == (2, True)
        assert "\x1b" not in said


def test_a_name_stays_one_part_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(404, json={"title": "Not found", "code": "not_found"})

    for name in ("a/history", "a?b=c", "a#b", "%2e%2e"):
        assert answered(monkeypatch, answer, "executions", "show", name)[0] == ExitCode.NOT_FOUND
    assert asked == [
        f"/api/v1/executions/{part}" for part in ("a%2Fhistory", "a%3Fb%3Dc", "a%23b", "%252e%252e")
    ]


def test_every_exit_code_is_documented() -> None:
    assert set(MEANINGS) == set(ExitCode)
    page = (Path(__file__).parents[3] / "docs" / "cli.md").read_text()
    for code, meaning in MEANINGS.items():
        assert f"| {int(code)} | {meaning} |" in page


def test_a_group_without_a_word_shows_its_help() -> None:
    for name in ("pr", "audit", "db"):
        shown = CliRunner().invoke(root, [name])
        assert "Commands:" in shown.output
        assert isinstance(root.get_command(click.Context(root), name), click.Group)


@pytest.mark.parametrize(
    ("status", "call", "hint"),
    [
        (401, ("runbooks",), "Set DD0C_TOKEN to a token that is valid"),
        (403, ("panic", "on"), "Ask a member with the role"),
        (404, ("executions", "show", X), "`dd0c executions` lists what is there."),
        (404, ("pr", "show", "9"), "`dd0c pr list` lists what is there."),
        (404, ("members", "remove", "mem_1", "--yes"), "`dd0c members` lists what is there."),
        (404, ("tokens", "revoke", "key_1"), "`dd0c tokens` lists what is there."),
        (404, ("agents", "revoke", "agt_1", "--yes"), "`dd0c agents` lists what is there."),
        (409, ("executions", "history", X), f"See where it stands: dd0c executions show {X}"),
    ],
)
def test_a_refusal_without_a_hint_gets_one(
    status: int, call: tuple[str, ...], hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = {"title": "No", "code": "x", "status": status}
    _, said = answered(monkeypatch, lambda _: httpx.Response(status, json=problem), *call)
    assert f"  → {hint}" in said


def test_a_place_that_the_sentence_names_is_not_told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [{"path": "body.days", "message": "too many"}, {"path": "body.name", "message": "missing"}]
    problem = {"title": "No: body.days: too many", "code": "x", "places": places}
    _, said = answered(monkeypatch, lambda _: httpx.Response(422, json=problem), "tokens", "make", "a")
    assert said.count("too many") == 1
    assert "body.name: missing" in said
