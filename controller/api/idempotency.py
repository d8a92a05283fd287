"""`Idempotency-Key` on POST: the same key and body give the same answer, and act once.

The key is claimed in a row before the route runs. While the first call runs, a second one is told
to wait (`request_running`); after it, the stored answer is given again. A call that was refused, or failed
before it did anything, releases its key, so that it may be repeated. One that vanished with its controller
is done again only where that can't be twice (`Repeat`); else a second one is told `outcome_unknown`.

Answers that show what is sealed elsewhere are not stored: their route class says `keeps_answers = False`, the
row holds the status and the address of what was shown, and a repeat is answered with that as it is now.
Of an answer with a fresh secret only the status and the address are kept: a repeat makes no second secret,
it is refused with `secret_shown_once`. Expired keys of a tenant go with every new claim of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from fastapi import Request, Response
from starlette.responses import StreamingResponse

from base import limits
from controller.api.auth import authenticate, get_services
from controller.api.claims import Claim, Earlier, Repeat
from controller.api.routing import Handle, SignedInRoute
from controller.tenants.principal import Principal
from schemas.errors import BadRequest, Conflict, Dd0cError

HEADER: Final = "Idempotency-Key"
CONTENT_LOCATION: Final = "content-location"
_CACHE_CONTROL: Final = "cache-control"
_NO_STORE: Final = "no-store"
_KEPT_HEADERS: Final = ("content-type", "etag", "location", CONTENT_LOCATION, _CACHE_CONTROL)

_FAULT: Final = 500

ShowAgain = Callable[[Request, Principal, str], Awaitable[Response]]
"""What is at a `Content-Location` now, with its own headers."""


class IdempotentRoute(SignedInRoute):
    """The route class of every router of members; without the header it is a SignedInRoute."""

    keeps_answers: ClassVar[bool] = True
    """Whether the bodies of answers may stand in the database in the open."""

    @property
    def repeat(self) -> Repeat:
        """What may be done again where a call vanished without an answer, as with a killed controller."""
        return Repeat.NEVER

    async def show_again(self, request: Request, principal: Principal, location: str) -> Response:
        """What is at the address that an answer named, for the classes that keep no answers."""
        raise AssertionError(f"answers of {type(self).__name__} are kept")

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def idempotent(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST":
                return await handle(request)
            return await _once(request, key, handle, self)

        return idempotent


async def _once(request: Request, key: str, handle: Handle, route: IdempotentRoute) -> Response:
    if (
        not 1 <= len(key) <= limits.IDEMPOTENCY_KEY_MAX_CHARACTERS
        or not key.isascii()
        or not key.isprintable()
    ):
        raise BadRequest(
            f"{HEADER} has 1 to {limits.IDEMPOTENCY_KEY_MAX_CHARACTERS} printable ASCII characters."
        )
    services = get_services(request)
    principal = await authenticate(request, services)
    claim = Claim(services.database, principal, key, await _digest(request), route.repeat)
    with claim.under_way():
        earlier = await claim.take()
        if earlier is not None:
            return await _replay(
                request, principal, earlier, None if route.keeps_answers else route.show_again
            )
        return await _first(request, claim, handle, keeps=route.keeps_answers)


async def _first(request: Request, claim: Claim, handle: Handle, *, keeps: bool) -> Response:
    """Do it, and keep the answer or give the key back."""
    try:
        with claim.acting():
            response = await handle(request)
    except Dd0cError as refusal:  # a refusal is the call's own word that it did nothing
        await claim.release(refused=refusal.status < _FAULT)
        raise
    except BaseException:  # reason: whatever ended the call, its key must not stay claimed
        await claim.release(refused=False)
        raise
    await _finish(claim, response, keeps=keeps)
    return response


async def _digest(request: Request) -> bytes:
    parts = (request.url.path.encode(), request.headers.get("if-match", "").encode(), await request.body())
    return hashlib.sha256(b"\n".join(parts)).digest()


async def _replay(request: Request, principal: Principal, row: Earlier, show: ShowAgain | None) -> Response:
    """The first answer; where its body is not kept, its status over what it showed, as that is now."""
    headers = row.headers or {}
    if headers.get(_CACHE_CONTROL) == _NO_STORE:
        raise Conflict(
            "The first call with this idempotency key was done; its secret was shown then and is not kept.",
            hint="If that answer was lost, revoke what it made and send the request with a new key.",
            code="secret_shown_once",
            extra={"made": headers["location"]} if "location" in headers else {},
        )
    if show is None:
        response = Response(row.response or b"", headers=headers)
    else:
        response = await show(request, principal, headers[CONTENT_LOCATION])
        for name in ("location", CONTENT_LOCATION):
            if name in headers:
                response.headers[name] = headers[name]
    response.status_code = row.status or response.status_code
    response.headers["Idempotent-Replayed"] = "true"
    return response


async def _finish(claim: Claim, response: Response, *, keeps: bool) -> None:
    secret = response.headers.get(_CACHE_CONTROL) == _NO_STORE  # a fresh token is stored nowhere
    lost = not keeps and CONTENT_LOCATION not in response.headers  # there would be nothing to show again
    if isinstance(response, StreamingResponse) or response.status_code >= _FAULT or lost:
        await claim.release(refused=False)
        return
    kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    body = bytes(response.body) if keeps and not secret else None
    await claim.finish(response.status_code, kept, body)
