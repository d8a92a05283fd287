"""The prompts of shells that stand before a command."""

from __future__ import annotations

import re
from typing import Final

PROMPT: Final = re.compile(
    r"^\s{0,40}(?:\[[^\]\n]{1,60}\]\s?[$#]|(?:\[[^\]\n]{1,60}\]|\([\w.-]{1,40}\)\s{0,4})?"
    r"(?:[\w.-]{1,64}@[\w.-]{1,64}[:\s][^\s$#]{0,200}\s?[$#]|[\w.-]{0,64}\$|sh-[\d.]{1,9}[$#]|%)|"
    r"root@[^\s#]{0,64}#|[a-z][a-z0-9.-]{1,40}#|[❯›λ]|➜\s{1,4}\S{1,80}(?:\s{1,4}git:\([^()\n]{1,80}\))?(?:\s{1,4}[✗✔])?|"
    r"[\w.-]{1,40}@[\w.-]{1,64}\s{1,4}[~/][^\s>$#%]{0,100}[>$#%])\s{1,40}(?=\S)"
)
HASH_PROMPT: Final = re.compile(r"^#\s+(?=\S)")


def prompt_end(text: str) -> int:
    """Behind which character of a line its prompt ends; 0 where it has none."""
    found = PROMPT.match(text)
    return found.end() if found else 0
