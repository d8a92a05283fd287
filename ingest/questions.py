"""An open question about a sentence, its possible answers, and what an answer does to the document."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ingest.trace import Span
from schemas.errors import Unprocessable
from schemas.runbook import AmbiguityKind

Act = Literal[
    "keep", "say", "command", "value", "undoes", "forward", "confirm", "here", "repeat", "operator", "typed",
    "untyped",
]  # fmt: skip
"""What an answer does: nothing, it takes the phrase's place in the instruction, it becomes the command, it
takes the placeholder's place in the command, it names the step that a command undoes, it says that it undoes
none, it is the text to type, the agent runs what is typed into a shell,
the steps behind it begin with it, it becomes a variable, code that was left out is a step, or is none.
"""

ANY_TEXT: Final = r"[^\x00-\x1f]{1,500}"
ANY_COMMAND: Final = r"[^\x00-\x08\x0b-\x1f]{1,2000}"
A_VALUE: Final = r"[A-Za-z0-9][A-Za-z0-9._:\/@\-]{0,127}"
"""For a whole answer; read the same by Python, RE2 and ECMAScript."""


@dataclass(frozen=True)
class Option:
    """One answer to click: `effect` is what the document says then."""

    id: str
    label: str
    effect: str
    act: Act
    value: str = ""


@dataclass(frozen=True)
class Free:
    """An answer to write; `{value}` in `effect` is what was written."""

    label: str
    placeholder: str
    pattern: str
    effect: str
    act: Act


@dataclass(frozen=True)
class Question:
    """A question at a place in the source; `draft` is the index of the step that depends on it, `phrase` the
    words that are asked about. `known_as`: its id, where that does not follow from its words.
    """

    kind: AmbiguityKind
    text: str
    question: str
    line: int
    draft: int | None = None
    span: Span | None = None
    phrase: Span | None = None
    words: str = ""
    options: tuple[Option, ...] = ()
    free: Free | None = None
    known_as: str = ""

    @property
    def key(self) -> str:
        """The id, the same for the same words of the same sentence wherever it moves."""
        if self.known_as:
            return self.known_as
        said = "\n".join((self.kind.value, " ".join(self.text.split()), self.words))
        return f"q-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:10]}"


@dataclass(frozen=True)
class Answer:
    """What a person chose: the id of an option, or a text of their own."""

    option: str | None = None
    value: str | None = None

    def to_json(self) -> dict[str, str]:
        """As in the request."""
        given = {"option": self.option, "value": self.value}
        return {key: text for key, text in given.items() if text is not None}


@dataclass(frozen=True)
class Settled:
    """A question with its answer, and what that does."""

    key: str
    question: Question
    answer: Answer
    act: Act
    value: str
    effect: str


@dataclass
class Answers:
    """The answers of a request, and those that found their question."""

    given: dict[str, Answer] = field(default_factory=dict)
    settled: dict[str, Settled] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def key_of(self, question: Question) -> str:
        """The question's id, numbered where the same words are asked about again."""
        again = self.seen[question.key] = self.seen.get(question.key, 0) + 1
        return question.key if again == 1 else f"{question.key}-{again}"

    def settle(self, key: str, question: Question) -> Settled | None:
        """What was answered; None where it is open. Raises Unprocessable for a text that can't be one."""
        answer = self.given.get(key)
        if answer is None:
            return None
        found = _settled(key, question, answer)
        if found is not None:
            self.settled[key] = found
        return found

    def unused(self) -> list[str]:
        """The ids that nothing asks, or whose option is not offered any more."""
        return [key for key in self.given if key not in self.settled]


def _settled(key: str, question: Question, answer: Answer) -> Settled | None:
    if answer.option is not None:
        option = next((item for item in question.options if item.id == answer.option), None)
        if option is None:
            return None
        return Settled(key, question, answer, option.act, option.value, option.effect)
    free = question.free
    if free is None or answer.value is None:
        return None
    value = answer.value.strip()
    if re.fullmatch(free.pattern, value) is None:
        raise Unprocessable(
            f"The answer to {key} can't be “{value[:60]}”.",
            hint=f"It must match {free.pattern} as a whole.",
            code="bad_answer",
        )
    return Settled(key, question, answer, free.act, value, free.effect.replace("{value}", value))


def question_json(key: str, question: Question, step: str | None) -> dict[str, Any]:
    """As the API shows it."""
    shown: dict[str, Any] = {
        "id": key,
        "kind": question.kind.value,
        "text": question.text,
        "question": question.question,
        "step": step,
        "line": question.line,
        "span": question.span.to_json() if question.span else None,
        "phrase": question.phrase.to_json() if question.phrase else None,
        "options": [{"id": item.id, "label": item.label, "effect": item.effect} for item in question.options],
        "blocking": False,
    }
    if question.free is not None:
        free = question.free
        shown["free"] = {
            "label": free.label,
            "placeholder": free.placeholder,
            "pattern": free.pattern,
            "effect": free.effect.replace("{value}", "…"),
        }
    return {name: value for name, value in shown.items() if value is not None}
