"""What became of a pull request on a forge elsewhere: its proposal is settled, and who merged it is recorded.

The built-in forge needs none of this: the sync reads who moved a branch from the repository's own reflog.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pydantic import ValidationError

from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.repositories import RepositoryRow
from forge.pull_requests import PullRequest
from schemas.audit import AuditRecord, RunbookReviewed
from schemas.ids import system_actor

_QUERIES: Final = queries.load("proposals")


class OpenProposal(NamedTuple):
    """A proposal whose pull request was open when it was last looked at."""

    key: str
    pull_number: int


async def open_proposals(uow: UnitOfWork, row: RepositoryRow) -> list[OpenProposal]:
    """The oldest 50 of a repository."""
    return await uow.all(_QUERIES["proposals_open"], OpenProposal, repository_id=row.id)


async def settle(uow: UnitOfWork, row: RepositoryRow, pull: PullRequest, *, proposed: bool = True) -> None:
    """Note that a pull request was merged or closed; the merge is recorded once, whoever sees it first.

    `proposed` False: it has no proposal of ours, and the caller is the one who merged it.
    """
    if pull.state == "open":
        return
    values = {"repository_id": row.id, "key": pull.key, "state": pull.state}
    first = await uow.value(_QUERIES["proposal_settled_once"], **values) is not None
    await uow.run(_QUERIES["documents_settled"], **values)
    if pull.state != "merged" or pull.merge_commit is None or not (first or not proposed):
        return
    payload = RunbookReviewed(
        repository=row.id,
        outcome="merged",
        direct=False,
        commit=pull.merge_commit,
        pull_number=pull.number,
        errors=0,
    )
    try:
        record = AuditRecord(payload, pull.merged_by or "")
    except ValidationError:  # an account of GitHub that is no member here
        record = AuditRecord(payload, system_actor("git"))
    uow.audit(record)
