"""What an execution does, live: its events, and the output of its attempts."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import StreamingResponse
from sse_starlette import EventSourceResponse

from base import limits
from controller.api.auth import Caller, ServicesDep
from controller.api.execution_view import history_item
from controller.api.problems import problem
from controller.api.routes.executions import ExecutionId, parse_execution
from controller.api.routing import SignedInRoute, id_or_404
from controller.api.services import Services
from controller.api.sse import Reader, Reading, Source, StreamItem, last_event_id, stream
from controller.db import queries
from controller.engine.views import OutputSlice
from schemas.errors import NotFound

router = APIRouter(prefix="/executions", tags=["executions"], route_class=SignedInRoute)

AttemptId = Annotated[str, Path(max_length=64, examples=["stx_01jd3q6x0000000000000000aa"])]
After = Annotated[
    int | None, Query(ge=0, le=999_999_999, description="As `Last-Event-ID`, which comes first.")
]
LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", max_length=20, description="The id of the last event that you have seen."),
]

_SLICE_BYTES: Final = 16 * limits.OUTPUT_CHUNK_MAX_BYTES
_EVENT_BYTES: Final = 16 * limits.KIB
_EVENTS: Final = 100
_RANGE: Final = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")
_QUERIES: Final = queries.load("catalog")


@dataclass(frozen=True)
class _Attempt:
    """How far an attempt is; `settled`: it ended long enough ago that no output is under way any more."""

    ended: bool
    settled: bool


@router.get(
    "/{execution_id}/events",
    summary="Follow an execution",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "One event a stored event."}},
)
async def follow_events(
    request: Request,
    principal: Caller,
    services: ServicesDep,
    execution_id: ExecutionId,
    after: After = None,
    last_event: LastEventId = None,
) -> EventSourceResponse:
    """Server-sent events: the id is the execution's version, the data an item of its history.

    Resumed by `Last-Event-ID`; the server ends the stream after the last event of an ended execution.
    """
    principal.require("read")
    execution = parse_execution(execution_id)
    position = last_event_id(request)
    await services.engine.history(principal.tenant_id, execution, after=position, limit=1)
    source = Source(
        services.bus,
        f"exe:{principal.tenant_id}:{execution}",
        _event_reader(services, principal.tenant_id, execution),
    )
    return stream(source, position, services.streams, principal.member_id)


def _event_reader(services: Services, tenant_id: UUID, execution_id: UUID) -> Reader:
    async def read(position: int) -> Reading:
        # From the last event that was seen on: it says whether there can be another one.
        found = await services.engine.history(
            tenant_id, execution_id, after=max(0, position - 1), limit=_EVENTS
        )
        ended = bool(found) and found[-1].last
        return Reading(
            [
                StreamItem(item.version, item.event, history_item(item).to_json())
                for item in found
                if item.version > position
            ],
            ended,
        )

    return read


@router.get(
    "/{execution_id}/attempts/{attempt_id}/output",
    summary="What an attempt wrote",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/plain": {}}, "description": "Both streams in the order in which they came."},
        206: {"content": {"text/plain": {}}, "description": "The range that was asked for."},
        416: {"description": "The range lies behind the end."},
    },
)
async def show_output(
    request: Request,
    principal: Caller,
    services: ServicesDep,
    execution_id: ExecutionId,
    attempt_id: AttemptId,
) -> object:
    """Byte for byte, as plain text that no browser interprets. Ranges of bytes are served.

    The bytes are untrusted. `X-Dd0c-Total-Bytes` says how much the command wrote; what is kept is bounded.
    """
    principal.require("read")
    attempt = await _known(services, principal.tenant_id, execution_id, attempt_id)
    first = await services.engine.output(principal.tenant_id, attempt, start=0, length=0)
    span = _span(request.headers.get("range"), first.stored_bytes)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "X-Dd0c-Total-Bytes": str(first.total_bytes),
        "X-Dd0c-Complete": str(first.complete).lower(),
    }
    if span is None:
        headers["Content-Range"] = f"bytes */{first.stored_bytes}"
        return problem(416, "range", "The range lies behind the end", headers=headers)
    start, end = span
    headers["Content-Length"] = str(end - start)
    partial = (start, end) != (0, first.stored_bytes)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{first.stored_bytes}"
    return StreamingResponse(
        _bytes(services, principal.tenant_id, attempt, start, end),
        status_code=206 if partial else 200,
        media_type="text/plain; charset=utf-8",
        headers=headers,
    )


def _span(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes [start, end) of one range; everything without one or for another form; None: not there."""
    match = _RANGE.fullmatch(header.replace(" ", "")) if header else None
    if match is None or match.groups() == ("", ""):
        return 0, size
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else None


