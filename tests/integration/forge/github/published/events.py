"""Webhook payloads as GitHub publishes them, about the repository of the tests."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.integration.forge.github.published.cut import EVENTS


@cache
def _text(event: str, action: str | None) -> str:
    found = next(
        each["payload"]
        for each in json.loads(EVENTS.read_text())
        if (each["event"], each["payload"].get("action")) == (event, action)
    )
    full_name = found["repository"]["full_name"]
    return json.dumps(found).replace(full_name, "acme/runbooks")


def published(event: str, action: str | None = None, **changed: Any) -> dict[str, Any]:
    """The example of an event; `changed` replaces values at its top."""
    return {**json.loads(_text(event, action)), **changed}
