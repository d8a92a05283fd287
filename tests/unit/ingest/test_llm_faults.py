"""Every fault of an LLM's service ends as no advice, after bounded attempts, with a reason."""

from __future__ import annotations

import pytest
from fastapi import Response

from schemas.verdict import NoAdvice
from tests.llm.asking import Clock, advisor, ask, plain, sequence, whole
from tests.llm.emulator import Emulator, fault

FAULTS: dict[str, tuple[Response, NoAdvice, int]] = {
    "429": (fault(429, "rate_limit_error", "slow down"), NoAdvice.LIMITED, 3),
    "429 with a date": (fault(429, "x", "x", retry_after="Sun, 29 Nov 2026"), NoAdvice.LIMITED, 3),
    "429 for long": (fault(429, "x", "x", retry_after="29"), NoAdvice.LIMITED, 2),
    "529": (fault(529, "overloaded_error", "overloaded"), NoAdvice.LIMITED, 3),
    "500": (fault(500, "api_error", "internal"), NoAdvice.UNREACHABLE, 3),
    "502 of a gateway": (plain("<h1>Bad gateway</h1>", 502), NoAdvice.UNREACHABLE, 3),
    "408": (fault(408, "timeout_error", "late"), NoAdvice.UNREACHABLE, 3),
    "400": (fault(400, "invalid_request_error", "no"), NoAdvice.DENIED, 1),
    "403": (fault(403, "permission_error", "no"), NoAdvice.DENIED, 1),
    "404": (fault(404, "not_found_error", "model"), NoAdvice.DENIED, 1),
    "a redirect": (Response(status_code=307, headers={"location": "http://x.example/"}), NoAdvice.DENIED, 1),
    "no JSON": (plain("It is fine."), NoAdvice.INVALID, 1),
    "a broken body": (Response("{", media_type="application/json"), NoAdvice.INVALID, 1),
    "an empty body": (Response(b""), NoAdvice.INVALID, 1),
    "no content": (Response(status_code=204), NoAdvice.INVALID, 1),
    "another question": (whole(), NoAdvice.INVALID, 1),
    "a tool": (
        whole(
            stop_reason="tool_use",
            content=[{"type": "tool_use", "id": "t", "name": "run", "input": {"cmd": "x"}}],
        ),
        NoAdvice.INVALID,
        1,
    ),
    "a refusal": (whole(stop_reason="refusal", content=[]), NoAdvice.REFUSED, 1),
}


@pytest.mark.parametrize("case", FAULTS)
async def test_every_fault_is_no_advice_after_bounded_attempts(case: str) -> None:
    response, why, attempts = FAULTS[case]
    emulator, clock = Emulator(before=sequence(response)), Clock()
    asked = advisor(emulator, clock)
    assert await ask(asked, "df -h") == [why]
    assert len(emulator.requests) == attempts
    assert clock.now < 1030
    await asked.close()
