"""An LLM's answer about a part of a text, or why it is none. Pure, total, as `ingest/advisor/reading.py`."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from base import limits
from ingest.advisor.messages import message_in, one_text, plain_line, strict_json
from schemas.verdict import NoAdvice

TITLE_CHARACTERS: Final = 100
_TEXT: Final = StringConstraints(min_length=1, max_length=limits.COMMAND_MAX_BYTES)
_Passage = Annotated[int, Field(ge=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ReadStep(_Strict):
    """A step as the model reads it; `command` None for an instruction to a person."""

    passage: _Passage
    title: str
    command: Annotated[str, _TEXT] | None

    @property
    def plain_title(self) -> str:
        """Its title as one short line that can be shown anywhere."""
        return plain_line(self.title, TITLE_CHARACTERS)


class ReadVariable(_Strict):
    """A value to fill in, as the model reads it."""

    passage: _Passage
    text: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    name: str


class ReadPrerequisite(_Strict):
    """A sentence that the model reads as a prerequisite."""

    passage: _Passage
    text: Annotated[str, _TEXT]


class Answer(_Strict):
    """`reading_prompt.SCHEMA`, with the bounds that it can't name."""

    document: str
    steps: Annotated[tuple[ReadStep, ...], Field(max_length=200, strict=False)]
    variables: Annotated[tuple[ReadVariable, ...], Field(max_length=100, strict=False)]
    prerequisites: Annotated[tuple[ReadPrerequisite, ...], Field(max_length=100, strict=False)]


def read_answer(body: bytes, *, document: str, model: str) -> Answer | NoAdvice:
    """The answer in a response body: 1. a message of bounded size; 2. of the model that was asked; 3. that
    ended by itself; 4. one text, no call of a tool; 5. JSON of the schema, each key once; 6. about this part.
    """
    message = message_in(body, limits.EXTRACTION_ANSWER_MAX_BYTES)
    if message is None or message.model != model:
        return NoAdvice.INVALID
    if message.stop_reason == "refusal":
        return NoAdvice.REFUSED
    text = one_text(message.content)
    if message.stop_reason != "end_turn" or text is None:
        return NoAdvice.INVALID
    answer = answer_of(text)
    return NoAdvice.INVALID if answer is None or answer.document != document else answer


def answer_of(text: str) -> Answer | None:
    """The answer in a text, sent or kept; None where it is none."""
    try:
        return Answer.model_validate(strict_json(text))
    except (ValidationError, ValueError, ArithmeticError, RecursionError):
        return None
