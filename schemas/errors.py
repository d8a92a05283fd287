"""Refusals to a person: each class says its code, HTTP status and title; API, CLI and web learn it from here.

A refusal derives from `Dd0cError` and carries a sentence that may be shown. A fault of ours never does: it
travels as any other exception and leaves a trace in the log instead of a text on the screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Severity = Literal["error", "warn"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong. Lines and columns count from 1; 0 where there is no text position."""

    line: int
    column: int
    path: str
    message: str
    hint: str | None = None
    code: str = "invalid"
    severity: Severity = "error"

    def as_dict(self) -> dict[str, Any]:
        """The JSON form: `line, column, path, message, code, severity` and `hint` where there is one."""
        found: dict[str, Any] = {
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "message": self.message,
            "code": self.code,
            "severity": self.severity,
        }
        if self.hint is not None:
            found["hint"] = self.hint
        return found

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}: " if self.line else ""
        path = f"{self.path}: " if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{path}{self.message}{hint}"


class Dd0cError(Exception):
    """A refusal. `detail` is one sentence for the person, `hint` what to do next, `extra` further JSON
    fields.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Refused"

    def __init__(
        self,
        detail: str,
        *,
        hint: str | None = None,
        code: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint
        self.reason_code = code or self.code
        self.extra: dict[str, Any] = dict(extra or {})

    def problem(self) -> dict[str, Any]:
        """The body of an `application/problem+json` answer (RFC 9457)."""
        found: dict[str, Any] = {
            "type": f"urn:dd0c:{self.reason_code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.reason_code,
        }
        if self.hint is not None:
            found["hint"] = self.hint
        return found | self.extra

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is, whatever the class's own arguments are: refusals come back from the parsing processes."""
        return _restore, (type(self), self.args, dict(self.__dict__))


def _restore(kind: type[Dd0cError], args: tuple[Any, ...], state: dict[str, Any]) -> Dd0cError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class BadRequest(Dd0cError):
    """The request itself is malformed."""

    code = "bad_request"
    status = 400
    title = "Bad request"


class Unauthenticated(Dd0cError):
    """Nobody is known by what was sent."""

    code = "unauthenticated"
    status = 401
    title = "Not signed in"


class Forbidden(Dd0cError):
    """Known, but not allowed."""

    code = "forbidden"
    status = 403
    title = "Not allowed"


class NotFound(Dd0cError):
    """Nothing of that name for this tenant (also the answer for another tenant's)."""

    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(Dd0cError):
    """The state does not admit it, or somebody was faster."""

    code = "conflict"
    status = 409
    title = "Conflict"


class PreconditionFailed(Dd0cError):
    """`If-Match` names another version."""

    code = "precondition_failed"
    status = 412
    title = "Changed meanwhile"


class TooLarge(Dd0cError):
    """More bytes than the bound."""

    code = "too_large"
    status = 413
    title = "Too large"


class UnsupportedMedia(Dd0cError):
    """A content type or encoding that is not read here."""

    code = "unsupported_media"
    status = 415
    title = "Unsupported media type"


class Unprocessable(Dd0cError):
    """Understood, but wrong in content; `places` says where."""

    code = "unprocessable"
    status = 422
    title = "Cannot be processed"

    def __init__(
        self,
        detail: str,
        *,
        hint: str | None = None,
        code: str | None = None,
        extra: Mapping[str, Any] | None = None,
        places: Sequence[Place] = (),
    ) -> None:
        super().__init__(detail, hint=hint, code=code, extra=extra)
        self.places = list(places)

    def problem(self) -> dict[str, Any]:
        found = super().problem()
        if self.places:
            found["places"] = [place.as_dict() for place in self.places]
        return found


class DocumentInvalid(Unprocessable):
    """A document that does not load. Its text names the first place; `places` has them all, in line order."""

    code = "document_invalid"
    title = "Invalid document"

    def __init__(self, places: Sequence[Place], *, path: str = "") -> None:
        if not places:
            raise ValueError("an invalid document needs a place")
        first = places[0]
        more = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
        where = f"{path}: " if path else ""
        super().__init__(f"{where}{first}{more}", hint=first.hint, places=places)
        self.path = path


class PreconditionRequired(Dd0cError):
    """A change without `If-Match`."""

    code = "precondition_required"
    status = 428
    title = "Precondition required"


class TooManyRequests(Dd0cError):
    """The rate limit; `retry_after_seconds` says when it ends."""

    code = "too_many_requests"
    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after_seconds: int, hint: str | None = None) -> None:
        super().__init__(detail, hint=hint, extra={"retryAfterSeconds": retry_after_seconds})
        self.retry_after_seconds = retry_after_seconds


class Unavailable(Dd0cError):
    """Something that we need is down; trying again later may help."""

    code = "unavailable"
    status = 503
    title = "Unavailable"


ALL: tuple[type[Dd0cError], ...] = (
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    PreconditionFailed,
    TooLarge,
    UnsupportedMedia,
    Unprocessable,
    DocumentInvalid,
    PreconditionRequired,
    TooManyRequests,
    Unavailable,
)
"""Every class that can reach a person; the API documents them from this list."""
