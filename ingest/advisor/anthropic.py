"""The border to the Anthropic Messages API, or to a gateway that speaks it. Its faults become `Fault`.

Imported only where it is configured: the SDK takes a second to load. Nothing is read from the SDK's own
environment variables or profiles but custom headers; no redirect is followed, so that the key goes to the
configured host only; retries are ours, since the SDK knows neither our circuit nor our deadline.
"""

from __future__ import annotations

import asyncio
import logging
import time
from random import SystemRandom
from typing import Any, Final

import anthropic
import httpx2

from base import limits
from ingest.advisor.llm import Fault, LlmAdvisor, Rules, Watch
from schemas.verdict import NoAdvice

PUBLIC_URL: Final = "https://api.anthropic.com"
_CONNECT_SECONDS: Final = 5.0
_KEPT_OPEN_SECONDS: Final = 60.0
"""A whole wave's connections wait for the next paste: 30 handshakes at once cost more than they hold."""
_SPENT: Final = "enforced_spend_limit_reached"
"""A 429 that no waiting helps against: it comes without retry-after (the vendor's documentation)."""
_BUSY: Final = frozenset({429, 529})
_AGAIN: Final = frozenset({408, 409})


class AnthropicService:
    """Sends requests. One a process; its connections belong to one event loop."""

    def __init__(
        self, api_key: str, base_url: str | None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """`transport` takes the network's place in tests."""
        for name in ("anthropic", "httpx2", "httpcore2"):
            # At level debug they write whole requests, and so what was pasted.
            logging.getLogger(name).setLevel(logging.WARNING)
        self._http = httpx2.AsyncClient(
            transport=transport,
            follow_redirects=False,
            limits=httpx2.Limits(
                max_connections=limits.ADVICE_CONCURRENT_CALLS_MAX,
                max_keepalive_connections=limits.ADVICE_CONCURRENT_CALLS,
                keepalive_expiry=_KEPT_OPEN_SECONDS,
            ),
        )
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key,
            base_url=base_url or PUBLIC_URL,
            max_retries=0,
            http_client=self._http,
            open_telemetry=False,
        )

    async def send(self, request: dict[str, Any], seconds: float) -> bytes | Fault:
        """The body of a 200; else what went wrong. `seconds` bounds the whole of it, reading included."""
        timeout = httpx2.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        try:
            async with asyncio.timeout(seconds):
                answer = await self._client.messages.with_raw_response.create(**request, timeout=timeout)
                body: bytes = answer.http_response.content
                return body
        except anthropic.APIStatusError as error:
            return _of_status(error)
        except (TimeoutError, anthropic.APITimeoutError):
            return Fault(NoAdvice.LATE)
        except anthropic.APIConnectionError:
            return Fault(NoAdvice.UNREACHABLE, again=True)
        except (anthropic.AnthropicError, httpx2.HTTPError, ValueError):  # ValueError: a body that is no text
            return Fault(NoAdvice.INVALID)

    async def close(self) -> None:
        """End its connections."""
        await self._client.close()


def _of_status(error: anthropic.APIStatusError) -> Fault:
    status = error.status_code
    if status in _BUSY:
        return Fault(NoAdvice.LIMITED, error.error_code != _SPENT, _retry_after(error), status)
    if status >= 500 or status in _AGAIN:
        return Fault(NoAdvice.UNREACHABLE, True, _retry_after(error), status)
    return Fault(NoAdvice.DENIED, status=status)


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    """Seconds; a date, or nonsense, is none."""
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < limits.REST_SECONDS else None


def connect(
    *,
    api_key: str,
    base_url: str | None,
    model: str,
    timeout_seconds: float,
    tokens_per_hour: int,
    watch: Watch | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> LlmAdvisor:
    """The advisor of a process; `tokens_per_hour` of each tenant."""
    return LlmAdvisor(
        AnthropicService(api_key, base_url, transport),
        Rules(model, timeout_seconds, time.monotonic, SystemRandom().random),
        tokens_per_hour,
        watch,
    )
