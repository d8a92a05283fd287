"""The badge of a repository: whether what is in service is what git has, in a word.

For whoever has the address: it holds a token of 256 random bits, of which only the digest is stored; without
one nobody sees anything. It says no name, no path, no commit and no error.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from base.ids import InvalidId, parse_token
from controller.api import rates
from controller.api.auth import ServicesDep
from controller.api.routing import Route, address
from controller.api.services import Services
from controller.api.shapes.sync import BadgeEndpoint
from controller.api.sync_state import RepositoryState, repository_states, state_of
from schemas.errors import NotFound

router = APIRouter(prefix="/badges", tags=["sync"], route_class=Route)

Token = Annotated[str, Path(max_length=200, description="As `POST /sync/{repository_id}/badge` gave it.")]

LABEL: Final = "runbooks"
CACHE_SECONDS: Final = 60
_CACHE: Final = f"max-age={CACHE_SECONDS}"
_COLORS: Final = {"synced": "#2da44e", "behind": "#9a6700", "broken": "#cf222e", "never": "#6e7781"}
_CHARACTER_WIDTH: Final = 6.6
"""Of 11 px Verdana, on the average; the text is fitted to it."""


@dataclass(frozen=True)
class Shown:
    """What a badge says."""

    state: str
    message: str


@router.get(
    "/{token}.svg",
    summary="The badge as an image",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "An image."}},
)
async def image(request: Request, services: ServicesDep, token: Token) -> Response:
    """404 for every address that was not given out."""
    shown = await _shown(request, services, token)
    return Response(svg(shown), media_type="image/svg+xml", headers={"Cache-Control": _CACHE})


@router.get("/{token}.json", summary="The badge for shields.io")
async def endpoint(
    request: Request, services: ServicesDep, response: Response, token: Token
) -> BadgeEndpoint:
    """As its endpoint badge reads it. 404 for every address that was not given out."""
    shown = await _shown(request, services, token)
    response.headers["Cache-Control"] = _CACHE
    return BadgeEndpoint(
        label=LABEL,
        message=shown.message,
        color=_COLORS[shown.state],
        is_error=shown.state == "broken",
        cache_seconds=CACHE_SECONDS,
    )


async def _shown(request: Request, services: Services, token: str) -> Shown:
    await services.rates.take(rates.BADGES, "badge", address(request))
    missing = NotFound("There is no such badge.")
    try:
        tenant_id, digest = parse_token("ddb", token)
    except InvalidId as error:
        raise missing from error
    row = await _find(services, tenant_id, digest)
    if row is None:
        raise missing
    state, _ = state_of(row, services.settings.poll_git_seconds)
    return Shown(state, message_of(state, row))


async def _find(services: Services, tenant_id: UUID, digest: bytes) -> RepositoryState | None:
    """Compares with every badge of the tenant, each in constant time."""
    async with services.database.work(tenant_id) as uow:
        rows = await repository_states(uow)
    found = None
    for row in rows:
        if row.badge_sha256 is not None and hmac.compare_digest(bytes(row.badge_sha256), digest):
            found = row
    return found


def message_of(state: str, row: RepositoryState) -> str:
    """One to three words. Pure."""
    if state == "broken":
        return f"{row.broken} broken" if row.error_text is None else "sync fails"
    return "never synced" if state == "never" else state


def svg(shown: Shown) -> str:
    """A flat badge; words of ours only, so nothing needs escaping. Pure."""
    left, right = (round(len(text) * _CHARACTER_WIDTH + 12) for text in (LABEL, shown.message))
    title = f"{LABEL}: {shown.message}"
    text = 'text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{title}"><title>{title}</title>'
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444c56"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{_COLORS[shown.state]}"/></g>'
        f'<g fill="#fff" {text}><text x="{left / 2:g}" y="14" textLength="{left - 12}">{LABEL}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{shown.message}</text></g></svg>'
    )
