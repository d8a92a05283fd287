"""What a reviewer is shown: a pull request's change as it would run, and one version against another.

Everybody who may read the tenant may ask; nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base import limits
from controller.db import queries
from controller.governance.documents import JudgedFile
from controller.governance.judging import Judging
from controller.governance.pinning import load_in_force
from controller.governance.repositories import RepositoryRow, chosen_repository
from controller.review.change import Note
from controller.review.contents import content_of
from controller.review.drift import Drifts
from controller.review.errors import forge_border
from controller.review.forges import Forges
from controller.review.reached import compare_reached, load_reached
from controller.review.reviewer import Reviewer, read_change
from controller.review.rule_changes import RuleChange, compare_rules
from controller.review.sides import (
    Sides,
    changed_rules,
    changed_settings,
    compare_files,
    former_settings,
    read_sides,
    touched_names,
)
from controller.review.stored import as_stored, load_stored
from controller.review.views import RunbookChange, broken, compare
from controller.tenants.principal import Principal
from forge.diffs import diff_contents
from forge.pull_requests import FileDiff, PullRequest
from schemas.errors import NotFound

_QUERIES: Final = queries.load("catalog")


@dataclass(frozen=True)
class PullReview:
    """A pull request's change, whole. `notes` and `raises_trust` are those of the check, while it is open.
    `rules`: the paths of policy and flags that it writes, breaks or takes away, `rule_changes`: what that
    changes of what is in force, `reached`: what else in service runs otherwise under it.
    """

    pull: PullRequest
    base: str
    head: str
    runbooks: tuple[RunbookChange, ...]
    left_out: int
    other_files: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    raises_trust: bool = False
    rules: tuple[str, ...] = ()
    rule_changes: tuple[RuleChange, ...] = ()
    reached: tuple[RunbookChange, ...] = ()
    reached_left_out: int = 0


@dataclass(frozen=True)
class VersionReview:
    """A version against an earlier one; `before` None where it is the first."""

    before: UUID | None
    after: UUID
    change: RunbookChange
    diff: FileDiff


@dataclass(frozen=True)
class _Version:
    id: UUID
    content_sha256: str
    content: bytes
    path: str
    commit_oid: str


class Reviews:
    """One a process. `repository` is a name; None is the tenant's only one."""

    def __init__(
        self, forges: Forges, reviewer: Reviewer, judging: Judging, *, approval_minutes: int
    ) -> None:
        self._forges = forges
        self._reviewer = reviewer
        self._judging = judging
        self._minutes = approval_minutes
        self.drifts = Drifts(forges, judging, approval_minutes)

    async def review(self, principal: Principal, number: int, *, repository: str | None = None) -> PullReview:
        """What a pull request changes at 3 a.m. Raises NotFound, Conflict, TooLarge, Unavailable."""
        principal.require("read")
        async with self._forges.database.work(principal.tenant_id) as uow:
            row = await chosen_repository(uow, repository)
        found = await self.of_pull(principal.tenant_id, row, number)
        return await self.with_notes(principal.tenant_id, row, found) if found.pull.state == "open" else found

    async def of_pull(self, tenant_id: UUID, row: RepositoryRow, number: int) -> PullReview:
        """The same without the notes of the check, for whoever may see it."""
        async with self._forges.database.work(tenant_id) as uow:
            rules = await load_in_force(uow, row.id)
        with forge_border():
            forge = self._forges.open(tenant_id, row)

            def read() -> tuple[PullRequest, str, str, Sides]:
                old, new = forge.compared(number)
                mirror = forge.mirror_of(number, (old, new))
                return forge.get(number), old, new, read_sides(mirror, old, new, row.prefix)

            pull, old, new, sides = await self._forges.runner(read)
        seconds = limits.ADVICE_PAGE_SECONDS
        before = await self._before(tenant_id, row, sides)
        after = [*sides.refused, *await self._judging.judge(tenant_id, sides.after, seconds)]
        settings = changed_settings(sides, after)
        if pull.state != "open":  # what is in force is what came of it, or of others after it
            rules = changed_rules(former_settings(sides, before, settings), rules, old)
        then = changed_rules(settings, rules, new)
        runbooks, left_out = compare_files(_runbooks(before), _runbooks(after), (rules, then), self._minutes)
        touched = (row.id, touched_names(sides, before, after))
        reached = await load_reached(self._forges.database, self._judging, tenant_id, touched, (rules, then))
        return PullReview(
            pull=pull,
            base=old,
            head=new,
            runbooks=runbooks,
            left_out=left_out,
            other_files=tuple(sides.others[:200]),
            rules=tuple(file.path for file in settings),
            rule_changes=compare_rules(rules, then),
            reached=compare_reached(reached.files, rules, then, self._minutes),
            reached_left_out=reached.left_out,
        )

    async def _before(self, tenant_id: UUID, row: RepositoryRow, sides: Sides) -> list[JudgedFile]:
        """The side before: what serves as the engine runs it, what does not as it would be judged."""
        judged = await self._judging.judge(tenant_id, sides.before)
        names = [file.runbook.name for file in judged if file.runbook is not None]
        async with self._forges.database.work(tenant_id) as uow:
            return as_stored(judged, await load_stored(uow, row.id, [], names))

    async def with_notes(self, tenant_id: UUID, row: RepositoryRow, found: PullReview) -> PullReview:
        """The notes of the check as it would come out now: what serves may have changed since it ran."""
        with forge_border():
            forge, commits = self._forges.open(tenant_id, row), (found.base, found.head)
            change = await self._forges.runner(
                lambda: read_change(forge.mirror_of(found.pull.number, commits), *commits, row.prefix)
            )
            report = await self._reviewer.review(tenant_id, row, change)
        return PullReview(
            **{**found.__dict__, "notes": report.notes[:200], "raises_trust": report.raises_trust}
        )

    async def compare_versions(
        self, principal: Principal, runbook_id: UUID, version_id: UUID, against: UUID | None
    ) -> VersionReview:
        """A version against another one, its predecessor where none is named. Raises NotFound."""
        principal.require("read")
        async with self._forges.database.work(principal.tenant_id) as uow:
            after = await uow.one(_QUERIES["version_content"], _Version, runbook_id=runbook_id, id=version_id)
            query = "version_before" if against is None else "version_content"
            before = await uow.one(_QUERIES[query], _Version, runbook_id=runbook_id, id=against or version_id)
            rules = await load_in_force(uow)
        if after is None or (against is not None and before is None):
            raise NotFound("The runbook has no such version.")
        versions = [version for version in (before, after) if version is not None]
        judged = await self._judging.judge(
            principal.tenant_id,
            [(version.path, "runbook", bytes(version.content)) for version in versions],
        )
        old = None if before is None else content_of(judged[0], rules, self._minutes)
        new = content_of(judged[-1], rules, self._minutes)
        if new is None:  # it was sound when it was synced; the rules of today may say more
            change = broken(after.path, after.path, old, judged[-1].places)
        else:
            old_path = None if before is None else before.path
            change = compare(old, new, path=after.path, old_path=old_path, places=judged[-1].places)
        was = b"" if before is None else bytes(before.content)
        diff = await self._forges.runner(
            lambda: diff_contents(
                after.path, "added" if before is None else "modified", was, bytes(after.content)
            )
        )
        return VersionReview(None if before is None else before.id, after.id, change, diff)


def _runbooks(files: Sequence[JudgedFile]) -> list[JudgedFile]:
    return [file for file in files if file.kind == "runbook"]
