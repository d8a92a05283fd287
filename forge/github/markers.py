"""The hidden first line of what we write on a pull request, by which we find it again. Pure.

It is an HTML comment: GitHub stores it and shows nothing. A marker counts only in a comment of our own
account: anybody can write one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from base import limits
from forge.errors import ForgeRefused

_START: Final = "<!-- dd0c:"
_END: Final = " -->"
_CUT: Final = "\n\n… (cut: GitHub takes no longer text)"


@dataclass(frozen=True)
class Marker:
    """What a comment is: of which kind, under which key, on which commit or line."""

    kind: str
    key: str
    commit: str | None = None
    path: str | None = None
    line: int | None = None

    def text(self) -> str:
        """The line itself. Nothing in it can end the HTML comment early."""
        values = {
            "kind": self.kind,
            "key": self.key,
            "commit": self.commit,
            "path": self.path,
            "line": self.line,
        }
        given = {name: value for name, value in values.items() if value is not None}
        encoded = json.dumps(given, separators=(",", ":"), sort_keys=True)
        return _START + encoded.replace(">", "\\u003e").replace("--", "-\\u002d") + _END


def mark(marker: Marker, body: str) -> str:
    """The body under its marker, cut to what GitHub takes. Raises ForgeRefused for a marker too long."""
    head = marker.text()
    if len(head) > 4_000:
        raise ForgeRefused("the key or the path of a comment is too long")
    room = limits.GITHUB_BODY_MAX_CHARACTERS - len(head)
    return f"{head}\n{cut(body, room)}"


def cut(text: str, most: int) -> str:
    """The text, or its start with a word that it was cut."""
    clean = text.replace("\r\n", "\n").replace("\0", "")
    return clean if len(clean) <= most else clean[: most - len(_CUT)] + _CUT


def read(text: object) -> tuple[Marker, str] | None:
    """A marked text's marker and body; None for any other text."""
    if not isinstance(text, str) or not text.startswith(_START):
        return None
    line, _, body = text.replace("\r\n", "\n").partition("\n")
    if not line.endswith(_END) or len(line) > 4_000:
        return None
    try:
        values = json.loads(line[len(_START) : -len(_END)])
        marker = Marker(**values)
    except (ValueError, TypeError):
        return None
    texts = (marker.kind, marker.key, marker.commit or "", marker.path or "")
    if not all(isinstance(value, str) for value in texts) or not isinstance(marker.line, int | None):
        return None
    return marker, body
