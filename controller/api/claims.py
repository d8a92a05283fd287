"""Claims of idempotency keys: who holds one, whether that call still works, and when another may go on.

While a call works, the row's `headers` hold the call in place of the answer's headers: the process (as its
connections name themselves), the call, and whether it has acted, which its first storing transaction notes
before it commits (`controller.db.fence`). So of a call that vanished with its process it is known whether
it changed anything; and one that was only taken for vanished can't change anything afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, Final
from uuid import uuid4

from psycopg.types.json import Jsonb

from base import limits
from controller.db import queries
from controller.db.database import Database
from controller.db.errors import DatabaseError
from controller.db.fence import fenced
from controller.db.unit_of_work import UnitOfWork
from controller.tenants.principal import Principal
from schemas.errors import Conflict, Unprocessable

OVERDUE_MINUTES: Final = 5
"""A call of another process that is older than this counts as vanished, though its process is there: it may
have failed to give its key back while the database was away."""

_QUERIES: Final = queries.load("idempotency")
_WHERE: Final = "Idempotency-Key"


class Repeat(Enum):
    """What a second call may do where the first one vanished without an answer."""

    NEVER = "never"
    """It acts outside the database too: nobody can say what it did."""
    IF_NOTHING_WAS_STORED = "if nothing was stored"
    """It acts in the database only."""
    ALWAYS = "always"
    """And what it brings is recognised there when it comes again."""


@dataclass(frozen=True)
class Holder:
    """The call that has a key: its process, itself, and whether a change of it was stored."""

    instance: str
    call: str
    acted: bool = False


@dataclass(frozen=True)
class Earlier:
    """The row of a key that somebody holds; `status` is None while there is no answer.

    `headers` are the answer's, or until then the holder's; `response` is None where it is not kept.
    """

    request_sha256: bytes
    status: int | None
    headers: dict[str, Any] | None
    response: bytes | None
    is_overdue: bool
    is_there: bool


_running: Final[set[str]] = set()
"""The calls of this process that are under way."""

GIVEN_BACK_MAX: Final = 4_096
_given_back: Final[dict[str, None]] = {}
"""The last calls of this process that are over, whose key could not be given back as the database was away:
never begun, or refused, or failed at its first look. What one stored stands in its row all the same."""


@dataclass
class Claim:
    """One call and the key that came with it. As a fence it lets nothing be stored once the key is lost."""

    database: Database
    principal: Principal
    key: str
    digest: bytes
    repeat: Repeat
    holder: Holder = field(init=False)
    _is_acting: bool = field(init=False, default=False)
    _has_worked: bool = field(init=False, default=False)
    """A transaction of the call came to its end: what acts outside the database may have done so by then."""

    def __post_init__(self) -> None:
        self.holder = Holder(self.database.instance, uuid4().hex)

    async def take(self) -> Earlier | None:
        """None when the key is ours; else the row of the first call, which has its answer.

        Raises Unprocessable for another request, Conflict `request_running` where the first call still works,
        and `outcome_unknown` where it ended without an answer and must not be done again. DatabaseError: the
        key may be ours, but nothing was begun under it.
        """
        try:
            return await self._take()
        except DatabaseError:
            _give_back(self.holder.call)
            raise

    async def _take(self) -> Earlier | None:
        async with self.database.work(self.principal.tenant_id) as uow:
            claimed = await uow.run(
                _QUERIES["claim"],
                **self._key(),
                request_sha256=self.digest,
                holder=Jsonb(asdict(self.holder)),
                hours=limits.IDEMPOTENCY_HOURS,
            )
            if claimed:
                await uow.run(_QUERIES["sweep"])
                return None
            row = await uow.one(_QUERIES["find"], Earlier, **self._key(), minutes=OVERDUE_MINUTES)
            if row is None:
                raise Conflict(
                    "The call with this idempotency key has just ended.",
                    hint="Send it again.",
                    code="request_running",
                )
            if row.request_sha256 != self.digest:
                raise Unprocessable(
                    f"This {_WHERE} was used for another request.", hint="Make a new key a request."
                )
            if row.status is not None:
                return row
            await self._take_over(uow, row)
        return None

    async def _take_over(self, uow: UnitOfWork, row: Earlier) -> None:
        seen = row.headers or {}
        if _is_running(seen, row, self.holder.instance):
            raise still_running()
        acted = seen.get("acted") is not False  # not known: of an older version, which noted nothing
        again = self.repeat is Repeat.ALWAYS or (
            not acted and (self.repeat is Repeat.IF_NOTHING_WAS_STORED or seen.get("call") in _given_back)
        )
        if not again:
            raise _unknown(acted=bool(seen) and acted)
        self.holder = Holder(self.holder.instance, self.holder.call, acted)
        taken = await uow.run(
            _QUERIES["take_over"], **self._key(), holder=Jsonb(asdict(self.holder)), seen=Jsonb(seen)
        )
        if not taken:
            raise still_running()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """From before the key is taken until the answer is kept, this process knows that the call runs."""
        _running.add(self.holder.call)
        try:
            yield
        finally:
            _running.discard(self.holder.call)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Do the call's own work: whatever it stores proves the claim first."""
        self._is_acting = True
        try:
            with fenced(self):
                yield
        finally:
            self._is_acting = False

    async def prove(self, uow: UnitOfWork) -> None:
        """Note with this transaction that the call has acted. Raises Conflict where the key was lost."""
        if not self._is_acting:
            return
        self._has_worked = True
        if not await uow.has_stored():
            return  # what outlives the answer proves nothing, and neither does a look
        if not await uow.run(_QUERIES["prove"], **self._key(), call=self.holder.call):
            raise still_running()

    async def release(self, *, refused: bool) -> None:
        """Give the key back, so that the call may be repeated: it was refused, or has done nothing."""
        try:
            async with self.database.work(self.principal.tenant_id) as uow:
                await uow.run(_QUERIES["release"], **self._key(), call=self.holder.call, refused=refused)
        except DatabaseError:
            if refused or not self._has_worked:
                _give_back(self.holder.call)
            raise

    async def finish(self, status: int, headers: dict[str, str], response: bytes | None) -> None:
        """Keep the answer."""
        async with self.database.work(self.principal.tenant_id) as uow:
            await uow.run(
                _QUERIES["finish"],
                **self._key(),
                call=self.holder.call,
                status=status,
                headers=Jsonb(headers),
                response=response,
            )

    def _key(self) -> dict[str, Any]:
        return {"member_id": self.principal.member_id, "key": self.key}


def _give_back(call: str) -> None:
    """Remember a call that is over, in place of its row that could not be removed."""
    _given_back[call] = None
    while len(_given_back) > GIVEN_BACK_MAX:
        del _given_back[next(iter(_given_back))]


def _is_running(seen: dict[str, Any], row: Earlier, instance: str) -> bool:
    if seen.get("instance") == instance:
        return seen.get("call") in _running
    return row.is_there and not row.is_overdue


def still_running() -> Conflict:
    """The first call has no answer yet: the same again, a little later, is given it."""
    return Conflict(
        "The first call with this idempotency key still runs.",
        hint="Send it again in a second, with the same key.",
        code="request_running",
    )


def _unknown(*, acted: bool) -> Conflict:
    what = (
        "It had stored something, so it was done, at least in part."
        if acted
        else "Whether it was done is not known."
    )
    return Conflict(
        f"The first call with this idempotency key ended without an answer, as its controller did. {what}",
        hint="Look whether it was done. If it was not, send it again with a new key.",
        code="outcome_unknown",
        extra={"acted": acted},
    )
