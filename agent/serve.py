"""The running agent: build the parts, take up what was running, stay connected, stop cleanly."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Coroutine
from typing import Any

from agent.attempts import Attempts
from agent.config import Config
from agent.exits import FAULT, NOT_ENROLLED, OK, USAGE, version
from agent.identity import Identity, IdentityUnusable, load_identity
from agent.journal import Journal, JournalFailed
from agent.orders import Orders
from agent.outbox import Outbox
from agent.policy import LocalPolicy, PolicyInvalid, load_policy
from agent.renewal import Renewal
from agent.runner import Runner, Settings
from agent.session import Facts, Session
from agent.shim import own_user
from agent.spawner_client import Spawner, SpawnerGone
from agent.spool import Spool
from agent.verify import Myself
from base import log
from base.ids import show_id
from base.limits import MIB, STEP_GRACE_MS
from scanner import scan
from schemas.verdict import Finding

ENROLL_RETRY_SECONDS = 3.0
END_SECONDS = STEP_GRACE_MS / 1000 + 2
"""The grace of a command that ignores SIGTERM, and what its shim needs to see it die."""
TOLD_SECONDS = 2.0
"""How long the controller may take to acknowledge the ends of what a Ctrl-C ended."""
STOP_SECONDS = 12.0
"""A start that is under way is finished first; the spawner's answer takes at most ten seconds."""
_WORKER = 1
_log = log.get(__name__)


class _Stop(Exception):
    """Leave with this exit code."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def serve(config: Config, journal: Journal, channel: socket.socket) -> int:
    """Run until told to stop; gives the exit code. `channel` is the spawner's socket."""
    try:
        policy = load_policy(config.policy_file)
    except (PolicyInvalid, OSError) as problem:
        sys.stderr.write(f"dd0c-agent: the local policy can't be used: {problem}\n")
        return USAGE
    try:
        return asyncio.run(_serve(config, journal, channel, policy))
    except _Stop as stop:
        _log.error("%s", stop, extra={"action": "agent.failed"})
        return stop.code
    finally:
        journal.close()


def scan_bash(text: str) -> Finding:
    """The agent's own scan of exactly the text that would run."""
    return scan(text, "bash")


async def _serve(config: Config, journal: Journal, channel: socket.socket, policy: LocalPolicy) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    interrupted, hurry = asyncio.Event(), asyncio.Event()

    def interrupt() -> None:
        (hurry if interrupted.is_set() else interrupted).set()
        stop.set()

    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, interrupt)
    stopping = asyncio.create_task(stop.wait())
    identity = await _identity(config, journal, stopping)
    if identity is None:
        return OK
    attempts, work = _build(config, journal, channel, policy, identity)
    tasks = [asyncio.create_task(item) for item in work]
    gc.collect()
    gc.freeze()
    try:
        waited: list[asyncio.Future[Any]] = [stopping, attempts.failure, *tasks]
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        _check(attempts, tasks)
        if interrupted.is_set():  # a Ctrl-C, unlike SIGTERM, ends what runs
            tasks[_WORKER].cancel()  # first, so that nothing new begins
            await asyncio.wait([tasks[_WORKER]], timeout=STOP_SECONDS)
            await _end_what_runs(attempts, hurry)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=STOP_SECONDS)
        left = len(attempts.running)
        await attempts.settle()
    sentence = "stopped; the commands that run go on" if left else "stopped; no command runs"
    _log.info(sentence, extra={"action": "agent.stopped", "running": left})
    return OK


async def _end_what_runs(attempts: Attempts, hurry: asyncio.Event) -> None:
    """End every command, and wait until the controller knows. `hurry`, a second Ctrl-C, kills at once."""
    running = attempts.running
    for identity in running:
        _log.warning(
            "Ctrl-C: its command is told to end",
            extra={"action": "agent.ending", "step_execution": show_id("stx", identity)},
        )
    await attempts.end_all(END_SECONDS, hurry)
    ended = [identity for identity in running if identity not in attempts.running]
    if not hurry.is_set():
        await attempts.told(ended, TOLD_SECONDS)


def _check(attempts: Attempts, tasks: list[asyncio.Task[None]]) -> None:
    """Raise _Stop where it was not a signal that ended the wait."""
    if attempts.failure.done():
        raise _Stop(FAULT, f"stopped, because what runs can't be recorded: {attempts.failure.exception()}")
    for task in tasks:
        if not task.done():
            continue
        if task.cancelled():
            raise _Stop(FAULT, "stopped: a part of the agent was cancelled from within; start it again")
        problem = task.exception()
        if isinstance(problem, SpawnerGone | JournalFailed):
            raise _Stop(FAULT, f"stopped: {problem}")
        if problem is not None:
            raise problem


def _build(
    config: Config, journal: Journal, channel: socket.socket, policy: LocalPolicy, identity: Identity
) -> tuple[Attempts, list[Coroutine[Any, Any, None]]]:
    """The parts, joined: the attempts, and what runs beside them."""
    outbox = Outbox()
    attempts = Attempts(journal, Spool(config.state_dir / "spool"), outbox, config.secrets_file)
    renewal = Renewal(config.state_dir, identity)
    myself = Myself(identity.tenant, identity.agent, journal.instance, config.labels, own_user())
    orders = Orders(attempts, outbox, myself, identity.trusted_keys, renewal.store_keys)
    limits = Settings(
        secrets_file=config.secrets_file,
        max_running=config.max_running,
        tolerance_seconds=config.clock_tolerance_seconds,
        min_free_bytes=config.min_free_mib * MIB,
    )
    spawner = Spawner(channel)
    runner = Runner(attempts, spawner, myself, lambda: orders.keys, policy, scan_bash, limits)
    found = scan_bash("true")
    facts = Facts(
        version(), found.scanner_version, found.knowledge_version, dict(config.labels), policy.read_only
    )
    session = Session(attempts, runner, orders, outbox, renewal, facts, config.proxy)
    try:
        attempts.recover()
    except (JournalFailed, OSError) as problem:
        raise _Stop(FAULT, f"what ran before can't be taken up: {problem}") from problem
    return attempts, [session.run(), runner.work()]  # the second is _WORKER


async def _identity(config: Config, journal: Journal, stopping: asyncio.Task[Any]) -> Identity | None:
    """The stored identity, or a new one by the token; None where we were told to stop meanwhile."""
    try:
        identity = load_identity(config.state_dir)
    except IdentityUnusable as problem:
        raise _Stop(NOT_ENROLLED, str(problem)) from problem
    if identity is not None:
        return identity
    from agent.enroll import EnrollmentFailed, enroll  # once in a life; http and its parsers stay out else

    while identity is None:
        try:
            identity = await asyncio.to_thread(enroll, config, journal.instance)
            _log.info("enrolled", extra={"action": "agent.enrolled", "agent": identity.agent_id})
        except EnrollmentFailed as problem:
            if problem.is_final:
                raise _Stop(NOT_ENROLLED, str(problem)) from problem
            _log.warning("not enrolled yet: %s", problem, extra={"action": "agent.enroll_retry"})
            done, _ = await asyncio.wait([stopping], timeout=ENROLL_RETRY_SECONDS)
            if done:
                return None
    return identity
