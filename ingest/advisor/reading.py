"""An LLM's answer as advice, or why it is none. Pure, total: whatever the bytes are, the answer is a value.

Checked in this order: 1. the body is a message of bounded size; 2. the model is the one that was asked;
3. it ended by itself; 4. it is one text and no call of a tool; 5. that is JSON of the schema, each key once;
6. it is about this question; 7. the confidence is one that a reader can have.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from base import limits
from ingest.advisor.messages import Block, message_in, one_text, plain_line, strict_json, tokens_of
from ingest.advisor.prompt import PROMPT_VERSION
from schemas.risk import Risk
from schemas.verdict import Advice, NoAdvice

ADVISOR: Final = "anthropic"
_REASONING_CHARACTERS: Final = 600
_ROLLBACK_CHARACTERS: Final = 400
_CERTAIN: Final = 1000
"""Thousandths, compared as they are kept: what rounds to certain is certain."""


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
    message = message_in(body, limits.ADVICE_ANSWER_MAX_BYTES)
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
        reasoning=plain_line(answer.reasoning, _REASONING_CHARACTERS) or "no reason that can be shown",
        advisor=ADVISOR,
        advisor_version=f"{model}/{PROMPT_VERSION}",
        prompt_sha256=prompt_sha256,
        suggested_rollback=plain_line(answer.rollback or "", _ROLLBACK_CHARACTERS) or None,
        alternatives_considered=tuple(
            plain_line(item, _ROLLBACK_CHARACTERS) for item in answer.alternatives if item.strip()
        ),
    )


def tokens_used(body: bytes) -> int | None:
    """How many tokens a response says that it cost; None where it does not say."""
    return tokens_of(message_in(body, limits.ADVICE_ANSWER_MAX_BYTES))


def _answer(content: Sequence[Block]) -> _Answer | None:
    text = one_text(content)
    if text is None:
        return None
    try:
        return _Answer.model_validate(strict_json(text))
    except (ValidationError, ValueError, ArithmeticError, RecursionError):
        return None
