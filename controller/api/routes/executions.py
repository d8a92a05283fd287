"""Executions: ask for one, look, and every event that a person may bring."""

# No postponed annotations here: the routes of the events are made from a table, body types included.

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from base import limits
from base.ids import show_id
from controller.api import resolving
from controller.api.auth import Caller, ServicesDep, get_services, requires
from controller.api.claims import Repeat
from controller.api.execution_view import event_word, execution_item, execution_shape, history_item
from controller.api.idempotency import HEADER, IdempotentRoute
from controller.api.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from controller.api.routing import id_or_404
from controller.api.services import Services
from controller.api.shapes import executions as shapes
from controller.api.shapes.inputs import Input
from controller.engine import events as ev
from controller.engine.permissions import NEEDED
from controller.engine.runner import Refused
from controller.engine.service import by
from controller.engine.states import RESTING, TERMINAL
from controller.tenants.principal import Principal
from schemas.errors import BadRequest, PreconditionRequired, Unprocessable


class ExecutionRoute(IdempotentRoute):
    """Its answers show commands and values, which an erasure must reach: none of them is kept."""

    keeps_answers = False

    @property
    def repeat(self) -> Repeat:
        """An event is known by its request (`event_key`) when it comes again; a new execution is not."""
        return Repeat.ALWAYS if "{execution_id}" in self.path else Repeat.IF_NOTHING_WAS_STORED

    async def show_again(self, request: Request, principal: Principal, location: str) -> Response:
        """The execution at an address, as it is now. Raises NotFound."""
        seen = Response()
        execution_id = parse_execution(location.removeprefix(_ADDRESS))
        shape = await _show(get_services(request), principal, seen, execution_id)
        return JSONResponse(shape.to_json(), headers={"ETag": seen.headers["ETag"]})


router = APIRouter(prefix="/executions", tags=["executions"], route_class=ExecutionRoute)

ExecutionId = Annotated[str, Path(max_length=64, examples=["exe_01jd3q6x0000000000000000aa"])]
_STATES: Final = frozenset(state.value for state in RESTING)
_GROUPS: Final = {"open": sorted(RESTING - TERMINAL), "ended": sorted(TERMINAL)}
"""What a list can be narrowed to beyond one state."""
_ADDRESS: Final = "/api/v1/executions/"
UNFIT: Final = frozenset({"variable_value", "variable_unknown", "prerequisite_unknown"})
"""Refusals of what was sent, whatever the state: 422, as for what comes with the request for an execution."""
_STEP_OR_EARLIER: Final = "There is no such execution."


def parse_execution(text: str) -> UUID:
    """The id of an execution. Raises NotFound, as for one that does not exist."""
    return id_or_404("exe", text, _STEP_OR_EARLIER)


def address(execution_id: UUID) -> str:
    """The path of an execution."""
    return _ADDRESS + show_id("exe", execution_id)


def expected_version(
    if_match: Annotated[
        str | None,
        Header(description='The version that you saw, in quotes: `"7"`.', examples=['"7"'], max_length=32),
    ] = None,
) -> int:
    """The version of If-Match. Raises PreconditionRequired, BadRequest."""
    if if_match is None:
        raise PreconditionRequired(
            "A change names the version that it is about.",
            hint='Send `If-Match: "<version>"` with the version of the execution that you saw.',
        )
    text = if_match.strip().removeprefix('"').removesuffix('"')
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise BadRequest('If-Match is a version in quotes, like `"7"`.')
    return int(text)


ExpectedVersion = Annotated[int, Depends(expected_version)]


@router.post("", status_code=201, summary="Ask for an execution", dependencies=[Depends(requires("start"))])
async def create(
    principal: Caller, services: ServicesDep, response: Response, body: shapes.CreateRequest
) -> shapes.ExecutionShape:
    """Of the runbook's version in service. It starts at once and waits wherever it needs a person.

    With `rollbackOf`, it undoes a completed execution: its rollback commands, last in, first out.
    """
    if body.rollback_of is not None:
        parent = parse_execution(body.rollback_of)
        applied = await services.engine.create_rollback(principal, parent)
    else:
        if not body.start and (body.variables or body.ticked):
            raise Unprocessable("Values and ticks are taken from the start on.", hint="Leave `start` out.")
        runbook_id = await _runbook_id(services, principal, body.runbook)
        applied = await services.engine.create(
            principal, runbook_id, variables=body.variables, ticked=body.ticked, start=body.start
        )
    response.headers["Location"] = address(applied.execution_id)
    return await _changed(services, principal, response, applied.execution_id)


