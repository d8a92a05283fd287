"""The prompts of shells that stand before a command."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.vocabulary import COMMANDS

_NAMES: Final = "|".join(sorted(re.escape(name) for name in COMMANDS))
_KNOWN: Final = rf"(?:{_NAMES})(?:\s{{1,4}}(?:[-/~$\"'.]|[\w-]{{1,40}}(?:[/.:=]|\s-))|\s{{0,4}}\||$)"
"""What has to be behind a bare `host#`: `ticket# 4711` and `id# name` are columns of a listing."""

PROMPT: Final = re.compile(
    r"^\s{0,40}(?:\[[^\]\n]{1,60}\]\s?[$#]|(?:\[[^\]\n]{1,60}\]|\([\w.-]{1,40}\)\s{0,4})?"
    r"(?:[\w.-]{1,64}@[\w.-]{1,64}[:\s][^\s$#]{0,200}(?:\s?\([^()\n]{1,60}\))?\s?[$#]|\$>|[/~]\s[#$]|"
    r"[\w.-]{0,64}\$|sh-[\d.]{1,9}[$#]|%(?!\s{1,4}[A-Z]\w{0,20}\s{2,}))|"
    r"[a-z][\w.-]{1,64}:[~/][^\s$#:]{0,100}[$#]|(?=[\w.]{0,63}[\d-])[a-z][\w.-]{1,64}:[~/][^\s$#:]{1,100}\s[$#]|"
    rf"root@[^\s#]{{0,64}}#|[a-z][a-z0-9.-]{{1,40}}#(?=\s{{1,40}}{_KNOWN})"
    r"|(?:[~/][\w./~-]{0,60}\s{1,3})?[❯›λ»]|"
    r"➜\s{1,4}\S{1,80}(?:\s{1,4}git:\([^()\n]{1,80}\))?(?:\s{1,4}[✗✔])?|"
    r"[\w.-]{1,40}@[\w.-]{1,64}\s{1,4}[~/][^\s>$#%]{0,100}[>$#%])\s{1,40}(?=\S)"
)
ANGLE_PROMPT: Final = re.compile(r"^>\s+(?=\S)")
HASH_PROMPT: Final = re.compile(r"^\s{0,40}#\s+(?=\S)")
NAME_PROMPT: Final = re.compile(
    r"^\s{0,40}(?:[a-z][\w.-]{1,40}\s?[#$]|(?:\([\w.-]{1,40}\)\s?)?\[[^\]\n]{1,60}\]\s?[#$])\s{1,4}(?=[A-Za-z_./~])"
)
"""`bifrost# openstack …`, in a block that is said to be a session."""
CLOSE_PROMPT: Final = re.compile(r"^\s{0,40}#(?=[a-z/])")
"""Root's, without a blank behind it: `#cd /srv`."""


def prompt_end(text: str) -> int:
    """Behind which character of a line its prompt ends; 0 where it has none."""
    found = PROMPT.match(text)
    return found.end() if found else 0
