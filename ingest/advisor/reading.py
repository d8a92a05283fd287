"""An LLM's answer as advice, or why it is none. Pure, total: whatever the bytes are, the answer is a value.

Checked in this order: 1. the body is a message of bounded size; 2. the model is the one that was asked;
3. it ended by itself; 4. it is one text and no call of a tool; 5. that is JSON of the schema, each key once;
6. it is about this question; 7. the confidence is one that a reader can have.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from base import limits
from ingest.advisor.prompt import PROMPT_VERSION
from scanner.redact import redact
from schemas.risk import Risk
from schemas.verdict import Advice, NoAdvice

ADVISOR: Final = "anthropic"
_REASONING_CHARACTERS: Final = 600
_ROLLBACK_CHARACTERS: Final = 400
_CERTAIN: Final = 1000
"""Thousandths, compared as they are kept: what rounds to certain is certain."""


class _Lax(BaseModel):
    """Fields that are not read may be anything: the API grows."""

    model_config = ConfigDict(extra="ignore", strict=True)


class _Block(_Lax):
    type: str
    text: str = ""


class _Usage(_Lax):
    input_tokens: Annotated[int, Field(ge=0)] = 0
    output_tokens: Annotated[int, Field(ge=0)] = 0
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


class _Message(_Lax):
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[_Block]
    stop_reason: str | None
    usage: _Usage = _Usage()


class _Answer(BaseModel):
    """`prompt.SCHEMA`, with the bounds that it can't name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str
    risk: Literal["safe", "caution", "dangerous", "unknown"]
    confidence: Annotated[Decimal | int, Field(ge=0, le=1)]
    reasoning: Annotated[str, StringConstraints(min_length=1)]
    rollback: str | None
    alternatives: Annotated[list[str], Field(max_length=10)]


def read_answer(body: bytes, *, question: str, model: str, prompt_sha256: str) -> Advice | NoAdvice:
    """The advice in a response body. `question` is the id that was asked; `model` the pinned name."""
    message = _message(body)
    if message is None or message.model != model:
        return NoAdvice.INVALID
    if message.stop_reason == "refusal":
        return NoAdvice.REFUSED
    if message.stop_reason != "end_turn":
        return NoAdvice.INVALID
    answer = _answer(message.content)
    if answer is None or answer.question != question:
        return NoAdvice.INVALID
    confidence = int(answer.confidence * 1000)
    if answer.risk == "safe" and confidence >= _CERTAIN:
        return NoAdvice.OVERCONFIDENT
    return Advice(
        risk=Risk(answer.risk),
        confidence=confidence,
        reasoning=_plain(answer.reasoning, _REASONING_CHARACTERS) or "no reason that can be shown",
        advisor=ADVISOR,
        advisor_version=f"{model}/{PROMPT_VERSION}",
        prompt_sha256=prompt_sha256,
        suggested_rollback=_plain(answer.rollback or "", _ROLLBACK_CHARACTERS) or None,
        alternatives_considered=tuple(
            _plain(item, _ROLLBACK_CHARACTERS) for item in answer.alternatives if item.strip()
        ),
    )


def tokens_used(body: bytes) -> int | None:
    """How many tokens a response says that it cost; None where it does not say."""
    message = _message(body)
    if message is None or message.usage == _Usage():
        return None
    usage = message.usage
    cached = (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
    return usage.input_tokens + usage.output_tokens + max(0, cached)


def _message(body: bytes) -> _Message | None:
    if len(body) > limits.ADVICE_ANSWER_MAX_BYTES:
        return None
    try:
        return _Message.model_validate(_json(body.decode()))
    except (
        ValueError,
        ArithmeticError,
        RecursionError,
    ):  # no UTF-8, no JSON, a key twice, 1e9999999999999999999
        return None


def _answer(content: Sequence[_Block]) -> _Answer | None:
    blocks = [block for block in content if block.type != "thinking"]
    if len(blocks) != 1 or blocks[0].type != "text":
        return None
    try:
        return _Answer.model_validate(_json(blocks[0].text))
    except (ValidationError, ValueError, ArithmeticError, RecursionError):
        return None


def _json(text: str) -> Any:
    """As `json.loads`, but NaN and a key that comes twice are errors, and fractions are exact."""
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found


def _plain(text: str, most: int) -> str:
    """One line that can be shown anywhere: no control, no bidi, nothing that looks like a secret."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    masked = redact(flat)
    return masked if len(masked) <= most else masked[: most - 1] + "…"
