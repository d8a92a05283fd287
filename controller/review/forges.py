"""The forges of this server: opened for a repository of a tenant, set up with a first commit, repaired."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from base import limits, log
from base.clock import Clock
from controller.config import Settings
from controller.db.database import Database
from controller.db.errors import DatabaseError
from controller.governance.repositories import (
    RepositoryRow,
    add_repository,
    allow_direct_push,
    find_repository,
    repositories_in_use,
)
from controller.review.bridge import ForgeRunner, LoopBridge
from controller.review.pull_rows import DatabasePullRows
from forge.builtin import BuiltinForge, BuiltinSettings
from forge.commit import commit_files, compare_and_swap
from forge.errors import ForgeBusy, ForgeDown, ForgeRefused
from forge.github.address import parse_address
from forge.github.repositories import GitHubLogin, GitHubRepositories
from forge.mirror import BareMirror
from forge.names import refuse_path
from forge.pull_requests import Actor, Annotation, Check, Forge, Oid, ProposedFile, PullRequest
from forge.pull_rows import PullEvent
from forge.remote import Remote
from forge.storage import BareRepository, RepositoryFolder
from schemas.errors import NotFound

SETUP_ACTOR: Final = Actor("system:setup", "dd0c", "setup@dd0c.invalid")
FIRST_README: Final = b"# Runbooks\n\nRunbooks of this team: `runbooks/*.yaml`, reviewed in pull requests.\n"

_log = log.get(__name__)


class RepositoryForge(Forge, Protocol):
    """A forge with what a review reads beside it: git itself, and what happened."""

    def compared(self, number: int) -> tuple[Oid, Oid]:
        """The two commits between which a pull request's change lies. Raises NoSuchPull, NotMergeable."""
        ...

    def mirror_of(self, number: int, commits: Collection[Oid]) -> BareMirror:
        """A mirror that holds these commits of a pull request."""
        ...

    def events(self, number: int) -> Sequence[PullEvent]:
        """What happened to it, in order. Raises NoSuchPull."""
        ...

    def may_push(self, login: str) -> bool:
        """Whether an account of a forge elsewhere may change the repository there."""
        ...

    def authors(self, number: int, head: Oid, proposer: str | None) -> frozenset[str] | None:
        """Whose commits, case-folded accounts there, a pull request up to its head is made of; None where
        that can't be told.
        """
        ...

    def tell(self, pull: PullRequest, notes: Sequence[Annotation], check: Check) -> None:
        """Say what a check of its head found, after notes on the lines that it shows, where its pages don't
        show them anyway.
        """
        ...

    def with_check(self, pull: PullRequest, check: Check) -> PullRequest:
        """It as it is once that is said; a forge elsewhere is not asked for all of it again."""
        ...


