"""Where GitHub delivers its webhooks: mounted only where a secret is set, open to strangers, read by nobody
before its signature is checked.
"""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, FastAPI, HTTPException, Request

from base import limits, log
from controller.api.services import Services
from controller.sync.hints import SyncHints
from forge.errors import TooLarge
from forge.github.address import GitHubAddress, parse_address
from forge.github.webhooks import BadSignature, NotForUs, verify

PATH: Final = "/webhooks/github"
_log = log.get(__name__)


def webhook_router(address: GitHubAddress, secrets: tuple[bytes, ...], hints: SyncHints) -> APIRouter:
    """The route for one repository. A delivery that is taken is answered before anything is fetched.

    202 taken · 401 not signed with a live secret · 400 signed, not about this repository · 408, 413, 503
    bounds of time, size and number.
    """
    router = APIRouter()
    at_once = asyncio.Semaphore(limits.GITHUB_DELIVERIES_AT_ONCE)

    @router.post(PATH, status_code=202, include_in_schema=False)
    async def deliver(request: Request) -> dict[str, str]:
        if at_once.locked():
            raise HTTPException(503, "Too many deliveries at once")
        async with at_once:
            body = await _body(request)
        try:
            hint = verify(request.headers, body, secrets, address)
        except BadSignature as refusal:
            _log.warning("a delivery was refused", extra={"action": "webhook.refused", "source": "github"})
            raise HTTPException(401, refusal.reason) from None
        except NotForUs as refusal:
            raise HTTPException(400, refusal.reason) from None
        except TooLarge as refusal:
            raise HTTPException(413, refusal.reason) from None
        taken = hints.give(hint.delivery_id)
        extra = {
            "action": "webhook.taken",
            "source": "github",
            "delivery": hint.delivery_id,
            "again": not taken,
        }
        _log.info("a delivery of GitHub hints at a change", extra=extra)
        return {"status": "taken" if taken else "known"}

    return router


def mount(app: FastAPI, prefix: str, services: Services) -> None:
    """Mount the route where GitHub is the forge and a secret is set; otherwise there is none."""
    settings, hints = services.settings, services.hints
    if hints is not None and settings.webhook_secrets and settings.github_repository is not None:
        address = parse_address(settings.github_repository, settings.github_api_url)
        app.include_router(webhook_router(address, settings.webhook_secrets, hints), prefix=prefix)


async def _body(request: Request) -> bytes:
    """The raw bytes, bounded in size and in time. Raises HTTPException."""
    found = bytearray()
    try:
        async with asyncio.timeout(limits.GITHUB_DELIVERY_SECONDS):
            async for chunk in request.stream():
                found += chunk
                if len(found) > limits.GITHUB_WEBHOOK_MAX_BYTES:
                    raise HTTPException(413, "A delivery is larger than what is read here")
    except TimeoutError:
        raise HTTPException(408, "The delivery took too long") from None
    return bytes(found)
