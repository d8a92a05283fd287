"""Texts that were imported once and are kept, sealed: read again by the import of today."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from base import limits
from controller.api.advice import Patience, asked_about
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.importing import Paste, parse_document
from controller.api.routing import SignedInRoute
from controller.api.shapes.parsed import ParsedShape

router = APIRouter(prefix="/source-texts", tags=["runbooks"], route_class=SignedInRoute)

Digest = Annotated[
    str,
    Path(
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 of the text in hexadecimal: `spec.source.sha256` of its runbook.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]


@router.post(
    "/{sha256}/reparse",
    summary="Read a kept text again",
    response_model=ParsedShape,
    dependencies=[Depends(requires("propose"))],
)
async def reparse(principal: Caller, services: ServicesDep, sha256: Digest) -> dict[str, Any]:
    """What the import of today makes of a text that was imported before; saves nothing.

    404 where nobody of this tenant imported such a text, 409 `erased` where it was erased on request.
    """
    source = await services.records.source_text(principal, sha256)
    paste = Paste(source.text, source.format, advising=services.advising)
    wait = Patience(limits.ADVICE_PREVIEW_MS / 1000)
    asked = await asked_about(services, principal, paste, wait)
    return await services.parse_pool.run(parse_document, asked)
