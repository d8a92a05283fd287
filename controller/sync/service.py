"""Brings the merged state of git into Postgres: fetch, read, judge, plan, and one transaction a commit.

A push, a merge or a poll is only a hint that there may be something; what counts is where the branch is.
Syncing twice changes nothing the second time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from time import monotonic
from typing import Final, Protocol, TypeAlias, TypeVar
from uuid import UUID

from base import log
from base.clock import Clock
from base.collector import held_back
from base.ids import new_id, new_whole_id, show_id
from controller import telemetry
from controller.db.bus import Bus
from controller.db.database import Database
from controller.db.errors import DatabaseError
from controller.db.unit_of_work import UnitOfWork
from controller.governance.documents import JudgedFile
from controller.governance.judging import Judging
from controller.governance.owners_word import Content, OwnersWord
from controller.governance.repositories import RepositoryRow, find_repository, lock_rules
from controller.sync.ages import Place, SyncAges
from controller.sync.departures import held_departures
from controller.sync.holds import hold
from controller.sync.joining import found_paths, needs_rules
from controller.sync.plan import Plan, plan_sync
from controller.sync.recording import (
    Begun,
    note_failure,
    note_synced,
    note_unchanged,
    noting_head,
)
from controller.sync.results import Outcome, SyncResult, Totals, Trigger, count_runbooks
from controller.sync.source import Read, Source, fetch_head, read_commit_files
from controller.sync.state import FileRow, Known
from controller.sync.store import PlanWriter, find_with_stale_files, lock_and_load, stale_files
from forge.errors import ForgeBusy, ForgeDown, ForgeError, ForgeRefused
from schemas.audit import AuditRecord, RepositoryLetGo
from schemas.errors import Dd0cError, Unavailable

Result = TypeVar("Result")

_Asked: TypeAlias = asyncio.Task[SyncResult | None]

MANY_FILES: Final = 200
"""From here on what is judged is so much that the collector's looks at it take longer than they may free."""

_ATTEMPTS: Final = 3
_log = log.get(__name__)


class RunBlocking(Protocol):
    """Call a synchronous function of the forge in a bounded pool of threads."""

    async def __call__(self, function: Callable[[], Result], /) -> Result:
        """What the function returns or raises."""
        ...


OpenSource: TypeAlias = Callable[[UUID, RepositoryRow], Source]
"""Where a repository of a tenant is read; joined in `controller/main/assembly.py`."""


