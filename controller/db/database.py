"""The pool of connections, the check of the role at boot, and the edge where every transaction commits.

`async with database.work(tenant_id) as uow` is one transaction: it commits when the block ends, rolls back
when the block raises or is cancelled. The tenant is set inside the transaction and nowhere else
(PROMISES.md 58, 59).
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, LiteralString, Self
from uuid import UUID, uuid4

import psycopg
from psycopg import AsyncClientCursor, AsyncConnection, AsyncCursor
from psycopg.pq import TransactionStatus
from psycopg.rows import class_row
from psycopg.types.json import JsonbDumper
from psycopg_pool import AsyncConnectionPool

from base import faults, log
from controller.db import arrays
from controller.db.bus import Bus, MemoryBus
from controller.db.errors import Broken, ConnectionLost, Contention, DatabaseError, border
from controller.db.fence import current
from controller.db.jobs import Jobs
from controller.db.queries import load
from controller.db.unit_of_work import QueryRows, Row, Statements, UnitOfWork, Work

BEFORE_COMMIT: Final = faults.register("db.before_commit", "a transaction is complete but not committed")
AFTER_COMMIT: Final = faults.register("db.after_commit", "a transaction is committed, nobody has been told")

RLS_FIXED_IN: Final = {16: 10, 17: 6, 18: 0}
"""The first minor release of each major one without a known hole in row-level security: CVE-2024-10976 (16.5,
17.1) and CVE-2025-8713, which shows samples of hidden rows of partitioned tables (16.10, 17.6)."""

_CONNECT_SECONDS: Final = 10.0
_ATTEMPTS: Final = 5
_QUERIES: Final = load("unit_of_work")
_COMMIT: Final = QueryRows(_QUERIES["commit"], tuple, {})
_WENT_ON: Final = "a statement failed and the block went on: nothing was stored"
_log = log.get(__name__)


class UnsafeDatabase(Exception):
    """The role or the server would make row-level security worthless; one sentence says which."""


@dataclass(frozen=True)
class Role:
    """What the connected role could do."""

    role: str
    superuser: bool
    bypasses_rls: bool
    owns_tables: bool
    excessive: str
    unprotected: str

    def complaint(self) -> str | None:
        """Why the product must not run as this role; None where it may. Pure."""
        if self.superuser:
            return f"The role {self.role} is a superuser, whom row-level security does not bind."
        if self.bypasses_rls:
            return f"The role {self.role} has BYPASSRLS."
        if self.owns_tables:
            return f"The role {self.role} owns tables of the product, or may become their owner."
        if self.excessive:
            return f"The role {self.role} has TRUNCATE, REFERENCES or TRIGGER on: {self.excessive}."
        if self.unprotected:
            return f"Row-level security is not forced on: {self.unprotected}."
        return None


def version_complaint(server_version: int) -> str | None:
    """Why a server of this version (as 180006) should not hold tenants' rows; None where it may. Pure."""
    major, minor = divmod(server_version, 10_000)
    shown = f"{major}.{minor}"
    if major < min(RLS_FIXED_IN):
        return f"PostgreSQL {shown} is too old: {min(RLS_FIXED_IN)} or newer is needed."
    floor = RLS_FIXED_IN.get(major, 0)
    if minor < floor:
        return (
            f"PostgreSQL {shown} has known holes in row-level security: {major}.{floor} or newer is needed."
        )
    return None


