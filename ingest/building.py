"""The document while it is put together: its steps, ids, variables and open questions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from base import limits
from ingest.corrections import Overrides
from ingest.extract.drafts import Draft
from ingest.judging import Advise
from ingest.masking import MASKS
from ingest.questions import Answers, Question, Settled
from ingest.secret_variables import Known, declare_secret
from ingest.shell_state import ShellState
from ingest.trace import Span
from ingest.variables import declare
from scanner.redact import MASK
from schemas.holes import holes, near_holes
from schemas.runbook import Ambiguity, Variable
from schemas.step import Step
from schemas.text import check_line, check_text
from schemas.verdict import Verdict

_CUT: Final = "…"
_LOWER: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class BuiltStep:
    """A step with where it came from and what was found out about it.

    `written` is its command as it stands in the source (after the recorded repairs), before any hole;
    `filled` with each hole filled, as it was judged. `repeats`: the steps above whose settings its command
    begins with, a line each or more. `warning`: what the text warns of beside it; its notes hold it.
    """

    step: Step
    line: int
    end_line: int
    verdict: Verdict | None
    written: str | None = None
    filled: str = ""
    spans: tuple[Span, ...] = ()
    command_span: Span | None = None
    dialect: str = "shell"
    titled_by: str = ""
    repeats: tuple[str, ...] = ()
    warning: str = ""


@dataclass(frozen=True)
class Asked:
    """An open question of the document, with the id of the step that depends on it."""

    key: str
    question: Question
    step: str | None


@dataclass
class Building:
    """Everything that is known so far. `told` are the words that the text says to replace; `decisions` gives
    the question that a condition was asked by; `open_ends` are the steps that the next one waits for,
    `around` the questions around that of the step at hand;
    `found_names` are the variables as the text names them; `unfilled` are the placeholders that were asked
    about, with the answers; `shell` is what steps set for those behind them.
    """

    answers: Answers = field(default_factory=Answers)
    overrides: Overrides = field(default_factory=Overrides)
    secrets: Sequence[Known] = ()
    advise: Advise | None = None
    told: frozenset[str] = frozenset()
    steps: list[BuiltStep] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    variable_spans: dict[str, list[Span]] = field(default_factory=dict)
    found_names: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    open_ends: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    decisions: dict[str, str] = field(default_factory=dict)
    unfilled: dict[str, Settled | None] = field(default_factory=dict)
    shell: ShellState = field(default_factory=ShellState)

    def unique(self, wanted: str) -> str:
        """An id that no step and no question has yet."""
        candidate, number = wanted, 1
        while candidate in self.ids:
            number += 1
            candidate = f"{wanted[: 58 - len(str(number))]}-{number}"
        self.ids.add(candidate)
        return candidate

    def ask(self, question: Question, step_id: str | None) -> Settled | None:
        """The answer that was given; None where the question is left open for the reviewer. Those past the
        bound of a document are left out.
        """
        key = self.answers.key_of(question)
        settled = self.answers.settle(key, question)
        if settled is None and len(self.asked) < limits.DOCUMENT_MAX_AMBIGUITIES:
            self.ids.add(key)
            self.asked.append(Asked(key, question, step_id))
        return settled

    def ask_once(self, question: Question, step_id: str) -> Settled | None:
        """As `ask`, the same words once in a document: the answer is for all of it, and so is the open
        question, on which then every step depends.
        """
        words = question.words
        if words not in self.unfilled:
            self.unfilled[words] = self.ask(question, step_id)
        elif self.unfilled[words] is None:
            self.asked = [
                replace(item, step=None) if item.question.words == words and item.step != step_id else item
                for item in self.asked
            ]
        return self.unfilled[words]

    def ambiguities(self) -> tuple[Ambiguity, ...]:
        """The open questions as the document carries them, in the order of the text."""
        self.asked.sort(key=lambda item: item.question.span or Span(0, 0))
        return tuple(
            Ambiguity(
                id=item.key,
                kind=item.question.kind,
                text=plain_text(item.question.text),
                question=plain_text(item.question.question),
                step=item.step,
                candidates=tuple(
                    plain_line(option.label) for option in item.question.options if option.act != "keep"
                ),
            )
            for item in self.asked
        )

    def note_places(self, name: str, spans: Iterable[Span]) -> None:
        """Remember where a variable occurs."""
        self.variable_spans.setdefault(name, []).extend(spans)

    def declare_secrets(self, used: Iterable[str]) -> bool:
        """Declare these secret variables; whether there was room for all."""
        new = [name for name in dict.fromkeys(used) if name not in self.variables]
        if len(self.variables) + len(new) > limits.DOCUMENT_MAX_VARIABLES:
            return False
        self.variables |= {name: declare_secret(name) for name in new}
        return True

    def declared(self, name: str) -> Variable | None:
        """The variable of that name, declared now where there is room; None where there is none."""
        if name not in self.variables and len(self.variables) < limits.DOCUMENT_MAX_VARIABLES:
            self.variables[name] = declare(name)
        return self.variables.get(name)

    def prose(self, text: str, draft: Draft | None = None) -> str:
        """A text for people: what looks like a hole becomes one, or loses its second braces."""
        shown = plain_text(text)
        found = sorted([*holes(shown), *near_holes(shown)], key=lambda item: item.start, reverse=True)
        for hole in found:
            if _LOWER.fullmatch(hole.name) is None:
                continue
            shown = shown[: hole.start] + self._instead(hole.name) + shown[hole.end :]
            if draft is not None and self.overrides.name_of(hole.name) in self.variables:
                self.note_places(self.overrides.name_of(hole.name), draft.places("{{ " + hole.name + " }}"))
        # Holes may have made it longer than the bound; what is cut then is no hole's half but its end.
        return shown if len(shown) <= limits.TEXT_MAX_CHARACTERS else plain_text(shown.replace("{{", "{"))

    def _instead(self, found: str) -> str:
        """What stands for a hole of prose: its value, the hole, or the name where there is no more room."""
        self.found_names.add(found)
        value = self.overrides.value_of(declare(found))
        if value is not None:
            return value
        name = self.overrides.name_of(found)
        return f"{{{{ {name} }}}}" if self.declared(name) else f"{{ {name} }}"


def slug(text: str, longest: int = 60) -> str:
    """A name from a title: `a-z0-9-`, beginning with a letter; letters with accents without them. Of a title
    in another script a digest, so that two of them are two.
    """
    words = re.sub(r"[^a-z0-9]+", "-", _unaccented(text).lower()).strip("-")
    if not words and not text.isascii():
        return f"r-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"
    words = words if words[:1].isalpha() else f"r-{words}".strip("-")
    return words[:longest].strip("-") or "runbook"


def _unaccented(text: str) -> str:
    """The letters of a text below their accents; `ß` is `ss`, as it is where case does not count."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text.replace("ß", "ss"))
    return "".join(character for character in parts if not unicodedata.combining(character))