class SyncService:
    """One a process. Syncs of one repository run one after another; of several, side by side."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        judging: Judging,
        *,
        open_source: OpenSource,
        run_blocking: RunBlocking,
        clock: Clock,
        owners: OwnersWord | None = None,
        after: Callable[[UUID, UUID], object] | None = None,
    ) -> None:
        """`owners`: what they let in by merging it here; without it nothing that widens is ever let in.
        `after`: told of each look at a repository when it has ended, without waiting.
        """
        self._after = after
        self._owners = owners or OwnersWord()
        self._database = database
        self._bus = bus
        self._judging = judging
        self._open_source = open_source
        self._run = run_blocking
        self._clock = clock
        self._locks: dict[Place, asyncio.Lock] = {}
        self._asked: set[_Asked] = set()
        self._waiting: dict[Place, _Asked] = {}
        self.ages = SyncAges()
        self.polling = False

    def is_running(self) -> bool:
        """Whether the poll loop of this process runs; `SyncLoop` sets it."""
        return self.polling

    async def sync(self, tenant_id: UUID, repository_id: UUID, trigger: Trigger) -> SyncResult:
        """Bring one repository up to date. Raises NotFound, and Unavailable where there is too much to do;
        what git does wrong is the result's `error`.
        """
        async with self._lock((tenant_id, repository_id)):
            result = await self._look((tenant_id, repository_id), trigger)
        if result is None:
            raise Unavailable("Another replica is syncing this repository.", hint="Try again in a second.")
        return result

    async def let_go(self, tenant_id: UUID, repository_id: UUID, actor: str) -> tuple[int, SyncResult]:
        """An owner lets go what was held back since most would go at once: how many, and the sync of it."""
        async with self._database.work(tenant_id) as uow:
            held = held_departures(await stale_files(uow, repository_id))
            if held:
                uow.audit(AuditRecord(RepositoryLetGo(repository=repository_id, runbooks=len(held)), actor))
        self._owners.give(tenant_id, repository_id, held)
        return len(held), await self.sync(tenant_id, repository_id, "manual")

    def _lock(self, place: Place) -> asyncio.Lock:
        return self._locks.setdefault(place, asyncio.Lock())

    async def _look(self, place: Place, trigger: Trigger) -> SyncResult | None:
        """Under the lock of the place; None where another replica was faster each time and may still run."""
        self.ages.tried(place)
        started = monotonic()
        for _ in range(_ATTEMPTS):
            try:
                with ExitStack() as held:
                    result = await self._once(*place, trigger, held)
            except (Dd0cError, DatabaseError):
                raise
            except Exception as fault:  # reason: whatever ends a look, its state says so; then it goes on up
                await self._note_broken(*place, trigger, fault)
                raise
            if result is not None:
                self._measure(place, result, trigger, monotonic() - started)
                if self._after is not None:
                    self._after(*place)
                return result
        return None

    def _measure(self, place: Place, result: SyncResult, trigger: Trigger, seconds: float) -> None:
        telemetry.SYNCS.labels(result.outcome, trigger).inc()
        telemetry.SYNC_SECONDS.labels(result.outcome).observe(seconds)
        telemetry.SYNC_REJECTED.inc(len(result.rejected))
        if result.outcome != "failed":
            self.ages.succeeded(place)

    async def ask(
        self, tenant_id: UUID, repository_ids: Sequence[UUID], wait_seconds: float
    ) -> dict[UUID, SyncResult | str]:
        """Sync these now, side by side: what came of each, or why it was refused. One that had not ended when
        the time was over is left out, and goes on; so is one that another replica is syncing.

        However often it is asked, one look a repository waits behind the one that runs, and all wait for it.
        """
        tasks = {each: self._join((tenant_id, each)) for each in repository_ids}
        if tasks:
            await asyncio.wait(tasks.values(), timeout=wait_seconds)
        ended = {each: _outcome(task) for each, task in tasks.items() if task.done()}
        return {each: told for each, told in ended.items() if told is not None}

    def _join(self, place: Place) -> _Asked:
        """The look that waits for its turn, or a new one: it sees all that is in git by now."""
        task = self._waiting.get(place)
        if task is None:
            task = self._waiting[place] = asyncio.create_task(self._asked_for(place), name="sync asked for")
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)
        return task

    async def _asked_for(self, place: Place) -> SyncResult | None:
        async with self._lock(place):
            del self._waiting[place]  # whoever asks from here on may mean a commit that this look misses
            return await self._look(place, "manual")

    async def close(self) -> None:
        """End what was asked for and still runs: the next poll takes it up."""
        for task in self._asked:
            task.cancel()
        await asyncio.gather(*self._asked, return_exceptions=True)
        self._waiting.clear()

    async def _once(
        self, tenant_id: UUID, repository_id: UUID, trigger: Trigger, held: ExitStack
    ) -> SyncResult | None:
        """One attempt; None where another replica was faster and it has to be looked at again. `held` is
        left by the caller when it ends."""
        started = self._clock.now()
        row, stale = await find_with_stale_files(self._database, tenant_id, repository_id)
        if row.retired_at is not None:  # its mirror stays on the disk, and nothing is asked for it any more
            return SyncResult(row.id, row.name, "unchanged", row.synced_commit, row.synced_commit)
        begun = Begun(row, trigger, started)
        self.ages.broken((tenant_id, repository_id), len(stale))
        try:
            source = self._open_source(tenant_id, row)
            fetched = await self._run(lambda: fetch_head(source, row.branch))
            if fetched.head is None:
                return await self._fail(tenant_id, begun, "no_branch", _missing(row))
            again = row.rules_unread or self._let_in_since(tenant_id, row, stale)
            if fetched.head == row.synced_commit and not again:
                return await self._unchanged(tenant_id, begun)
            head = fetched.head
            sent = asyncio.Event()
            noted = asyncio.create_task(self._is_behind(tenant_id, row, head, sent), name="sync is behind")
            try:
                await sent.wait()  # the server stores it while a thread reads, and leaves this one no turn
                read = await self._run(lambda: read_commit_files(source.mirror, row, head, stale))
            finally:
                await noted
            if len(read.contents) > MANY_FILES:
                held.enter_context(held_back())
            judged = [*read.refused, *await self._judging.judge(tenant_id, read.contents)]
        except ForgeError as fault:
            code = "forge_down" if isinstance(fault, ForgeDown | ForgeBusy) else "refused"
            return await self._fail(tenant_id, begun, code, _words(fault))
        except Unavailable as refusal:
            await self._fail(tenant_id, begun, "not_judged", refusal.detail)
            raise
        return await self._write(tenant_id, begun, read, judged)

    async def _is_behind(self, tenant_id: UUID, row: RepositoryRow, head: str, sent: asyncio.Event) -> None:
        """Written down while it is read, and before anything of it is judged: whatever ends this sync, the
        state is true.
        """
        try:
            if head != row.synced_commit:
                await self._database.at_once(tenant_id, noting_head(row, head), sent=sent.set)
                self.ages.is_behind((tenant_id, row.id))
        finally:
            sent.set()

    async def _write(
        self, tenant_id: UUID, begun: Begun, read: Read, judged: list[JudgedFile]
    ) -> SyncResult | None:
        sync_id, row = new_id(), begun.row

        async def store(uow: UnitOfWork) -> tuple[SyncResult, frozenset[Content]] | None:
            if needs_rules(row, read, judged):
                await lock_rules(uow)
            locked = await lock_and_load(uow, row.id, read, judged)
            if locked.row.synced_commit != row.synced_commit:
                return None
            known = locked.known
            found, let_in = found_paths(known, row, read, judged), self._owners.of(tenant_id, row.id)
            found, used = await hold(uow, locked, read, found, let_in)
            plan = plan_sync(known, found, read.commit, new_whole_id)
            result = _result(row, read, known, plan, locked.totals.after(known, plan))
            await uow.send_on()
            await PlanWriter(uow, locked=locked, sync_id=sync_id, read=read).write(plan)
            await note_synced(uow, sync_id, begun, result)
            uow.after_commit(lambda: self._publish(tenant_id, result))
            return result, used

        few = len(read.contents) <= MANY_FILES
        stored = await self._database.transact(tenant_id, store, planned_once=few)
        if stored is None:
            return None
        result, used = stored
        self._owners.take(tenant_id, row.id, used)
        self.ages.broken((tenant_id, row.id), result.counts["broken"])
        _log.info(
            "a commit was synced",
            extra={
                "action": "sync.done",
                "trigger": begun.trigger,
                "outcome": result.outcome,
                "commit": read.commit[:12],
                **result.counts,
            },
        )
        return result

    def _let_in_since(self, tenant_id: UUID, row: RepositoryRow, stale: Sequence[FileRow]) -> bool:
        """Whether an owner let in what an earlier sync of this very commit may have held back."""
        paths = {path for path, _ in self._owners.of(tenant_id, row.id)}
        return any(file.path in paths for file in stale)

    async def _unchanged(self, tenant_id: UUID, begun: Begun) -> SyncResult:
        row = begun.row
        result = SyncResult(row.id, row.name, "unchanged", row.synced_commit, row.synced_commit)
        async with self._database.work(tenant_id) as uow:
            await note_unchanged(uow, begun, result)
            if begun.trigger == "manual" or row.error_text is not None:
                uow.after_commit(lambda: self._publish(tenant_id, result))
        return result

    async def _note_broken(
        self, tenant_id: UUID, repository_id: UUID, trigger: Trigger, fault: Exception
    ) -> None:
        async with self._database.work(tenant_id) as uow:
            begun = Begun(await find_repository(uow, repository_id), trigger, self._clock.now())
        text = (
            f"something broke on our side over this commit ({type(fault).__name__}): what served goes on, "
            "the server's log has the place, and another commit may be read again"
        )
        await self._fail(tenant_id, begun, "broken", text)

    async def _fail(self, tenant_id: UUID, begun: Begun, code: str, text: str) -> SyncResult:
        row = begun.row
        result = SyncResult(row.id, row.name, "failed", row.synced_commit, row.synced_commit, error=text)
        async with self._database.work(tenant_id) as uow:
            if await note_failure(uow, begun, result, code):
                uow.after_commit(lambda: self._publish(tenant_id, result))
        _log.warning(text, extra={"action": "sync.failed", "trigger": begun.trigger, "code": code})
        return result

    def _publish(self, tenant_id: UUID, result: SyncResult) -> Awaitable[None]:
        message = {
            "repository": show_id("rpo", result.repository_id),
            "outcome": result.outcome,
            "commit": result.to_commit,
        }
        return self._bus.publish(f"sync:{tenant_id}", json.dumps(message).encode())


def _words(fault: ForgeError) -> str:
    hint = fault.hint if isinstance(fault, ForgeRefused) else None
    return fault.reason if hint is None else f"{fault.reason} ({hint})"


def _outcome(task: _Asked) -> SyncResult | str | None:
    """What a task that is done came to; a refusal as its sentence. Raises what is a fault of ours."""
    try:
        return task.result()
    except Dd0cError as refusal:
        return refusal.detail


def _missing(row: RepositoryRow) -> str:
    return f"the repository has no branch {row.branch}: what was synced before stays in service"


def _result(row: RepositoryRow, read: Read, known: Known, plan: Plan, totals: Totals) -> SyncResult:
    rejected = tuple((item.path, item.place.line, item.place.message) for item in plan.rejected)
    outcome: Outcome = "partial" if plan.is_partial else "synced"
    counts = count_runbooks(known, plan, totals) | ({"rewritten": 1} if read.rewritten else {})
    return SyncResult(row.id, row.name, outcome, row.synced_commit, read.commit, counts, rejected)
