"""What a person says of the code that is in no step: it is typed, or nobody types it; and the one question
about all that reads like a command.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from ingest.building import BuiltStep, unmasked
from ingest.code_left_out import CodeLeftOut, Said
from ingest.questions import Answers, Option, Question
from ingest.trace import Span
from schemas.runbook import AmbiguityKind

TYPED: Final = Option("typed", "It is typed: make it a step", "It is a step.", "typed")
NOT_TYPED: Final = Option("not-typed", "Right, nobody types it", "Nobody types it.", "untyped")
_NONE: Final = Option("not-typed", "Nobody types any of it", "Nobody types any of it.", "untyped")
_SHOWN: Final = 20
_SHOWN_CHARACTERS: Final = 120


@dataclass(frozen=True)
class AskedCode:
    """What was left out at first and what is now, with what was said of single pieces, by their ids."""

    first: tuple[CodeLeftOut, ...]
    left: tuple[CodeLeftOut, ...]
    said: Mapping[str, Said]

    @classmethod
    def of(cls, left: tuple[CodeLeftOut, ...], answers: Answers) -> Self:
        """With the answers of a person to each; they are settled."""
        said: dict[str, Said] = {}
        for item in left:
            settled = answers.settle(item.id, _question_of(item)) if item.id in answers.given else None
            if settled is not None:
                said[item.id] = "typed" if settled.act == "typed" else "not-typed"
        return cls(left, left, said)

    def read_again(self, left: tuple[CodeLeftOut, ...]) -> Self:
        """The same after what is typed has become steps."""
        return replace(self, left=left)

    @property
    def typed(self) -> list[CodeLeftOut]:
        """What a person says is typed."""
        return [item for item in self.first if self.said.get(item.id) == "typed"]

    @property
    def questions(self) -> list[Question]:
        """The question about all that reads like a command and of which nothing was said, if any: the same
        one as long as the text has the same of it.
        """
        asked = [item for item in self.first if item.asked]
        unsaid = [item for item in asked if item.id not in self.said]
        return [_question_of_all(asked, unsaid)] if unsaid else []

    def as_answered(self, answers: Answers, steps: Sequence[BuiltStep]) -> tuple[CodeLeftOut, ...]:
        """All of it in the order of the text, with what a person says of it."""
        of_all: Said = "not-typed" if any(one.key in answers.settled for one in self.questions) else ""
        taken = [replace(item, said="typed", step=_step_at(item.span, steps)) for item in self.typed]
        gone = {item.id for item in taken}
        kept = [
            replace(item, said=self.said.get(item.id, of_all if item.asked else ""))
            for item in self.left
            if item.id not in gone
        ]
        return tuple(sorted([*kept, *taken], key=lambda item: item.span))


def _step_at(span: Span, steps: Sequence[BuiltStep]) -> str | None:
    """The step that a place became; None where it undoes another one."""
    found = (item for item in steps if item.command_span is not None)
    return next((item.step.id for item in found if _inside(item.command_span, span)), None)


def _inside(inner: Span | None, outer: Span) -> bool:
    return inner is not None and outer.start <= inner.start and inner.end <= outer.end


def _question_of(item: CodeLeftOut) -> Question:
    shown = first_line(item)
    return Question(
        AmbiguityKind.MISSING_COMMAND,
        shown,
        f"Does somebody type “{shown}”?",
        item.line,
        span=item.span,
        options=(TYPED, NOT_TYPED),
    )


def _question_of_all(asked: Sequence[CodeLeftOut], unsaid: Sequence[CodeLeftOut]) -> Question:
    lines = [first_line(item) for item in unsaid]
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    ids = hashlib.sha256("\n".join(item.id for item in asked).encode()).hexdigest()[:10]
    one = len(unsaid) == 1
    return Question(
        AmbiguityKind.MISSING_COMMAND,
        "\n".join([*lines[:_SHOWN], *more]),
        "This reads like a command and is in no step. Is it typed?"
        if one
        else f"{len(unsaid)} pieces of code read like commands and are in no step. Is one of them typed?",
        unsaid[0].line,
        span=unsaid[0].span,
        options=(NOT_TYPED if one else _NONE,),
        known_as=f"q-{ids}",
    )


def asks_if_typed(question: Question) -> bool:
    """Whether a question is about code that is in no step: the text leaves nothing open there."""
    return any(option.act in ("typed", "untyped") for option in question.options)


def first_line(item: CodeLeftOut) -> str:
    """What is shown of a piece in a line, its secrets masked."""
    line = " ".join(unmasked(item.text).strip().split("\n", 1)[0].split())
    cut = len(line) > _SHOWN_CHARACTERS
    more = cut or "\n" in item.text.strip()
    return f"{line[:_SHOWN_CHARACTERS]}{' …' if more else ''}"


def told_of(item: CodeLeftOut) -> str:
    """Who says what of a piece, as part of a sentence."""
    if item.said == "typed":
        return "the author says that it is typed"
    if item.said:
        return "the author says that nobody types it"
    return "nobody has said yet whether it is typed" if item.asked else "it is named, and nobody was asked"
