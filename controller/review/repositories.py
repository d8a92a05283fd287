"""The repositories of a tenant: one is added, or removed with all that it brought. For owners."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import pygit2

from base import limits
from base.ids import new_id
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.pinning import load_policy_parts
from controller.governance.repositories import (
    RepositoryRow,
    add_repository,
    find_repository,
    lock_repository,
    lock_rules,
    repositories_in_use,
)
from controller.review.errors import forge_border
from controller.review.forges import Forges
from controller.tenants.principal import Principal
from forge.errors import ForgeRefused
from forge.github.address import parse_address
from forge.names import refuse_path
from schemas.audit import AuditRecord, FlagChanged, RepositoryAdded, RepositoryRemoved, RunbookRetired
from schemas.errors import Conflict, NotFound, Unprocessable

NAME: Final = r"^[a-z0-9][a-z0-9._-]{0,62}$"
ENVIRONMENT: Final = r"^[a-z0-9][a-z0-9-]{0,30}$"
BRANCH_MAX_CHARACTERS: Final = 200
PREFIX_MAX_CHARACTERS: Final = 400

_QUERIES: Final = queries.load("repositories")
_RUNBOOKS: Final = queries.load("runbooks")


@dataclass(frozen=True)
class Addition:
    """A repository to be looked at. `url` None: a new one of the built-in forge, by its name. `name` None:
    that of the address, with the environment behind it.
    """

    url: str | None = None
    name: str | None = None
    branch: str = "main"
    prefix: str = ""
    environment: str | None = None


@dataclass(frozen=True)
class Removal:
    """What removing a repository does. `refused`: why it can't be removed. `asks`: fields of the policy that
    are stricter because of it; `flags`: those that it keeps off. Runs that are `under_way` go on.
    """

    row: RepositoryRow
    runbooks: tuple[str, ...]
    under_way: int
    asks: tuple[str, ...]
    flags: tuple[str, ...]
    refused: str | None = None


class _InService(NamedTuple):
    id: UUID
    name: str
    path: str


class _Name(NamedTuple):
    name: str


class Repositories:
    """Of all tenants; one a process."""

    def __init__(self, forges: Forges) -> None:
        self._forges = forges

    async def add(self, principal: Principal, wanted: Addition) -> RepositoryRow:
        """Add it, or use one that was removed again. Raises Forbidden, Unprocessable for an address, a branch
        or a folder that may not be, Conflict where it is there, Unavailable where its forge does not answer.

        The credential of this server goes only to the host that its operator chose.
        """
        principal.require("raise_trust")
        _check(wanted)
        if self._forges.github is None:
            return await self._add_builtin(principal, wanted)
        return await self._add_github(principal, wanted)

    async def _add_builtin(self, principal: Principal, wanted: Addition) -> RepositoryRow:
        if wanted.url is not None or wanted.name is None:
            raise Unprocessable(
                "This server keeps its repositories itself: a new one has a name and no address.",
                hint="Repositories on GitHub need DD0C_FORGE=github.",
                code="forge_refused",
            )
        row, _ = await self._add_row(principal, wanted, wanted.name, "builtin", f"builtin:{wanted.name}")
        await self._forges.make_builtin(principal.tenant_id, row)
        return row

    async def _add_github(self, principal: Principal, wanted: Addition) -> RepositoryRow:
        github = self._forges.github
        assert github is not None
        if wanted.url is None:
            raise Unprocessable("Give the address of the repository.", code="forge_refused")
        url = wanted.url
        async with self._forges.database.work(principal.tenant_id) as uow:
            known = [row for row in await repositories_in_use(uow) if row.forge == "github"]
        with forge_border():
            address = parse_address(url)
            if not known or urlsplit(known[0].remote).netloc != urlsplit(address.git_url).netloc:
                raise ForgeRefused(
                    "this server's credential is for another host",
                    hint="Only repositories at the host that DD0C_GITHUB_REPOSITORY names can be added.",
                )
            await self._forges.runner(lambda: github.look(address.git_url, wanted.branch))
        name = wanted.name or _name_of(address.name, wanted.environment)
        row, _ = await self._add_row(principal, wanted, name, "github", address.git_url)
        await self._forges.runner(lambda: github.mirrors.create(principal.tenant_id, row.id, row.branch))
        return row

    async def _add_row(
        self, principal: Principal, wanted: Addition, name: str, forge: str, remote: str
    ) -> tuple[RepositoryRow, bool]:
        place = {"remote": remote, "branch": wanted.branch, "prefix": wanted.prefix}

        async def store(uow: UnitOfWork) -> tuple[RepositoryRow, bool]:
            await lock_rules(uow)
            if len(await repositories_in_use(uow)) >= limits.REPOSITORIES_MAX:
                raise Conflict(f"A tenant has at most {limits.REPOSITORIES_MAX} repositories.")
            like = await uow.all(_QUERIES["repositories_like"], RepositoryRow, name=name, **place)
            before = next((row for row in like if _place(row) == tuple(place.values())), None)
            _refuse_taken(like, before, name)
            if before is not None:
                await uow.run(_QUERIES["use_again"], id=before.id, environment=wanted.environment)
                row = await find_repository(uow, before.id)
            else:
                row = await add_repository(
                    uow,
                    name=name,
                    forge=forge,
                    remote=remote,
                    branch=wanted.branch,
                    prefix=wanted.prefix,
                    environment=wanted.environment,
                )
            payload = RepositoryAdded(
                repository=row.id, name=row.name, forge=row.forge, branch=row.branch, prefix=row.prefix,
                environment=row.environment,
            )  # fmt: skip
            uow.audit(AuditRecord(payload, principal.actor))
            return row, before is not None

        return await self._forges.database.transact(principal.tenant_id, store)

    async def removal(self, principal: Principal, repository_id: UUID) -> Removal:
        """What removing it would do. Raises Forbidden, NotFound."""
        principal.require("raise_trust")
        async with self._forges.database.work(principal.tenant_id) as uow:
            return await _removal(uow, await find_repository(uow, repository_id))

    async def remove(self, principal: Principal, repository_id: UUID, name: str) -> Removal:
        """Look at it no more, and take what it brought out of service. `name` is its own, typed by who asks.
        Raises Forbidden, NotFound, Conflict where it can't be removed or the name is another.
        """
        principal.require("raise_trust")

        async def store(uow: UnitOfWork) -> Removal:
            await lock_rules(uow)
            found = await _removal(uow, await lock_repository(uow, repository_id))
            if found.refused is not None:
                raise Conflict(found.refused, code="not_removable")
            if name != found.row.name:
                raise Conflict(f"Its name is {found.row.name}: type that.", code="name_differs")
            await _take_out(uow, principal, found)
            return found

        return await self._forges.database.transact(principal.tenant_id, store)


def _check(wanted: Addition) -> None:
    branch, prefix = wanted.branch, wanted.prefix
    sound = branch.isprintable() and len(branch) <= BRANCH_MAX_CHARACTERS and not branch.startswith("-")
    if not sound or not pygit2.reference_is_valid_name(f"refs/heads/{branch}"):
        raise Unprocessable("This can't be the name of a branch.", code="bad_branch")
    reason = refuse_path(prefix.encode("utf-8", "surrogatepass")) if prefix else None
    if reason is not None or len(prefix) > PREFIX_MAX_CHARACTERS:
        raise Unprocessable(
            f"This can't be a folder of a repository: {reason or 'it is too long'}.", code="bad_prefix"
        )
    for text, pattern in ((wanted.name, NAME), (wanted.environment, ENVIRONMENT)):
        if text is not None and re.fullmatch(pattern, text) is None:
            raise Unprocessable(f"`{text[:80]}` has characters that a name here can't have.", code="bad_name")


def _place(row: RepositoryRow) -> tuple[str, str, str]:
    return row.remote, row.branch, row.prefix


def _name_of(name: str, environment: str | None) -> str:
    plain = re.sub(r"[^a-z0-9._-]", "-", name.lower()).lstrip("._-")[:40] or "runbooks"
    return plain if environment is None else f"{plain}-{environment}"[:63]


def _refuse_taken(like: Sequence[RepositoryRow], before: RepositoryRow | None, name: str) -> None:
    if before is not None and before.retired_at is None:
        raise Conflict(f"This branch and folder of it are there already, as {before.name}.", code="exists")
    if before is not None:  # it comes back under its own name
        return
    if any(row.name == name for row in like):
        hint = "Choose another with `name` (`--name`); a removed repository keeps its own."
        raise Conflict(f"A repository is called {name} already.", hint=hint, code="exists")


async def _removal(uow: UnitOfWork, row: RepositoryRow) -> Removal:
    if row.retired_at is not None:
        raise NotFound("There is no such repository.")
    names = await uow.all(_QUERIES["runbooks_in_service"], _InService, repository_id=row.id)
    flags = await uow.all(_QUERIES["flags_kept_off"], _Name, repository_id=row.id)
    parts = await load_policy_parts(uow)
    part = parts.get(row.id)
    refused = None
    if (await repositories_in_use(uow))[0].id == row.id:
        refused = "It is the tenant's first repository: the server sets it up, and proposals go there."
    elif part is not None and part.is_source:
        refused = "It is the policy source: name another one first (`dd0c sync policy-source`)."
    return Removal(
        row,
        tuple(each.name for each in names),
        await uow.value(_QUERIES["runs_under_way"], repository_id=row.id) or 0,
        part.asks if part is not None else (),
        tuple(each.name for each in flags),
        refused,
    )


async def _take_out(uow: UnitOfWork, principal: Principal, found: Removal) -> None:
    row, sync_id = found.row, new_id()
    runbooks = await uow.all(_QUERIES["runbooks_in_service"], _InService, repository_id=row.id)
    await uow.run(_RUNBOOKS["retire_runbooks"], ids=[each.id for each in runbooks])
    await uow.run(_RUNBOOKS["retire_policy"], repository_id=row.id)
    await uow.run(_QUERIES["release_flags"], repository_id=row.id)
    await uow.run(_QUERIES["retire_repository"], id=row.id)
    for each in runbooks:
        if row.synced_commit is not None:
            payload = RunbookRetired(
                repository=row.id, sync=sync_id, runbook=each.id, name=each.name, path=each.path,
                commit=row.synced_commit,
            )  # fmt: skip
            uow.audit(AuditRecord(payload, principal.actor))
    for name in found.flags:
        if row.synced_commit is not None:
            flag = FlagChanged(name=name, before=False, after=True, commit=row.synced_commit)
            uow.audit(AuditRecord(flag, principal.actor))
    removed = RepositoryRemoved(repository=row.id, name=row.name, runbooks=len(runbooks))
    uow.audit(AuditRecord(removed, principal.actor))
