"""`Idempotency-Key` on POST: the same key and body give the same answer, and act once.

The key is claimed in a row before the route runs. While the first call runs, a second one is told
to wait; after it, the stored answer is given again. A call that failed before it did anything
releases its key, so that it may be repeated.

Answers that show what is sealed elsewhere are not stored: their route class says `keeps_answers = False`, the
row holds the status and the address of what was shown, and a repeat is answered with that as it is now.
Of an answer with a fresh secret only the status and the address are kept: a repeat makes no second secret,
it is refused with `secret_shown_once`. Expired keys of a tenant go with every new claim of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from fastapi import Request, Response
from psycopg.types.json import Jsonb
from starlette.responses import StreamingResponse

from base import limits
from controller.api.auth import authenticate, get_services
from controller.api.routing import Handle, SignedInRoute
from controller.db import queries
from controller.db.database import Database
from controller.tenants.principal import Principal
from schemas.errors import BadRequest, Conflict, Unprocessable

HEADER: Final = "Idempotency-Key"
CONTENT_LOCATION: Final = "content-location"
_CACHE_CONTROL: Final = "cache-control"
_NO_STORE: Final = "no-store"
_KEPT_HEADERS: Final = ("content-type", "etag", "location", CONTENT_LOCATION, _CACHE_CONTROL)

_QUERIES: Final = queries.load("idempotency")

ShowAgain = Callable[[Request, Principal, str], Awaitable[Response]]
"""What is at a `Content-Location` now, with its own headers."""


@dataclass(frozen=True)
class _Claim:
    """A row of `idempotency_keys`; `status` is None while the first call runs, `response` if not kept."""

    request_sha256: bytes
    status: int | None
    headers: dict[str, str] | None
    response: bytes | None


class IdempotentRoute(SignedInRoute):
    """The route class of every router of members; without the header it is a SignedInRoute."""

    keeps_answers: ClassVar[bool] = True
    """Whether the bodies of answers may stand in the database in the open."""

    async def show_again(self, request: Request, principal: Principal, location: str) -> Response:
        """What is at the address that an answer named, for the classes that keep no answers."""
        raise AssertionError(f"answers of {type(self).__name__} are kept")

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def idempotent(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST":
                return await handle(request)
            return await _once(request, key, handle, None if self.keeps_answers else self.show_again)

        return idempotent


async def _once(request: Request, key: str, handle: Handle, show: ShowAgain | None) -> Response:
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
    digest = hashlib.sha256(
        b"\n".join(
            (request.url.path.encode(), request.headers.get("if-match", "").encode(), await request.body())
        )
    ).digest()
    earlier = await _claim(services.database, principal, key, digest)
    if earlier is not None:
        return await _replay(request, principal, earlier, show)
    try:
        response = await handle(request)
    except BaseException:  # reason: whatever ended the call, its key must not stay claimed
        await _release(services.database, principal, key)
        raise
    await _finish(services.database, principal, key, response, keeps=show is None)
    return response


async def _claim(database: Database, principal: Principal, key: str, digest: bytes) -> _Claim | None:
    """None when the key is now ours; else the first call's row, which has its answer."""
    async with database.work(principal.tenant_id) as uow:
        claimed = await uow.run(
            _QUERIES["claim"],
            member_id=principal.member_id,
            key=key,
            request_sha256=digest,
            hours=limits.IDEMPOTENCY_HOURS,
        )
        if claimed:
            await uow.run(_QUERIES["sweep"])
            return None
        row = await uow.one(_QUERIES["find"], _Claim, member_id=principal.member_id, key=key)
    if row is None:
        raise Conflict("The call with this idempotency key has just ended.", hint="Send it again.")
    if row.request_sha256 != digest:
        raise Unprocessable(f"This {HEADER} was used for another request.", hint="Make a new key a request.")
    if row.status is None:
        raise Conflict(
            "The first call with this idempotency key still runs.", hint="Send it again in a second."
        )
    return row


async def _replay(request: Request, principal: Principal, row: _Claim, show: ShowAgain | None) -> Response:
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


async def _release(database: Database, principal: Principal, key: str) -> None:
    async with database.work(principal.tenant_id) as uow:
        await uow.run(_QUERIES["release"], member_id=principal.member_id, key=key)


async def _finish(
    database: Database, principal: Principal, key: str, response: Response, *, keeps: bool
) -> None:
    secret = response.headers.get(_CACHE_CONTROL) == _NO_STORE  # a fresh token is stored nowhere
    lost = not keeps and CONTENT_LOCATION not in response.headers  # there would be nothing to show again
    if isinstance(response, StreamingResponse) or response.status_code >= 500 or lost:
        await _release(database, principal, key)
        return
    kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    async with database.work(principal.tenant_id) as uow:
        await uow.run(
            _QUERIES["finish"],
            member_id=principal.member_id,
            key=key,
            status=response.status_code,
            headers=Jsonb(kept),
            response=bytes(response.body) if keeps and not secret else None,
        )
