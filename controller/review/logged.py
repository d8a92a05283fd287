"""What a decision log says of a runbook's steps: shown beside the verdict of today, never trusted. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from schemas.risk import Risk

LOGS_MAX: Final = 50
"""Logs that one check reads: a pull request of ours changes no more files."""
_POINTERS_MAX: Final = 8
_IN_FLOW: Final = re.compile(rb"\bdecisionLog:\s*[\"']?(decisions/[\w./-]{1,300}\.json)")

_RISKS: Final = frozenset(risk.value for risk in Risk)


@dataclass(frozen=True)
class LoggedVerdict:
    """One step's verdict as it was written down. `command_sha256` is empty in logs of early versions."""

    risk: Risk
    unknown: bool
    command_sha256: str
    scanner_version: str

    @property
    def shown(self) -> str:
        """The word of its mark."""
        return Risk.UNKNOWN.value if self.unknown else self.risk.value


def pointers(content: bytes) -> tuple[str, ...]:
    """Where a text may say that its decision log lies, comments and all: files to have at hand, no more."""
    found = (match.group(1).decode() for match in _IN_FLOW.finditer(content))
    return tuple(islice(dict.fromkeys(found), _POINTERS_MAX))


def pointer(document: Mapping[str, Any]) -> str | None:
    """Where a sound document says that its decision log lies: a hint to look there, and nothing else."""
    source = document.get("spec", {}).get("source") or {}
    log: str | None = source.get("decisionLog")
    return log


def verdicts_path(log_path: str) -> str:
    """The file of verdicts beside a log."""
    return log_path.removesuffix(".json") + ".verdicts.json"


def read_verdicts(content: bytes, runbook: str) -> dict[str, LoggedVerdict]:
    """By step, what a file of verdicts says of one runbook. Total: what is no such file says nothing.

    The file comes from a branch: each of its values may be anything that JSON can say.
    """
    try:
        rows = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(rows, list):
        return {}
    return dict(filter(None, (_row(row, runbook) for row in rows)))


def _row(row: Any, runbook: str) -> tuple[str, LoggedVerdict] | None:
    if not isinstance(row, Mapping) or row.get("runbook", runbook) != runbook:
        return None
    step, risk = row.get("step"), row.get("risk")
    if not isinstance(step, str) or not isinstance(risk, str) or risk not in _RISKS:
        return None
    sha256, version = row.get("commandSha256", ""), row.get("scannerVersion", "")
    texts = [each if isinstance(each, str) else "" for each in (sha256, version)]
    return step, LoggedVerdict(Risk(risk), row.get("unknown") is True, *texts)


def logs_of(contents: Sequence[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """Path of a changed runbook, and a decision log that it may name: whose verdicts to read for it."""
    found = [(path, log) for path, content in contents for log in pointers(content)]
    return found[:LOGS_MAX]
