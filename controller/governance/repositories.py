"""Rows of repositories: added once, found by name, locked while their sync is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from base.ids import new_id
from controller.db import queries
from controller.db.unit_of_work import QueryRows, UnitOfWork
from schemas.errors import Conflict, NotFound

_QUERIES: Final = queries.load("repositories")


@dataclass(frozen=True)
class RepositoryRow:
    """One repository of a tenant."""

    id: UUID
    name: str
    forge: str
    remote: str
    branch: str
    prefix: str
    direct_push: bool
    head_commit: str | None
    synced_commit: str | None
    last_sync_at: datetime | None
    error_code: str | None
    error_text: str | None
    retired_at: datetime | None
    rules_unread: bool = False
    """Its policy and flags are to be read again, though no commit touched them."""
    environment: str | None = None
    is_only: bool = False
    """Whether the tenant has no other in use: then a number of a pull request says enough."""


async def add_repository(
    uow: UnitOfWork,
    *,
    name: str,
    forge: str = "builtin",
    remote: str | None = None,
    branch: str = "main",
    prefix: str = "",
    direct_push: bool = False,
    environment: str | None = None,
) -> RepositoryRow:
    """The repository of that name, added if there is none yet. A built-in one is its own remote."""
    repository_id = new_id()
    await uow.run(
        _QUERIES["add_repository"],
        id=repository_id,
        name=name,
        forge=forge,
        remote=remote or f"builtin:{name}",
        branch=branch,
        prefix=prefix,
        direct_push=direct_push,
        environment=environment,
    )
    return await repository_by_name(uow, name)


async def find_repository(uow: UnitOfWork, repository_id: UUID) -> RepositoryRow:
    """A repository by its id. Raises NotFound."""
    return _found(await uow.one(_QUERIES["find_repository"], RepositoryRow, id=repository_id))


def finding(repository_id: UUID) -> QueryRows:
    """The query of `find_repository`, to be sent with others; `found_row` reads what it found."""
    return QueryRows(_QUERIES["find_repository"], RepositoryRow, {"id": repository_id})


async def repository_by_name(uow: UnitOfWork, name: str) -> RepositoryRow:
    """A repository in use by its name. Raises NotFound."""
    return _found(await uow.one(_QUERIES["find_repository_by_name"], RepositoryRow, name=name))


async def repositories_in_use(uow: UnitOfWork) -> list[RepositoryRow]:
    """All of them, oldest first: the first is where proposals go unless told otherwise."""
    return await uow.all(_QUERIES["repositories_in_use"], RepositoryRow)


async def chosen_repository(uow: UnitOfWork, name: str | None) -> RepositoryRow:
    """The one of that name, or the tenant's only one. Raises NotFound, and Conflict where no name is given
    and there are several: the same number is another pull request in each, and nobody guesses.
    """
    if name is not None:
        return await repository_by_name(uow, name)
    rows = await repositories_in_use(uow)
    if not rows:
        raise NotFound("This tenant has no repository yet.", hint="Set one up first.")
    if len(rows) > 1:
        names = [row.name for row in rows]
        raise Conflict(
            f"There are {len(rows)} repositories, and none is named.",
            hint=f"Name one with `repository` (`--repository`): {', '.join(names)}.",
            code="ambiguous_repository",
            extra={"candidates": names},
        )
    return rows[0]


async def lock_repository(uow: UnitOfWork, repository_id: UUID) -> RepositoryRow:
    """The row, locked for this transaction. Raises NotFound."""
    return _found(await uow.one(_QUERIES["lock_repository"], RepositoryRow, id=repository_id))


def locking(repository_id: UUID) -> QueryRows:
    """The query of `lock_repository`, to be sent with others behind it; `found_row` reads what it found."""
    return QueryRows(_QUERIES["lock_repository"], RepositoryRow, {"id": repository_id})


def found_row(rows: list[RepositoryRow]) -> RepositoryRow:
    """The row that `finding` or `locking` found. Raises NotFound."""
    return _found(rows[0] if rows else None)


async def lock_rules(uow: UnitOfWork) -> None:
    """Nobody else of the tenant changes its policy, its flags or their source during this transaction.

    What one repository says is compared with what the others say: two that change at once would each count on
    the other. Before `lock_repository`, never after it.
    """
    await uow.value(_QUERIES["lock_rules"])


async def allow_direct_push(uow: UnitOfWork, repository_id: UUID, *, allowed: bool) -> None:
    """Whether maintainers may push to the synced branch without a pull request. Raises NotFound."""
    if await uow.run(_QUERIES["allow_direct_push"], id=repository_id, direct_push=allowed) != 1:
        raise NotFound("There is no such repository.")


async def name_policy_source(uow: UnitOfWork, repository_id: UUID) -> None:
    """From now on this repository's `policy.json` may allow something, and no other's. Raises NotFound.

    This can let more run by itself: whoever calls it has asked for an owner, and audits it.
    """
    await lock_rules(uow)
    await uow.run(_QUERIES["forget_policy_source"])
    if await uow.run(_QUERIES["name_policy_source"], id=repository_id) != 1:
        raise NotFound("There is no such repository.")


async def set_badge(uow: UnitOfWork, repository_id: UUID, sha256: bytes | None) -> None:
    """The digest of the token that shows the repository's badge; None: nobody sees it. Raises NotFound."""
    if await uow.run(_QUERIES["set_badge"], id=repository_id, sha256=sha256) != 1:
        raise NotFound("There is no such repository.")


def _found(row: RepositoryRow | None) -> RepositoryRow:
    if row is None:
        raise NotFound("There is no such repository.", hint="`dd0c sync` lists the repositories.")
    return row
