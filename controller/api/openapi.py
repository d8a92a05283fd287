"""The OpenAPI document: what FastAPI derives, and the words that a stranger needs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from controller.api.problems import MEDIA_TYPE
from schemas.errors import ALL

VERSION: Final = "1"

DESCRIPTION: Final = """\
Everything that the command line does goes over these routes.

**Signing in.** `Authorization: Bearer ddt_…` (a token made with `POST /tokens`), or a JWT of the configured
issuer, or the session cookie of a browser. Every credential names its tenant; another tenant's things do not
exist for it.

**Errors** are problem details (RFC 9457): a stable `code`, a `title`, a `detail` for people, a `hint` with
what to do next; a 422 says where in `places`.

**Changes of an execution** carry `If-Match: "<version>"`: 428 without it, 409 where it has moved on.

**POST** takes an `Idempotency-Key`: a repeat within 24 hours acts no second time and is given the first
answer again, of an execution its state of now. 409 `request_running`: the first call still works, send the
same again later. 409 `outcome_unknown`: it ended with its controller, look whether it was done.

**Lists** give `items` and, where there is more, `nextCursor`. **Streams** are server-sent events, resumed by
`Last-Event-ID`. What is absent is left out, never null. Times are UTC.
"""

TAGS: Final = (
    {"name": "runbooks", "description": "What is in service, and what a pasted text would become."},
    {"name": "pulls", "description": "Pull requests: the only way in which a runbook changes."},
    {"name": "executions", "description": "Runs of runbooks, step by step, with a person at every gate."},
    {"name": "classify", "description": "The risk of one command, without running it."},
    {"name": "agents", "description": "The programs that run commands in your network; they only dial out."},
    {"name": "panic", "description": "The halt of everything."},
    {"name": "sync", "description": "How the rows follow git."},
    {"name": "audit", "description": "What happened, by whom, in a chain that shows every change to it."},
    {"name": "policy", "description": "What git asks for before a step runs."},
    {"name": "people", "description": "Members, roles, tokens."},
    {"name": "session", "description": "Signing in and out."},
    {"name": "health", "description": "Is it alive, is it ready? At the root, without sign-in."},
)

_STATUSES: Final = {
    "400": "The request is malformed.",
    "401": "Nobody is known by what was sent.",
    "403": "Known, but not allowed; or a page of another origin.",
    "404": "There is no such thing, or it is another tenant's.",
    "409": "The state does not admit it, or somebody was faster.",
    "412": "`If-Match` names another content.",
    "413": "More bytes than the bound.",
    "421": "This server does not answer under that host name.",
    "422": "Understood, but wrong in content; `places` says where.",
    "428": "A change without `If-Match`.",
    "429": "Too many; `Retry-After` says when.",
    "503": "Something that is needed is down; `Retry-After` says when to try again.",
}

_PLACE: Final = {
    "type": "object",
    "properties": {
        "line": {"type": "integer", "description": "From 1; 0 where there is no position in a text."},
        "column": {"type": "integer"},
        "path": {"type": "string"},
        "message": {"type": "string"},
        "code": {"type": "string"},
        "hint": {"type": "string"},
        "severity": {"type": "string"},
    },
}

_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 128 printable ASCII characters: the same key and request act once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
}


def document(app: FastAPI) -> dict[str, Any]:
    """The document, made once and kept."""
    if app.openapi_schema is None:
        app.openapi_schema = _build(app)
    return app.openapi_schema


def _build(app: FastAPI) -> dict[str, Any]:
    built = get_openapi(
        title="dd0c/run",
        version=VERSION,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[dict(tag) for tag in TAGS],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = built["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["ProblemDetails"] = _problem_schema()
    built["components"]["responses"] = {
        f"Problem{status}": {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for status, description in _STATUSES.items()
    }
    for path, method, operation in operations(built):
        _complete(path, method, operation)
    return built


def operations(built: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every (path, METHOD, operation) of a document, in its order."""
    for path, methods in built["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def _problem_schema() -> dict[str, Any]:
    codes = sorted({error.code for error in ALL})
    return {
        "type": "object",
        "title": "ProblemDetails",
        "description": f"Why a request was refused. Among the codes: {', '.join(codes)}.",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {"type": "string", "examples": ["urn:dd0c:not_found"]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "Stable, for programs."},
            "detail": {"type": "string", "description": "One sentence for a person."},
            "hint": {"type": "string", "description": "What to do next."},
            "places": {"type": "array", "items": _PLACE},
        },
        "additionalProperties": True,
        "example": {
            "type": "urn:dd0c:not_found",
            "title": "Not found",
            "status": 404,
            "code": "not_found",
            "detail": "There is no such runbook.",
            "hint": "`dd0c runbooks` lists those in service.",
        },
    }


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status in _possible(path, method, operation):
        if status == "422" or status not in responses:
            responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
    if "422" in responses and "422" not in _possible(path, method, operation):
        del responses["422"]
    if method == "POST" and "security" in operation and not path.startswith("/api/v1/panic"):
        operation.setdefault("parameters", []).append(dict(_IDEMPOTENCY))
    operation["responses"] = dict(sorted(responses.items()))


def _possible(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    """The refusals that an operation can give."""
    if not path.startswith("/api/"):
        return ["421"]
    found = {"400", "421", "503"}
    if "security" in operation or path.endswith(("/session", "/enroll", "/by-token/{tenant_id}")):
        found.add("401")
    if "security" in operation:
        found |= {"403"}
    if "{" in path:
        found.add("404")
    if method != "GET":
        found |= {"403", "409"}
    if "requestBody" in operation:
        found |= {"413", "422"}
    if operation.get("parameters"):
        found.add("422")
    if any(item["name"] == "if-match" for item in operation.get("parameters", [])):
        found.add("428" if "/executions/" in path else "412")
    if path.endswith(
        ("/parse-preview", "/runbooks/parse", "/classify", "/session", "/enroll", "/events", "/stream")
    ):
        found.add("429")
    return sorted(found)
