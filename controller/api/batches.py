"""Many texts, one pull request: each is read alone, what can't be read is told, the rest goes on.

Nothing is imported twice: a text that is in service or in an open pull request is found by its SHA-256, and a
batch is decided while no other one of the same tenant is, on whichever replica. The same batch again is the
same pull request.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from base import limits
from controller.api.advice import Patience, read_beside
from controller.api.batch_parsing import propose_parts, read_part, write_part
from controller.api.batch_turns import batch_turn
from controller.api.importing import Surroundings
from controller.api.proposing import check_size, keep_source, publish, surroundings
from controller.api.proposing_facts import ParsedFacts
from controller.api.services import Services
from controller.api.shapes.batches import BatchDocument, BatchedShape, BatchRequest
from controller.api.shapes.readings import ReadByModelShape
from controller.db import queries
from controller.review.about import ProposedDocument
from controller.tenants.principal import Principal
from forge.pull_requests import PullRequest
from ingest.batch import BatchPart, distinct_names, log_path
from schemas.errors import Conflict, Dd0cError, Unavailable

_QUERIES: Final = queries.load("proposals")
_PATIENCE: Final = Patience(0, limits.EXTRACTION_MS / 1000)
"""For what an LLM reads in each; what it said of a text in the dry run is in the tenant's record."""
_NO_COMMAND: Final = "there is no command in it, only instructions for people"


@dataclass(frozen=True)
class _Before:
    """Where a text was imported before."""

    source_sha256: str
    runbook_name: str | None
    pull_number: int | None
    repository_name: str
    several: bool

    @property
    def repository(self) -> str | None:
        """Its repository, where there are several."""
        return self.repository_name if self.several else None


@dataclass
class _Entry:
    """A document on its way; `part` where it was read and may be proposed."""

    document: BatchDocument
    shape: BatchedShape
    part: BatchPart | None = None


async def propose_batch(
    services: Services, principal: Principal, request: BatchRequest
) -> tuple[PullRequest | None, list[BatchedShape]]:
    """Read each document; but for a dry run, open one pull request with those that can be proposed.

    Raises Forbidden, NotFound (no repository), Unavailable (too many texts are being parsed, or another batch
    keeps the turn).
    """
    principal.require("propose")
    now = datetime.now(UTC)
    entries = [_Entry(document, _unread(document)) for document in request.documents]
    await _find_earlier(services, principal, entries)
    await _read_all(services, principal, entries, request.without_commands, now)
    if request.dry_run:  # it brings nothing that another batch could miss
        return await _decide(services, principal, request, entries, now), _shapes(entries)
    async with batch_turn(services.database, principal.tenant_id):
        await _find_earlier(services, principal, entries)
        pull = await _decide(services, principal, request, entries, now)
    if pull is None:
        pull = await _opened_before(services, principal, entries)
    return pull, _shapes(entries)


def _shapes(entries: Sequence[_Entry]) -> list[BatchedShape]:
    return [entry.shape for entry in entries]


async def _opened_before(
    services: Services, principal: Principal, entries: Sequence[_Entry]
) -> PullRequest | None:
    """The open pull request that all that could be proposed is in already, where that is one."""
    found = {
        (entry.shape.pull, entry.shape.repository)
        for entry in entries
        if entry.shape.outcome == "imported_before"
    }
    ((number, repository),) = found if len(found) == 1 else {(None, None)}
    if number is None:
        return None
    pull = await services.proposals.get(principal, number, repository=repository)
    return pull if pull.state == "open" else None


def _unread(document: BatchDocument) -> BatchedShape:
    digest = hashlib.sha256(document.text.encode("utf-8")).hexdigest()
    return BatchedShape(file=document.file, sha256=digest, outcome="ready")


async def _find_earlier(services: Services, principal: Principal, entries: Sequence[_Entry]) -> None:
    """Mark what was imported before, and the second of two equal texts."""
    wanted = [f"sha256:{entry.shape.sha256}" for entry in entries if entry.shape.outcome == "ready"]
    async with services.database.work(principal.tenant_id) as uow:
        rows = await uow.all(_QUERIES["imported_texts"], _Before, digests=wanted)
    before = {row.source_sha256.removeprefix("sha256:"): row for row in rows}
    first: dict[str, str] = {}
    for entry in entries:
        if entry.shape.outcome != "ready":
            continue
        found = before.get(entry.shape.sha256)
        if found is not None:
            place = {"pull": found.pull_number, "repository": found.repository}
            _settle(entry, "imported_before", name=found.runbook_name, **place)
        elif entry.shape.sha256 in first:
            _settle(entry, "left_out", reason=f"it is the same text as {first[entry.shape.sha256]}")
        else:
            first[entry.shape.sha256] = entry.document.file


