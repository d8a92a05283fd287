"""What a proposal's pull request says: its runbooks against what serves, judged as a review does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from base import limits
from controller.db import queries
from controller.db.database import Database
from controller.governance.documents import JudgedFile, kind_of
from controller.governance.judging import Judging
from controller.governance.pinning import InForce, load_in_force
from controller.governance.repositories import RepositoryRow
from controller.review.body import pull_body
from controller.review.sides import compare_files
from controller.review.stored import as_stored, load_stored
from forge.pull_requests import Proposal, ProposedFile

Describe: TypeAlias = Callable[[UUID, RepositoryRow, Proposal], Awaitable[str]]
"""The text of a proposal's pull request; `Describing.body` is one."""

_QUERIES: Final = queries.load("runbooks")


class _Serving(NamedTuple):
    name: str
    path: str
    content: bytes


class Describing:
    """One a process. `approval_minutes` is how long a gate stays open where the policy says nothing."""

    def __init__(self, database: Database, judging: Judging, *, approval_minutes: int) -> None:
        self._database = database
        self._judging = judging
        self._minutes = approval_minutes

    async def body(self, tenant_id: UUID, row: RepositoryRow, proposal: Proposal) -> str:
        """The body: the change as it would run, then what the proposal says about its source.

        Raises Unavailable where too many texts are being parsed.
        """
        return await self.text(tenant_id, row, proposal.files, proposal.body)

    async def text(
        self, tenant_id: UUID, row: RepositoryRow, changed: Sequence[ProposedFile], about: str
    ) -> str:
        """The same of any files; `about` is Markdown of ours. Raises as `body`."""
        files = [(file, kind_of(file.path, row.prefix)) for file in changed]
        contents = [
            (file.path, kind, file.content)
            for file, kind in files
            if kind == "runbook" and file.content is not None
        ]
        after = await self._judging.judge(tenant_id, contents, limits.ADVICE_PAGE_SECONDS)
        before, rules = await self._before(tenant_id, row, [file.path for file, _ in files], after)
        changes, _ = compare_files(before, after, (rules, rules), self._minutes)
        return pull_body(changes, about)

    async def _before(
        self, tenant_id: UUID, row: RepositoryRow, paths: Sequence[str], after: Sequence[JudgedFile]
    ) -> tuple[list[JudgedFile], InForce]:
        """What serves at these paths or under these names, as the engine runs it."""
        names = [file.runbook.name for file in after if file.runbook is not None]
        async with self._database.work(tenant_id) as uow:
            serving = await uow.all(
                _QUERIES["serving_contents"],
                _Serving,
                repository_id=row.id,
                paths=list(paths),
                names=names,
            )
            stored = await load_stored(uow, row.id, paths, names)
            rules = await load_in_force(uow)
        judged = await self._judging.judge(
            tenant_id, [(each.path, "runbook", bytes(each.content)) for each in serving]
        )
        return as_stored(judged, stored), rules
