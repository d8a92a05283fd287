"""The controller: the one place that builds concrete adapters, joins the rooms, and starts and stops them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from base import faults, log
from base.clock import SystemClock
from controller.api.app import create_app
from controller.api.jwt import verifier_of
from controller.api.parse_pool import ParsePool
from controller.api.rates import Rates
from controller.api.second_key import reader, second_key
from controller.api.server import CannotServe, serving
from controller.api.services import Services
from controller.audit.checkpoints import register_checkpoint_job
from controller.config import InvalidSettings, Settings, load_settings, unused_sentences
from controller.db.bus import MemoryBus
from controller.db.database import Database, UnsafeDatabase
from controller.db.errors import DatabaseError
from controller.db.objects import FileObjectStore
from controller.engine import jobs
from controller.engine.filling import load_scanner
from controller.engine.judgements import PROCESSES, Judgements
from controller.engine.panic import EnginePanicHooks
from controller.engine.parts import EngineParts
from controller.engine.results import EngineEvents
from controller.engine.service import Engine
from controller.engine.timers import TimerLoop
from controller.governance.judging import Judging
from controller.governance.owners_word import OwnersWord
from controller.governance.switched import Switched, stored_flags
from controller.link.agents import AgentAdmin
from controller.link.enroll import Enroller
from controller.link.enrollment_tokens import EnrollmentTokens
from controller.link.gate import PanicGate
from controller.link.panic import PanicService
from controller.link.panic_clear import PanicClearer
from controller.link.parts import LinkParts
from controller.link.registry import SessionRegistry
from controller.link.service import CannotListen, LinkServer
from controller.main.link_settings import link_settings
from controller.main.pull_requests import look_of, runners, telling_of
from controller.pki.ca import CertificateAuthority
from controller.pki.keystore import KeyStore, KeyStoreError
from controller.pki.sealer import Sealer
from controller.pki.signer import CheckpointSigner, GrantSigner
from controller.pki.tenant_keys import TenantKeys
from controller.review.bridge import LoopBridge
from controller.review.describing import Describing
from controller.review.forges import Forges, github_of
from controller.review.git_access import GitAccess
from controller.review.proposals import Proposals
from controller.review.records import Records
from controller.review.repositories import Repositories
from controller.review.reviewer import Reviewer
from controller.review.reviews import Reviews
from controller.review.talking import Talking
from controller.review.witness import GitWitness
from controller.settings.addresses import agent_address
from controller.sync.forge_sources import forge_sources
from controller.sync.hints import SyncHints
from controller.sync.loop import SyncLoop
from controller.sync.service import SyncService
from controller.upkeep.loop import UpkeepLoop
from controller.upkeep.moves import Moves
from forge.server import git_app
from forge.storage import RepositoryFolder

WEB_FOLDER: Final = Path(__file__).resolve().parents[2] / "web" / "dist"

_log = log.get(__name__)


class CannotStart(Exception):
    """The controller can't run like this; the text is one sentence for the operator."""


@dataclass
class Controller:
    """Everything that was built for one process."""

    settings: Settings
    services: Services
    app: Any
    forges: Forges
    sync_loop: SyncLoop
    upkeep: UpkeepLoop
    timers: TimerLoop


@dataclass(frozen=True)
class _Ground:
    """What the other rooms stand on."""

    clock: SystemClock
    bus: MemoryBus
    database: Database
    keys: TenantKeys
    sealer: Sealer
    signer: GrantSigner
    authority: CertificateAuthority
    objects: FileObjectStore
    pool: ParsePool
    judges: ParsePool


