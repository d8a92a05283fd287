"""What an import of many documents has learnt so far, so that a second call goes on where the first ended.

One line a document, added as it is answered: whatever kills the client, the lines before are whole. It is
only a note: what is imported already is the server's to say, by the text's digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, Final

from base.limits import MIB
from controller.cli.connection import state_folder
from controller.cli.errors import CliError
from controller.cli.reading import read_file

_FOLDER: Final = "imports"
_KEPT_SECONDS: Final = 24 * 3600
"""A server of another version may read the texts differently; by then they are read anew."""
_MAX_BYTES: Final = 16 * MIB
_LASTING: Final = frozenset({"ready", "left_out"})
"""Outcomes that only the text decides. A refusal may be of the hour: no time or no memory to parse it."""


class Notes:
    """The rows of one import, by the digest of the text. A folder that can't be written is no fault."""

    def __init__(self, *key: str) -> None:
        """`key`: what makes it this import: the server, the tenant, the folder or archive, and how it is
        read."""
        digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        self._path = state_folder() / _FOLDER / f"{digest[:24]}.jsonl"
        self.rows = _read(self._path)

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Note what was answered, at once."""
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows if row["outcome"] in _LASTING]
        if not lines:
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(self._path, flags, 0o600), "w", encoding="utf-8") as out:
                out.write("".join(lines))
        except OSError:
            return  # the next call reads the texts again, and that is all

    def forget(self) -> None:
        """The import is through."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            return


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
            path.unlink()
            return {}
        text = read_file(path, _MAX_BYTES).decode("utf-8", "replace")
    except (OSError, CliError):
        return {}
    rows: dict[str, dict[str, Any]] = {}
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue  # the line that was being written when the client was killed
        if isinstance(row, dict) and isinstance(row.get("sha256"), str) and row.get("outcome") in _LASTING:
            rows[row["sha256"]] = row
    return rows
