"""An LLM that reads texts, behind the Anthropic Messages API. Imported only where it is configured."""

from __future__ import annotations

import time

import httpx2

from base import limits
from ingest.advisor.account import Accounts
from ingest.advisor.anthropic import AnthropicService
from ingest.extract.llm import LlmReader


def connect_reader(
    *,
    api_key: str,
    base_url: str | None,
    model: str,
    tokens_per_hour: int,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> LlmReader:
    """The reader of a process. Connections, circuits and budgets, one a tenant, are its own: what it spends
    or breaks takes nothing from the second key. `transport` takes the network's place in tests.
    """
    return LlmReader(
        AnthropicService(api_key, base_url, transport),
        model,
        Accounts(tokens_per_hour, limits.ADVICE_CONCURRENT_CALLS, time.monotonic),
    )