async def _ground(settings: Settings, stack: AsyncExitStack) -> _Ground:
    if settings.database_url is None:
        raise CannotStart("DD0C_DATABASE_URL is not set; `make run` brings its own PostgreSQL.")
    clock, bus = SystemClock(), MemoryBus()
    database = await Database.open(
        settings.database_url.get_secret_value(),
        settings.database_pool,
        bus=bus,
        production=settings.env == "production",
    )
    stack.push_async_callback(database.close)
    pool = ParsePool(settings.workers_parse)
    stack.push_async_callback(pool.close)
    pool.warm()
    judges = ParsePool(PROCESSES)
    stack.push_async_callback(judges.close)
    judges.warm(load_scanner)
    store = KeyStore(settings.folder(settings.key_store_url, "keys"))
    keys = TenantKeys(store)
    return _Ground(
        clock,
        bus,
        database,
        keys,
        Sealer(store, keys, clock),
        GrantSigner(keys),
        CertificateAuthority(store, clock, sorted(settings.hosts)),
        FileObjectStore(settings.folder(settings.object_store_url, "objects")),
        pool,
        judges,
    )


def _engine(settings: Settings, ground: _Ground) -> Engine:
    engine = Engine(
        EngineParts(
            ground.database,
            ground.bus,
            ground.objects,
            ground.sealer,
            ground.signer,
            Judgements(ground.judges.run),
            settings.grant_seconds,
            settings.output_max_bytes,
            settings.approval_minutes,
        )
    )
    jobs.register(ground.database.jobs, engine)
    return engine


def _link(settings: Settings, ground: _Ground, events: EngineEvents) -> LinkParts:
    return LinkParts(
        settings=link_settings(settings),
        clock=ground.clock,
        database=ground.database,
        bus=ground.bus,
        gate=PanicGate(settings.state_dir / "panic", ground.clock),
        registry=SessionRegistry(),
        authority=ground.authority,
        sealer=ground.sealer,
        signer=ground.signer,
        events=events,
    )


async def build(settings: Settings, stack: AsyncExitStack) -> Controller:
    """Build every adapter, bottom up; what must be closed is on the stack. Raises CannotStart."""
    ground = await _ground(settings, stack)
    database, authority = ground.database, ground.authority
    engine = _engine(settings, ground)
    events, hooks = EngineEvents(engine), EnginePanicHooks()
    parts = _link(settings, ground, events)
    panic = PanicService(parts, hooks)
    bridge = LoopBridge(asyncio.get_running_loop())
    runner, fetches = runners(stack)
    folder = RepositoryFolder(settings.state_dir / "git")
    github = github_of(settings, ground.clock)
    forges = Forges(database, folder, runner, bridge, ground.clock, settings.url, github)
    advising, unswitched = second_key(settings, stack)
    llm = None if unswitched is None else Switched(unswitched, stored_flags(database))
    judging, owners = Judging(ground.pool.run, advising, llm), OwnersWord()
    sync = SyncService(
        database,
        ground.bus,
        judging,
        open_source=forge_sources(folder, github),
        run_blocking=fetches,
        clock=ground.clock,
        owners=owners,
        after=telling_of(forges, stack),
    )
    stack.push_async_callback(sync.close)
    reviewer = Reviewer(database, judging)
    describing = Describing(database, judging, approval_minutes=settings.approval_minutes)
    proposals = Proposals(forges, reviewer, sync.sync, owners, describing.body)
    reviews = Reviews(forges, reviewer, judging, approval_minutes=settings.approval_minutes)
    talking = Talking(forges, proposals, reviews)
    look = look_of(forges, proposals, talking, stack)
    loop = SyncLoop(sync, forges.everything, settings.poll_git_seconds, look, forges.mirrored)
    hints = SyncHints(loop.hinted)
    stack.push_async_callback(hints.close)
    register_checkpoint_job(database, CheckpointSigner(ground.keys), GitWitness(forges))
    services = Services(
        settings=settings,
        database=database,
        bus=ground.bus,
        objects=ground.objects,
        sealer=ground.sealer,
        engine=engine,
        gate=parts.gate,
        panic=panic,
        panic_clearer=PanicClearer(database, panic, hooks),
        enroller=_enroller(settings, ground),
        enrollment_tokens=EnrollmentTokens(database, authority),
        agent_admin=AgentAdmin(database, ground.bus),
        link=LinkServer(parts, panic) if "link" in settings.roles else None,
        sync=sync,
        proposals=proposals,
        reviews=reviews,
        repositories=Repositories(forges),
        talking=talking,
        records=Records(forges, ground.sealer, ground.pool.run),
        moves=Moves(database),
        parse_pool=ground.pool,
        rates=Rates(),
        jwt=verifier_of(settings),
        web_folder=WEB_FOLDER,
        advising=advising,
        llm=llm,
        reads=reader(settings, stack),
        hints=hints,
    )
    app = create_app(services, git_app(GitAccess(forges, reviewer, sync.sync, describing.text).open))
    upkeep = UpkeepLoop.of(database, judging, forges.everything, settings.poll_git_seconds)
    return Controller(settings, services, app, forges, loop, upkeep, TimerLoop(engine, events))


