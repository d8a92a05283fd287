"""Words in small letters that say of which thing a name is to be written: `username`, `tablename`."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from ingest.capital_words import STATEMENT

_WORD: Final = re.compile(r"(?<=[\s=/:@])[a-z]{2,20}name(?=[\s/:@,;]|$)")
_OTHER: Final = frozenset("rename basename dirname pathname codename logname uname".split())
"""What programs and fields are called."""
_ONLY_GIVEN: Final = frozenset("hostname domainname nodename".split())
"""Programs too, or what one prints: a value only behind a sign that a value stands behind."""
_LISTED: Final = re.compile(
    r"(?:^|\s)(?:-[Ae]?[ok]|--output|--columns?|--sort(?:-by)?|--format|--fields|--query|"
    r"--group-by)(?:=|\s{1,3})"
    r"[^\s]{0,200}\Z"
)
_PROGRAM: Final = re.compile(r"(?:^|[|;&(\n])\s{0,3}[^\s|;&]{0,200}/\Z|bin/\Z")
"""Before the last part of a program's path."""
_MOST: Final = 50


def lower_names(command: str) -> list[str]:
    """The words of a command that stand for the name of a thing; none in quotes, where programs and texts of
    other languages stand, whose fields have such names.
    """
    found = dict[str, None]()
    if STATEMENT.match(command) is not None:
        return []
    for match in islice(_WORD.finditer(command), _MOST):
        before = command[: match.start()]
        quoted = before.count("'") % 2 == 1 or before.count('"') % 2 == 1
        given = before[-1:] in "=:@" or match[0] not in _ONLY_GIVEN
        own = _LISTED.search(before[-250:]) or _PROGRAM.search(before[-250:])
        if match[0] not in _OTHER and given and not quoted and own is None:
            found[match[0]] = None
    return list(found)
