"""One transaction with its tenant: named queries in, rows out, audit records and jobs inside it.

A unit of work is made by `Database.work`, used by one task, and ends with its `async with` block.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, LiteralString, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import class_row, scalar_row

from base import log
from base.ids import new_id, new_ids
from controller.db import arrays
from controller.db.errors import border
from controller.db.queries import load

if TYPE_CHECKING:
    from controller.db.jobs import Jobs
    from schemas.audit import AuditRecord, WrittenRecord

Row = TypeVar("Row")
AfterCommit = Callable[[], object]

_QUERIES: Final = load("unit_of_work")
AUDIT_ROWS_MAX: Final = 500
"""Records of one statement: the server sorts and links so many in memory, while the next are sent."""
_Buffered: TypeAlias = "tuple[UUID, AuditRecord | WrittenRecord, str]"
_log = log.get(__name__)


class QueryRows(NamedTuple):
    """One query of several that are sent together: its text, the class of its rows, its parameters."""

    query: LiteralString
    row_type: type[Any]
    params: Mapping[str, Any]


class Statements:
    """Runs named queries on one open transaction; every error is one of `controller.db.errors`.

    `row_type` is a class whose keyword arguments are the columns: a frozen dataclass, a NamedTuple.
    """

    def __init__(
        self, connection: AsyncConnection, bound: Mapping[str, Any], *, prepare: bool | None = None
    ) -> None:
        """`prepare`: at the first use; None, where a connection has run a statement a few times."""
        self.connection = connection
        self._bound = dict(bound)
        self._prepare = prepare
        self._after_commit: list[AfterCommit] = []

    async def one(self, query: LiteralString, row_type: type[Row], **params: Any) -> Row | None:
        """The row, or None. More than one row is a bug of the query and raises AssertionError."""
        rows = await self.all(query, row_type, **params)
        assert len(rows) <= 1, "a query for one row gave several"
        return rows[0] if rows else None

    async def all(self, query: LiteralString, row_type: type[Row], **params: Any) -> list[Row]:
        """All rows; the query bounds their number."""
        with border():
            async with self.connection.cursor(row_factory=class_row(row_type)) as cursor:
                await cursor.execute(query, self._bound | params, prepare=self._prepare)
                return await cursor.fetchall()

    async def several(self, *asked: QueryRows) -> list[list[Any]]:
        """The rows of each, as `all` gives them, none where it only writes; sent together, so that it is one
        wait for all of them.
        """
        with border():
            async with self.connection.pipeline():
                cursors = [await self.send(each) for each in asked]
            return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]

    async def send(self, asked: QueryRows) -> AsyncCursor[Any]:
        """In a pipeline: the cursor has the rows when it has ended. Raises errors of psycopg."""
        query, row_type, params = asked
        cursor = self.connection.cursor(row_factory=class_row(row_type))
        return await cursor.execute(query, self._bound | dict(params), prepare=self._prepare)

    async def value(self, query: LiteralString, **params: Any) -> Any:
        """The first column of the first row, or None."""
        with border():
            async with self.connection.cursor(row_factory=scalar_row) as cursor:
                await cursor.execute(query, self._bound | params, prepare=self._prepare)
                return await cursor.fetchone()

    async def run(self, query: LiteralString, **params: Any) -> int:
        """Execute; how many rows were written, so that a guarded UPDATE can be seen to hit one row."""
        with border():
            async with self.connection.cursor() as cursor:
                await cursor.execute(query, self._bound | params, prepare=self._prepare)
                return cursor.rowcount

    async def run_many(self, query: LiteralString, rows: Iterable[Mapping[str, Any]]) -> int:
        """Execute once for each mapping, in one round trip; how many rows were written in all."""
        with border():
            async with self.connection.cursor() as cursor:
                await cursor.executemany(query, [self._bound | dict(row) for row in rows])
                return cursor.rowcount

    @asynccontextmanager
    async def unawaited(self) -> AsyncIterator[None]:
        """Statements that the block runs are sent without waiting for the answers to those before.

        For writes alone: what was written is not counted, and the first error is raised at the block's end.
        """
        with border():
            async with self.connection.pipeline():
                yield

    def after_commit(self, call: AfterCommit) -> None:
        """Run `call` once the transaction is durable; an awaitable that it gives is awaited.

        For wake-ups: it may be lost in a crash, and its failure is logged, never raised.
        """
        self._after_commit.append(call)

    async def run_after_commit(self) -> None:
        """Called by `Database` after COMMIT."""
        for call in self._after_commit:
            try:
                given = call()
                if inspect.isawaitable(given):
                    await given
            # reason: the border to wake-ups; what was committed stays committed, and a poll finds it
            except Exception:  # noqa: BLE001 - the reason stands above
                _log.exception("a call after the commit failed", extra={"action": "db.after_commit_failed"})


class UnitOfWork(Statements):
    """One transaction of one tenant. `%(tenant_id)s` is bound in every query without being passed."""

    def __init__(
        self, connection: AsyncConnection, tenant_id: UUID, jobs: Jobs, *, prepare: bool | None = None
    ) -> None:
        super().__init__(connection, {"tenant_id": tenant_id}, prepare=prepare)
        self.tenant_id = tenant_id
        self._jobs = jobs
        self._records: list[_Buffered] = []
        self._pipeline = AsyncExitStack()
        self.sends_on = False
        """Whether statements are sent without waiting for the answers to those before."""

    def audit(self, record: AuditRecord) -> UUID:
        """Have the record stored with this transaction, as its last statement; the event's id.

        Records are chained in the order of their ids: one made by `new_id()` here, or `record.event_id`.
        """
        event_id = record.event_id or new_id()
        self._records.append((event_id, record, record.data_text()))
        return event_id

    def audit_all(self, records: Sequence[AuditRecord | WrittenRecord]) -> None:
        """The same of many that choose no id, in their order."""
        assert all(record.event_id is None for record in records), "ids are made here"
        made = zip(new_ids(len(records)), records, strict=True)
        self._records.extend((event_id, record, record.data_text()) for event_id, record in made)

    async def defer(
        self,
        task_name: str,
        *,
        lock: str | None = None,
        once: str | None = None,
        delay: timedelta = timedelta(0),
        urgent: bool = False,
        **ids: UUID | str | int,
    ) -> None:
        """Add a job to this transaction. Its arguments are ids only: the queue is exempt from RLS.

        The tenant's id is added to the arguments. Jobs with the same `lock` run one after another; while
        a job with the same `once` waits, none is added; `delay` keeps it back, `urgent` puts it first.
        """
        arguments = {"tenant_id": self.tenant_id, **ids}
        with border():
            await self._jobs.defer(
                self.connection, task_name, arguments, lock=lock, once=once, delay=delay, urgent=urgent
            )
        if not delay:
            self.after_commit(self._jobs.wake)

    async def has_stored(self) -> bool:
        """Whether this transaction has changed anything, or will by its audit records.

        A row that was only locked counts: the server tells the two apart no better.
        """
        return bool(self._records) or bool(await self.value(_QUERIES["has_stored"]))

    @property
    def has_records(self) -> bool:
        """Whether audit records wait to be stored with this transaction."""
        return bool(self._records)

    async def send_on(self) -> None:
        """As `unawaited`, for all that is still to be run, and the audit records and COMMIT behind it."""
        with border():
            await self._pipeline.enter_async_context(self.connection.pipeline())
        self.sends_on = True

    async def answered(self, *, committing: bool = False) -> None:
        """Wait for what was sent since `send_on`. Raises the first error of it. Called by `Database`."""
        self.sends_on = False
        with border(committing=committing):
            await self._pipeline.aclose()

    async def flush_audit(self) -> None:
        """Store the buffered records, in the order of their ids. Called by `Database` right before COMMIT."""
        if not self._records:
            return
        records, self._records = sorted(self._records, key=_event_id), []
        if len(records) <= AUDIT_ROWS_MAX:
            await self._append(records)
            return
        async with self.unawaited():
            for first in range(0, len(records), AUDIT_ROWS_MAX):
                await self._append(records[first : first + AUDIT_ROWS_MAX])

    async def _append(self, records: Sequence[_Buffered]) -> None:
        await self.run(
            _QUERIES["append_audit"],
            ids=arrays.uuids([event_id for event_id, _, _ in records]),
            event_types=arrays.texts([record.event_type for _, record, _ in records]),
            execution_ids=arrays.uuids([record.execution_id for _, record, _ in records]),
            actor_ids=arrays.texts([record.actor_id for _, record, _ in records]),
            event_data=arrays.texts([text for _, _, text in records]),
            sealed=arrays.blobs([record.sealed for _, record, _ in records]),
        )


def _event_id(buffered: _Buffered) -> UUID:
    return buffered[0]


Work = Callable[[UnitOfWork], Awaitable[Row]]
"""What `Database.transact` runs, perhaps more than once."""
