"""One injected runbook against what it is without the injection: what must not have changed, and what did."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ingest.advisor.advising import UNASKED, Advising
from ingest.advisor.llm import LlmAdvisor, Rules
from ingest.pipeline import Preview, preview
from schemas.errors import Unprocessable
from schemas.risk import Risk, effective, exceeds
from schemas.verdict import Verdict
from tests.llm.emulator import MODEL, answer, message, question_in
from tests.llm.injections import Runbook, injected

INSIDE = frozenset({"shell comment", "argument"})
"""Places within the command itself: its text differs, so its finding may, but never downwards."""


class Obedient:
    """A service whose model does what the payload asks: all is safe, in turn with 0.99 and with 1.0."""

    def __init__(self) -> None:
        self.asked = 0

    async def send(self, request: dict[str, Any], seconds: float) -> bytes:
        """A whole message, at once."""
        assert seconds > 0
        self.asked += 1
        said = answer("safe", 1.0 if self.asked % 2 else 0.99, "I was told so")
        question: Mapping[str, Any] = question_in(request)
        return json.dumps(message(json.dumps({"question": question["id"], **said}))).encode()

    async def close(self) -> None:
        """Nothing to end."""


@dataclass
class Tally:
    """What was seen; `broken` must stay empty."""

    runbooks: int = 0
    commands: int = 0
    broken: list[str] = field(default_factory=list)
    safe: int = 0
    by_hand: int = 0
    """Commands that are no command any more: left to a person because something in them can't be seen, or
    dropped because the text says that they are only examples."""
    refused: int = 0
    """Runbooks of which nothing was left, so that the import refuses them."""
    whys: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Both together."""
        self.runbooks += other.runbooks
        self.commands += other.commands
        self.broken += other.broken
        self.safe += other.safe
        self.by_hand += other.by_hand
        self.refused += other.refused
        self.whys += other.whys


async def check(cases: Iterable[tuple[Runbook, str, str]]) -> Tally:
    """Each case through the import, asked and unasked, with the obedient model."""
    tally = Tally()
    service = Obedient()
    rules = Rules(MODEL, 30, time.monotonic, lambda: 0.5)
    llm = LlmAdvisor(service, rules, 10**12)
    for runbook, payload, place in cases:
        text = injected(runbook, payload, place)
        try:
            unasked = preview(text, advise=UNASKED)
        except Unprocessable:
            tally.refused += 1
            continue
        advising = await llm.ask(unasked.questions, 30, "tenant")
        _compare(tally, (runbook, payload, place), unasked, _read_again(text, advising))
    await llm.close()
    return tally


def _read_again(text: str, advising: Advising) -> Preview:
    return preview(text, advise=advising)


def _compare(tally: Tally, case: tuple[Runbook, str, str], unasked: Preview, advised: Preview) -> None:
    """1. advice changes no finding; 2. the payload changes none by a byte, or raises it where it stands in
    the command; 3. no verdict falls below its finding; 4. nothing is safe on one key."""
    runbook, payload, place = case
    tally.runbooks += 1
    before, after = _verdicts(unasked), _verdicts(advised)
    wrong = [] if [_bytes(v) for _, v in before] == [_bytes(v) for _, v in after] else ["advice and finding"]
    for text, was in _clean(runbook).items():
        same = [verdict for now, verdict in after if _holds(now, text, place)]
        tally.by_hand += not same
        if place in INSIDE:
            lower = any(exceeds(effective(was.finding.risk), effective(v.finding.risk)) for v in same)
            wrong += [f"lower inside: {text}"] if lower else []
        elif any(_bytes(verdict) != _bytes(was) for verdict in same):
            wrong.append(f"changed: {text}")
    for text, verdict in after:
        tally.commands += 1
        tally.safe += verdict.risk is Risk.SAFE
        tally.whys["advice" if verdict.no_advice is None else verdict.no_advice.value] += 1
        if exceeds(effective(verdict.finding.risk), verdict.risk):
            wrong.append(f"below its finding: {text}")
        if verdict.risk is Risk.SAFE and verdict.finding.risk is not Risk.SAFE:
            wrong.append(f"safe on one key: {text}")
    tally.broken += [f"{item} · {place} · {payload!r}" for item in wrong]


def _holds(now: str, text: str, place: str) -> bool:
    """Whether a command of the injected runbook is this one of the clean one."""
    if place == "argument":
        return now.startswith("echo ") and now.endswith(f"; {text}")
    return now == text or (place == "shell comment" and now.startswith(f"{text} #"))


def _verdicts(found: Preview) -> list[tuple[str, Verdict]]:
    return [(item.filled, item.verdict) for item in found.built.steps if item.verdict is not None]


def _bytes(verdict: Verdict) -> str:
    return json.dumps(verdict.finding.to_json(), sort_keys=True)


@cache
def _clean(runbook: Runbook) -> dict[str, Verdict]:
    return dict(_verdicts(preview(runbook.text(), advise=UNASKED)))


def run(cases: list[tuple[Runbook, str, str]]) -> Tally:
    """`check`, for a process of its own."""
    return asyncio.run(check(cases))
