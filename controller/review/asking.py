"""Whom a change is shown to first: the owners that CODEOWNERS of the protected branch names for its paths.

Being asked gives nobody a right, and who is not asked may review it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.repositories import RepositoryRow
from controller.review.reviewer import ReadMirror
from forge.codeowners import CODEOWNERS_MAX_BYTES, owners_of, read_codeowners
from forge.errors import BadPack, TooLarge
from forge.github.address import parse_address
from forge.pull_requests import Oid
from schemas.ids import member_actor

_QUERIES: Final = queries.load("tenants")


class _Member(NamedTuple):
    id: UUID
    email: str


def owners_at(mirror: ReadMirror, commit: Oid | None, paths: Iterable[str]) -> tuple[str, ...]:
    """The owners of paths as CODEOWNERS of a commit has them; nobody where it can't be read. Synchronous."""
    if commit is None:
        return ()

    def read(path: str) -> bytes | None:
        blob = mirror.blob_at(commit, path)
        return None if blob is None else mirror.read(blob, max_bytes=CODEOWNERS_MAX_BYTES)

    try:
        return owners_of(read_codeowners(read), paths)
    except (BadPack, TooLarge):  # a file that can't be read asks nobody, and hinders nothing
        return ()


async def reviewers_of(
    uow: UnitOfWork, row: RepositoryRow, owners: Sequence[str], author: str
) -> tuple[str, ...]:
    """Owners as the forge knows people, without the author: here an address of a member is that member, and
    any other owner stays as it is written; on GitHub they are accounts, and teams of the organisation.
    """
    if not owners:
        return ()
    if row.forge != "builtin":
        home = parse_address(row.remote).owner.casefold()
        names = [owner.removeprefix("@") for owner in owners if owner.startswith("@")]
        return tuple(each for each in names if "/" not in each or each.split("/")[0].casefold() == home)
    emails = [owner.lower() for owner in owners if not owner.startswith("@")]
    found = await uow.all(_QUERIES["members_by_email"], _Member, emails=emails) if emails else []
    members = {each.email: member_actor(each.id) for each in found}
    named = dict.fromkeys(members.get(owner.lower(), owner) for owner in owners)
    return tuple(each for each in named if each != author)
