"""What stays of a pull request for people: what happened to it, why it came out so, and its source text."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from pydantic import ValidationError

from base import limits
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.documents import kind_of
from controller.governance.repositories import chosen_repository
from controller.pki.sealer import Erased, Sealer
from controller.review.errors import forge_border
from controller.review.forges import Forges
from controller.tenants.principal import Principal
from forge.changes import Change
from forge.errors import BadPack, TooLarge
from forge.mirror import BareMirror
from forge.pull_rows import PullEvent
from schemas.decision import DecisionLog
from schemas.errors import Conflict, NotFound

DECISIONS_FOLDER: Final = "decisions"
SHOWN_EVENTS: Final = 1_000
SHOWN_LOGS: Final = 20

_PROPOSALS: Final = queries.load("proposals")
_SOURCES: Final = queries.load("source_texts")
Result = TypeVar("Result")


class Parser(Protocol):
    """`ParsePool.run`: foreign text is read in a process with bounds."""

    def __call__(self, function: Callable[..., Result], /, *args: Any) -> Awaitable[Result]:
        """Call a module-level function there."""
        ...


@dataclass(frozen=True)
class LogFile:
    """One file below `decisions/`: a decision log, or the verdicts beside it, or why it is neither."""

    path: str
    log: DecisionLog | None = None
    verdicts: tuple[dict[str, Any], ...] | None = None
    problem: str | None = None


@dataclass(frozen=True)
class SourceText:
    """The pasted text as it was, with who pasted it."""

    sha256: str
    format: str
    byte_count: int
    created_by: str
    created_at: datetime
    text: str


@dataclass(frozen=True)
class Proposed:
    """What a pull request came from. `kind`: paste, batch, edit, retire, divergence."""

    kind: str
    runbook_name: str | None
    source_sha256: str | None


@dataclass(frozen=True)
class _Sealed:
    sha256: str
    sealed: bytes
    format: str
    byte_count: int
    created_by: str
    created_at: datetime


class Records:
    """One a process. `repository` is a name; None is the tenant's only one."""

    def __init__(self, forges: Forges, sealer: Sealer, parse: Parser) -> None:
        self._forges = forges
        self._sealer = sealer
        self._parse = parse

    async def events(
        self, principal: Principal, number: int, *, repository: str | None = None
    ) -> Sequence[PullEvent]:
        """What happened, oldest first; the newest SHOWN_EVENTS. Raises NotFound."""
        principal.require("read")
        async with self._forges.database.work(principal.tenant_id) as uow:
            row = await chosen_repository(uow, repository)
        with forge_border():
            forge = self._forges.open(principal.tenant_id, row)
            return (await self._forges.runner(lambda: forge.events(number)))[-SHOWN_EVENTS:]

    async def decisions(
        self, principal: Principal, number: int, *, repository: str | None = None
    ) -> tuple[LogFile, ...]:
        """The decision logs that it brings, by path. Raises NotFound."""
        principal.require("read")
        async with self._forges.database.work(principal.tenant_id) as uow:
            row = await chosen_repository(uow, repository)
        with forge_border():
            forge = self._forges.open(principal.tenant_id, row)

            def read() -> list[tuple[str, bytes | None]]:
                old, new = forge.compared(number)
                mirror = forge.mirror_of(number, (old, new))
                changes = mirror.changes(old, new, row.prefix)
                logs = [item for item in changes if is_decision(item, row.prefix)][:SHOWN_LOGS]
                return [(item.path, _content(mirror, item)) for item in logs]

            found = await self._forges.runner(read)
        return tuple(await self._parse(read_logs, found))

    async def proposed(
        self, principal: Principal, number: int, *, repository: str | None = None
    ) -> Proposed | None:
        """What it came from; None for a branch that somebody pushed."""
        principal.require("read")
        async with self._forges.database.work(principal.tenant_id) as uow:
            row = await chosen_repository(uow, repository)
            return await uow.one(
                _PROPOSALS["proposal_of_pull"], Proposed, repository_id=row.id, pull_number=number
            )

    async def source(self, principal: Principal, number: int, *, repository: str | None = None) -> SourceText:
        """The text that it was made from, opened. Needs `propose`.

        Raises Forbidden, NotFound where it has none, Conflict where the text was erased.
        """
        principal.require("propose")
        async with self._forges.database.work(principal.tenant_id) as uow:
            row = await chosen_repository(uow, repository)
            proposal = await uow.one(
                _PROPOSALS["proposal_of_pull"], Proposed, repository_id=row.id, pull_number=number
            )
            digest = None if proposal is None else proposal.source_sha256
            found = None if digest is None else await self._open_source(uow, digest)
        if found is None:
            raise NotFound(
                "This pull request was not made from a pasted text.",
                hint="Its document is in its files.",
                code="no_source",
            )
        return found

    async def source_text(self, principal: Principal, sha256: str) -> SourceText:
        """A text that was pasted once, by its SHA-256 in hexadecimal. Needs `propose`.

        Raises Forbidden, NotFound where nobody here imported it, Conflict where it was erased.
        """
        principal.require("propose")
        async with self._forges.database.work(principal.tenant_id) as uow:
            found = await self._open_source(uow, f"sha256:{sha256}")
        if found is None:
            raise NotFound(
                "No imported text has this SHA-256.", hint="Only what became a pull request is kept."
            )
        return found

    async def _open_source(self, uow: UnitOfWork, digest: str) -> SourceText | None:
        sealed = await uow.one(_SOURCES["find_source_text"], _Sealed, sha256=digest)
        if sealed is None:
            return None
        try:
            opened = await self._sealer.open(
                uow, bytes(sealed.sealed), bytes.fromhex(sealed.sha256.removeprefix("sha256:"))
            )
        except Erased as gone:
            raise Conflict("The pasted text was erased on request.", code="erased") from gone
        return SourceText(
            sha256=sealed.sha256,
            format=sealed.format,
            byte_count=sealed.byte_count,
            created_by=sealed.created_by,
            created_at=sealed.created_at,
            text=opened.decode("utf-8"),
        )


def is_decision(change: Change, prefix: str) -> bool:
    """Whether a changed path is a file of decisions that is there after the change."""
    inside = change.path.removeprefix(prefix.strip("/")).lstrip("/") if prefix.strip("/") else change.path
    return (
        change.blob is not None
        and kind_of(change.path, prefix) == "other"
        and inside.startswith(DECISIONS_FOLDER + "/")
        and inside.endswith(".json")
    )


def _content(mirror: BareMirror, change: Change) -> bytes | None:
    assert change.blob is not None
    try:
        return mirror.read(change.blob, max_bytes=limits.DOCUMENT_MAX_BYTES)
    except (TooLarge, BadPack):
        return None


def read_logs(files: Sequence[tuple[str, bytes | None]]) -> list[LogFile]:
    """Each file as what it is. Total: whatever the bytes are, the answer is a value."""
    return [_log(path, content) for path, content in files]


def _log(path: str, content: bytes | None) -> LogFile:
    if content is None:
        return LogFile(path, problem="the file is too large to show")
    try:
        value = json.loads(content.decode("utf-8"))
        if isinstance(value, list):
            return LogFile(path, verdicts=tuple(item for item in value if isinstance(item, dict))[:600])
        return LogFile(path, log=DecisionLog.model_validate(value))
    except (ValueError, RecursionError, ValidationError) as fault:
        return LogFile(path, problem=f"it is no decision log ({type(fault).__name__}); see it in the files")
