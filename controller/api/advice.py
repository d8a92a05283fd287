"""Where the routes get what LLMs say: asked before a text is read or judged, handed over as a value."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from fastapi import Request

from base import limits
from controller.api.auth import authenticate
from controller.api.importing import FirstLook, Paste, first_look
from controller.api.kept_readings import TenantReadings
from controller.api.services import Services
from controller.tenants.principal import Principal
from ingest.advisor.advising import UNASKED, Advising, Language
from ingest.advisor.question import Question
from ingest.extract.heard import Heard
from schemas.errors import Unauthenticated
from schemas.verdict import NoAdvice

_READ_FOR: Final = "propose"
"""Whose texts an LLM reads: who may not propose a runbook has no use for it, and spends nothing."""


@dataclass(frozen=True)
class Patience:
    """How many seconds advice, and a reading of the text, are waited for; 0: what is there already."""

    advice: float
    reading: float = limits.EXTRACTION_MS / 1000


async def asked_about(services: Services, principal: Principal | None, paste: Paste, wait: Patience) -> Paste:
    """The paste with what LLMs say about it: of its commands (to who may read), and as a reader beside the
    rules (to who may propose). Both are asked at once; for a stranger nothing is sent and nothing is spent.

    Raises as `ingest.pipeline.preview`.
    """
    if services.llm is None and services.reads is None:
        return paste
    if principal is None or not principal.may(_READ_FOR):
        unread = None if services.reads is None else Heard("", why=NoAdvice.NOT_ASKED)
        paste = replace(paste, heard=unread, taken=frozenset())
        if principal is None or not principal.may("read"):
            return paste
        return await advised(services, principal, paste, wait.advice)
    if paste.taken:
        # What is taken changes which commands there are, so it is read first: as a rule from the record.
        paste = await _read(services, principal, paste, await _look(services, paste), wait.reading)
        return await advised(services, principal, paste, wait.advice)
    look = await _look(services, paste)
    read, advising = await asyncio.gather(
        _read(services, principal, paste, look, wait.reading), _advice(services, principal, look, wait.advice)
    )
    return replace(read, advising=advising)


async def read_beside(services: Services, principal: Principal, paste: Paste, wait: Patience) -> Paste:
    """The paste with what an LLM reads in it, where there is one that reads; its commands are not advised on.
    Whatever the LLM does, the rules have read the text: what is missing says why.

    Raises as `ingest.pipeline.preview`.
    """
    if services.reads is None:
        return paste
    return await _read(services, principal, paste, await _look(services, paste), wait.reading)


async def advised(services: Services, principal: Principal, paste: Paste, seconds: float) -> Paste:
    """The paste with what an LLM says about its commands within so many seconds, where there is one.

    The tenant pays. Raises as `ingest.pipeline.preview`.
    """
    if services.llm is None:
        return paste
    look = await _look(services, paste)
    return replace(paste, advising=await _advice(services, principal, look, seconds))


async def member_of(services: Services, request: Request) -> Principal | None:
    """Who asks a route that is open to everybody; None for a stranger."""
    try:
        return await authenticate(request, services)
    except Unauthenticated:
        return None


async def advised_command(
    services: Services, principal: Principal, text: str, language: Language, seconds: float
) -> Advising:
    """Where the advice on one command comes from; the tenant pays."""
    if services.llm is None:
        return services.advising
    return await services.llm.ask([Question(text, language)], seconds, str(principal.tenant_id))


async def _look(services: Services, paste: Paste) -> FirstLook:
    """By the rules alone: what was taken is not there yet where nothing was heard."""
    seen = paste if paste.heard is not None else replace(paste, taken=frozenset())
    return await services.parse_pool.run(first_look, replace(seen, advising=UNASKED))


async def _advice(services: Services, principal: Principal, look: FirstLook, seconds: float) -> Advising:
    if services.llm is None:
        return services.advising
    return await services.llm.ask(look.questions, seconds, str(principal.tenant_id))


async def _read(
    services: Services, principal: Principal, paste: Paste, look: FirstLook, seconds: float
) -> Paste:
    if services.reads is None:
        return paste
    kept = TenantReadings(services.database, services.sealer, principal.tenant_id)
    return replace(
        paste, heard=await services.reads.read(look.parts, kept, seconds, str(principal.tenant_id))
    )