async def _runbook_id(services: Services, principal: Principal, name: str) -> UUID:
    async with services.database.work(principal.tenant_id) as uow:
        return await resolving.resolve_runbook(uow, name)


@router.get("", summary="List executions")
async def list_executions(
    principal: Caller,
    services: ServicesDep,
    state: Annotated[
        str | None,
        Query(max_length=32, description="Only those in this state, or `open`: not ended, or `ended`."),
    ] = None,
    runbook: Annotated[str | None, Query(max_length=64, description="Only those of this runbook.")] = None,
    limit: Limit = limits.PAGE_DEFAULT_ITEMS,
    cursor: Cursor = None,
) -> Page[shapes.ExecutionItem]:
    """Newest first, each with the version that a change of it must name."""
    principal.require("read")
    states = _GROUPS.get(state, [state]) if state else []
    if not _STATES.issuperset(states):
        known = ", ".join([*_GROUPS, *sorted(_STATES)])
        raise Unprocessable(f"There is no state {state!r}.", hint=f"One of {known}.")
    found = await services.engine.list_executions(
        principal.tenant_id,
        states=states,
        runbook_id=await _runbook_id(services, principal, runbook) if runbook else None,
        before=decode_cursor(cursor),
        limit=limit,
    )
    next_cursor = encode_cursor(found[-1].id) if len(found) == limit else None
    return Page(items=[execution_item(item) for item in found], next_cursor=next_cursor)


@router.get("/{execution_id}", summary="Show an execution")
async def show(
    principal: Caller, services: ServicesDep, response: Response, execution_id: ExecutionId
) -> shapes.ExecutionShape:
    """Its state, its steps with their attempts, the open gate, and the events that it takes now."""
    principal.require("read")
    return await _show(services, principal, response, parse_execution(execution_id))


async def _show(
    services: Services, principal: Principal, response: Response, execution_id: UUID
) -> shapes.ExecutionShape:
    view = await services.engine.view(principal.tenant_id, execution_id)
    response.headers["ETag"] = f'"{view.version}"'
    return execution_shape(view)


async def _changed(
    services: Services, principal: Principal, response: Response, execution_id: UUID
) -> shapes.ExecutionShape:
    """As `_show`, with the address: by it the answer to a repeated request is made."""
    response.headers["Content-Location"] = address(execution_id)
    return await _show(services, principal, response, execution_id)


@router.get("/{execution_id}/history", summary="Every event of an execution")
async def history(
    principal: Caller,
    services: ServicesDep,
    execution_id: ExecutionId,
    limit: Limit = limits.PAGE_MAX_ITEMS,
    cursor: Annotated[
        str | None, Query(pattern=r"^[0-9]{1,9}$", description="`nextCursor` of the page before.")
    ] = None,
) -> Page[shapes.HistoryItem]:
    """Oldest first. Texts that people wrote are sealed and are not in it."""
    principal.require("read")
    found = await services.engine.history(
        principal.tenant_id, parse_execution(execution_id), after=int(cursor or 0), limit=limit
    )
    next_cursor = str(found[-1].version) if len(found) == limit else None
    return Page(items=[history_item(item) for item in found], next_cursor=next_cursor)


# ---------------------------------------------------------------- events


@dataclass(frozen=True)
class EventRoute:
    """One event as a route: `make` fills the event's own fields from the body."""

    kind: type[ev.HumanEvent]
    summary: str
    body: type[Input] | None = None
    make: Callable[[Any], dict[str, Any]] = lambda body: body.model_dump()


