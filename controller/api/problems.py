"""Errors as problem details (RFC 9457): what happened, where, and what to do next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from base import log
from controller import telemetry
from controller.db.errors import Retryable, StatementTimedOut
from schemas.errors import Dd0cError, TooManyRequests, Unavailable

logger = log.get(__name__)

MEDIA_TYPE: Final = "application/problem+json"

_RETRY_AFTER: Final = "2"

_BY_STATUS: Final = {
    400: ("bad_request", "The request is malformed"),
    401: ("unauthenticated", "Sign in first"),
    404: ("not_found", "There is nothing here"),
    405: ("method_not_allowed", "This address does not take that method"),
    413: ("too_large", "The request is too large"),
    415: ("unsupported_media_type", "This media type is not read here"),
}


def problem(
    status: int,
    code: str,
    title: str,
    detail: str = "",
    *,
    hint: str | None = None,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document; empty members are left out. `code` is stable, `detail` is prose."""
    body: dict[str, Any] = {
        "type": f"urn:dd0c:{code}",
        "title": title,
        "status": status,
        "code": code,
    }
    if detail:
        body["detail"] = detail
    if hint:
        body["hint"] = hint
    body.update(extra or {})
    return _response(body, status, headers or {})


def _response(body: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> Response:
    text = json.dumps(body, ensure_ascii=False, default=str).encode("utf-8", "replace")
    return Response(text, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers))


def from_error(error: Dd0cError) -> Response:
    """The problem document of a refusal of ours."""
    headers = {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, Unavailable):
        headers["Retry-After"] = _RETRY_AFTER
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _response(error.problem(), error.status, headers)


def _place(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Dd0cError)
    telemetry.REFUSALS.labels(error.reason_code).inc()
    logger.info(
        "refused",
        extra={
            "action": "api.refused",
            "status": error.status,
            "code": error.reason_code,
            "method": request.method,
            "route": _route(request),
        },
    )
    return from_error(error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    places = [
        {"path": _place(item["loc"]), "message": str(item["msg"])} for item in list(error.errors())[:20]
    ]
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return problem(400, "bad_request", "The body is not JSON", extra={"places": places})
    return problem(
        422,
        "invalid_request",
        "The request does not have the expected form",
        "; ".join(f"{place['path']}: {place['message']}" for place in places),
        hint="`/api/v1/openapi.json` describes every request.",
        extra={"places": places},
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, title = _BY_STATUS.get(error.status_code, ("http_error", "The request was not served"))
    detail = error.detail if error.detail and error.detail not in ("Not Found", "Method Not Allowed") else ""
    return problem(error.status_code, code, title, detail, headers=error.headers)


async def _database(request: Request, error: Exception) -> Response:
    """The database does not answer now: nothing was stored, or an idempotency key makes a repeat safe."""
    logger.warning(
        "the database does not answer: %s",
        type(error).__name__,
        extra={"action": "api.database_unavailable", "method": request.method, "route": _route(request)},
    )
    return problem(
        503,
        "database_unavailable",
        "The database does not answer at this moment",
        hint="Send it again, with the same Idempotency-Key where it changes something.",
        headers={"Retry-After": _RETRY_AFTER},
    )


async def _fault(request: Request, error: Exception) -> Response:
    logger.error(
        "unexpected fault",
        exc_info=error,
        extra={"action": "api.fault", "method": request.method, "route": _route(request)},
    )
    return problem(
        500,
        "fault",
        "Something broke on our side",
        "The request was not completed. It is in the controller's log under the action api.fault.",
        hint="Try again; if it stays, send the log line to the operator.",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
    )


def _route(request: Request) -> str:
    route = request.scope.get("route")
    return getattr(route, "path", "unmatched")


def install(app: FastAPI) -> None:
    """Map every exception that can leave a route."""
    app.add_exception_handler(Dd0cError, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Retryable, _database)
    app.add_exception_handler(StatementTimedOut, _database)
    app.add_exception_handler(Exception, _fault)


__all__ = ["MEDIA_TYPE", "from_error", "install", "problem"]
