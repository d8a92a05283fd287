"""Says on the forge what became of the synced commit: in service, or which file is not, at which line, why.

What is to be said follows from the rows alone, and which status was said last is kept beside them: a status
that could not be written, or of whose fate nobody knows, is written at the next look, and none is twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode
from uuid import UUID

from controller.db import queries
from controller.governance.repositories import find_repository
from controller.review.errors import forge_border
from controller.review.forges import Forges
from forge.pull_requests import SYNC_CHECK, Check, Oid
from schemas.markdown import escape

FILES_SHOWN: Final = 50
REASON_MAX_CHARACTERS: Final = 300
"""Of one file in a title; a forge cuts further where it has less room."""
_PATH_MAX_CHARACTERS: Final = 300
"""A longer path is left out of a link: escaped it may be nine times as long, and links have their bounds."""

_QUERIES: Final = queries.load("repositories")


class BrokenFile(NamedTuple):
    """A file whose newest content is not in service; `line` 0: the whole file. `serves`: an older one is."""

    path: str
    line: int
    reason: str
    serves: bool

    @property
    def where(self) -> str:
        """Path and line."""
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True)
class Standing:
    """What the rows say of a repository, and which status was told last."""

    synced_commit: Oid | None
    head_commit: Oid | None
    error_code: str | None
    error_text: str | None
    told_sha256: str | None
    serving: int
    broken: int


class CommitStatuses:
    """Of all repositories; one a process."""

    def __init__(self, forges: Forges) -> None:
        self._forges = forges

    async def look(self, tenant_id: UUID, repository_id: UUID) -> None:
        """Say what is to be said and was not. Raises the errors of `forge_border`: then say it later."""
        async with self._forges.database.work(tenant_id) as uow:
            standing = await uow.one(_QUERIES["standing_of"], Standing, id=repository_id)
            if standing is None:
                return
            files = await uow.all(
                _QUERIES["broken_files_of"], BrokenFile, repository_id=repository_id, count=FILES_SHOWN
            )
            row = await find_repository(uow, repository_id)
        said = status_of(standing, files)
        if said is None:
            return
        commit, check = said
        check = replace(check, url=page_of(self._forges.public_url, row.name, commit, files))
        told = _digest(commit, check)
        if told == standing.told_sha256:
            return
        with forge_border():
            forge = self._forges.open(tenant_id, row)
            await self._forges.runner(lambda: forge.set_check(commit, check))
        async with self._forges.database.work(tenant_id) as uow:
            await uow.run(_QUERIES["note_told"], id=repository_id, told=told, before=standing.told_sha256)


def status_of(standing: Standing, files: Sequence[BrokenFile]) -> tuple[Oid, Check] | None:
    """The commit and what to say of it; None while nothing was synced. Pure."""
    head, error = standing.head_commit, standing.error_text
    if head and error and head != standing.synced_commit and standing.error_code == "refused":
        title = f"not synced: {error}"[:REASON_MAX_CHARACTERS]
        return head, Check(SYNC_CHECK, "fail", title, f"{escape(error)}\n\nWhat served before goes on.")
    if standing.synced_commit is None:
        return None
    if not standing.broken:
        return standing.synced_commit, Check(
            SYNC_CHECK, "pass", f"{standing.serving} runbook(s) in service", ""
        )
    return standing.synced_commit, Check(
        SYNC_CHECK, "fail", _title(standing.broken, files), _summary(standing, files)
    )


def page_of(public_url: str, repository: str, commit: Oid, files: Sequence[BrokenFile]) -> str:
    """The page of the sync: at the first file that is not in service, with what is wrong in it. Pure."""
    where = {"repository": repository, "commit": commit}
    if files and len(files[0].path) <= _PATH_MAX_CHARACTERS:
        where["path"] = files[0].path
    return f"{public_url}/sync?{urlencode(where, quote_via=quote)}"


def _title(broken: int, files: Sequence[BrokenFile]) -> str:
    """The first file, its line and reason: a forge may show nothing else."""
    count = f"{broken} files, first " if broken > 1 else ""
    return f"{count}{files[0].where}: {files[0].reason}"[:REASON_MAX_CHARACTERS]


def _summary(standing: Standing, files: Sequence[BrokenFile]) -> str:
    lines = [f"- {escape(each.where)}: {escape(each.reason)}. {_served(each)}" for each in files]
    if standing.broken > len(files):
        lines.append(f"- and {standing.broken - len(files)} more")
    return "\n".join(lines)


def _served(file: BrokenFile) -> str:
    return "Its last good version serves." if file.serves else "Nothing of it serves."


def _digest(commit: Oid, check: Check) -> str:
    said = [commit, check.name, check.status, check.title, check.summary, check.url]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
