"""From a paste, an edit or a retirement to its pull request: rows read, text parsed, sources sealed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from base import limits
from base.clock import format_instant
from controller.api.advice import Patience, asked_about
from controller.api.importing import Surroundings, edit_document, import_text
from controller.api.proposing_facts import ParsedFacts
from controller.api.services import Services
from controller.api.shapes.imports import PasteRequest
from controller.db import queries
from controller.governance.repositories import RepositoryRow, repositories_in_use
from controller.pki.sealer import Erased
from controller.review.about import About, ProposedDocument
from controller.review.acting import actor_of
from controller.review.errors import forge_border
from controller.tenants.principal import Principal
from forge.pull_requests import Proposal, ProposedFile, PullRequest
from ingest.propose import Edit, Proposed, retire_proposal
from schemas.audit import AuditRecord, RunbookParsed
from schemas.errors import Conflict, NotFound, PreconditionFailed, TooLarge

_CATALOG: Final = queries.load("catalog")
_SOURCES: Final = queries.load("source_texts")
_PROPOSALS: Final = queries.load("proposals")


@dataclass(frozen=True)
class _Name:
    name: str
    path: str
    retired_at: datetime | None


@dataclass(frozen=True)
class _Path:
    path: str


@dataclass(frozen=True)
class _Proposed:
    name: str


@dataclass(frozen=True)
class Served:
    """What a change of a runbook starts from."""

    id: UUID
    name: str
    path: str
    retired_at: datetime | None
    repository_name: str
    prefix: str
    content: bytes | None
    content_sha256: str | None
    blob_oid: str | None
    commit_oid: str | None
    file_state: str | None

    @property
    def base(self) -> str:
        """Names the state that the change starts from: going back to an older content is a new proposal."""
        return f"{self.blob_oid or ''}@{self.commit_oid or ''}"


def check_size(services: Services, text: str) -> None:
    """Raises TooLarge for a paste beyond the operator's bound."""
    most = services.settings.paste_max_bytes
    if len(text) > most or len(text.encode("utf-8", "surrogatepass")) > most:
        raise TooLarge(f"The text is larger than {most:,} bytes.", hint="Import it in parts.")


async def propose_paste(
    services: Services, principal: Principal, paste: PasteRequest
) -> tuple[PullRequest, dict[str, Any]]:
    """Parse, keep the source sealed, open the pull request. Gives it and the preview.

    Raises Unprocessable, TooLarge, Conflict (the name is taken), Forbidden, NotFound (no repository).
    """
    principal.require("propose")
    check_size(services, paste.text)
    repository, around = await surroundings(services, principal)
    # What the preview showed is in the record; who took nothing of the model's reading asks nobody again.
    wait = Patience(limits.ADVICE_PROPOSAL_SECONDS, limits.EXTRACTION_MS / 1000 if paste.taken else 0)
    asked = await asked_about(services, principal, paste.to_paste(services.advising), wait)
    imported = await services.parse_pool.run(import_text, asked, around, principal.actor, datetime.now(UTC))
    await keep_source(
        services, principal, paste.text, ParsedFacts.of(imported.document, imported.coverage_permille)
    )
    pull = await publish(services, principal, imported.proposed, repository.name, repository.prefix)
    return pull, imported.document


async def propose_edit(
    services: Services, principal: Principal, runbook_id: UUID, yaml: str, if_match: str | None
) -> PullRequest:
    """Raises DocumentInvalid with places, Conflict (no change, another name, retired), PreconditionFailed."""
    principal.require("propose")
    served = await served_content(services, principal, runbook_id)
    if if_match is not None and if_match.strip().strip('"') != served.content_sha256:
        raise PreconditionFailed(
            "The runbook has another content than the one that you changed.",
            hint="Look at it again, then decide.",
            extra={"contentSha256": served.content_sha256},
        )
    # Putting the last good content back over a broken file is a change.
    before = served.content if served.file_state == "ok" else None
    edit = replace(_edit(served, principal), before=before, yaml=yaml.encode("utf-8", "surrogatepass"))
    proposed = await services.parse_pool.run(edit_document, edit, services.advising)
    return await publish(services, principal, proposed, served.repository_name)


async def propose_retirement(services: Services, principal: Principal, runbook_id: UUID) -> PullRequest:
    """Raises NotFound, Conflict (retired already)."""
    principal.require("propose")
    served = await served_content(services, principal, runbook_id)
    proposed = retire_proposal(_edit(served, principal))
    return await publish(services, principal, proposed, served.repository_name)