_BREAKS: Final = {ord("\n"): None, ord("\t"): None}


def plain_line(text: str) -> str:
    """A text as one printable line within the bound of titles."""
    flat = " ".join(unmasked(text).split())
    folded = flat if flat.isprintable() else "".join(c if c.isprintable() else " " for c in flat)
    return _checked(check_line, folded[: limits.TITLE_MAX_CHARACTERS].strip() or "Untitled")


def plain_text(text: str) -> str:
    """A text of several lines within the bound, without characters that a document may not hold."""
    shown = unmasked(text)
    kept = shown.strip()
    if not kept.translate(_BREAKS).isprintable():
        kept = "".join(c if c.isprintable() or c in "\n\t" else " " for c in kept).strip()
    if len(kept) > limits.TEXT_MAX_CHARACTERS:
        kept = kept[: limits.TEXT_MAX_CHARACTERS - len(_CUT)] + _CUT
    return _checked(check_text, kept or "–")


def unmasked(text: str) -> str:
    """A text with the short mark for each secret that was blanked: a document does not tell its length."""
    return MASKS.sub(MASK, text)


def _checked(check: Callable[[str], str], text: str) -> str:
    """The text where the document's rule admits it, else its ASCII part (bidi and zero-width dropped)."""
    try:
        return check(text)
    except ValueError:
        return text.encode("ascii", "ignore").decode().strip() or "–"
