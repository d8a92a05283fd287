"""A server that answers as a test wants, without a socket; and answers made from the shapes of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

import click
import httpx
import pytest
from click.testing import CliRunner

from controller.cli import root
from controller.cli.answers import Route, _shapes, route_of

URL: Final = "http://runbooks.example:8080"
X: Final = "exe_00000000000000000000000000"
Answer = Callable[[httpx.Request], httpx.Response]

CALLS: Final[tuple[tuple[str, ...], ...]] = (
    ("import", "{file}", "--dry-run"), ("import", "{file}"), ("parse", "--again", "0" * 64),
    ("pr", "open", "{file}"), ("pr", "list"), ("pr", "show", "1"), ("pr", "diff", "1"),
    ("pr", "merge", "1", "--yes"), ("pr", "close", "1"), ("pr", "check", "1"),
    ("pr", "comment", "1", "Good"), ("pr", "approve", "1", "--yes", "--head", "0" * 40),
    ("pr", "request-changes", "1", "No."),
    ("export", "rbk_1"), ("export", "disk"),
    ("runbooks",), ("runbooks", "show", "rbk_1"), ("runbooks", "show", "disk"),
    ("runbooks", "versions", "rbk_1"), ("runbooks", "diff", "rbk_1", "ver_1"), ("runbooks", "--stale"),
    ("stale",), ("upgrade",), ("upgrade", "report"), ("upgrade", "accept", "--all", "--yes"),
    ("runbooks", "edit", "rbk_1", "{file}"),
    ("runbooks", "retire", "rbk_1"),
    ("sync", "add-repository", "--name", "more"), ("sync", "remove-repository", "runbooks", "--yes"),
    ("run", "rbk_1"), ("run", "disk"), ("run", X, "--attach"), ("run", X, "--rollback"),
    ("executions",), ("executions", "show", X), ("executions", "history", X),
    ("executions", "output", X, "stx_1"),
    ("executions", "approve", X, "--intent", "sha256:0"), ("executions", "start", X),
    ("executions", "refuse", X, "--reason", "no"), ("executions", "ask-again", X),
    ("executions", "skip", X, "--reason", "no"), ("executions", "done-by-hand", X, "--note", "done"),
    ("executions", "request-rollback", X), ("executions", "decline-rollback", X), ("executions", "retry", X),
    ("executions", "stop", X), ("executions", "pause", X), ("executions", "resume", X),
    ("executions", "abort", X, "--reason", "no"), ("executions", "report", X, "--ok"),
    ("executions", "edit", X, "--command", "ls", "--reason", "why"),
    ("executions", "resolve", X, "--outcome", "ran_ok", "--note", "seen"),
    ("executions", "bind", X, "host", "web-1"), ("executions", "tick", X, "vpn"),
    ("agents",), ("agents", "token"), ("agents", "tokens"), ("agents", "revoke", "agt_1", "--yes"),
    ("panic",), ("panic", "on"), ("panic", "off", "--yes"),
    ("sync",), ("sync", "status"), ("sync", "now"), ("sync", "diff"), ("sync", "history"),
    ("sync", "policy-source", "runbooks"), ("sync", "badge", "runbooks"),
    ("sync", "direct-push", "runbooks", "--refuse"), ("sync", "let-go", "runbooks", "--yes"),
    ("classify", "ls"),
    ("members",), ("members", "add", "a@example.com", "--role", "viewer"),
    ("members", "role", "mem_1", "viewer"), ("members", "remove", "mem_1", "--yes"),
    ("tokens",), ("tokens", "make", "one"), ("tokens", "revoke", "key_1"),
    ("audit", "list"), ("audit", "export", "{out}"), ("audit", "verify"),
)  # fmt: skip
"""Every command that asks the server; `test_errors` holds that none is left out."""


def commands(
    group: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its words; a group too, where it does something by itself."""
    if isinstance(group, click.Group):
        context = click.Context(group)
        if path and group.invoke_without_command:
            yield path, group
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))
    else:
        yield path, group


def answered(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, *arguments: str, given: str | None = None
) -> tuple[int, str]:
    """Run `dd0c` against a server that answers so: the exit code and all that it said. A traceback fails."""
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _self, request: answer(request))
    done = CliRunner().invoke(
        root, list(arguments), input=given, env={"DD0C_URL": URL, "DD0C_TOKEN": "ddt_a"}
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    return done.exit_code, done.output


@lru_cache(4_096)
def _named(name: str, text: str, whole: bool, items: int, depth: int) -> Any:
    return sample(_shapes()[name], text, whole=whole, items=items, depth=depth)


def sample(shape: Any, text: str, *, whole: bool, items: int, depth: int = 0) -> Any:
    """A value of a shape; `whole` with what may be absent, lists with so many items (bounded in depth).

    Parts of it are shared between calls: change nothing in it.
    """
    if "of" in shape:
        return _named(shape["of"], text, whole, items, depth + 1)
    if "any" in shape:
        return sample(shape["any"][0], text, whole=whole, items=items, depth=depth)
    kind = shape.get("type", "object")
    if kind == "object":
        return {
            name: sample(part, text, whole=whole, items=items, depth=depth)
            for name, part in shape.get("has", {}).items()
            if "optional" not in part or (whole and depth < 6)
        }
    if kind == "array":
        count = items if depth < 6 else 0
        return [sample(shape["items"], text, whole=whole, items=items, depth=depth) for _ in range(count)]
    return {"string": text, "integer": 1, "number": 1.5, "boolean": True, "null": None}[kind]


def route_asked(request: httpx.Request) -> Route:
    """The route of a request."""
    return route_of(request.method, request.url.path.removeprefix("/api/v1/"))
