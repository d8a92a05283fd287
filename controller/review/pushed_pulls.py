"""A pull request that a git client opened: the same text as one of the page, and its paths' owners asked.

Runs in the thread that serves the push, when the refs have moved; what fails here takes nothing back.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import UUID

from base import log
from controller.db.database import Database
from controller.governance.repositories import RepositoryRow
from controller.review.asking import owners_at, reviewers_of
from controller.review.bridge import LoopBridge
from controller.review.reviewer import ReadChange, read_change
from forge.builtin import BuiltinForge
from forge.errors import ForgeError
from forge.pull_requests import Actor, ProposedFile
from schemas.errors import Dd0cError
from schemas.markdown import escape

Text: TypeAlias = Callable[[UUID, RepositoryRow, Sequence[ProposedFile], str], Coroutine[Any, Any, str]]
"""The text of a change; `Describing.text` is one."""

_log = log.get(__name__)


@dataclass(frozen=True)
class PushedPulls:
    """Of one repository, for one member's push."""

    database: Database
    bridge: LoopBridge
    tenant_id: UUID
    row: RepositoryRow
    forge: BuiltinForge
    text: Text | None = None

    def follow(self, number: int, actor: Actor) -> list[str]:
        """Give it its text where it was opened now, and ask its reviewers; lines for the terminal."""
        try:
            pull = self.forge.rows.find(number)
            if pull is None or pull.state != "open":
                return []
            old, new = self.forge.compared(number)
            mirror = self.forge.mirror_of(number, (old, new))
            paths = [change.path for change in mirror.changes(old, new, "")]
            moves = [event for event in self.forge.events(number) if event.kind in {"opened", "pushed"}]
            if self.text is not None and len(moves) == 1:
                change = read_change(mirror, old, new, self.row.prefix)
                about = "\n".join(escape(line) for line in pull.body.splitlines())
                body = self.bridge.call(self.text(self.tenant_id, self.row, _files(change), about))
                self._say(number, new, body)
            named = owners_at(mirror, mirror.head(self.row.branch), paths)
            return self._ask(number, self.bridge.call(self._reviewers(named, actor)))
        except (ForgeError, Dd0cError) as refusal:
            extra = {"action": "forge.push_undressed", "number": number}
            _log.warning("a pushed pull request has no text of ours: %s", refusal, extra=extra)
            return []

    def _say(self, number: int, head: str, body: str) -> None:
        with self.forge.repository.writing():
            row = self.forge.rows.find(number)
            if row is not None and (row.state, row.head_commit) == ("open", head):
                self.forge.rows.save(replace(row, body=body), None)

    def _ask(self, number: int, reviewers: Sequence[str]) -> list[str]:
        if not reviewers:
            return []
        self.forge.request_review(number, reviewers)
        return [f"dd0c: CODEOWNERS names {len(reviewers)} reviewer(s) of pull request {number}"]

    async def _reviewers(self, named: Sequence[str], actor: Actor) -> tuple[str, ...]:
        async with self.database.work(self.tenant_id) as uow:
            return await reviewers_of(uow, self.row, named, actor.id)


def _files(change: ReadChange) -> list[ProposedFile]:
    """The runbooks that a change writes or takes away, as a proposal would name them."""
    files = [ProposedFile(path, data) for path, kind, data in change.contents if kind == "runbook"]
    gone = [file.path for file in change.others if file.kind == "runbook" and file.skipped is None]
    return [*files, *(ProposedFile(path, None) for path in gone)]
