"""The border where a forge's errors become answers to a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from forge import errors as forge
from schemas.errors import Conflict, Dd0cError, NotFound, TooLarge, Unavailable, Unprocessable


def as_refusal(fault: forge.ForgeError) -> Dd0cError:
    """What the person is told. Pure."""
    if isinstance(fault, forge.NoSuchPull | forge.NoSuchRepository):
        return NotFound(_sentence(fault.reason))
    if isinstance(fault, forge.NotMergeable):
        return Conflict(_sentence(fault.reason), hint=fault.hint, code="not_mergeable")
    if isinstance(fault, forge.TooLarge):
        return TooLarge(_sentence(fault.reason), hint=fault.hint)
    if isinstance(fault, forge.ForgeRefused):
        return Unprocessable(_sentence(fault.reason), hint=fault.hint, code="forge_refused")
    if isinstance(fault, forge.HeadMoved):
        extra = {"expectedHead": fault.expected, "head": fault.found}
        hint = "Look at the new commits, then decide again."
        return Conflict(_sentence(fault.reason), hint=hint, code="head_moved", extra=extra)
    if isinstance(fault, forge.ForgeConflict):
        return Conflict(_sentence(fault.reason), code="forge_conflict")
    return Unavailable(_sentence(fault.reason), hint="Try again in a few seconds.", code="forge_unavailable")


def _sentence(reason: str) -> str:
    text = reason[:1].upper() + reason[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


@contextmanager
def forge_border() -> Iterator[None]:
    """Let only errors of `schemas.errors` out of a call to the forge."""
    try:
        yield
    except forge.ForgeError as fault:
        raise as_refusal(fault) from fault
