"""What stands for the commands of runbooks, by runbook and by command. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from controller.governance.documents import JudgedRunbook
from schemas.verdict import Verdict

T = TypeVar("T")

Document: TypeAlias = tuple[UUID, JudgedRunbook]
"""A document, and the runbook that it may be stored in."""


def commands_of(documents: Sequence[Document]) -> Iterator[tuple[UUID, bytes, Verdict]]:
    """Every command of documents: its runbook, its SHA-256, and what is said of it now."""
    for runbook_id, document in documents:
        for step in document.steps:
            if step.verdict is not None and step.command_sha256 is not None:
                yield runbook_id, step.command_sha256, step.verdict


def by_command(
    rows: Iterable[tuple[UUID, bytes, dict[str, Any]]], read: Callable[[dict[str, Any]], T]
) -> Mapping[UUID, Mapping[bytes, list[T]]]:
    """Rows of runbook, command's SHA-256 and what was said of it → what `read` makes of them, in order."""
    found: dict[UUID, dict[bytes, list[T]]] = {}
    for runbook_id, command_sha256, said in rows:
        found.setdefault(runbook_id, {}).setdefault(bytes(command_sha256), []).append(read(said))
    return found