@dataclass(frozen=True)
class Forges:
    """Opens the forge of a repository, built-in or GitHub; one a process."""

    database: Database
    folder: RepositoryFolder
    runner: ForgeRunner
    bridge: LoopBridge
    clock: Clock
    public_url: str
    github: GitHubRepositories | None = None

    def open(self, tenant_id: UUID, row: RepositoryRow) -> RepositoryForge:
        """The forge of a repository. Raises NoSuchRepository, ForgeRefused where it is not set up."""
        if row.forge == "github" and self.github is not None:
            return self.github.open(tenant_id, row.id, row.remote, row.branch)
        return self.open_builtin(tenant_id, row)

    def source(self, tenant_id: UUID, row: RepositoryRow) -> tuple[BareMirror, Callable[[], Remote] | None]:
        """The mirror, and what is fetched into it; None for the built-in forge's own. Raises as `open`."""
        if row.forge == "github" and self.github is not None:
            return self.github.source(tenant_id, row.id, row.remote, row.branch)
        return self.mirror(tenant_id, row), None

    def mirror(self, tenant_id: UUID, row: RepositoryRow) -> BareMirror:
        """The objects of a repository as last fetched, or the built-in forge's own. Raises as `open`."""
        if row.forge == "github" and self.github is not None:
            return self.github.source(tenant_id, row.id, row.remote, row.branch)[0]
        if row.forge != "builtin":
            raise ForgeRefused(f"this server is not set up for the forge {row.forge}")
        return BareMirror(self.folder.open(tenant_id, row.id))

    def open_builtin(self, tenant_id: UUID, row: RepositoryRow) -> BuiltinForge:
        """The built-in forge of a repository. Raises NoSuchRepository, ForgeRefused for another kind."""
        if row.forge != "builtin":
            raise ForgeRefused(
                f"this server is not set up for the forge {row.forge}", hint=f"Set DD0C_FORGE={row.forge}."
            )
        rows = DatabasePullRows(self.database, self.bridge, tenant_id, row.id)
        place = "" if row.is_only else f"?repository={row.name}"
        page_url = f"{self.public_url}/pulls/{{number}}{place}"
        settings = BuiltinSettings(base=row.branch, direct_push=row.direct_push, page_url=page_url)
        return BuiltinForge(self.folder.open(tenant_id, row.id), rows, self.clock, settings)

    def everything(self) -> list[tuple[UUID, UUID]]:
        """(tenant, repository) of all that lies on this machine, mirrors too. Raises OSError."""
        return [*self.folder.all(), *self.mirrored()]

    def mirrored(self) -> list[tuple[UUID, UUID]]:
        """(tenant, repository) of all that lies on GitHub: what its webhooks can be about. Raises OSError."""
        return [] if self.github is None else list(self.github.mirrors.all())

    async def start(self) -> None:
        """Once, before anything is served: clear what a killed process left, make rows agree with git."""
        for tenant_id, repository_id in self.folder.all():
            try:
                async with self.database.work(tenant_id) as uow:
                    row = await find_repository(uow, repository_id)
            except NotFound:
                extra = {"action": "forge.orphan", "repository": str(repository_id)}
                _log.warning("a repository on disk has no row", extra=extra)
                continue
            try:
                await self._repair(tenant_id, row)
            except DatabaseError:
                raise
            except Exception:  # noqa: BLE001 # reason: one damaged repository keeps no other tenant waiting
                extra = {"action": "forge.damaged", "repository": row.name, "tenant": str(tenant_id)}
                _log.exception("a repository could not be put in order", extra=extra)

    async def _repair(self, tenant_id: UUID, row: RepositoryRow) -> None:
        forge = self.open_builtin(tenant_id, row)
        forge.repository.clear_leftovers()
        done = await self.runner(forge.repair)
        if done.adopted or done.corrected:
            _log.info(
                "rows of pull requests were corrected from git",
                extra={"action": "forge.repaired", "adopted": done.adopted, "corrected": done.corrected},
            )

    async def set_up(
        self,
        tenant_id: UUID,
        *,
        name: str = "runbooks",
        example: Path | None = None,
        direct_push: bool = False,
    ) -> RepositoryRow:
        """The tenant's built-in repository, made if it is not there: a row, a bare repository, and a first
        commit with the files of `example` (else a short README). Running it again changes nothing.
        """
        async with self.database.work(tenant_id) as uow:
            row = await add_repository(uow, name=name, direct_push=direct_push)
        await self.make_builtin(tenant_id, row, example)
        return row

    async def make_builtin(self, tenant_id: UUID, row: RepositoryRow, example: Path | None = None) -> None:
        """The bare repository of a row, with its first commit; nothing where it is there."""
        repository = self.folder.create(tenant_id, row.id, row.branch)
        await self.runner(lambda: self._first_commit(repository, row.branch, example))

    async def make_mirrors(self, tenant_id: UUID) -> None:
        """A mirror here for each repository of a tenant, whichever replica added it, and none of those that
        were removed.
        """
        if self.github is None:
            return
        mirrors = self.github.mirrors
        # Listed before the rows are read: what is added in between is not taken for removed.
        there = [repository_id for tenant, repository_id in mirrors.all() if tenant == tenant_id]
        async with self.database.work(tenant_id) as uow:
            rows = [row for row in await repositories_in_use(uow) if row.forge == "github"]
        for row in rows:
            if not mirrors.path(tenant_id, row.id).is_dir():
                mirrors.create(tenant_id, row.id, row.branch)
        for repository_id in set(there) - {row.id for row in rows}:
            await self._drop_mirror(tenant_id, repository_id)

    async def _drop_mirror(self, tenant_id: UUID, repository_id: UUID) -> None:
        assert self.github is not None
        mirrors = self.github.mirrors
        try:
            await self.runner(lambda: mirrors.remove(tenant_id, repository_id))
        except ForgeBusy as busy:  # the next look tries again
            extra = {"action": "forge.mirror_kept", "repository": str(repository_id)}
            _log.info("a removed repository's mirror is in use: %s", busy.reason, extra=extra)

    async def set_up_github(self, tenant_id: UUID, *, remote: str, branch: str) -> RepositoryRow:
        """The tenant's repository on GitHub: a row, and a mirror; running it again changes nothing.

        Raises ForgeRefused where the credential can't see it, or the tenant has another repository: proposals
        go to the first, and runbooks are never moved from one forge to the other by a setting.
        """
        if self.github is None:
            raise ForgeRefused("this server is not set up for the forge github")
        address = parse_address(remote)
        async with self.database.work(tenant_id) as uow:
            others = (await repositories_in_use(uow))[:1]  # the first is this one; others were added
            if others and others[0].remote != address.git_url:
                raise ForgeRefused(
                    f"this server works with the repository {others[0].name} already ({others[0].forge})",
                    hint="DD0C_FORGE and the repository are chosen once: begin with a new DD0C_STATE_DIR.",
                )
            row = await add_repository(
                uow, name=address.name, forge="github", remote=address.git_url, branch=branch
            )
        github = self.github
        try:
            await self.runner(lambda: github.connect(tenant_id, row.id, row.remote, row.branch))
        except (ForgeBusy, ForgeDown) as fault:  # the sync says it, and asks again
            _log.warning(fault.reason, extra={"action": "forge.unseen", "repository": row.name})
        return row

    async def set_direct_push(self, tenant_id: UUID, repository_id: UUID, *, allowed: bool) -> None:
        """Whether maintainers may push to the synced branch past pull requests. Raises NotFound."""
        async with self.database.work(tenant_id) as uow:
            await allow_direct_push(uow, repository_id, allowed=allowed)

    def _first_commit(self, repository: BareRepository, branch: str, example: Path | None) -> None:
        ref = f"refs/heads/{branch}"
        if repository.ref(ref) is not None:
            return
        files = read_folder(example) if example is not None else []
        files = files or [ProposedFile("README.md", FIRST_README)]
        with repository.writing() as git:
            if repository.ref(ref) is not None:
                return
            commit = commit_files(
                git,
                base=None,
                files=files,
                message="Runbooks to begin with\n",
                author=SETUP_ACTOR,
                at=self.clock.now(),
            )
            compare_and_swap(git, ref, None, commit, by=SETUP_ACTOR, how="setup")


def github_of(settings: Settings, clock: Clock) -> GitHubRepositories | None:
    """What opens repositories on GitHub; None where the settings choose the built-in forge."""
    if settings.forge != "github":
        return None
    token = settings.github_token
    login = GitHubLogin(
        token=None if token is None else token.get_secret_value(),
        app_id=settings.github_app_id,
        app_key_file=settings.github_app_key_file,
        api_url=settings.github_api_url,
    )
    return GitHubRepositories(RepositoryFolder(settings.state_dir / "mirrors"), login, clock)


def read_folder(folder: Path) -> list[ProposedFile]:
    """The files below a folder of ours, by path. Refuses links, and names that git content may not carry."""
    found = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        reason = "it is a link" if path.is_symlink() else refuse_path(relative.encode())
        if reason is not None or path.stat().st_size > limits.GIT_OBJECT_MAX_BYTES:
            raise ForgeRefused(f"{relative} can't be part of a repository: {reason or 'it is too large'}")
        found.append(ProposedFile(relative, path.read_bytes()))
    return found