EVENT_ROUTES: Final = (
    EventRoute(ev.Start, "Begin a pending execution"),
    EventRoute(ev.Bind, "Give a variable its value", shapes.BindBody),
    EventRoute(ev.Tick, "Say that a prerequisite is met", shapes.TickBody),
    EventRoute(ev.Approve, "Approve exactly the intent that was shown", shapes.ApproveBody),
    EventRoute(ev.Refuse, "Say no at the gate", shapes.ReasonBody),
    EventRoute(ev.AskAgain, "Open a lapsed gate anew"),
    EventRoute(ev.Edit, "Run another command in this step's place", shapes.EditBody),
    EventRoute(ev.Skip, "Leave the step out", shapes.ReasonBody),
    EventRoute(ev.DoneByHand, "Say that a person already did the step", shapes.NoteBody),
    EventRoute(ev.Reported, "Say what came of a manual step", shapes.ReportBody),
    EventRoute(ev.RequestRollback, "Ask to undo the latest step that can be undone"),
    EventRoute(ev.DeclineRollback, "Leave things as they are and take over by hand"),
    EventRoute(ev.Retry, "Try the step again, at a gate"),
    EventRoute(ev.Stop, "End the running command"),
    EventRoute(ev.Pause, "Hold everything where it stands"),
    EventRoute(ev.Resume, "Go on from where it was paused"),
    EventRoute(
        ev.Resolve,
        "Say what became of a command whose fate was unknown",
        shapes.ResolveBody,
        lambda body: {"outcome": ev.Resolution(body.outcome), "note": body.note},
    ),
    EventRoute(ev.Abort, "End the execution", shapes.ReasonBody),
)


async def _bring(
    services: Services,
    principal: Principal,
    request: Request,
    response: Response,
    route: EventRoute,
    execution: str,
    version: int,
    body: Input | None,
) -> shapes.ExecutionShape:
    execution_id = parse_execution(execution)
    fields = {} if body is None else route.make(body)
    event = route.kind(by=by(principal), **fields)
    try:
        await services.engine.apply(
            principal.tenant_id,
            execution_id,
            event,
            expected_version=version,
            actor=principal.actor,
            event_key=event_key(principal, request.headers.get(HEADER), route.kind.__name__, version, body),
        )
    except Refused as refusal:
        if refusal.reason_code not in UNFIT:
            raise
        raise Unprocessable(refusal.detail, code=refusal.reason_code, extra=refusal.extra) from refusal
    return await _changed(services, principal, response, execution_id)


def event_key(principal: Principal, key: str | None, event: str, version: int, body: Input | None) -> str:
    """The name of a request: sent again after an unknown end, it is the same event and changes nothing."""
    content = "" if body is None else body.model_dump_json()
    parts = (str(principal.member_id), key or "", event, str(version), content)
    digest = sha256(b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts))
    return f"request:{digest.hexdigest()}"


def _add(route: EventRoute) -> None:
    word = event_word(route.kind.__name__)

    async def with_body(
        principal: Caller,
        services: ServicesDep,
        request: Request,
        response: Response,
        execution_id: ExecutionId,
        version: ExpectedVersion,
        body: Input,
    ) -> shapes.ExecutionShape:
        return await _bring(services, principal, request, response, route, execution_id, version, body)

    async def without_body(
        principal: Caller,
        services: ServicesDep,
        request: Request,
        response: Response,
        execution_id: ExecutionId,
        version: ExpectedVersion,
    ) -> shapes.ExecutionShape:
        return await _bring(services, principal, request, response, route, execution_id, version, None)

    endpoint: Callable[..., Any] = without_body
    if route.body is not None:
        with_body.__annotations__["body"] = route.body
        endpoint = with_body
    endpoint.__name__ = word.replace("-", "_")
    router.add_api_route(
        f"/{{execution_id}}/{word}",
        endpoint,
        methods=["POST"],
        summary=route.summary,
        description=f"{route.kind.__doc__} Gives the execution as it is then.",
        dependencies=[Depends(requires(NEEDED[route.kind].value))],
        response_model=shapes.ExecutionShape,
    )


for _route in EVENT_ROUTES:
    _add(_route)
