"""Masking: secrets cut out of a text before anybody else sees it, with where they stood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scanner.secret import Secret
from scanner.secrets import find_secrets

MASK: Final = "***"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its secrets. `secrets` are positions in the original, `placed` the masks in `text`."""

    text: str
    secrets: tuple[Secret, ...]
    placed: tuple[Secret, ...]


def mask(text: str, name: Callable[[int, Secret], str] | None = None) -> Masked:
    """Replace each secret by `***`, or by what `name(index, secret)` gives."""
    found = find_secrets(text)
    parts: list[str] = []
    placed: list[Secret] = []
    at = length = 0
    for index, secret in enumerate(found):
        instead = MASK if name is None else name(index, secret)
        parts += [text[at : secret.start], instead]
        length += secret.start - at
        placed.append(Secret(secret.kind, length, length + len(instead)))
        length += len(instead)
        at = secret.end
    parts.append(text[at:])
    return Masked("".join(parts), tuple(found), tuple(placed))


def redact(text: str) -> str:
    """The text with every secret masked: for logs and messages."""
    return mask(text).text
