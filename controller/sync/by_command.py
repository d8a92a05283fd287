"""What stands for the commands of runbooks, by runbook and by command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from controller.governance.documents import JudgedStep
from controller.sync.plan import NewVersion

T = TypeVar("T")


def by_command(
    rows: Iterable[tuple[UUID, bytes, dict[str, Any]]], read: Callable[[dict[str, Any]], T]
) -> Mapping[UUID, Mapping[bytes, list[T]]]:
    """Rows of runbook, command's SHA-256 and what was said of it → what `read` makes of them, in order."""
    found: dict[UUID, dict[bytes, list[T]]] = {}
    for runbook_id, command_sha256, said in rows:
        found.setdefault(runbook_id, {}).setdefault(bytes(command_sha256), []).append(read(said))
    return found


def with_steps(version: NewVersion, steps: Iterable[JudgedStep]) -> NewVersion:
    """The version with other steps."""
    return replace(version, runbook=replace(version.runbook, steps=tuple(steps)))
