"""From a signed run to a process: the steps 15 and 16 of CONTRACTS.md §3, after `verify`'s fourteen.

One run at a time: runs wait in a bounded queue behind one worker, so that a panic or a cancel, which are
handled the moment they arrive, overtake every run that has not begun. Before "go" is said it is asked once
more whether one of them came.
"""

from __future__ import annotations

import asyncio
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent import records
from agent.attempts import Attempts
from agent.journal import JournalFailed
from agent.masking import Masker
from agent.policy import LocalPolicy
from agent.processes import boot_id
from agent.records import Attempt, Started
from agent.reports import report_of
from agent.secret_values import SecretsUnusable, fingerprints, read_secrets, resolve
from agent.shim import Spec, now_us
from agent.spawner import SpawnFailed
from agent.spawner_client import Spawner
from agent.spool import MIN_FREE_BYTES
from agent.trust import TrustedKeys
from agent.verify import Accepted, Context, Known, Myself, Refused, verify
from base import faults, log
from base.clock import epoch_microseconds
from base.limits import CLOCK_TOLERANCE_SECONDS, OUTPUT_DRAIN_SECONDS
from proto.convert import Refusal
from schemas.grant import Grant, SignedEnvelope
from schemas.verdict import Finding

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
QUEUE_MAX_RUNS: Final = 1_000
KNOWN_AFTER_US: Final = 600 * 1_000_000
"""An id stays known this long after its grant's end: twice the highest clock tolerance that can be set."""

