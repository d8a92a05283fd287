"""Logging: one line a record, each with an `action` key that tests and operators can rely on.

Prose may change; `action` may not. Values that look like credentials are cut before they are written.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from datetime import UTC, datetime
from typing import Final, Literal

_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "action"}
_TOKEN: Final = re.compile(r"(dd[tewslb])_([0-9a-z]{26})_[0-9a-f]{8,}")

_GITHUB_TOKEN: Final = re.compile(r"\b(gh[pousr]|github_pat)_[A-Za-z0-9_]{16,255}")
"""github.blog, "Behind GitHub's new authentication token formats"; fine-grained ones came later."""

os.environ.setdefault("GRPC_VERBOSITY", "NONE")
# Read once, while grpc is imported: its core writes lines of its own to standard error, past `logging`. What
# fails there is said by us where the call or the stream fails; GRPC_VERBOSITY=info shows its own words too.

_CHATTY: Final = ("procrastinate", "uvicorn", "asyncio", "httpx")
"""Libraries that tell every job and request at level info; what matters of that is told by us."""


def redact(text: str) -> str:
    """Cut the secret part of every credential of ours in a text, and of every token of GitHub."""
    return _GITHUB_TOKEN.sub(r"\1_***", _TOKEN.sub(r"\1_\2_***", text))


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in record.__dict__.items() if key not in _STANDARD}


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        action = getattr(record, "action", record.name)
        fields = " ".join(f"{key}={value}" for key, value in _extra(record).items())
        line = f"{when} {record.levelname.lower():7} {action} {record.getMessage()} {fields}".rstrip()
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return redact(line)


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        document: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "action": getattr(record, "action", record.name),
            "message": record.getMessage(),
        }
        document.update(_extra(record))
        if record.exc_info:
            document["trace"] = self.formatException(record.exc_info)
        return redact(json.dumps(document, default=str, ensure_ascii=False))


def configure(level: str = "info", form: Literal["text", "json"] = "text") -> None:
    """Send all records of the process to standard error, once, in the given form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if form == "json" else _TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def get(name: str) -> logging.Logger:
    """The logger of a room; call it with `extra={"action": …}`."""
    return logging.getLogger(name)
