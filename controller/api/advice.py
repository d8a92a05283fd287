"""Where the routes get an LLM's advice: asked before a text is judged, handed over as a value."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request

from controller.api.auth import authenticate
from controller.api.importing import Paste, questions_of
from controller.api.services import Services
from ingest.advisor.advising import UNASKED, Advising, Language
from ingest.advisor.question import Question
from schemas.errors import Unauthenticated


async def advised(services: Services, paste: Paste, seconds: float) -> Paste:
    """The paste with what an LLM says about its commands within so many seconds, where there is one.

    Raises as `ingest.pipeline.preview`.
    """
    if services.llm is None:
        return paste
    asked = await services.parse_pool.run(questions_of, replace(paste, advising=UNASKED))
    return replace(paste, advising=await services.llm.ask(asked, seconds))


async def advised_if_signed_in(services: Services, request: Request, paste: Paste, seconds: float) -> Paste:
    """The same for a route that is open to everybody: for a stranger nothing is sent and nothing is spent."""
    if services.llm is None or await _is_stranger(services, request):
        return paste
    return await advised(services, paste, seconds)


async def advised_command(services: Services, text: str, language: Language, seconds: float) -> Advising:
    """Where the advice on one command comes from."""
    if services.llm is None:
        return services.advising
    return await services.llm.ask([Question(text, language)], seconds)


async def _is_stranger(services: Services, request: Request) -> bool:
    try:
        await authenticate(request, services)
    except Unauthenticated:
        return True
    return False
