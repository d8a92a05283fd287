"""What GitHub's answers mean: values read from JSON with a complaint where they are missing, and refusals.

Pure. A text that GitHub wrote is foreign: it is cut and made printable before anybody sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, TypeGuard

from forge.errors import ForgeBusy, ForgeConflict, ForgeDown, ForgeError, ForgeRefused

Document: TypeAlias = dict[str, Any]

SECONDARY_SECONDS: Final = 60.0
"""How long to wait where a limit names no time: GitHub's "wait for at least one minute"."""

_MESSAGE_MAX: Final = 300
_OID: Final = re.compile(r"[0-9a-f]{40}")


class Missing(ForgeRefused):
    """404: it is not there, or the credential may not see it; GitHub does not say which."""


class NotAllowed(ForgeRefused):
    """405: GitHub will not merge this as it is."""


class Invalid(ForgeRefused):
    """422: the request contradicts what is there, or a rule of the repository."""


@dataclass(frozen=True)
class Answer:
    """One response: its status, its headers with lower-case names, and its JSON (None for an empty body)."""

    status: int
    headers: Mapping[str, str]
    document: Any


def message_of(document: object) -> str:
    """What GitHub says about a failure, with its errors, on one line of at most 300 characters."""
    if not isinstance(document, dict):
        return ""
    parts = [str(document.get("message") or "")]
    errors = document.get("errors")
    parts += [_error(error) for error in (errors if isinstance(errors, list) else ())]
    text = ". ".join(part.strip().rstrip(".") for part in parts if part.strip())
    return "".join(c for c in text if c.isprintable())[:_MESSAGE_MAX]


def _error(error: object) -> str:
    return str(error.get("message") or error.get("code") or "") if isinstance(error, dict) else str(error)


def limited_for(answer: Answer, now: datetime) -> float | None:
    """For how many seconds GitHub asks us to wait, or None where this answer is no limit.

    429, and the 403 of the primary and the secondary limits.
    """
    if answer.status not in {403, 429}:
        return None
    after = answer.headers.get("retry-after", "")
    if after.isascii() and after.isdigit():
        return float(min(int(after), 86_400))
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = answer.headers.get("x-ratelimit-reset", "")
        if reset.isascii() and reset.isdigit() and len(reset) < 12:
            return max(1.0, min(int(reset) - now.timestamp(), 86_400.0))
        return SECONDARY_SECONDS
    if answer.status == 429 or "rate limit" in message_of(answer.document).lower():
        return SECONDARY_SECONDS
    return None


def refusal_of(answer: Answer, what: str) -> ForgeError:
    """The error of a failed answer. `what` completes "GitHub … to <what>" for a person."""
    said = message_of(answer.document)
    tail = f": {said}" if said else ""
    status = answer.status
    if status == 401:
        return ForgeRefused(
            f"GitHub refused the credential when asked to {what}",
            hint="The token or the key of the app is wrong, expired or revoked: set DD0C_GITHUB_TOKEN anew.",
        )
    if status == 403:
        return ForgeRefused(f"GitHub does not let this credential {what}{tail}", hint=_permission(answer))
    if status in {404, 410, 451}:
        return Missing(f"GitHub found nothing when asked to {what}{tail}")
    if status == 405:
        return NotAllowed(f"GitHub refused to {what}{tail}")
    if status == 409:
        return ForgeConflict(f"GitHub could not {what}{tail}")
    if status in {301, 302, 307, 308}:
        return ForgeRefused(
            f"GitHub sends elsewhere when asked to {what}: the repository was renamed or moved",
            hint="Set the repository's new address.",
        )
    if status == 422:
        return Invalid(f"GitHub refused to {what}{tail}")
    if status >= 500:
        return ForgeDown(f"GitHub failed with {status} when asked to {what}")
    return ForgeRefused(f"GitHub answered {status} when asked to {what}{tail}")


def _permission(answer: Answer) -> str:
    wanted = answer.headers.get("x-accepted-github-permissions", "")
    wanted = "".join(c for c in wanted if c.isprintable())[:200]
    return f"Give it the permission {wanted}." if wanted else "docs/github.md lists the permissions it needs."


def limited(seconds: float) -> ForgeBusy:
    """The error of a limit that lasts longer than the caller can wait."""
    return ForgeBusy(f"GitHub asks to wait {seconds:.0f} seconds before the next request", seconds)


# ------------------------------------------------------------------ values


def unreadable(what: str) -> ForgeDown:
    """The error of an answer that lacks what it must have."""
    return ForgeDown(f"GitHub's answer can't be read: {what}")


def at(document: object, *keys: str) -> Any:
    """What lies below some keys, or None where anything on the way is missing or null."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def text_at(document: object, *keys: str) -> str:
    """A text. Raises ForgeDown."""
    found = at(document, *keys)
    if not isinstance(found, str):
        raise unreadable(f"no text at {'.'.join(keys)}")
    return found


def number_at(document: object, *keys: str) -> int:
    """A whole number. Raises ForgeDown."""
    found = at(document, *keys)
    if not isinstance(found, int) or isinstance(found, bool):
        raise unreadable(f"no number at {'.'.join(keys)}")
    return found


def oid_at(document: object, *keys: str) -> str:
    """The id of a git object. Raises ForgeDown."""
    found = text_at(document, *keys)
    if not _OID.fullmatch(found):
        raise unreadable(f"no commit at {'.'.join(keys)}")
    return found


def is_oid(value: object) -> TypeGuard[str]:
    """Whether a value is an object's id."""
    return isinstance(value, str) and _OID.fullmatch(value) is not None


def instant_at(document: object, *keys: str) -> datetime:
    """A time in UTC. Raises ForgeDown."""
    text = text_at(document, *keys)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise unreadable(f"no time at {'.'.join(keys)}") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def items(document: object) -> list[Document]:
    """A list of objects. Raises ForgeDown."""
    if not isinstance(document, list) or not all(isinstance(item, dict) for item in document):
        raise unreadable("no list of objects")
    return document
