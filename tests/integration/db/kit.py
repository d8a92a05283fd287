"""What the tests of the unit of work share."""

from __future__ import annotations

from typing import Final

from controller.db.unit_of_work import UnitOfWork
from schemas.audit import AuditRecord, SecurityRefused
from schemas.ids import system_actor

ACTOR: Final = system_actor("test")
COUNT: Final = "select count(*) from dd0c.audit_events where tenant_id = %(tenant_id)s"


class Refused(Exception):
    """What a block may raise in the middle."""


def record(code: str = "probe") -> AuditRecord:
    """Any audit record."""
    return AuditRecord(data=SecurityRefused(code=code, surface="test"), actor_id=ACTOR)


async def rows_of(uow: UnitOfWork, text: str, **params: object) -> list[tuple[object, ...]]:
    """All rows of a text that is no named query."""
    cursor = await uow.connection.execute(text.encode(), {"tenant_id": uow.tenant_id, **params})
    return await cursor.fetchall()