async def _read_all(
    services: Services, principal: Principal, entries: Sequence[_Entry], without_commands: bool, at: datetime
) -> None:
    """Read what is left, a few at a time: other people's pastes are parsed between them. One refusal of ours
    ends the others, too: their answers would go to nobody.
    """
    gate = asyncio.Semaphore(limits.BATCH_PARSED_AT_ONCE)

    async def read(entry: _Entry) -> None:
        async with gate:
            await _read(services, principal, entry, without_commands, at)

    try:
        async with asyncio.TaskGroup() as group:
            for entry in entries:
                if entry.shape.outcome == "ready":
                    group.create_task(read(entry))
    except ExceptionGroup as several:
        # The group is ours, not the caller's: any one of the refusals is the whole request's answer.
        raise several.exceptions[0] from several


async def _read(
    services: Services, principal: Principal, entry: _Entry, without_commands: bool, at: datetime
) -> None:
    document = entry.document
    try:
        check_size(services, document.text)
        paste = await read_beside(services, principal, document.to_paste(services.advising), _PATIENCE)
        part = await services.parse_pool.run(read_part, paste, document.file, principal.actor, at)
    except Unavailable:
        raise  # of us, not of the document: the whole call may be repeated
    except Dd0cError as refusal:
        left_out = refusal.reason_code == "nothing_to_do"
        _settle(entry, "left_out" if left_out else "refused", reason=refusal.detail)
        return
    entry.shape = entry.shape.model_copy(
        update={
            "title": part.runbook.metadata.title,
            "name": part.name,
            "steps": part.steps,
            "commands": part.commands,
            "tally": part.tally,
            "ambiguities": part.ambiguities,
            "suspicious": part.suspicious,
            "code_left_out": part.code_left_out,
            "masked_secrets": len(part.masked),
            "coverage_permille": part.read_permille,
            "reading": ReadByModelShape.of(part.reading),
        }
    )
    if part.commands or without_commands:
        entry.part = part
    else:
        _settle(entry, "left_out", reason=_NO_COMMAND)


async def _decide(
    services: Services, principal: Principal, request: BatchRequest, entries: list[_Entry], now: datetime
) -> PullRequest | None:
    """Names for what is ready, and the pull request. Under the tenant's turn, but for a dry run."""
    ready = [entry for entry in entries if entry.shape.outcome == "ready"]
    repository, around = await surroundings(services, principal)
    _name(ready, around, request.avoid)
    if request.dry_run or not ready:
        return None
    kept = [entry for entry in ready if await _keep(services, principal, entry)]
    if not kept:
        return None
    retired = (f"{name}@{at}" for name, at in (around.retired or {}).items())
    log = log_path((f"{entry.shape.name} {entry.shape.sha256}" for entry in kept), retired)
    named = [(entry, await _written(services, entry, log)) for entry in kept]
    proposed = await services.parse_pool.run(
        propose_parts, [(_name_of(e), _part_of(e), data) for e, data in named], log, principal.actor, now
    )
    documents = tuple(ProposedDocument(_name_of(entry), f"sha256:{entry.shape.sha256}") for entry in kept)
    pull = await publish(
        services, principal, proposed, repository.name, repository.prefix, documents=documents
    )
    for entry in kept:
        _settle(
            entry, "proposed", pull=pull.number, repository=None if repository.is_only else repository.name
        )
    return pull


def _name(ready: Sequence[_Entry], around: Surroundings, avoid: Sequence[str]) -> None:
    """Distinct names, also of what is in service, on the branch, or in an open pull request."""
    wanted = [(_part_of(entry).name, entry.document.file) for entry in ready]
    taken = {*avoid, *around.proposed, *around.serving, *around.path_names}
    for entry, name in zip(ready, distinct_names(wanted, taken), strict=True):
        entry.shape = entry.shape.model_copy(update={"name": name})


async def _keep(services: Services, principal: Principal, entry: _Entry) -> bool:
    """Seal its source text; an erased one is refused."""
    part = _part_of(entry)
    facts = ParsedFacts(
        part.sha256, part.form, part.steps, part.commands, len(part.runbook.spec.variables),
        part.ambiguities, part.masked, 1000,
    )  # fmt: skip
    try:
        await keep_source(services, principal, entry.document.text, facts)
    except Conflict as erased:
        _settle(entry, "refused", reason=erased.detail)
        return False
    return True


async def _written(services: Services, entry: _Entry, log: str) -> bytes:
    return await services.parse_pool.run(write_part, _part_of(entry).runbook, _name_of(entry), log)


def _settle(entry: _Entry, outcome: str, **more: object) -> None:
    entry.shape = entry.shape.model_copy(update={"outcome": outcome, **more})


def _part_of(entry: _Entry) -> BatchPart:
    assert entry.part is not None, "what is ready was read"
    return entry.part


def _name_of(entry: _Entry) -> str:
    assert entry.shape.name is not None, "what is ready has a name"
    return entry.shape.name
