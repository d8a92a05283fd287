"""Which runbook is meant by an id or a name."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from base.ids import InvalidId, parse_id, show_id
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from schemas.errors import Conflict, NotFound

_QUERIES: Final = queries.load("catalog")


class _Named(NamedTuple):
    id: UUID
    repository: str
    serves: bool


def no_runbook() -> NotFound:
    """What is said where there is none."""
    return NotFound("There is no such runbook.", hint="`dd0c runbooks` lists those in service.")


async def resolve_runbook(uow: UnitOfWork, text: str) -> UUID:
    """The id behind an id or a name, of a runbook in service before a retired one. Raises NotFound, and
    Conflict where several repositories serve one of this name: nobody guesses which is meant.
    """
    try:
        return parse_id("rbk", text)
    except InvalidId:
        found = await uow.all(_QUERIES["runbook_by_name"], _Named, name=text)
    if not found:
        raise no_runbook()
    serving = [each for each in found if each.serves]
    if len(serving) > 1:
        ids = [show_id("rbk", each.id) for each in serving]
        named = ", ".join(f"{id_} ({each.repository})" for id_, each in zip(ids, serving, strict=True))
        raise Conflict(
            f"{len(serving)} repositories have a runbook of this name.",
            hint=f"Use the id of the one that is meant: {named}.",
            code="ambiguous_name",
            extra={"candidates": [each.repository for each in serving], "ids": ids},
        )
    return found[0].id