def _edit(served: Served, principal: Principal) -> Edit:
    return Edit(
        name=served.name,
        path=served.path,
        base=served.base,
        prefix=_folder(served.prefix),
        author=principal.actor,
        at=datetime.now(UTC),
    )


async def surroundings(services: Services, principal: Principal) -> tuple[RepositoryRow, Surroundings]:
    """The repository that imports go to, and what is there. Raises NotFound where there is none."""
    async with services.database.work(principal.tenant_id) as uow:
        repositories = await repositories_in_use(uow)
        if not repositories:
            raise NotFound("This tenant has no repository yet.", hint="Set one up first.")
        repository = repositories[0]
        names = await uow.all(_CATALOG["names_of_repository"], _Name, repository_id=repository.id)
        paths = await uow.all(_CATALOG["paths_of_repository"], _Path, repository_id=repository.id)
        proposed = await uow.all(_PROPOSALS["names_proposed"], _Proposed, repository_id=repository.id)
    around = Surroundings(
        serving=frozenset(row.name for row in names if row.retired_at is None),
        retired={row.name: format_instant(row.retired_at) for row in names if row.retired_at is not None},
        paths=frozenset(row.path for row in paths),
        prefix=_folder(repository.prefix),
        proposed=frozenset(row.name for row in proposed),
    )
    return repository, around


def _folder(prefix: str) -> str:
    inner = prefix.strip("/")
    return f"{inner}/" if inner else ""


async def served_content(services: Services, principal: Principal, runbook_id: UUID) -> Served:
    """What a change starts from. Raises NotFound, and Conflict for a retired runbook."""
    async with services.database.work(principal.tenant_id) as uow:
        row = await uow.one(_CATALOG["served_content"], Served, id=runbook_id)
    if row is None:
        raise NotFound("There is no such runbook.", hint="`dd0c runbooks` lists those in service.")
    if row.retired_at is not None:
        raise Conflict("The runbook is retired.", hint="Import it again to bring it back.", code="retired")
    return row


async def keep_source(services: Services, principal: Principal, text: str, facts: ParsedFacts) -> None:
    """The pasted text, sealed under a key of its own, and what was made of it in the audit trail.

    Raises Conflict for a text that was erased on request.
    """
    sha256 = f"sha256:{facts.sha256}"
    content = text.encode("utf-8")
    async with services.database.work(principal.tenant_id) as uow:
        try:
            sealed = await services.sealer.seal(
                uow, "source_text", sha256, content, bytes.fromhex(facts.sha256)
            )
        except Erased as error:
            raise Conflict(
                "This text was erased on request; nothing of it is kept again.", code="erased"
            ) from error
        await uow.run(
            _SOURCES["keep_source_text"],
            sha256=sha256,
            sealed=sealed,
            format=facts.form,
            byte_count=len(content),
            masked=Jsonb(list(facts.masked)),
            created_by=principal.actor,
        )
        parsed = RunbookParsed(
            source_sha256=sha256,
            format=facts.form,
            steps=facts.steps,
            commands=facts.commands,
            variables=facts.variables,
            ambiguities=facts.ambiguities,
            masked_secrets=len(facts.masked),
            coverage_permille=facts.coverage_permille,
        )
        uow.audit(AuditRecord(parsed, principal.actor))


async def publish(
    services: Services,
    principal: Principal,
    proposed: Proposed,
    repository: str,
    prefix: str = "",
    *,
    documents: tuple[ProposedDocument, ...] = (),
) -> PullRequest:
    """Open its pull request; `documents` are the texts of a batch. Raises as `Proposals.publish`."""
    folder = _folder(prefix)

    def files_of(author: str, at: datetime) -> tuple[ProposedFile, ...]:
        dated = proposed.as_first_proposed(author, at)
        return tuple(ProposedFile(folder + file.path, file.content) for file in dated.files)

    with forge_border():
        proposal = Proposal(
            key=proposed.key,
            title=proposed.title,
            body=proposed.body,
            files=tuple(ProposedFile(folder + file.path, file.content) for file in proposed.files),
            author=actor_of(principal),
        )
    source = None if proposed.source_sha256 is None else f"sha256:{proposed.source_sha256}"
    about = About(proposed.kind, proposed.runbook_name, source, documents)
    return await services.proposals.publish(
        principal, proposal, about, repository=repository, files_of=files_of
    )
