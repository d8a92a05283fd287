"""Cursor pages: opaque, bounded, stable while rows are added."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import Field

from base import limits
from schemas.errors import BadRequest
from schemas.model import Model

Item = TypeVar("Item")


class Page(Model, Generic[Item]):
    """One page, newest first unless the route says otherwise."""

    items: list[Item]
    next_cursor: str | None = Field(
        None, description="Give it back as `cursor` for the next page; absent on the last."
    )


Limit = Annotated[int, Query(ge=1, le=limits.PAGE_MAX_ITEMS, description="Items on a page.")]
Cursor = Annotated[str | None, Query(max_length=64, description="`nextCursor` of the page before.")]


def encode_cursor(last: UUID) -> str:
    """The cursor that continues after the row with this id."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def decode_cursor(text: str | None) -> UUID | None:
    """The inverse of `encode_cursor`; raises BadRequest for anything else."""
    if text is None:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadRequest(
            "The cursor is not one of ours.", hint="Leave it out to start at the first page."
        ) from error
