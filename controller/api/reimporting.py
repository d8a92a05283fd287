"""From a newer text of a runbook to its pull request: the old text is opened, the two are joined."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from base import limits
from controller.api.advice import Patience, read_beside
from controller.api.importing import Paste
from controller.api.proposing import check_size, keep_source, publish, served_content, surroundings
from controller.api.reimport_parsing import Present, Reimported, reimport, source_of
from controller.api.services import Services
from controller.api.shapes.reimports import ReimportRequest
from controller.tenants.principal import Principal
from forge.pull_requests import PullRequest
from schemas.errors import Conflict, NotFound


async def propose_newer_text(
    services: Services, principal: Principal, runbook_id: UUID, request: ReimportRequest
) -> tuple[PullRequest | None, Reimported]:
    """Join the newer text with the present document, and but for a dry run open its pull request.

    Raises NotFound (no such runbook; not made from a text that is kept), Conflict (`no_change`,
    `cannot_join`, `broken`, `retired`, `erased`), and as an import does for the text (`reading_gone`).
    """
    principal.require("propose")
    check_size(services, request.text)
    served = await served_content(services, principal, runbook_id)
    if served.content is None or served.file_state != "ok":
        raise Conflict(
            "The runbook's file is broken, so nothing can be joined with it.",
            hint="Mend the file first; `dd0c sync` says what is wrong.",
            code="broken",
        )
    digest = await services.parse_pool.run(source_of, bytes(served.content), served.path)
    if digest is None:
        raise NotFound(
            "This runbook was not made from a text, so there is nothing that a text can be newer than.",
            hint="Edit the runbook, or import the text under another name.",
            code="no_source",
        )
    source = await services.records.source_text(principal, digest)
    _, around = await surroundings(services, principal)
    present = Present(served.name, served.path, bytes(served.content), served.base, around.prefix)
    old = Paste(source.text, source.format, advising=services.advising)
    newer = await _with_reading(services, principal, request.to_paste(services.advising))
    found = await services.parse_pool.run(reimport, old, newer, present, principal.actor, datetime.now(UTC))
    if request.dry_run:
        return None, found
    if found.joined.changes_nothing:
        raise Conflict("The newer text says nothing new.", code="no_change")
    await keep_source(services, principal, request.text, found.facts)
    pull = await publish(services, principal, found.proposed, served.repository_name)
    return pull, found


async def _with_reading(services: Services, principal: Principal, newer: Paste) -> Paste:
    """The newer text with the model's reading, where there is a model that reads.

    Its commands are not advised on, as those of the old text are not: advice on one side alone would look
    like a change of the text. Raises as `ingest.pipeline.preview`.
    """
    return await read_beside(services, principal, newer, Patience(0, limits.EXTRACTION_MS / 1000))