async def _bytes(
    services: Services, tenant_id: UUID, attempt: UUID, start: int, end: int
) -> AsyncIterator[bytes]:
    while start < end:
        length = min(_SLICE_BYTES, end - start)
        part = await services.engine.output(tenant_id, attempt, start=start, length=length)
        if not part.data:
            return
        start += len(part.data)
        yield part.data


@router.get(
    "/{execution_id}/attempts/{attempt_id}/output/stream",
    summary="Follow what an attempt writes",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events `output`, then `end`."}},
)
async def follow_output(
    request: Request,
    principal: Caller,
    services: ServicesDep,
    execution_id: ExecutionId,
    attempt_id: AttemptId,
    after: After = None,
    last_event: LastEventId = None,
) -> EventSourceResponse:
    """Server-sent events `output` with `{"data": <base64>, "offset": <of its first byte>}`.

    The id is the offset after it; `Last-Event-ID` resumes there. `end` is the last event.
    """
    principal.require("read")
    attempt = await _known(services, principal.tenant_id, execution_id, attempt_id)
    await services.engine.output(principal.tenant_id, attempt, start=0, length=0)  # erased: refused at once
    source = Source(
        services.bus,
        f"out:{principal.tenant_id}:{attempt}",
        _output_reader(services, principal.tenant_id, parse_execution(execution_id), attempt),
    )
    return stream(source, last_event_id(request), services.streams, principal.member_id)


def _output_reader(services: Services, tenant_id: UUID, execution_id: UUID, attempt_id: UUID) -> Reader:
    async def read(position: int) -> Reading:
        # The attempt first: an output that grows between the two reads is read again, never lost.
        attempt = await _attempt(services, tenant_id, execution_id, attempt_id)
        part = await services.engine.output(tenant_id, attempt_id, start=position, length=_EVENT_BYTES)
        if part.data:
            data = {"data": base64.b64encode(part.data).decode(), "offset": position}
            return Reading([StreamItem(position + len(part.data), "output", data)])
        if attempt.settled or (attempt.ended and _is_whole(part)):
            end = {"storedBytes": part.stored_bytes, "totalBytes": part.total_bytes}
            return Reading([StreamItem(position, "end", end)], ended=True)
        return Reading([])

    return read


def _is_whole(part: OutputSlice) -> bool:
    return part.complete and part.start >= part.stored_bytes


async def _known(services: Services, tenant_id: UUID, execution_id: str, attempt_id: str) -> UUID:
    """The id of an attempt of this execution. Raises NotFound."""
    attempt = id_or_404("stx", attempt_id, "There is no such attempt.")
    await _attempt(services, tenant_id, parse_execution(execution_id), attempt)
    return attempt


async def _attempt(services: Services, tenant_id: UUID, execution_id: UUID, attempt_id: UUID) -> _Attempt:
    async with services.database.work(tenant_id) as uow:
        row = await uow.one(
            _QUERIES["attempt_state"],
            _Attempt,
            execution_id=execution_id,
            id=attempt_id,
            drain_seconds=limits.OUTPUT_DRAIN_SECONDS,
        )
    if row is None:
        raise NotFound("There is no such attempt.")
    return row
