"""One thing that lint found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import re2

from schemas.errors import Severity

Path = tuple[str | int, ...]
"""A way into a document: keys of mappings, places in lists."""

_SIMPLE_KEY: Final = re2.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def show_path(path: Path) -> str:
    """`spec.steps[2].command`; a key with other characters is quoted: `metadata.labels["a/b"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _SIMPLE_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f'["{part[:64]}"]'
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that lint found; `path` leads into the document."""

    path: Path
    code: str
    message: str
    hint: str | None = None
    severity: Severity = "error"
