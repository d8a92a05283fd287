"""I9 under faults: at every moment the rows show one commit, whole; one poll after a fault heals it.

Hints are lost, doubled and in the wrong order; two replicas sync at once; fetches break off; the forge
answers with errors; PostgreSQL drops every connection in the middle.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest

from base.clock import SystemClock
from controller.db.bootstrap import Urls
from controller.db.bus import MemoryBus
from controller.db.database import Database
from controller.db.errors import Retryable
from controller.governance.documents import JudgedFile
from controller.governance.judging import Judging
from controller.sync import service as module
from controller.sync.forge_sources import forge_sources
from controller.sync.hints import SyncHints
from controller.sync.service import SyncService
from controller.sync.source import Source
from forge.mirror import BareMirror, FetchLimits
from forge.storage import RepositoryFolder
from schemas.errors import Unavailable
from tests.integration.forge.git_client import git
from tests.integration.forge.test_mirror import Upstream, handler_for
from tests.integration.sync.world import World, in_a_thread, runbook

Titles = dict[str, str]


async def shown(world: World) -> tuple[str | None, Titles]:
    """One snapshot: the commit that the rows say they show, and the runbooks in service."""
    (row,) = await world.rows(
        "SELECT p.synced_commit, coalesce("
        "jsonb_object_agg(r.name, r.title) FILTER (WHERE r.id IS NOT NULL), '{}') AS titles "
        "FROM dd0c.repositories p LEFT JOIN dd0c.runbooks r ON r.repository_id = p.id "
        "AND r.retired_at IS NULL WHERE p.id = %(id)s GROUP BY p.synced_commit",
        id=world.row.id,
    )
    return row["synced_commit"], row["titles"]


@asynccontextmanager
async def watched(world: World, truth: dict[str | None, Titles]) -> AsyncIterator[list[str | None]]:
    """Looks at the rows again and again while the block runs: each look shows one commit, whole."""
    seen: list[str | None] = []
    over = asyncio.Event()

    async def look() -> None:
        while True:
            last = over.is_set()
            commit, titles = await shown(world)
            assert truth[commit] == titles, f"{commit}: {titles}"
            seen.append(commit)
            if last:
                return

    task = asyncio.create_task(look())
    try:
        yield seen
    finally:
        over.set()
        await task


def replica(world: World) -> SyncService:
    """Another process with the same database and forge."""
    return SyncService(
        world.database,
        MemoryBus(),
        Judging(in_a_thread),
        open_source=forge_sources(world.folder),
        run_blocking=world.forges.runner,
        clock=SystemClock(),
    )


async def test_i9_two_replicas_and_hints_that_are_lost_doubled_and_late(world: World) -> None:
    chance = random.Random(6)
    services = [world.sync_service, replica(world)]
    truth: dict[str | None, Titles] = {None: {}}
    names = ["a", "b", "c"]

    async def look(service: SyncService) -> None:
        try:
            await service.sync(world.tenant_id, world.row.id, "webhook")
        except (Unavailable, Retryable):
            return  # the next hint or poll takes it up

    def hints_of(service: SyncService) -> SyncHints:
        return SyncHints(lambda: look(service))

    hints = [hints_of(service) for service in services]
    deliveries: list[str] = []
    async with watched(world, truth) as seen:
        titles: Titles = {}
        for number in range(12):
            gone = chance.choice([None, *titles]) if len(titles) > 1 else None
            name = chance.choice([each for each in names if each != gone])
            files: dict[str, str | bytes | None] = {
                f"runbooks/{name}.yaml": runbook(name, title=f"Title {number}")
            }
            titles = {each: title for each, title in titles.items() if each != gone} | {
                name: f"Title {number}"
            }
            if gone is not None:
                files[f"runbooks/{gone}.yaml"] = None
            truth[world.commit(files)] = titles
            deliveries.append(f"delivery-{number}")
            for _ in range(chance.choice([0, 0, 1, 3])):  # lost, once, or several and old ones among them
                chance.choice(hints).give(chance.choice(deliveries))
            if chance.random() < 0.4:
                await asyncio.gather(*(look(service) for service in services))
        await asyncio.gather(*(each.idle() for each in hints))
        for service in services:
            assert (await service.sync(world.tenant_id, world.row.id, "poll")).outcome != "failed"
    head = world.repository.ref("refs/heads/main")
    assert await shown(world) == (head, titles), "one poll is enough"
    assert seen[-1] == head
    versions = await world.rows("SELECT runbook_id, content_sha256 FROM dd0c.runbook_versions")
    assert len(versions) == len({(row["runbook_id"], row["content_sha256"]) for row in versions})
    state = await world.reload()
    assert (state.head_commit, state.synced_commit, state.error_text) == (head, head, None)


async def test_i9_a_replica_that_was_slow_looks_again_instead_of_going_back(world: World) -> None:
    begun, over = asyncio.Event(), asyncio.Event()
    slow, real = replica(world), Judging(in_a_thread)

    async def judge(*asked: Any) -> list[JudgedFile]:
        begun.set()
        await over.wait()
        return await real.judge(*asked)

    slow._judging = cast("Judging", SimpleNamespace(judge=judge))
    old = world.commit({"runbooks/a.yaml": runbook("a", title="Old"), "runbooks/b.yaml": runbook("b")})
    late = asyncio.create_task(slow.sync(world.tenant_id, world.row.id, "webhook"))
    await asyncio.wait_for(begun.wait(), 45)
    new = world.commit({"runbooks/a.yaml": runbook("a", title="New"), "runbooks/b.yaml": None})
    truth: dict[str | None, Titles] = {
        None: {},
        old: {"a": "Old", "b": "A title"},
        new: {"a": "New"},
    }
    async with watched(world, truth):
        assert (await world.sync("webhook")).to_commit == new
        over.set()
        assert (await asyncio.wait_for(late, 45)).to_commit == new
        assert await shown(world) == (new, truth[new])


# ---------------------------------------------------------------- the database goes away in the middle

_STAGES = ["lock_and_load", "hold", "note_synced", "at_once"]


@pytest.mark.parametrize("stage", _STAGES)
async def test_i9_postgresql_that_drops_every_connection_in_the_middle_of_a_sync(
    world: World, database_urls: Urls, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    good = world.commit({"runbooks/a.yaml": runbook("a"), "runbooks/b.yaml": runbook("b")})
    await world.sync()
    truth: dict[str | None, Titles] = {good: {"a": "A title", "b": "A title"}}
    head = world.commit({"runbooks/a.yaml": runbook("a", title="Newer"), "runbooks/b.yaml": None})
    truth[head] = {"a": "Newer"}
    at, name = (Database, stage) if stage == "at_once" else (module, stage)
    real: Callable[..., Awaitable[Any]] = getattr(at, name)
    cuts = 0

    async def cut(*args: Any, **kwargs: Any) -> Any:
        nonlocal cuts
        found = await real(*args, **kwargs)
        cuts += 1
        if cuts == 1:
            await asyncio.to_thread(_drop_connections, database_urls.superuser)
        return found

    monkeypatch.setattr(at, name, cut)
    try:
        await world.sync("poll")
    except Retryable:
        assert await shown(world) == (good, truth[good])
    assert cuts > 0
    commit, titles = await _settled_snapshot(world)
    assert truth[commit] == titles
    assert (await world.sync("poll")).to_commit == head
    assert await shown(world) == (head, truth[head])
    assert len(await world.events("runbook.retired")) == 1, "told once"


def _drop_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(  # with the time in ms to wait until each is gone
            "select pg_terminate_backend(pid, 30000) from pg_stat_activity "
            "where usename = 'dd0c_app' and datname = current_database()"
        )


async def _settled_snapshot(world: World) -> tuple[str | None, Titles]:
    """Idle connections were cut, too: a first look may meet one of them."""
    for _ in range(10):
        try:
            return await shown(world)
        except (Retryable, psycopg.OperationalError):
            continue
    raise AssertionError("the database does not come back")


# ---------------------------------------------------------------- the forge breaks


class Origin(Upstream):
    """A repository behind git's own server that answers with an error where `status` says so."""

    status: int | None = None


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Origin]:
    path, work = tmp_path / "upstream.git", tmp_path / "upstream-work"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(path))
    git(tmp_path, "clone", "-q", str(path), str(work))
    made = Origin(path, work, "")
    behind: Any = handler_for(made)

    class Failing(behind):  # type: ignore[misc]  # reason: a class made by a function
        def answer(self) -> None:
            if made.status is None:
                super().answer()
                return
            made.requests += 1
            self.send_response(made.status)
            self.send_header("Retry-After", "60")
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Failing)
    made.url = f"http://127.0.0.1:{server.server_address[1]}/upstream.git"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)


