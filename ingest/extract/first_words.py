"""The program of a command line, where signs of the shell stand before it or right behind it."""

from __future__ import annotations

import re
from typing import Final

_BEFORE: Final = re.compile(r"(?:!\s+)?\\?(?=[a-z])")
_JOINED: Final = re.compile(
    r"(?P<name>[A-Za-z][\w.-]{0,40})(?:\d?>{1,2}(?!\s)|<{1,3}(?![A-Za-z][^<>\n]{0,79}>)|\|)"
)
_EMPTIES: Final = re.compile(r":\s{0,3}>{1,2}\s{0,3}[\"']?[\w./~$-]")
_REDIRECTS: Final = re.compile(r"(?:\d|&)?>{1,2}\s{0,3}[\"']?[/~$.][\w./{}$~-]")
_READS: Final = re.compile(r"\.\s+[\"']?(?:[~./$]|\w[\w.-]{0,60}/)[\w./{}$~-]{1,200}[\"']?(?:\s|$)")
_SWITCHES: Final = re.compile(
    r"set\s+[-+](?:[aefhuxvnCE]{1,6}|[aefuxE]{0,5}o\s+[a-z]{3,12})\s*(?:$|[;&#])|shopt\s+-[su]\s|exec\s+\d?[<>]|unset\s+(?:-[fv]\s+)?[A-Za-z_]\w*\s*$"
)
_TRAP: Final = re.compile(r"trap\s+(?:[\"'-]|[a-z]\w*\s+(?:EXIT|ERR|INT|TERM)\b)")
_IN_A_PLACE: Final = re.compile(r"[\"']?\$\{?[A-Za-z_]\w{0,60}\}?/[\w./{}$-]{1,200}[\"']?(?:\s+\S|$)")
_NAMED: Final = re.compile(r"[\"']?\$\{?[A-Za-z_]\w{0,60}\}?[\"']?(?:\s+\S|$)|\(\(")


def without_signs(line: str) -> str:
    """A line that begins with the name of its program and a blank: `cat<in`, `! grep x`, `\\cp a b`."""
    line = line[found.end() :] if (found := _BEFORE.match(line)) else line
    joined = _JOINED.match(line)
    return line if joined is None else f"{joined['name']} {line[joined.end('name') :]}"


def is_typed(line: str) -> bool:
    """Whether a line surely is one of a shell: `: > /var/log/app.log`, `$HOME/bin/x`, `. ./env.sh`."""
    return any(form.match(line) for form in (_EMPTIES, _IN_A_PLACE, _READS, _SWITCHES, _TRAP))


def is_of_a_shell(line: str) -> bool:
    """Whether only a shell reads a line so, where it is said to be one: `> /var/log/x`, `((n++))`."""
    return _REDIRECTS.match(line) is not None or _NAMED.match(line) is not None
