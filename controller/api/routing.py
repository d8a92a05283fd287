"""The route classes: what is left out of answers, and who is asked before a body is read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.routing import APIRoute

from base.ids import InvalidId, parse_id
from controller.api import rates
from controller.api.auth import authenticate, get_services
from schemas.errors import NotFound

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """Absent is left out of an answer, never null (CONTRACTS.md §3)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["response_model_exclude_none"] = True
        super().__init__(*args, **kwargs)


class SignedInRoute(Route):
    """Knows the caller before it reads the body: a stranger's megabytes never reach the memory."""

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def signed_in(request: Request) -> Response:
            await authenticate(request, get_services(request))
            return await handle(request)

        return signed_in


class PreviewRoute(Route):
    """Counts the caller's address before it reads the body."""

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def counted(request: Request) -> Response:
            await get_services(request).rates.take(rates.PREVIEWS, "preview", address(request))
            return await handle(request)

        return counted


def address(request: Request) -> str:
    """The caller's network address, for rate limits."""
    return request.client.host if request.client else "unknown"


def id_or_404(prefix: str, text: str, refusal: str) -> UUID:
    """The id in an address. Raises NotFound with the sentence that one that nobody has gets too."""
    try:
        return parse_id(prefix, text)
    except InvalidId as error:
        raise NotFound(refusal) from error