class Database:
    """Everything of the product that talks to PostgreSQL goes through one of these a process."""

    def __init__(self, pool: AsyncConnectionPool, bus: Bus, instance: str) -> None:
        self._pool = pool
        self.jobs = Jobs(pool, bus)
        self.instance = instance
        """This process: its connections, and no others, have it as their `application_name`."""

    @classmethod
    async def open(
        cls,
        url: str,
        pool_size: int = 10,
        *,
        bus: Bus | None = None,
        production: bool = False,
        prepare: bool = True,
    ) -> Self:
        """Connect as dd0c_app and check that it is safe to go on.

        `production` turns the warning about an old server into a refusal; `prepare` False is for a
        PgBouncer that does not follow prepared statements. Raises UnsafeDatabase, or Retryable where
        there is no server.
        """
        instance = f"dd0c {uuid4().hex}"
        pool = AsyncConnectionPool(
            url,
            min_size=min(2, pool_size),
            max_size=pool_size,
            timeout=_CONNECT_SECONDS,
            kwargs={
                "autocommit": True,
                "prepare_threshold": 5 if prepare else None,
                "application_name": instance,
            },
            configure=_configure,
            check=_check,
            open=False,
        )
        with border():
            await pool.open(wait=True, timeout=_CONNECT_SECONDS)
        try:
            await _inspect(pool, production=production)
            database = cls(pool, bus or MemoryBus(), instance)
            await database.jobs.open()
        except BaseException:  # cancelled or refused: no connection may be left open
            await pool.close()
            raise
        return database

    async def close(self) -> None:
        """Close the pool; work that is still open fails."""
        await self.jobs.close()
        await self._pool.close()

    @asynccontextmanager
    async def work(self, tenant_id: UUID, *, planned_once: bool = False) -> AsyncIterator[UnitOfWork]:
        """One transaction of a tenant. Raises what the block raises, and errors of `controller.db.errors`.

        `planned_once`: a connection plans each statement once, and not for the values of each call. For
        statements that find few rows by index whatever they are asked: planning takes longer than they do.
        """
        begin = "begin_planned_once" if planned_once else "begin_tenant"
        async with self._connection() as connection:
            await _begin(connection, _QUERIES[begin], {"tenant_id": str(tenant_id)})
            uow = UnitOfWork(connection, tenant_id, self.jobs, prepare=planned_once or None)
            try:
                with border():  # the block may use `uow.connection` itself
                    yield uow
                if (fence := current()) is not None:
                    await uow.answered()
                    await fence.prove(uow)
                await _commit_with_records(uow)
            except BaseException:  # cancelled too: the transaction ends here whatever ends it
                await _roll_back(connection, uow)
                raise
        await uow.run_after_commit()

    async def at_once(
        self, tenant_id: UUID, *asked: QueryRows, sent: Callable[[], object] | None = None
    ) -> list[list[Any]]:
        """One transaction of statements that need no answer of each other, as `UnitOfWork.several`: they are
        sent with its BEGIN and its COMMIT, so that it is one wait in all. Raises as `work`.

        `sent` is called when the server has all of it to do, and the answers are still to come.
        """
        if current() is not None:  # a fence proves itself behind the statements
            async with self.work(tenant_id) as uow:
                return await uow.several(*asked)
        async with self._connection() as connection:
            uow = UnitOfWork(connection, tenant_id, self.jobs, prepare=True)
            begin = QueryRows(_QUERIES["begin"], tuple, {})
            tenant = QueryRows(_QUERIES["set_tenant"], tuple, {"tenant_id": str(tenant_id)})
            try:
                with border(committing=True):
                    async with connection.pipeline():
                        cursors = [await uow.send(each) for each in (begin, tenant, *asked)][2:]
                        faults.reach(BEFORE_COMMIT)
                        end = await uow.send(_COMMIT)
                        if sent is not None:
                            sent()
                    _check_committed(end)
                    faults.reach(AFTER_COMMIT)
                    return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]
            except BaseException:  # cancelled too: the transaction ends here whatever ends it
                await _roll_back(connection)
                raise

    @asynccontextmanager
    async def untenanted(self) -> AsyncIterator[Statements]:
        """One transaction without a tenant, for the exempt tables: timers, schema_migrations, jobs."""
        async with self._connection() as connection:
            await _begin(connection, _QUERIES["begin_untenanted"], {})
            statements = Statements(connection, {})
            try:
                yield statements
                await _commit(connection)
            except BaseException:  # cancelled too: the transaction ends here whatever ends it
                await _roll_back(connection)
                raise
        await statements.run_after_commit()

    async def transact(self, tenant_id: UUID, work: Work[Row], *, planned_once: bool = False) -> Row:
        """Run `work` in a transaction, again from the start where it lost a race for locks, a few times."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self.work(tenant_id, planned_once=planned_once) as uow:
                    return await work(uow)
            except Contention:
                if attempt == _ATTEMPTS:
                    raise
                _log.info("a transaction is done again", extra={"action": "db.retried", "attempt": attempt})
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        with border():
            connection = await self._pool.getconn()
        try:
            yield connection
        finally:
            # Given back even where this task is cancelled once more meanwhile; the pool closes a connection
            # that is still busy and rolls back one that is inside a transaction.
            await asyncio.shield(self._pool.putconn(connection))


async def _begin(connection: AsyncConnection, query: LiteralString, params: dict[str, str]) -> None:
    with border():
        await AsyncClientCursor(connection).execute(query, params)


async def _commit_with_records(uow: UnitOfWork) -> None:
    """COMMIT, behind the audit records: with them, so that it is one wait for both."""
    if not uow.has_records and not uow.sends_on:
        await _commit(uow.connection)
        return
    if not uow.sends_on:
        _check_sound(uow.connection)
        await uow.send_on()
    await uow.flush_audit()
    faults.reach(BEFORE_COMMIT)
    with border(committing=True):
        end = await uow.send(_COMMIT)
    await uow.answered(committing=True)
    _check_committed(end)
    faults.reach(AFTER_COMMIT)


async def _commit(connection: AsyncConnection) -> None:
    _check_sound(connection)
    faults.reach(BEFORE_COMMIT)
    with border(committing=True):
        await connection.commit()
    faults.reach(AFTER_COMMIT)


def _check_sound(connection: AsyncConnection) -> None:
    """Where a statement failed and the block went on, the server would roll back and say nothing."""
    if connection.closed:
        raise ConnectionLost("the connection is lost")
    if connection.pgconn.transaction_status != TransactionStatus.INTRANS:
        raise Broken(_WENT_ON)


def _check_committed(end: AsyncCursor[Any]) -> None:
    """The same of a COMMIT that was sent behind statements whose answers were still to come."""
    if end.statusmessage != "COMMIT":
        raise Broken(_WENT_ON)


async def _roll_back(connection: AsyncConnection, uow: UnitOfWork | None = None) -> None:
    try:
        if uow is not None:
            with suppress(DatabaseError):  # it is what ended the block, or comes of it
                await uow.answered()
        await connection.rollback()
    except psycopg.Error as error:
        _log.debug("rollback failed: %s", error, extra={"action": "db.rollback_failed"})


async def _configure(connection: AsyncConnection) -> None:
    connection.adapters.register_dumper(dict, JsonbDumper)
    arrays.register(connection)


async def _check(connection: AsyncConnection) -> None:
    """Refuse a connection that the server has closed meanwhile.

    An idle server says nothing, so a quiet socket costs no round trip; one with something to read is asked.
    """
    poll = select.poll()  # not select(): a process with a thousand agents has descriptors beyond 1,023
    poll.register(connection.pgconn.socket, select.POLLIN)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)


async def _inspect(pool: AsyncConnectionPool, *, production: bool) -> None:
    with border():
        async with pool.connection() as connection, connection.cursor(row_factory=class_row(Role)) as cursor:
            complaint = version_complaint(connection.info.server_version)
            await cursor.execute(_QUERIES["inspect_role"])
            role = await cursor.fetchone()
    if complaint and (production or "too old" in complaint):
        raise UnsafeDatabase(complaint)
    if complaint:
        _log.warning(complaint, extra={"action": "db.version_unsafe"})
    assert role is not None
    if (objection := role.complaint()) is not None:
        raise UnsafeDatabase(objection)
