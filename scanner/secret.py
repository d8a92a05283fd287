"""What one secret of a text is, and what a value looks like that can be one."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

MIN_ENTROPY_BITS: Final = 3.0
"""Per character, for values after names such as `token=`: lower ones are words or placeholders."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands: `text[start:end]`; the kind says by which sign it was known. Never its text."""

    kind: str
    start: int
    end: int


_PLACEHOLDER: Final = re.compile(
    r"<.*>|\{+.*\}+|\$.*|\[.*\]|%.*%|[xX]{3,}|\*{3,}|\.{3,}|…+|"
    r"(?i:(?:your|my|the|some|example|dummy|fake|sample|changeme|change_me|redacted|placeholder|insert|replace|enter|"
    r"todo|none|null|true|false|yes|no|prompt|required|optional|string|secret|password|passwd|token|pass|key|value|masked)"
    r"(?:[-_ ]?[a-z]*){0,4})|(?:~|\.{1,2})?/[\w./-]+|[a-z]+\.[a-z_.]+|[a-z-]+/[a-z-]+|arn:.*|[A-Z][A-Z0-9_]+|"
    r"[\w./-]+\.(?:txt|pem|key|json|ya?ml|env|conf|cfg|crt|p12|jks|gpg)"
)
"""Values that only stand for a secret."""
CLOSING: Final = "”’»"
"""What ends a quotation of a command in a sentence; no secret ends so."""
_WORDS: Final = re.compile(r"[a-z]+(?:[-_][a-z]+)*")
"""Plain words, as they follow `token:` in prose; a password of one word is known by its place only."""
_SIGNS: Final = re.compile(r"[!@#$%^&*?+=~]")


@dataclass(frozen=True, slots=True)
class Named:
    """A secret with where its name begins: `password=…` has one before it, a token is its own."""

    begin: int
    secret: Secret


def is_placeholder(value: str) -> bool:
    """Whether a value only stands for a secret."""
    return _PLACEHOLDER.fullmatch(value) is not None


def looks_secret(value: str, kind: str) -> bool:
    """A value that is no placeholder and has the look of one: mixed characters, or enough of them."""
    if is_placeholder(value):
        return False
    if kind == "tool":
        return True
    if _WORDS.fullmatch(value):
        return False
    kinds = sum(bool(re.search(sign, value)) for sign in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))
    if kind == "flag":
        return kinds >= 2 or entropy(value) >= MIN_ENTROPY_BITS
    return (kinds >= 2 and len(value) >= 6) or entropy(value) >= MIN_ENTROPY_BITS + 0.3


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    length = len(value)
    return (
        -sum(count / length * math.log2(count / length) for count in Counter(value).values())
        if length
        else 0.0
    )


def is_mixed(value: str) -> bool:
    """Letters with digits, with signs that no word has, or with capitals inside."""
    if len(value) < 4 or re.search(r"[A-Za-z]", value) is None:
        return False
    return re.search(r"\d|[a-z][A-Z]", value) is not None or _SIGNS.search(value.rstrip("!?")) is not None


def is_strong(value: str) -> bool:
    """Mixed as no name, place or version is: a digit, and a sign or both small letters and capitals."""
    if not is_mixed(value) or re.search(r"\d", value) is None:
        return False
    both = re.search(r"[a-z]", value) is not None and re.search(r"[A-Z]", value) is not None
    return (both and "/" not in value) or _SIGNS.search(value) is not None
