"""How the imitation finds the handler of a request. The handlers are in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pygit2

from tests.integration.forge.github.state import (
    Pull,
    State,
)

Reply = tuple[int, Any]
Handler = Callable[["Call"], Reply]
ROUTES: list[tuple[str, list[str], Handler]] = []


class Call:
    """One request: who asks, the parts of the path, the query and the JSON body."""

    def __init__(
        self, state: State, login: str, parts: dict[str, str], query: dict[str, str], body: Any
    ) -> None:
        self.state, self.login, self.parts, self.query, self.body = state, login, parts, query, body or {}

    @property
    def git(self) -> pygit2.Repository:
        return self.state.git()

    def pull(self) -> Pull:
        pull = self.state.pulls[int(self.parts["number"])]
        self.state.refresh(pull)
        return pull

    def page(self, found: list[Any]) -> list[Any]:
        size, number = int(self.query.get("per_page", "30")), int(self.query.get("page", "1"))
        return found[(number - 1) * size : number * size]


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Register a handler; `{name}` is one segment, `{name...}` the rest of the path."""

    def add(handler: Handler) -> Handler:
        ROUTES.append((method, path.strip("/").split("/"), handler))
        return handler

    return add


def find(method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
    """The handler of a request and the parts of its path."""
    segments = path.strip("/").split("/")
    for wanted, pattern, handler in ROUTES:
        parts = _match(pattern, segments) if wanted == method else None
        if parts is not None:
            return handler, parts
    return None


def _match(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    parts: dict[str, str] = {}
    for position, word in enumerate(pattern):
        if word.endswith("...}"):
            parts[word[1:-4]] = unquote("/".join(segments[position:]))
            return parts if position < len(segments) else None
        if position >= len(segments):
            return None
        if word.startswith("{"):
            parts[word[1:-1]] = unquote(segments[position])
        elif word != segments[position]:
            return None
    return parts if len(pattern) == len(segments) else None


def invalid(message: str, *errors: str) -> Reply:
    found = [{"resource": "Thing", "code": "custom", "message": error} for error in errors]
    return 422, {"message": message, "errors": found} if errors else {"message": message}


REPO = "/repos/acme/runbooks"
MISSING: Reply = (404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})


def user(login: str) -> dict[str, Any]:
    return {"login": login, "id": sum(login.encode()), "type": "Bot" if login.endswith("[bot]") else "User"}
