"""What one sync did, as a value: told to whoever asked for it, and written into the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import UUID

from controller.sync.plan import Plan
from controller.sync.state import Known

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
    """What there is after a sync: runbooks in service, files that are broken, files that are not read."""

    serving: int
    broken: int
    skipped: int


def count_runbooks(known: Known, plan: Plan, totals: Totals) -> dict[str, int]:
    """Runbooks that came (or came back), got another content or place, went, and that it left alone; files
    that are broken or not read after it. Pure.
    """
    retired = {row.name for row in known.runbooks.values() if row.retired}
    added = sum(change.is_new or change.name in retired for change in plan.runbooks)
    return {
        "added": added,
        "changed": len(plan.runbooks) - added,
        "retired": len(plan.retired),
        "broken": totals.broken,
        "skipped": totals.skipped,
        "unchanged": totals.serving - len(plan.runbooks),
    }
