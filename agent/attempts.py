"""The attempts of this agent: what runs, what has ended, and what the controller does not know yet.

A restart takes the same way as a live run: what the journal calls open is followed until its shim has ended,
whoever started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from agent import processes, records
from agent.journal import Journal, JournalFailed
from agent.masking import Masker
from agent.outbox import Outbox
from agent.panic import Target
from agent.records import Attempt
from agent.reports import SEQ_FINAL, report_of
from agent.secret_values import SecretsUnusable, fingerprints, read_secrets
from agent.shim import Outcome, now_us
from agent.spool import Spool
from agent.stream import Collector
from agent.watch import watch
from base import faults, log
from proto.agent.v1 import agent_pb2
from proto.convert import AttemptReport, Refusal, report_to_message

AFTER_FINISHED: Final = faults.register(
    "agent.attempts.after_finished", "a result is journaled, not reported"
)
BEFORE_ACK: Final = faults.register(
    "agent.attempts.before_ack", "a report is acknowledged, not yet journaled"
)
WITHHELD: Final = b"[dd0c: a secret was changed while the agent was away; the output is withheld]\n"
SAY_AGAIN_SECONDS: Final = 30.0
DIAGNOSTIC_MAX_CHARACTERS: Final = 1_000

_log = log.get(__name__)


class Attempts:
    """Everything that this agent knows of step executions. Used from one event loop only."""

    def __init__(self, journal: Journal, spool: Spool, outbox: Outbox, secrets_file: Path | None) -> None:
        """`secrets_file` is read again after a restart, to mask the output of what went on without us."""
        self.journal = journal
        self.spool = spool
        self._outbox = outbox
        self._secrets_file = secrets_file
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._collectors: dict[UUID, Collector] = {}
        self._said: dict[UUID, float] = {}
        self._acknowledged = asyncio.Event()
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Set where the agent can't go on: its journal or its spool fails under a command that runs."""

    # What runs

    @property
    def running(self) -> tuple[UUID, ...]:
        """Step executions whose process is being followed."""
        return tuple(self._tasks)

    def target(self, identity: UUID) -> Target | None:
        """The shim of an attempt that runs, to freeze, thaw or end it."""
        attempt = self.journal.state.attempts.get(identity)
        if attempt is None or attempt.started is None or identity not in self._tasks:
            return None
        return Target(identity, attempt.started.pid, attempt.started.start_time)

    def targets(self) -> list[Target]:
        """The shims of all attempts that run."""
        return [target for identity in self._tasks if (target := self.target(identity)) is not None]

    def is_frozen(self, identity: UUID) -> bool:
        """Whether its shim says so."""
        return (self.spool.folder(identity) / "frozen").exists()

    def follow(self, attempt: Attempt, masker: Masker) -> None:
        """Take in its output and wait for its end, beside everything else."""
        folder = self.spool.folder(attempt.id)
        folder.mkdir(mode=0o700, exist_ok=True)
        collector = Collector(folder, attempt.output_limit, masker)
        self._collectors[attempt.id] = collector
        self._outbox.add_flow(attempt.id, collector)
        task = asyncio.create_task(self._follow(attempt, folder, collector), name=f"follow {attempt.id}")
        self._tasks[attempt.id] = task

    async def _follow(self, attempt: Attempt, folder: Path, collector: Collector) -> None:
        try:
            kind, result = await watch(attempt, folder, collector, self._outbox)
            outcome = _never_started(folder)
            if outcome is not None:
                # STARTED was journaled, and yet nothing ran: the shim lost us before it heard go.
                self.refuse(attempt, Refusal.JOURNAL, outcome)
            else:
                self.journal.append(records.ended_record(attempt.id, kind, result))
                faults.reach(AFTER_FINISHED)
                self.report(report_of(self.journal.state.attempts[attempt.id]))
        except (OSError, JournalFailed) as problem:
            _log.error("can't record how it ended: %s", problem, extra={"action": "agent.record_failed"})
            if not self.failure.done():
                self.failure.set_exception(JournalFailed(str(problem)))
        finally:
            self._tasks.pop(attempt.id, None)

    # What is said

    def report(self, report: AttemptReport) -> None:
        """Say it where a stream is open; where none is, the next hello does."""
        if report.report_seq >= SEQ_FINAL:
            self._said[report.step_execution_id] = time.monotonic()
        self._outbox.control(agent_pb2.AgentMessage(report=report_to_message(report)))

    def diagnose(self, code: str, text: str) -> None:
        """A sentence for people at the controller; never a command, a value or a path of a secret."""
        text = text[:DIAGNOSTIC_MAX_CHARACTERS]
        self._outbox.control(agent_pb2.AgentMessage(diagnostic=agent_pb2.Diagnostic(code=code, text=text)))

    def refuse(self, attempt: Attempt, reason: Refusal, sentence: str, *, is_for_us: bool = True) -> None:
        """Journal and report that it never ran and never will; only report it where the journal fails."""
        _log.warning(
            "refused: %s",
            sentence,
            extra={"action": "agent.refused", "reason": reason.value, "step_execution": str(attempt.id)},
        )
        if is_for_us:
            try:
                self.journal.append(records.refused_record(attempt.id, reason.value, attempt))
            except JournalFailed as problem:
                _log.error("the journal failed: %s", problem, extra={"action": "agent.journal_failed"})
                self.journal.state.attempts[attempt.id] = attempt  # known as long as this process lives
        attempt.status = records.REFUSED
        attempt.refusal = reason.value
        self.report(report_of(attempt))
        self.diagnose(reason.value, sentence)

    def open_reports(self) -> list[AttemptReport]:
        """Everything that the controller has not acknowledged, for hello."""
        return [report_of(item) for item in self.journal.state.attempts.values() if not item.acked]

    def say_again(self) -> None:
        """Results that were said a while ago and are still not acknowledged."""
        now = time.monotonic()
        for identity, at in list(self._said.items()):
            attempt = self.journal.state.attempts.get(identity)
            if attempt is None or attempt.acked:
                del self._said[identity]
            elif now - at > SAY_AGAIN_SECONDS:
                self.report(report_of(attempt))

    def epochs(self) -> Mapping[UUID, int]:
        """The highest epoch of each execution that has an attempt here, for hello."""
        state = self.journal.state
        recent = {attempt.execution for attempt in state.attempts.values() if not attempt.acked}
        return {key: value[0] for key, value in state.epochs.items() if key in recent}

    def answer(self, identity: UUID) -> agent_pb2.JournalAnswer:
        """What the journal knows. An id that it does not know gets a tombstone first: it will never run.

        Raises JournalFailed, and then there is no answer.
        """
        state = self.journal.state
        attempt = state.attempts.get(identity)
        answer = agent_pb2.JournalAnswer(instance_id=self.journal.instance.bytes, seen=attempt is not None)
        if attempt is not None:
            answer.report.CopyFrom(report_to_message(report_of(attempt)))
            return answer
        if identity not in state.tombstones:
            forget_us = now_us() + records.KEEP_US
            self.journal.append(records.tombstone_record(identity, Refusal.EXPIRED.value, forget_us))
        # The protocol names the step execution in the report alone; this one says nothing but the id.
        answer.report.step_execution_id = identity.bytes
        return answer

    # What the controller has

    def acknowledge_report(self, identity: UUID, seq: int) -> None:
        """A report is kept there. Only a result's acknowledgement is worth a record."""
        attempt = self.journal.state.attempts.get(identity)
        if attempt is None or attempt.is_open or attempt.acked or seq < SEQ_FINAL:
            return
        faults.reach(BEFORE_ACK)
        with contextlib.suppress(JournalFailed):  # it is said again, and acknowledged again
            self.journal.append({"kind": records.REPORT_ACKED, "id": str(identity)})
            self._acknowledged.set()
            self.journal.compact(now_us())
        self._clean(identity)

    def acknowledge_output(self, identity: UUID, upto: int) -> None:
        """Output is stored there up to an offset."""
        flow = self._outbox.flow(identity)
        if flow is not None:
            flow.acknowledge(upto)
            self._outbox.nudge()
            self._clean(identity)

    def _clean(self, identity: UUID) -> None:
        """Remove the spool folder once result and output are both stored at the controller."""
        attempt = self.journal.state.attempts.get(identity)
        flow = self._outbox.flow(identity)
        if identity in self._tasks or (attempt is not None and not attempt.acked):
            return
        if flow is not None and not flow.is_done:
            return
        self._outbox.drop_flow(identity)
        collector = self._collectors.pop(identity, None)
        if collector is not None:
            collector.close()
        self.spool.remove(identity)

    # After a restart

    def recover(self) -> None:
        """Take up every attempt of the journal and the spool. Raises JournalFailed, OSError."""
        state = self.journal.state
        for attempt in list(state.attempts.values()):
            if attempt.status == records.INTENT:
                self._recover_intent(attempt)
            elif attempt.status == records.STARTED:
                self.follow(attempt, self._masker_again(attempt))
        for identity in self.spool.attempts():
            known = state.attempts.get(identity)
            if identity in self._tasks:
                continue
            if known is None or known.status == records.REFUSED:
                self.spool.remove(identity)
            else:
                self._resume_output(known)

    def _recover_intent(self, attempt: Attempt) -> None:
        """INTENT alone: go was never said, unless the record of it was lost with a torn tail."""
        folder = self.spool.folder(attempt.id)
        if (folder / "begun").exists() and _never_started(folder) is None:
            result = records.Result(None, None, False, True, 0, "", attempt.at_us, now_us())
            self.journal.append(records.ended_record(attempt.id, records.LOST, result))
        else:
            self.refuse(attempt, Refusal.JOURNAL, "the agent died before the command began; it never ran")

    def _resume_output(self, attempt: Attempt) -> None:
        """Ended before the restart; its output may not all be stored at the controller."""
        collector = Collector(
            self.spool.folder(attempt.id), attempt.output_limit, self._masker_again(attempt)
        )
        while collector.pump(is_end=True):
            pass
        self._collectors[attempt.id] = collector
        self._outbox.add_flow(attempt.id, collector)

    def _masker_again(self, attempt: Attempt) -> Masker:
        """The masker that the command began with; one that lets nothing through where that is gone."""
        names = [entry.partition(":")[0] for entry in attempt.secrets]
        if not names:
            return Masker(())
        try:
            secrets = read_secrets(self._secrets_file)
        except SecretsUnusable:
            return Masker((), withheld=WITHHELD)
        if fingerprints(names, secrets, self.journal.instance) != attempt.secrets:
            return Masker((), withheld=WITHHELD)
        return Masker(secrets[name] for name in names)

    async def end_all(self, seconds: float, hurry: asyncio.Event) -> None:
        """Ask every command to end, and wait for its end to be written down, `seconds` at the most.

        Where `hurry` is set meanwhile, what still runs is killed at once.
        """
        if not self._tasks:
            return
        self._ask_to_end(signal.SIGTERM)
        following = asyncio.ensure_future(asyncio.wait(list(self._tasks.values()), timeout=seconds))
        hurried = asyncio.ensure_future(hurry.wait())
        await asyncio.wait({following, hurried}, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if hurry.is_set():
            self._ask_to_end(signal.SIGINT)
        await following

    def _ask_to_end(self, number: int) -> None:
        for target in self.targets():
            processes.send(target.pid, number)

    async def told(self, identities: Iterable[UUID], seconds: float) -> None:
        """Wait until the controller has acknowledged these ends, `seconds` at the most."""
        attempts = self.journal.state.attempts
        waiting = set(identities)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._outbox.is_open:
                    waiting = {one for one in waiting if one in attempts and not attempts[one].acked}
                    if not waiting:
                        return
                    self._acknowledged.clear()
                    await self._acknowledged.wait()

    async def settle(self) -> None:
        """Stop following; what runs goes on without us."""
        following = list(self._tasks.values())
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        for identity, collector in self._collectors.items():
            self._outbox.drop_flow(identity)
            collector.close()
        self._collectors.clear()


def _never_started(folder: Path) -> str | None:
    """Why the shim's `exit` file says that nothing ran; None where something did, or may have."""
    try:
        outcome = Outcome.read(folder)
    except (ValueError, KeyError, TypeError):
        return None
    if outcome is None or not outcome.never_started:
        return None
    return outcome.reason or "the shim never started the command"
