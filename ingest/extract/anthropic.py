"""An LLM that reads texts, behind the Anthropic Messages API. Imported only where it is configured."""

from __future__ import annotations

import asyncio
import time

import httpx2

from base import limits
from base.circuit import Circuit
from ingest.advisor.anthropic import AnthropicService
from ingest.advisor.budget import TokenBudget
from ingest.extract.llm import LlmReader


def connect_reader(
    *,
    api_key: str,
    base_url: str | None,
    model: str,
    tokens_per_hour: int,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> LlmReader:
    """The reader of a process. Connections, circuit and budget are its own: what it spends or breaks takes
    nothing from the second key. `transport` takes the network's place in tests.
    """
    return LlmReader(
        AnthropicService(api_key, base_url, transport),
        model,
        Circuit(time.monotonic),
        TokenBudget(tokens_per_hour, time.monotonic),
        asyncio.Semaphore(limits.ADVICE_CONCURRENT_CALLS),
    )
