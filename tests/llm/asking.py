"""An advisor before the emulator, with time that only the test moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
from fastapi import Response

from ingest.advisor.llm import LlmAdvisor, Rules, Watch
from ingest.advisor.question import Question
from schemas.verdict import Advice, NoAdvice
from tests.llm.emulator import KEY, MODEL, Emulator, answer, message

PLENTY = 10_000_000
PAYER = "tenant-1"


class Clock:
    """Time that only the test moves; a sleep moves it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def advisor(
    emulator: Emulator | Any,
    clock: Clock,
    *,
    key: str = KEY,
    timeout: float = 30,
    tokens: int = PLENTY,
    at_once: int = 32,
    model: str = MODEL,
    watch: Watch | None = None,
) -> LlmAdvisor:
    from ingest.advisor.anthropic import AnthropicService  # the SDK takes a second to load

    app = emulator.app() if isinstance(emulator, Emulator) else emulator
    service = AnthropicService(key, "http://gateway.example", httpx2.ASGITransport(app))
    rules = Rules(model, timeout, clock, lambda: 1.0, clock.sleep, at_once)
    return LlmAdvisor(service, rules, tokens, watch)


async def ask(
    asked: LlmAdvisor, *texts: str, seconds: float = 30, payer: str = PAYER
) -> list[Advice | NoAdvice]:
    advising = await asked.ask([Question(text) for text in texts], seconds, payer)
    return [advising.said(text) for text in texts]


def sequence(*outcomes: Response | None) -> Callable[[int], Response | None]:
    """The first requests get these; those behind them the last."""
    return lambda number: outcomes[min(number, len(outcomes)) - 1]


def whole(**changes: Any) -> Response:
    text = json.dumps({"question": "0" * 16, **answer("safe", 0.95)})
    return Response(json.dumps(message(text, **changes)), media_type="application/json")


def plain(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="text/html")
