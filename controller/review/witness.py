"""The outside witness of the audit chain: signed checkpoints on a branch of the tenant's own repository.

Whoever clones the repository holds a copy that the database's administrator can't change. The branch is
never the synced one, so that nothing on it is ever a runbook.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import pygit2

from controller.audit.checkpoints import WitnessUnreachable
from controller.db.errors import DatabaseError
from controller.governance.repositories import RepositoryRow, repositories_in_use
from controller.review.forges import Forges
from forge.commit import commit_files, compare_and_swap
from forge.errors import ForgeError
from forge.pull_requests import Actor, ProposedFile
from forge.storage import BareRepository
from forge.tree import blob_at

BRANCH: Final = "dd0c-audit"
FILE: Final = "checkpoints.jsonl"
_ACTOR: Final = Actor("system:audit", "dd0c audit", "audit@dd0c.invalid")


class GitWitness:
    """Keeps each checkpoint as one line of `checkpoints.jsonl` on `refs/heads/dd0c-audit`."""

    def __init__(self, forges: Forges) -> None:
        self._forges = forges

    async def keep(self, tenant_id: UUID, seq: int, envelope: bytes) -> str:
        """Add one line to the tenant's first repository; the commit. Raises WitnessUnreachable."""
        try:
            async with self._forges.database.work(tenant_id) as uow:
                rows = await repositories_in_use(uow)
            if not rows:
                raise WitnessUnreachable("the tenant has no repository")
            return await self._forges.runner(self._writer(tenant_id, rows[0], seq, envelope))
        except (ForgeError, DatabaseError) as fault:
            raise WitnessUnreachable(str(fault)) from fault

    def _writer(self, tenant_id: UUID, row: RepositoryRow, seq: int, envelope: bytes) -> Callable[[], str]:
        github, now = self._forges.github, self._forges.clock.now()
        if row.forge == "github" and github is not None:
            forge = github.open(tenant_id, row.id, row.remote, row.branch)
            return lambda: forge.append_line(BRANCH, FILE, line_of(seq, envelope), message_of(seq), _ACTOR)
        repository = self._forges.folder.open(tenant_id, row.id)
        return lambda: append_line(repository, seq, envelope, now)


def line_of(seq: int, envelope: bytes) -> bytes:
    """A checkpoint as one line of the file."""
    return json.dumps({"seq": seq, "envelope": base64.b64encode(envelope).decode()}).encode() + b"\n"


def message_of(seq: int) -> str:
    """The message of the commit that adds it."""
    return f"Audit checkpoint {seq}\n"


def append_line(repository: BareRepository, seq: int, envelope: bytes, at: datetime) -> str:
    """Commit one more line; a repeat of the same checkpoint adds none. Synchronous."""
    ref = f"refs/heads/{BRANCH}"
    line = line_of(seq, envelope)
    with repository.writing() as git:
        tip = repository.ref(ref)
        content = b""
        if tip is not None:
            blob = blob_at(git, tip, FILE)
            found = git[blob] if blob is not None else None
            content = found.data if isinstance(found, pygit2.Blob) else b""
        if tip is not None and line in content:
            return tip
        commit = commit_files(
            git,
            base=tip,
            files=[ProposedFile(FILE, content + line)],
            message=message_of(seq),
            author=_ACTOR,
            at=at,
        )
        compare_and_swap(git, ref, tip, commit, by=_ACTOR, how="checkpoint")
    return commit
