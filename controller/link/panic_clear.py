"""The end of a panic: two members, each maintainer or owner.

Where the tenant has only one of them: access to the host and a fresh sign-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base.limits import PANIC_CLEAR_MINUTES, REASON_MAX_CHARACTERS
from controller.db.database import Database
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.link.panic import PanicHooks, PanicService
from schemas.audit import AuditRecord, PanicCleared
from schemas.errors import Conflict, Forbidden
from schemas.ids import member_actor

_QUERIES: Final = load("panic")
NEEDS_HOST: Final = "needs_host"
"""The code of the refusal that a sign-in from the host itself turns into a yes."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a member's word did: the panic is over, or it waits for another member's."""

    epoch: int
    cleared: bool


@dataclass(frozen=True, slots=True)
class _Panic:
    mode: str
    panic_epoch: int
    panic_clear_by: UUID | None
    asked_in_time: bool
    may_clear: int
    member_may: bool


class PanicClearer:
    """Clears panics by the rules of CONTRACTS.md §8."""

    def __init__(self, database: Database, service: PanicService, hooks: PanicHooks) -> None:
        self._database = database
        self._service = service
        self._hooks = hooks

    async def clear(
        self, tenant_id: UUID, member_id: UUID, epoch: int, *, alone_on_host: bool, reason: str = ""
    ) -> Clearing:
        """One member's word that the panic of this epoch is over.

        `alone_on_host`: a fresh sign-in by a link that only the host's state folder gives; it counts only
        where no second member could clear. Raises Forbidden for a role that may not, Conflict for another
        epoch.
        """
        async with self._database.work(tenant_id) as uow:
            panic = await uow.one(
                _QUERIES["lock_panic"], _Panic, minutes=PANIC_CLEAR_MINUTES, member_id=member_id
            )
            first = _check(panic, member_id, epoch, alone_on_host=alone_on_host)
            if first is None:
                await uow.run(_QUERIES["ask_clear"], member_id=member_id, epoch=epoch)
                return Clearing(epoch, cleared=False)
            await self._over(uow, member_id, first, epoch, reason)
        await self._service.cleared(tenant_id, epoch)
        return Clearing(epoch, cleared=True)

    async def _over(self, uow: UnitOfWork, member_id: UUID, first: UUID, epoch: int, reason: str) -> None:
        actor = member_actor(member_id)
        changed = await uow.run(_QUERIES["clear_panic"], actor=actor, first_id=first, epoch=epoch)
        assert changed == 1, "the row was locked and checked"
        data = PanicCleared(
            epoch=epoch, members=tuple(sorted({first, member_id})), reason=reason[:REASON_MAX_CHARACTERS]
        )
        uow.audit(AuditRecord(data=data, actor_id=actor))
        await self._hooks.panic_off(uow, epoch, actor)


def _check(panic: _Panic | None, member_id: UUID, epoch: int, *, alone_on_host: bool) -> UUID | None:
    """The other member who asked before (or oneself, where alone); None where a second one is needed."""
    if panic is None or not panic.member_may:
        raise Forbidden("only a maintainer or an owner clears a panic")
    if panic.mode != "panic" or panic.panic_epoch != epoch:
        raise Conflict("that panic does not hold now", extra={"mode": panic.mode, "epoch": panic.panic_epoch})
    if panic.may_clear == 1:
        if alone_on_host:
            return member_id
        raise Forbidden(
            "a tenant with one maintainer clears a panic on the host itself, after a fresh sign-in",
            code=NEEDS_HOST,
            hint="Run `dd0c panic off --on-host` on the machine of the controller, as who runs it.",
        )
    if panic.panic_clear_by is not None and panic.panic_clear_by != member_id and panic.asked_in_time:
        return panic.panic_clear_by
    return None
