"""Pull requests as the API and the command line use them: propose, look, check, merge, close.

Every call names the principal; who may do what is decided here, before the forge is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from base.ids import new_id
from controller.db import queries
from controller.governance.owners_word import OwnersWord
from controller.governance.repositories import RepositoryRow, chosen_repository
from controller.review.about import About, note_opened
from controller.review.acting import actor_of
from controller.review.approvals import Approvals
from controller.review.asking import owners_at, reviewers_of
from controller.review.checks import ChangeReport, told
from controller.review.describing import Describe
from controller.review.errors import forge_border
from controller.review.forges import Forges, RepositoryForge
from controller.review.merging import Merging
from controller.review.reviewer import ReadChange, Reviewer, read_change
from controller.review.settling import settle
from controller.review.signing import signed
from controller.review.sync_report import SyncNow, SyncReport
from controller.tenants.principal import Principal
from forge.errors import BadPack, NotMergeable, TooLarge
from forge.pull_requests import (
    CLASSIFICATION_CHECK,
    Annotation,
    Check,
    FileDiff,
    LineRef,
    Merged,
    Page,
    Proposal,
    ProposedFile,
    PullRequest,
    PullState,
)
from schemas.errors import Conflict, Dd0cError, Forbidden

_QUERIES: Final = queries.load("proposals")
Result = TypeVar("Result")


FilesOf = Callable[[str, datetime], Sequence[ProposedFile]]
"""The files of a proposal, given who proposed it first and when."""


@dataclass(frozen=True)
class _Begun:
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class MergeOutcome:
    """A merge, and what the sync right after it did."""

    merged: Merged
    check: Check
    sync: SyncReport


class Proposals:
    """One a process. `repository` is a name; None is the tenant's only one.

    `owners` is the sync's: it hears there what an owner merges on a forge elsewhere. Without `describe` a
    pull request says what its proposal says.
    """

    def __init__(
        self,
        forges: Forges,
        reviewer: Reviewer,
        sync_now: SyncNow,
        owners: OwnersWord | None = None,
        describe: Describe | None = None,
    ) -> None:
        self.approvals = Approvals(forges)
        self._describe = describe
        self._merging = Merging(forges, self.approvals, owners or OwnersWord())
        self._forges = forges
        self._reviewer = reviewer
        self._sync_now = sync_now

    async def publish(
        self,
        principal: Principal,
        proposal: Proposal,
        about: About,
        *,
        repository: str | None = None,
        files_of: FilesOf | None = None,
    ) -> PullRequest:
        """Open its pull request, or find the one of the same key, and check it. Needs `propose`.

        `files_of` gives the files as who proposed it first, and when, makes them: proposed again, it is the
        same commit.
        """
        principal.require("propose")
        row = await self._row(principal, repository)
        if self._describe is not None:
            proposal = replace(proposal, body=await self._describe(principal.tenant_id, row, proposal))
        asked = await self._owners_of(principal, row, proposal)
        proposal = replace(proposal, reviewers=asked) if asked else proposal
        async with self._forges.database.work(principal.tenant_id) as uow:
            await uow.run(
                _QUERIES["add_proposal"],
                id=new_id(),
                repository_id=row.id,
                key=proposal.key,
                kind=about.kind,
                title=proposal.title,
                runbook_name=about.runbook_name,
                branch=proposal.branch,
                base_commit=row.synced_commit,
                source_sha256=about.source_sha256,
                created_by=principal.actor,
            )
            begun = await uow.one(_QUERIES["proposal_begun"], _Begun, repository_id=row.id, key=proposal.key)
        if files_of is not None and begun is not None:
            proposal = replace(proposal, files=tuple(files_of(begun.created_by, begun.created_at)))
        try:
            pull = await self._forge_call(principal, row, lambda forge: forge.publish(proposal))
        except Dd0cError as refusal:
            async with self._forges.database.work(principal.tenant_id) as uow:
                failed = {"repository_id": row.id, "key": proposal.key, "error": refusal.detail}
                await uow.run(_QUERIES["proposal_failed"], **failed)
            raise
        if pull.state != "open":
            return replace(pull, repository=row.name)
        async with self._forges.database.work(principal.tenant_id) as uow:
            await note_opened(uow, principal, row, proposal, about, pull)
        report = await self.check_head(principal.tenant_id, row, pull)
        check = told(report, row.forge)
        shown = await self._forge_call(principal, row, lambda forge: forge.with_check(pull, check))
        return replace(shown, repository=row.name)

    async def get(self, principal: Principal, number: int, *, repository: str | None = None) -> PullRequest:
        """One pull request. Raises NotFound."""
        row, pull = await self._read(principal, repository, lambda forge: forge.get(number))
        return replace(pull, repository=row.name)

    async def list(
        self,
        principal: Principal,
        state: PullState,
        cursor: str | None,
        limit: int,
        *,
        repository: str | None = None,
    ) -> Page[PullRequest]:
        """A page, newest first."""
        row, page = await self._read(principal, repository, lambda forge: forge.list(state, cursor, limit))
        return Page(tuple(replace(pull, repository=row.name) for pull in page.items), page.cursor)

    async def diff(
        self, principal: Principal, number: int, *, repository: str | None = None
    ) -> Sequence[FileDiff]:
        """Its changed files. Raises NotFound."""
        return (await self._read(principal, repository, lambda forge: forge.diff(number)))[1]

    async def comment(
        self,
        principal: Principal,
        number: int,
        body: str,
        *,
        key: str | None = None,
        at: LineRef | None = None,
        repository: str | None = None,
    ) -> PullRequest:
        """Write a comment; with a key, the one of the same key is replaced. Needs `propose`."""
        principal.require("propose")
        row = await self._row(principal, repository)
        chosen = key or f"{principal.actor}:{new_id()}"
        said = body if row.forge == "builtin" else signed(actor_of(principal).name, body)
        await self._forge_call(principal, row, lambda forge: forge.comment(number, chosen, said, at))
        return await self.get(principal, number, repository=row.name)

    async def check(
        self, principal: Principal, number: int, *, repository: str | None = None
    ) -> ChangeReport:
        """Run the check on its head again. Needs `propose`."""
        principal.require("propose")
        row = await self._row(principal, repository)
        pull = await self._forge_call(principal, row, lambda forge: forge.get(number))
        return await self.check_head(principal.tenant_id, row, pull)

    async def merge(
        self, principal: Principal, number: int, expected_head: str, *, repository: str | None = None
    ) -> MergeOutcome:
        """Check the head that was seen, merge it, sync it. Needs `merge`; what widens what runs by itself
        also `raise_trust`. Raises Conflict (`head_moved`, `not_mergeable` with the reasons, `not_approved`).
        """
        principal.require("merge")
        row = await self._row(principal, repository)
        pull = await self._forge_call(principal, row, lambda forge: forge.get(number))
        if pull.state != "open":
            raise Conflict(f"Pull request {number} is {pull.state}.", code="not_mergeable")
        if pull.head != expected_head:  # else the check judges one commit and the merge takes another
            raise Conflict(
                f"Pull request {number} has moved on since it was looked at.",
                hint="Look at it again, then merge its new head.",
                code="head_moved",
                extra={"head": pull.head},
            )
        report = await self.check_head(principal.tenant_id, row, pull)
        if report.errors:
            raise Conflict(
                f"The check fails: {report.errors[0].line()}",
                hint="Push a fix to the branch; the check runs again by itself.",
                code="not_mergeable",
                extra={"reasons": [note.line() for note in report.errors[:20]]},
            )
        if report.raises_trust and not principal.may("raise_trust"):
            raise Forbidden(
                f"Only an owner may let this in: {report.why_owner}.",
                extra={"needs": "owner"},
            )
        merged = await self._merging.merge(principal, row, pull, report)
        await self._settle_merged(principal, row, pull)
        sync = await self._sync_now(principal.tenant_id, row.id, "merge")
        return MergeOutcome(merged, report.check, sync)

    async def close(self, principal: Principal, number: int, *, repository: str | None = None) -> PullRequest:
        """Close without merging. Needs `propose`."""
        principal.require("propose")
        row = await self._row(principal, repository)
        await self._forge_call(principal, row, lambda forge: forge.close(number))
        pull = await self.get(principal, number, repository=row.name)
        await self._settle(principal, row, pull.key, "closed")
        return pull

    # -------------------------------------------------------------- inside

    async def _owners_of(
        self, principal: Principal, row: RepositoryRow, proposal: Proposal
    ) -> tuple[str, ...]:
        """Whom CODEOWNERS of the branch names for what it changes; nobody where it is not here yet."""
        with forge_border():
            mirror = self._forges.mirror(principal.tenant_id, row)
            paths = [file.path for file in proposal.files]
            named = await self._forges.runner(lambda: owners_at(mirror, mirror.head(row.branch), paths))
        async with self._forges.database.work(principal.tenant_id) as uow:
            return await reviewers_of(uow, row, named, principal.actor)

    async def _settle(self, principal: Principal, row: RepositoryRow, key: str, state: str) -> None:
        async with self._forges.database.work(principal.tenant_id) as uow:
            for query in ("proposal_settled", "documents_settled"):
                await uow.run(_QUERIES[query], repository_id=row.id, key=key, state=state)

    async def _settle_merged(self, principal: Principal, row: RepositoryRow, pull: PullRequest) -> None:
        if row.forge == "builtin":
            await self._settle(principal, row, pull.key, "merged")
            return
        merged = await self._forge_call(principal, row, lambda forge: forge.get(pull.number))
        async with self._forges.database.work(principal.tenant_id) as uow:
            place = {"repository_id": row.id, "pull_number": pull.number}
            proposed = await uow.value(_QUERIES["proposal_of_pull"], **place) is not None
            await settle(uow, row, replace(merged, merged_by=principal.actor), proposed=proposed)

    async def check_head(self, tenant_id: UUID, row: RepositoryRow, pull: PullRequest) -> ChangeReport:
        """Check the head of a pull request and say so on the forge. Raises as `check` does."""
        with forge_border():
            forge = self._forges.open(tenant_id, row)
            base = pull.base_head

            def read() -> ReadChange:
                commits = [pull.head] if base is None else [base, pull.head]
                mirror = forge.mirror_of(pull.number, commits)
                fork = mirror.fork(base, pull.head) if base is not None else None
                if fork is None:
                    raise NotMergeable("the branch shares no history with its base")
                return read_change(mirror, fork, pull.head, row.prefix)

            try:
                change = await self._forges.runner(read)
            except (TooLarge, BadPack, NotMergeable) as fault:  # of its content: asking again changes nothing
                if row.forge != "builtin":
                    failed = Check(CLASSIFICATION_CHECK, "fail", f"it can't be read: {fault.reason}", "")
                    await self._forges.runner(lambda: forge.set_check(pull.head, failed))
                raise
            report = await self._reviewer.review(tenant_id, row, change)
            notes = [
                Annotation(f"{step.path}:{step.step_id}", LineRef(step.path, step.line), step.text)
                for step in report.risky
            ]
            check = told(report, row.forge)
            await self._forges.runner(lambda: forge.tell(pull, notes, check))
        return report

    async def repository(self, principal: Principal, repository: str | None) -> RepositoryRow:
        """The repository of that name, or the tenant's only one. Raises NotFound, Conflict."""
        return await self._row(principal, repository)

    async def _row(self, principal: Principal, repository: str | None) -> RepositoryRow:
        async with self._forges.database.work(principal.tenant_id) as uow:
            return await chosen_repository(uow, repository)

    async def _read(
        self, principal: Principal, repository: str | None, call: Callable[[RepositoryForge], Result]
    ) -> tuple[RepositoryRow, Result]:
        principal.require("read")
        row = await self._row(principal, repository)
        return row, await self._forge_call(principal, row, call)

    async def _forge_call(
        self, principal: Principal, row: RepositoryRow, call: Callable[[RepositoryForge], Result]
    ) -> Result:
        with forge_border():
            forge = self._forges.open(principal.tenant_id, row)
            return await self._forges.runner(lambda: call(forge))
