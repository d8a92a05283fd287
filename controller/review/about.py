"""What a proposal is about: one runbook, or the texts of a batch; and that its pull request is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from base.ids import new_id
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.repositories import RepositoryRow
from controller.tenants.principal import Principal
from forge.pull_requests import Proposal, PullRequest
from schemas.audit import AuditRecord, RunbookProposed

_QUERIES: Final = queries.load("proposals")


@dataclass(frozen=True)
class ProposedDocument:
    """One text of a batch: the runbook's name, and the text's digest with `sha256:` before it."""

    runbook_name: str
    source_sha256: str | None


@dataclass(frozen=True)
class About:
    """What a proposal is about, for its row and the audit trail.

    `kind`: paste, batch, edit, retire, divergence.

    A batch has no name and no source of its own but those of its `documents`.
    """

    kind: str
    runbook_name: str | None
    source_sha256: str | None = None
    documents: tuple[ProposedDocument, ...] = ()


async def note_opened(
    uow: UnitOfWork,
    principal: Principal,
    row: RepositoryRow,
    proposal: Proposal,
    about: About,
    pull: PullRequest,
) -> None:
    """Note the number once; asking for the same proposal again is no second event."""
    proposal_id = await uow.value(
        _QUERIES["proposal_opened"], repository_id=row.id, key=proposal.key, pull_number=pull.number
    )
    if proposal_id is None:
        return
    for document in about.documents:
        await uow.run(
            _QUERIES["add_proposed_document"],
            id=new_id(),
            repository_id=row.id,
            key=f"{proposal.key}/{document.runbook_name}",
            title=proposal.title,
            runbook_name=document.runbook_name,
            branch=proposal.branch,
            pull_number=pull.number,
            source_sha256=document.source_sha256,
            created_by=principal.actor,
        )
    each = about.documents
    if about.runbook_name is not None:
        each = (ProposedDocument(about.runbook_name, about.source_sha256), *each)
    for document in each:
        payload = RunbookProposed(
            proposal=proposal_id,
            repository=row.id,
            kind=about.kind,
            name=document.runbook_name,
            pull_number=pull.number,
            source_sha256=document.source_sha256,
        )
        uow.audit(AuditRecord(payload, principal.actor))