def fetching(world: World, origin: Origin, folder: Path) -> SyncService:
    """A service that fetches the repository over HTTP, as one of a forge elsewhere."""
    mirror = BareMirror(RepositoryFolder(folder / "mirrors").create(world.tenant_id, world.row.id))
    return SyncService(
        world.database,
        MemoryBus(),
        Judging(in_a_thread),
        open_source=lambda _tenant, _row: Source(mirror, origin.remote()),
        run_blocking=world.forges.runner,
        clock=SystemClock(),
    )


def documents(origin: Origin, titles: Titles) -> str:
    return origin.push(
        {f"runbooks/{name}.yaml": runbook(name, title=title) for name, title in titles.items()}
    )


async def test_i9_a_fetch_that_breaks_off_at_every_tenth_of_its_bytes(
    world: World, origin: Origin, tmp_path: Path
) -> None:
    service = fetching(world, origin, tmp_path)
    first = {"a": "One", "b": "One"}
    truth: dict[str | None, Titles] = {None: {}, documents(origin, first): first}
    await service.sync(world.tenant_id, world.row.id, "start")
    second = {"a": "Two", "b": "Two", "c": "Two"}
    head = documents(origin, second)
    truth[head] = second
    scratch = BareMirror(RepositoryFolder(tmp_path / "scratch").create(world.tenant_id, world.row.id))
    whole = scratch.fetch(origin.remote(), limits=FetchLimits()).received_bytes
    before = await shown(world)
    async with watched(world, truth):
        for tenth in range(10):
            origin.cut_after_bytes = whole * tenth // 10
            result = await service.sync(world.tenant_id, world.row.id, "poll")
            assert (result.outcome, await shown(world)) == ("failed", before), tenth
        state = await world.reload()
        assert state.error_code in {"forge_down", "refused"}
        origin.cut_after_bytes = None
        assert (await service.sync(world.tenant_id, world.row.id, "poll")).outcome == "synced"
    assert await shown(world) == (head, second)


@pytest.mark.parametrize("status", [500, 502, 429])
async def test_i9_a_forge_that_answers_with_errors_for_a_minute(
    world: World, origin: Origin, tmp_path: Path, status: int
) -> None:
    service = fetching(world, origin, tmp_path)
    good = documents(origin, {"a": "One"})
    await service.sync(world.tenant_id, world.row.id, "start")
    head = documents(origin, {"a": "Two"})
    origin.status = status
    errors = set()
    for _ in range(4):  # a minute of polls each 15 s; nothing waits for the clock
        result = await service.sync(world.tenant_id, world.row.id, "poll")
        assert (result.outcome, await shown(world)) == ("failed", (good, {"a": "One"}))
        errors.add(result.error)
    state = await world.reload()
    assert (state.error_code, {state.error_text}) == ("forge_down", errors)
    failed = await world.rows("SELECT id FROM dd0c.syncs WHERE outcome = 'failed'")
    assert len(failed) == 1, "the same failure of every poll is kept once"
    origin.status = None
    assert (await service.sync(world.tenant_id, world.row.id, "poll")).outcome == "synced"
    assert await shown(world) == (head, {"a": "Two"})
    assert (await world.reload()).error_text is None