BEFORE_JOURNAL: Final = faults.register("agent.run.before_journal", "a grant is accepted, nothing is written")
AFTER_INTENT: Final = faults.register("agent.run.after_intent", "INTENT is in the journal, no process exists")
AFTER_SPAWN: Final = faults.register(
    "agent.run.after_spawn", "the shim waits for go, its pid is not journaled"
)
AFTER_STARTED: Final = faults.register("agent.run.after_started", "STARTED is journaled, go is not said")
AFTER_GO: Final = faults.register("agent.run.after_go", "the command runs, nobody was told")

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set for the runs of an agent."""

    secrets_file: Path | None = None
    max_running: int = 64
    tolerance_seconds: int = CLOCK_TOLERANCE_SECONDS
    min_free_bytes: int = MIN_FREE_BYTES


class Runner:
    """Takes signed runs; `work` is its one worker."""

    def __init__(
        self,
        attempts: Attempts,
        spawner: Spawner,
        myself: Myself,
        keys: Callable[[], TrustedKeys],
        policy: LocalPolicy,
        scan: Callable[[str], Finding],
        settings: Settings,
    ) -> None:
        """`keys` gives the keys that are trusted now; `scan` is the agent's own scanner."""
        self._attempts = attempts
        self._spawner = spawner
        self._myself = myself
        self._keys = keys
        self._policy = policy
        self._scan = scan
        self._settings = settings
        self._queue: asyncio.Queue[tuple[SignedEnvelope, str]] = asyncio.Queue(QUEUE_MAX_RUNS)

    def offer(self, envelope: SignedEnvelope, traceparent: str) -> None:
        """Put a run in the queue; where the queue is full it is left to be sent again."""
        try:
            self._queue.put_nowait((envelope, traceparent))
        except asyncio.QueueFull:
            self._attempts.diagnose("busy", f"more than {QUEUE_MAX_RUNS} runs wait here")

    async def work(self) -> None:
        """Take runs out of the queue for ever. Raises SpawnerGone.

        Cancelled, it finishes the one that it has begun: a clean stop leaves nothing half started.
        """
        while True:
            envelope, traceparent = await self._queue.get()
            begun = asyncio.ensure_future(self.run(envelope, traceparent))
            try:
                await asyncio.shield(begun)
            except asyncio.CancelledError:
                await begun
                raise

    async def run(self, envelope: SignedEnvelope, traceparent: str) -> None:
        """Verify one and run it, or say why not. Raises SpawnerGone."""
        state = self._attempts.journal.state
        context = Context(
            self._myself,
            self._keys(),
            state,
            self._policy,
            self._scan,
            now_us(),
            self._settings.tolerance_seconds,
        )
        verdict = verify(envelope, context)
        if isinstance(verdict, Known):
            self._attempts.report(report_of(state.attempts[verdict.step_execution]).as_duplicate())
        elif isinstance(verdict, Refused):
            self._refuse(verdict, traceparent)
        else:
            await self._start(verdict, traceparent)

    def _refuse(self, refused: Refused, traceparent: str) -> None:
        grant = refused.grant
        sentence = f"step {refused.step}: {refused.sentence}"
        if grant is None or grant.step_execution in self._attempts.journal.state.attempts:
            # It was not shown whom this is for: an attempt that it may name must not look refused.
            _log.warning(sentence, extra={"action": "agent.refused", "reason": refused.reason.value})
            self._attempts.diagnose(refused.reason.value, sentence)
            return
        attempt = _attempt_of(grant, refused.own_risk, traceparent)
        if refused.reason is Refusal.STALE_EPOCH:
            attempt.epoch = 0
        self._attempts.refuse(attempt, refused.reason, sentence, is_for_us=refused.is_for_us)

    async def _start(self, accepted: Accepted, traceparent: str) -> None:
        """15 and 16, and what can still stop it before them."""
        grant = accepted.grant
        attempt = _attempt_of(grant, accepted.own_risk, traceparent)
        if len(self._attempts.running) >= self._settings.max_running:
            self._attempts.refuse(attempt, Refusal.BUSY, f"{self._settings.max_running} commands run here")
            return
        try:
            environment, masker = self._environment(grant, attempt)
        except (SecretsUnusable, KeyError) as problem:
            self._attempts.refuse(attempt, Refusal.LOCAL_POLICY, str(problem))
            return
        # 15 journal INTENT, fsync
        faults.reach(BEFORE_JOURNAL)
        try:
            folder = self._write_intent(attempt)
        except (JournalFailed, OSError) as problem:
            self._attempts.refuse(attempt, Refusal.JOURNAL, f"it can't be written down: {problem}")
            return
        faults.reach(AFTER_INTENT)
        # 16 spawn
        attempt = self._attempts.journal.state.attempts[attempt.id]
        await self._spawn(attempt, _spec_of(grant, folder, environment), masker)

    def _write_intent(self, attempt: Attempt) -> Path:
        if self._attempts.spool.free_bytes() < self._settings.min_free_bytes:
            raise JournalFailed("the disk is full")
        folder = self._attempts.spool.create(attempt.id)
        try:
            self._attempts.journal.append(records.intent_record(attempt))
        except JournalFailed:
            self._attempts.spool.remove(attempt.id)
            raise
        return folder

    def _environment(self, grant: Grant, attempt: Attempt) -> tuple[dict[str, str], Masker]:
        """Built from nothing. Raises SecretsUnusable; KeyError where the account does not exist."""
        intent = grant.intent
        account = pwd.getpwnam(intent.user or self._myself.user)
        wanted = {item.name: item.secret for item in intent.secret_env}
        secrets = read_secrets(self._settings.secrets_file) if wanted else {}
        values = resolve(wanted, secrets)
        attempt.secrets = fingerprints(wanted.values(), secrets, self._attempts.journal.instance)
        plain = {item.name: item.value for item in intent.env}
        base = {"PATH": PATH, "HOME": account.pw_dir, "LANG": "C.UTF-8"}
        return base | plain | values, Masker(values.values())

    async def _spawn(self, attempt: Attempt, spec: Spec, masker: Masker) -> None:
        try:
            pid, start_time = await self._spawner.spawn(spec)
        except SpawnFailed as problem:
            self._attempts.refuse(attempt, Refusal.JOURNAL, f"no process could be made: {problem}")
            return
        faults.reach(AFTER_SPAWN)
        withdrawn = self._withdrawn(attempt)
        if withdrawn is None:
            started = Started(pid, start_time, boot_id(), now_us())
            try:
                self._attempts.journal.append(records.started_record(attempt.id, started))
            except JournalFailed as problem:
                withdrawn = (Refusal.JOURNAL, f"its process can't be written down: {problem}")
        if withdrawn is not None:
            await self._spawner.drop(spec.attempt)
            self._attempts.refuse(attempt, *withdrawn)
            return
        faults.reach(AFTER_STARTED)
        await self._spawner.go(spec.attempt)
        faults.reach(AFTER_GO)
        self._attempts.follow(attempt, masker)
        self._attempts.report(report_of(attempt))

    def _withdrawn(self, attempt: Attempt) -> tuple[Refusal, str] | None:
        """Whether a panic or a cancel came while the shim was made."""
        state = self._attempts.journal.state
        if state.is_panicked:
            return Refusal.PANICKED, f"panic {state.panic_epoch} came before it began"
        tombstone = state.tombstones.get(attempt.id)
        if tombstone is not None:
            return Refusal(tombstone[0]), "it was withdrawn before it began"
        if attempt.execution is not None and attempt.epoch < state.epochs[attempt.execution][0]:
            return Refusal.STALE_EPOCH, "the execution moved on before it began"
        return None


def _attempt_of(grant: Grant, own_risk: str | None, traceparent: str) -> Attempt:
    """The journal's view of a grant; nothing of the command itself."""
    intent = grant.intent
    return Attempt(
        id=grant.step_execution,
        status=records.REFUSED,
        forget_us=epoch_microseconds(grant.not_after) + KNOWN_AFTER_US,
        execution=intent.execution,
        epoch=grant.epoch,
        gate=str(intent.gate),
        risk=own_risk or "",
        traceparent=traceparent[:64],
        timeout_ms=intent.timeout_ms,
        output_limit=intent.output_limit_bytes,
        at_us=now_us(),
    )


def _spec_of(grant: Grant, folder: Path, environment: dict[str, str]) -> Spec:
    intent = grant.intent
    return Spec(
        attempt=grant.step_execution.hex,
        folder=str(folder),
        command=intent.command,
        environment=environment,
        cwd=intent.cwd or environment["HOME"],
        user=intent.user or None,
        timeout_ms=intent.timeout_ms,
        grace_ms=intent.grace_ms,
        drain_ms=OUTPUT_DRAIN_SECONDS * 1000,
    )
