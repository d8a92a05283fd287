"""What an LLM said about a text, as a value that a parsing process can be handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ingest.extract.reading_answer import Answer
from schemas.verdict import NoAdvice

_WHY: Final[Mapping[NoAdvice, str]] = {
    NoAdvice.NOT_ASKED: "the model is asked only for people who may propose runbooks",
    NoAdvice.PENDING: "the model has not been asked about this text yet",
    NoAdvice.TOO_LONG: "it is too long for the model",
    NoAdvice.LATE: "the model did not answer in time",
    NoAdvice.UNREACHABLE: "the model could not be reached",
    NoAdvice.LIMITED: "the model's service takes no more questions at the moment",
    NoAdvice.DENIED: "the model's service refuses our requests; its settings need a look",
    NoAdvice.REFUSED: "the model refused to read it",
    NoAdvice.INVALID: "the model's answer was not in the form that was asked for",
    NoAdvice.RESTING: "the model failed several times and is not asked for a while",
    NoAdvice.BUDGET: "the model's budget of this hour is used up",
}
"""Behind “The rules alone read this text: ”."""


@dataclass(frozen=True)
class HeardPart:
    """What was said about `count` blocks from the index `first` on, or why nothing was; the passages with
    the numbers `left_out` were not shown.
    """

    first: int
    count: int
    said: Answer | NoAdvice
    left_out: frozenset[int] = frozenset()

    def block_of(self, passage: int) -> int | None:
        """The index of the block that a passage is; None where none was shown under this number."""
        shown = 1 <= passage <= self.count and passage not in self.left_out
        return self.first + passage - 1 if shown else None

    @property
    def shown(self) -> list[int]:
        """The indices of the blocks that were shown."""
        return [at for number in range(1, self.count + 1) if (at := self.block_of(number)) is not None]


@dataclass(frozen=True)
class Heard:
    """What was said about a text. `by`: which model with which prompt; `why`: there is nothing at all."""

    by: str
    parts: tuple[HeardPart, ...] = ()
    why: NoAdvice | None = None

    @property
    def missing(self) -> NoAdvice | None:
        """Why the text, or the first part that nobody read, was read by the rules alone; None where the model
        read all of it.
        """
        faults = [part.said for part in self.parts if isinstance(part.said, NoAdvice)]
        return self.why or (faults[0] if faults else None)

    @property
    def answers(self) -> tuple[tuple[HeardPart, Answer], ...]:
        """The parts that were read, in order."""
        return tuple((part, part.said) for part in self.parts if isinstance(part.said, Answer))

    @property
    def sentence(self) -> str:
        """Who read the text, as one sentence."""
        if self.missing is None:
            return "The rules and the model read this text."
        why = _WHY.get(self.missing, "the model did not read it")
        if self.answers:
            unread = len(self.parts) - len(self.answers)
            return f"The rules alone read {unread} of {len(self.parts)} parts of this text: {why}."
        return f"The rules alone read this text: {why}."