def _enroller(settings: Settings, ground: _Ground) -> Enroller:
    return Enroller(
        ground.database,
        ground.authority,
        ground.signer,
        grpc_address=agent_address(settings.url, settings.grpc_port),
        certificate_seconds=settings.cert_seconds,
    )


@asynccontextmanager
async def running(controller: Controller) -> AsyncIterator[None]:
    """Run the process's roles while the block runs."""
    settings, services = controller.settings, controller.services
    async with AsyncExitStack() as stack:
        await controller.forges.start()
        if services.link is not None:
            await services.link.start()
            stack.push_async_callback(services.link.stop)
        if "timers" in settings.roles:
            services.background.healths["timers"] = controller.timers.health
            _background(stack, services, "timers", controller.timers.run())
        if "worker" in settings.roles:
            await stack.enter_async_context(services.database.jobs.working(settings.workers_jobs))
            stop = asyncio.Event()
            stack.callback(stop.set)
            services.background.healths["sync"] = controller.sync_loop.health
            _background(stack, services, "sync", controller.sync_loop.run(stop))
            services.background.healths["upkeep"] = controller.upkeep.health
            _background(stack, services, "upkeep", controller.upkeep.run(stop))
        if "http" in settings.roles:
            await stack.enter_async_context(serving(controller.app, services))
        yield


def _background(
    stack: AsyncExitStack, services: Services, name: str, work: Coroutine[Any, Any, None]
) -> None:
    task = asyncio.create_task(work, name=name)
    services.background.tasks[name] = task

    async def end() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises CannotStart and the errors of what it builds."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    for sentence in unused_sentences(settings):
        _log.warning(sentence, extra={"action": "settings.unused"})
    async with AsyncExitStack() as stack:
        controller = await build(settings, stack)
        await stack.enter_async_context(running(controller))
        _log.info("the controller serves", extra={"action": "controller.serving", "url": settings.url})
        await controller.services.background.until_one_ends(stop)
    if not stop.is_set():
        raise CannotStart("a part of the controller ended by itself; its log says why")


def _complain(sentence: str) -> int:
    sys.stderr.write(f"dd0c: {log.redact(sentence)}\n")
    return 2


def main() -> int:
    """0 after SIGTERM; 2 for settings or surroundings that can't work."""
    try:
        settings = load_settings()
        faults.arm(settings.faultpoint)
    except (InvalidSettings, ValueError) as error:  # ValueError: an unknown fault point
        return _complain(str(error))
    log.configure(settings.log_level, settings.log_format)
    import uvloop

    try:
        uvloop.run(serve(settings))
    except (CannotStart, InvalidSettings, UnsafeDatabase, KeyStoreError, CannotListen, CannotServe) as error:
        return _complain(str(error))
    except DatabaseError as error:
        return _complain(f"the database can't be used: {error}")
    except OSError as error:
        return _complain(f"{error.filename or 'the state folder'} can't be used: {error.strerror or error}")
    return 0
