"""The Messages API as our advisor and our reader meet it: the SDK's own types judge each request, a `Mind` or
a `Reader` answers.

It refuses what current models refuse (`temperature`), asks for the key, and can be told to fail.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter, ValidationError

KEY: Final = "sk-ant-emulated-0123456789"
MODEL: Final = "emulated-model-1"

Mind = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From the question, as the prompt shows it, to the fields of the answer but `question`."""

Reader = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From the part of a text, as the prompt shows it, to the fields of the answer but `document`."""

_DATA: Final = re.compile(r"<(untrusted-data-[0-9a-f]{16})>\n(\{.*\})\n</\1>\n", re.DOTALL)


@cache
def _type() -> TypeAdapter[Any]:
    """What judges a request. The SDK takes a second to load, and not every worker serves requests."""
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming

    return TypeAdapter(MessageCreateParamsNonStreaming)


def says(risk: str, confidence: float, reasoning: str = "as the emulator was told") -> Mind:
    """A mind that says the same of everything."""
    return lambda _: answer(risk, confidence, reasoning)


def answer(risk: str, confidence: float, reasoning: str = "as the emulator was told") -> dict[str, Any]:
    """The fields of an answer."""
    return {
        "risk": risk,
        "confidence": confidence,
        "reasoning": reasoning,
        "rollback": None,
        "alternatives": [],
    }


def question_in(request: Mapping[str, Any]) -> dict[str, Any]:
    """The question between the marks of a request."""
    found = _DATA.search(request["messages"][0]["content"][0]["text"])
    assert found is not None, "no question between marks"
    question: dict[str, Any] = json.loads(found[2])
    return question


def message(text: str, **changes: Any) -> dict[str, Any]:
    """A whole message with this text."""
    return {
        "id": "msg_01emulated",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 900, "output_tokens": 90},
    } | changes


def reads(
    steps: Sequence[tuple[int, str, str | None]] = (),
    variables: Sequence[tuple[int, str, str]] = (),
    prerequisites: Sequence[tuple[int, str]] = (),
) -> dict[str, Any]:
    """The fields of a reading: passage, title and command of each step; passage, text and name; passage and
    text.
    """
    return {
        "steps": [{"passage": at, "title": title, "command": command} for at, title, command in steps],
        "variables": [{"passage": at, "text": text, "name": name} for at, text, name in variables],
        "prerequisites": [{"passage": at, "text": text} for at, text in prerequisites],
    }


@dataclass
class Emulator:
    """`mind` judges commands, `reader` reads texts. `before` is called with each request's number, may wait,
    and may answer in their place.
    """

    mind: Mind = field(default_factory=lambda: says("safe", 0.95))
    reader: Reader = field(default_factory=lambda: lambda _: reads())
    before: Callable[[int], Any] | None = None
    latency: Callable[[], float] | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def app(self) -> FastAPI:
        """The service."""
        app = FastAPI()
        app.add_api_route("/v1/messages", self._messages, methods=["POST"])
        return app

    async def _messages(self, request: Request) -> Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(request)
        finally:
            self.at_once -= 1

    async def _answer(self, request: Request) -> Response:
        if f"Bearer {KEY}" != request.headers.get("authorization"):  # as the locked SDK sends an API key
            return fault(401, "authentication_error", "invalid key")
        body = await request.json()
        wrong = what_is_wrong(body)
        if wrong is not None:
            return fault(400, "invalid_request_error", wrong)
        self.requests.append(body)
        if self.latency is not None:
            self.seconds.append(self.latency())
            await asyncio.sleep(self.seconds[-1])  # the service's own time to think: what is measured
        if self.before is not None:
            instead = self.before(len(self.requests))
            if asyncio.iscoroutine(instead):
                instead = await instead
            if instead is not None:
                assert isinstance(instead, Response)
                return instead
        question = question_in(body)
        if "passages" in question:
            said = {"document": question["id"], **self.reader(question)}
        else:
            said = {"question": question["id"], **self.mind(question)}
        return JSONResponse(message(json.dumps(said)))


def what_is_wrong(body: Any) -> str | None:
    """Why a real service would refuse the request; None where it would not."""
    if not isinstance(body, dict):
        return "no object"
    for name in ("temperature", "top_p", "top_k"):
        if name in body:
            return f"`{name}` is deprecated for this model"
    try:
        checked = _type().validate_python(body)
        for item in checked["messages"]:  # pydantic looks into these only when they are read
            list(item["content"])
    except ValidationError as error:
        return str(error)
    schema = body.get("output_config", {}).get("format", {}).get("schema")
    return None if schema else "a schema was expected"


def fault(status: int, kind: str, text: str, **headers: str) -> Response:
    """An error as the service writes it."""
    body = {"type": "error", "error": {"type": kind, "message": text}, "request_id": "req_emulated"}
    return JSONResponse(
        body, status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
