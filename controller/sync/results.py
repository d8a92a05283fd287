"""What one sync did, as a value: told to whoever asked for it, and written into the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import UUID

from controller.sync.plan import Plan
from controller.sync.state import FileRow, Known

Trigger: TypeAlias = Literal["start", "poll", "webhook", "push", "merge", "manual"]
Outcome: TypeAlias = Literal["synced", "unchanged", "partial", "failed"]


@dataclass(frozen=True)
class SyncResult:
    """What one sync did. `rejected` has (path, line, reason) of files that did not get into service."""

    repository_id: UUID
    name: str
    outcome: Outcome
    from_commit: str | None
    to_commit: str | None
    counts: Mapping[str, int] = field(default_factory=dict)
    rejected: tuple[tuple[str, int, str], ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Totals:
    """What there is of a repository: runbooks in service, files that are broken, files that are not read."""

    serving: int = 0
    broken: int = 0
    skipped: int = 0

    def after(self, known: Known, plan: Plan) -> Totals:
        """What there is after a plan was written, if it is this much before: only what it touches is counted.
        Pure.
        """
        before = [row for each in plan.files if (row := known.files.get(each.path)) is not None]
        return Totals(
            self.serving + _added(known, plan) - len(plan.retired),
            self.broken + _broken(plan.files) - _broken(before),
            self.skipped + _skipped(plan.files) - _skipped(before),
        )


def _added(known: Known, plan: Plan) -> int:
    """Runbooks that came, or came back."""
    retired = {row.name for row in known.runbooks.values() if row.retired}
    return sum(change.is_new or change.name in retired for change in plan.runbooks)


def _broken(files: Sequence[FileRow]) -> int:
    return sum(row.is_kept_out for row in files)


def _skipped(files: Sequence[FileRow]) -> int:
    return sum(row.state == "skipped" and row.kind == "other" for row in files)


def count_runbooks(known: Known, plan: Plan, totals: Totals) -> dict[str, int]:
    """Runbooks that came (or came back), got another content or place, went, and that it left alone; files
    that are broken or not read after it. Pure.
    """
    added = _added(known, plan)
    return {
        "added": added,
        "changed": len(plan.runbooks) - added,
        "retired": len(plan.retired),
        "broken": totals.broken,
        "skipped": totals.skipped,
        "unchanged": totals.serving - len(plan.runbooks),
    }
