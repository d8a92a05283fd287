"""Background jobs: procrastinate on our own pool, deferred inside the caller's transaction.

Its NOTIFY trigger is off (it takes a database-wide lock at commit), so workers poll once a second and are
woken over our bus. It never retries the jobs of a worker that died: `retry_stalled` does (CONTRACTS.md §2).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import monotonic
from typing import Any, Final
from uuid import UUID

import procrastinate
import psycopg
from procrastinate.connector import Notify
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from base import log
from controller.db.bus import Bus
from controller.db.errors import translate
from controller.db.kept import Kept

CHANNEL: Final = "jobs"
POLL_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 3.0
STALLED_SECONDS: Final = 15.0
"""A worker that was silent for five heartbeats is dead; its jobs run again, so jobs are idempotent."""
_URGENT: Final = 10
"""Every other job has the queue's own priority, 0; a higher one goes first."""
_CHECK_SECONDS: Final = 5.0
_SILENT_SECONDS: Final = 20.0
"""Three checks, and the ten seconds that one waits for a connection at most, without an answer."""

_log = log.get(__name__)

Task = Callable[..., Coroutine[Any, Any, None]]


class _BusConnector(procrastinate.PsycopgConnector):
    """procrastinate's connector, woken by our bus where it would LISTEN."""

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        first = next(iter(channels))
        payload = json.dumps({"type": "job_inserted", "job_id": 0})
        async with self._bus.subscribe(CHANNEL) as wakes:
            async for _ in wakes:
                await on_notification(channel=first, payload=payload)


class Jobs:
    """The tasks that this process knows, and the queue they wait in."""

    def __init__(self, pool: AsyncConnectionPool, bus: Bus) -> None:
        self._pool = pool
        self._bus = bus
        self._kept: tuple[Kept, ...] = ()
        self._looked_at = 0.0
        self.app = procrastinate.App(connector=_BusConnector(bus))

    async def open(self) -> None:
        """Called by `Database.open`."""
        await self.app.open_async(self._pool)

    async def close(self) -> None:
        """Called by `Database.close`."""
        await self.app.close_async()

    def task(self, name: str, *, retries: int = 10) -> Callable[[Task], Task]:
        """Register the coroutine that does a job. Its arguments are texts: ids as `str(uuid)`.

        It runs at least once: it must be idempotent. A failed job is tried again up to `retries` times,
        later each time (1, 2, 4 … seconds).
        """
        strategy = procrastinate.RetryStrategy(max_attempts=retries, exponential_wait=2)

        def register(function: Task) -> Task:
            self.app.task(name=name, retry=strategy)(function)
            return function

        return register

    async def defer(
        self,
        connection: AsyncConnection,
        name: str,
        arguments: Mapping[str, UUID | str | int],
        *,
        lock: str | None = None,
        once: str | None = None,
        delay: timedelta = timedelta(0),
        urgent: bool = False,
    ) -> None:
        """Insert a job on the caller's connection, so that it exists exactly if the caller commits.

        `once`: nothing happens where a job with this text waits already. `delay`: not before. `urgent`: the
        next worker that is free takes it, whatever waits.
        """
        texts = {key: str(value) if isinstance(value, UUID) else value for key, value in arguments.items()}
        deferrer = self.app.configure_task(
            name,
            connection=connection,
            lock=lock,
            queueing_lock=once,
            priority=_URGENT if urgent else None,
            schedule_in={"seconds": delay.total_seconds()} if delay else None,
        )
        try:
            if once is None:
                await deferrer.defer_async(**texts)
                return
            with suppress(AlreadyEnqueued):
                async with connection.transaction():  # a savepoint: the caller's transaction goes on
                    await deferrer.defer_async(**texts)
        except ConnectorException as error:
            if isinstance(error.__cause__, psycopg.Error):
                raise translate(error.__cause__) from error
            raise

    async def wake(self) -> None:
        """Tell the workers that there is a job, so that they don't wait for their next poll."""
        await self._bus.publish(CHANNEL, b"job")

    @asynccontextmanager
    async def working(self, concurrency: int = 4) -> AsyncIterator[None]:
        """Run a worker, and the retry of stalled jobs, while the block runs; then finish what has begun.

        procrastinate's worker ends with the first statement of its own that fails: it is started again.
        """
        kept = (
            Kept("jobs worker", lambda: self._work(concurrency)),
            Kept("jobs janitor", self._retry_for_ever),
        )
        tasks = [asyncio.create_task(item.run(), name="jobs") for item in kept]
        self._kept, self._looked_at = kept, monotonic()
        try:
            yield
        finally:
            self._kept = ()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def is_working(self) -> bool:
        """Whether a worker of this process takes jobs, as far as can be told without asking the database."""
        fresh = monotonic() - self._looked_at < _SILENT_SECONDS
        return bool(self._kept) and fresh and all(item.is_well() for item in self._kept)

    async def _work(self, concurrency: int) -> None:
        await self.app.run_worker_async(
            concurrency=concurrency,
            fetch_job_polling_interval=POLL_SECONDS,
            listen_notify=True,
            delete_jobs="successful",
            install_signal_handlers=False,
            shutdown_graceful_timeout=10,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
        )

    async def retry_stalled(self, silent_seconds: float = STALLED_SECONDS) -> int:
        """Queue the jobs of dead workers again; how many."""
        manager = self.app.job_manager
        count = 0
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds):
            try:
                await manager.retry_job(job)
            except ConnectorException:  # another replica was first: the job is no longer `doing`
                continue
            count += 1
            _log.warning(
                "the job of a dead worker is queued again",
                extra={"action": "jobs.retried", "task": job.task_name, "job": job.id},
            )
        if count:
            await self.wake()
        return count

    async def _retry_for_ever(self) -> None:
        while True:
            try:
                await self.retry_stalled()
                self._looked_at = monotonic()
            except ConnectorException as error:
                _log.warning("stalled jobs can't be read: %s", error, extra={"action": "jobs.unreachable"})
            await asyncio.sleep(_CHECK_SECONDS)
