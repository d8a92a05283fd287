"""What an LLM is asked about: one text, with what stands around it. Pure; what leaves is masked."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from base import limits
from ingest.machine_phrases import speaks_to_machine
from scanner.redact import redact
from schemas.runbook import Runbook
from schemas.verdict import NoAdvice

NEIGHBOURS: Final = 3
"""Steps before and after that are shown. A change further away asks nothing anew."""
NEIGHBOUR_CHARACTERS: Final = 400
ABOUT_CHARACTERS: Final = 200


@dataclass(frozen=True)
class Question:
    """One text to judge. All but `text` was masked when it was made; `text` must be free of secrets."""

    text: str
    language: Literal["bash", "sql"] = "bash"
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    title: str = ""
    service: str = ""
    runs_on: str = ""

    @cached_property
    def unfit(self) -> NoAdvice | None:
        """Why it is not sent: an answer about a masked text would be no answer about this one."""
        if len(self.text) > limits.ADVICE_TEXT_MAX_CHARACTERS:
            return NoAdvice.TOO_LONG
        return NoAdvice.MASKED if redact(self.text) != self.text else None

    @cached_property
    def leads(self) -> bool:
        """Whether something in it speaks to a machine, or can't be seen: then nobody is believed a `safe`."""
        seen = (self.text, *self.before, *self.after, self.title, self.service, self.runs_on)
        return any(speaks_to_machine(text) or _is_veiled(text) for text in seen)

    @cached_property
    def sha256(self) -> str:
        """Of everything in it, 64 hexadecimal digits."""
        return hashlib.sha256(self.data("").encode()).hexdigest()

    @property
    def id(self) -> str:
        """Names it within its prompt: 16 hexadecimal digits that follow from everything in it."""
        return self.sha256[:16]

    def data(self, name: str) -> str:
        """It as JSON in ASCII without `<` and `>`, under a name."""
        written = json.dumps(
            {
                "id": name,
                "language": self.language,
                "text": self.text,
                "steps_before": self.before,
                "steps_after": self.after,
                "runbook_title": self.title,
                "service": self.service,
                "runs_on": self.runs_on,
            },
            ensure_ascii=True,
            indent=1,
        )
        return written.replace("<", "\\u003c").replace(">", "\\u003e")

    def prepared(self) -> Question:
        """Itself, with all that takes time worked out, so that it travels with it between processes."""
        assert self.sha256
        assert self.unfit is None or self.unfit
        assert self.leads in (True, False)
        return self


@dataclass(frozen=True)
class Part:
    """A step as its neighbours see it: what stands there, and the text to judge where it is a command, with
    the labels of the agents that would run it."""

    shown: str
    judged: str | None = None
    labels: Mapping[str, str] | None = None


def labels_of(runbook: Runbook, step_id: str) -> Mapping[str, str]:
    """Of the agents that a step may run on; none where the document names none."""
    target = runbook.target_of(step_id)
    return {} if target is None else target.labels


def questions(parts: Sequence[Part], title: str = "", service: str = "") -> tuple[Question, ...]:
    """One question for each command of a runbook, in order."""
    shown = [_cut(part.shown, NEIGHBOUR_CHARACTERS) for part in parts]
    about = (_cut(title, ABOUT_CHARACTERS), _cut(service, ABOUT_CHARACTERS))
    return tuple(
        Question(
            part.judged,
            "bash",
            tuple(shown[max(0, place - NEIGHBOURS) : place]),
            tuple(shown[place + 1 : place + 1 + NEIGHBOURS]),
            *about,
            _cut(
                ", ".join(f"{key}={value}" for key, value in sorted((part.labels or {}).items())),
                ABOUT_CHARACTERS,
            ),
        ).prepared()
        for place, part in enumerate(parts)
        if part.judged is not None
    )


def _is_veiled(text: str) -> bool:
    """Whether it holds a character that takes no room or turns the text around."""
    return any(unicodedata.category(character) in ("Cf", "Co", "Cn") for character in text)


def _cut(text: str, most: int) -> str:
    """Masked before it is cut, so that no half of a secret stays."""
    masked = redact(text)
    return masked if len(masked) <= most else masked[: most - 1] + "…"
