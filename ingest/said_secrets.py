"""Secrets in what a person wrote: refused, since a blank there would say something nobody meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from ingest.corrections import Overrides
from ingest.prose_secrets import prose_secrets
from ingest.questions import Answer
from scanner.secret import Secret
from scanner.secrets import find_secrets
from schemas.errors import Unprocessable
from schemas.runbook import Runbook

_SHORTEST: Final = 4
"""No secret is shorter; a shorter word stands inside others by chance."""


def refuse_secrets(answers: Mapping[str, Answer], overrides: Overrides) -> None:
    """Raises Unprocessable for a written answer or a correction with a secret in it; never tells the text."""
    for where, before, value in _written(answers, overrides):
        for text in (value, before + value):
            seen = _seen(text)
            found = [*find_secrets(seen), *prose_secrets(seen)]
            if found:
                raise _refusal(where, found[0])


def refuse_completed(runbook: Runbook, answers: Mapping[str, Answer], overrides: Overrides) -> None:
    """Raises Unprocessable where a written value is a secret by what the text says beside it."""
    written = [(where, value.strip()) for where, _, value in _written(answers, overrides)]
    long_enough = [(where, value) for where, value in written if len(value) >= _SHORTEST]
    if not long_enough:
        return
    for text in _texts(runbook):
        for secret in find_secrets(text):
            for where, value in long_enough:
                if _meets(text, value, secret):
                    raise _refusal(where, secret)


def _written(answers: Mapping[str, Answer], overrides: Overrides) -> Iterator[tuple[str, str, str]]:
    """What is written: where it was, what its name puts before it, itself. Of an option nothing is."""
    for key, answer in answers.items():
        if answer.value:
            yield f"The answer to {key[:40]}", "", answer.value
    corrected = {"title": overrides.title, "service": overrides.service, "name": overrides.name}
    for field, text in corrected.items():
        if text:
            yield f"The {field}", "", text
    for found, change in overrides.variables.items():
        if change.name:
            yield f"The name of the variable {found[:63]}", "", change.name
        for name in dict.fromkeys((found, change.name or found)):
            if change.value:
                yield f"The value of the variable {found[:63]}", f"{name}=", change.value


def _seen(text: str) -> str:
    """As a reader sees it: wide blanks are blanks, and characters without a width are not there."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(character for character in plain if unicodedata.category(character) != "Cf")


def _texts(runbook: Runbook) -> Iterator[str]:
    yield runbook.metadata.title
    for step in runbook.spec.steps:
        yield from (text for text in (step.title, step.command, step.manual) if text)
    for item in runbook.spec.prerequisites:
        yield item.text


def _meets(text: str, value: str, secret: Secret) -> bool:
    """Whether some part of a secret is some part of the value where it stands in the text."""
    at = text.find(value, max(0, secret.start - len(value) + 1))
    return 0 <= at < secret.end


def _refusal(where: str, secret: Secret) -> Unprocessable:
    return Unprocessable(
        f"{where} holds what looks like a secret ({secret.kind}).",
        hint='Name a secret variable instead, such as "${DB_PASSWORD}": its value stays with the agent.',
        code="secret_in_answer",
    )
