"""One transition: lock, fold, decide, store, perform; in the caller's transaction, audit records last.

The order of locks is execution → step execution → gate → dispatch → timer → … → audit head.
"""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from base import faults, log
from base.ids import new_id
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.engine import events as ev
from controller.engine.auditing import audit
from controller.engine.context import INTENT_WANTED, Context, Refusal
from controller.engine.decide import decide
from controller.engine.documents import Versions
from controller.engine.gate_rows import stored_intent
from controller.engine.grants import IntentMismatch
from controller.engine.intents import Built, filling_of, prepare
from controller.engine.judgements import JudgementWanted
from controller.engine.kept_ends import keep_end, not_run, put_off
from controller.engine.keys import gate_target
from controller.engine.parts import EngineParts
from controller.engine.perform import perform
from controller.engine.states import Execution, Kind, State
from controller.engine.store import Loaded, Store, VersionConflict
from controller.engine.transition import Decision
from controller.engine.work import Work
from controller.governance.pinning import load_pinned
from controller.governance.policy import Latches
from controller.link.outbox import Outbox
from schemas.canonical import INTENT_DOMAIN, digest
from schemas.errors import Conflict, Unprocessable
from schemas.grant import intent_digest

BEFORE_DECIDE: Final = faults.register("engine.before_decide", "the execution is locked, nothing is decided")
AFTER_DECIDE: Final = faults.register("engine.after_decide", "it is decided, nothing is written")
AFTER_STORE: Final = faults.register("engine.after_store", "state and event are written, no effect is")
BEFORE_COMMIT: Final = faults.register("engine.before_commit", "all rows are written, nothing is committed")
AFTER_COMMIT: Final = faults.register("engine.after_commit", "the transition is durable, nobody was told")

FOLLOW_UPS_MAX: Final = 8
"""Events that a transition brings itself; each is bounded by what can follow, so more is a fault of ours."""

_GATES: Final = load("gates")
_log = log.get(__name__)


class Refused(Conflict):
    """The event does not apply: `reason_code` says why for programs, `detail` for people."""

    code = "refused"

    def __init__(self, refusal: Refusal, state: State, version: int) -> None:
        super().__init__(refusal.reason, code=refusal.code, extra={"state": state.value, "version": version})


@dataclass(frozen=True, slots=True)
class Command:
    """An event on its way: `event_key` makes a repeat a no-op, `actor` is as the audit trail writes it.

    `expected_version` None: whatever the version is now (agents, timers and jobs).
    """

    execution_id: UUID
    event: ev.Event
    actor: str
    event_key: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of an event. `repeated`: it had been taken before, and changed nothing now."""

    execution_id: UUID
    version: int
    state: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Role:
    id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class _Move:
    """An event with what people are now, and what was decided of it; nothing is written yet."""

    event: ev.Event
    decision: Decision
    context: Context
    built: Built | None


class Runner:
    """Moves executions inside the caller's unit of work."""

    def __init__(self, parts: EngineParts, versions: Versions) -> None:
        self._parts = parts
        self.store = Store(parts.sealer, versions)
        self._outbox = Outbox(parts.sealer, parts.bus)

    async def apply(self, uow: UnitOfWork, command: Command) -> Applied:
        """Take one event and whatever follows from it by itself.

        Raises NotFound, VersionConflict, Refused, Unprocessable: nothing was changed. JudgementWanted: the
        command is to be judged with nothing locked, and the event brought again. Anything else is a fault of
        ours. Whatever is raised, the caller's transaction must not commit.
        """
        loaded = await self.store.load(uow, command.execution_id, lock=True)
        faults.reach(BEFORE_DECIDE)
        if await self.store.taken(uow, command.execution_id, command.event_key) is not None:
            return _applied(loaded.execution, repeated=True)
        expected = command.expected_version
        if expected is not None and expected != loaded.execution.version:
            raise VersionConflict(loaded.execution.version)
        todo: deque[tuple[ev.Event, str]] = deque([(command.event, command.event_key)])
        for place in range(FOLLOW_UPS_MAX):
            event, event_key = todo.popleft()
            try:
                move = await self._choose(uow, loaded, event)
            except (JudgementWanted, Unprocessable) as why:
                if not place:
                    raise
                # What it follows from stands: people stop a command whatever its next gate needs.
                await _put_off(uow, event, why)
            else:
                work = await self._carry_out(uow, loaded, move, event_key, command.actor)
                loaded = replace(loaded, execution=work.after)
                todo.extend((next_event, f"{command.event_key}+{place}") for next_event in work.follow_ups)
            if not todo:
                break
        assert not todo, "a transition brought more events than can follow"
        self._tell(uow, loaded.execution)
        faults.reach(BEFORE_COMMIT)
        return _applied(loaded.execution)

    async def _choose(self, uow: UnitOfWork, loaded: Loaded, event: ev.Event) -> _Move:
        """What an event comes to. Writes nothing, so that its errors leave the transaction as it was."""
        context = await self._context(uow, loaded, event)
        event, context = await self._know_people(uow, loaded, event, context)
        decision, context, built = await self._decide(uow, loaded, event, context)
        if isinstance(event, ev.Approve):
            self._judge_gate(loaded)
        return _Move(event, decision, context, built)

    async def _carry_out(
        self, uow: UnitOfWork, loaded: Loaded, move: _Move, event_key: str, actor: str
    ) -> Work:
        event, decision, context, built = move.event, move.decision, move.context, move.built
        faults.reach(AFTER_DECIDE)
        await self.store.save(uow, loaded, decision, context, event, event_key=event_key, actor=actor)
        faults.reach(AFTER_STORE)
        work = Work(uow, self._parts, self._outbox, loaded, decision, context, event, actor, built)
        await perform(work)
        await audit(work)
        return work

    def _judge_gate(self, loaded: Loaded) -> None:
        """Nobody approves a command that can't be judged now: without reasons a click says nothing.

        Raises JudgementWanted. One that can't be filled any more is no question of judging.
        """
        x = loaded.execution
        assert x.gate is not None, "an approval was just decided at it"
        target = gate_target(x, x.gate, undo=loaded.undoes or x.gate.kind is Kind.ROLLBACK)
        with contextlib.suppress(Unprocessable):
            self._parts.judgements.at_once(filling_of(x, loaded.version, target))

    async def _context(self, uow: UnitOfWork, loaded: Loaded, event: ev.Event) -> Context:
        row, x = loaded.row, loaded.execution
        intent_sha256 = None
        approving = isinstance(event, ev.Approve) or (isinstance(event, ev.Expired) and event.mismatch)
        if approving and x.state is State.AWAIT_APPROVAL and x.gate is not None:
            intent_sha256 = await self._shown_digest(uow, x.gate.id)
        pinned = None
        if isinstance(event, ev.Start):
            minutes = self._parts.approval_minutes
            pinned = await load_pinned(uow, loaded.version.runbook, approval_minutes=minutes)
        return Context(
            plan=loaded.plan,
            now=row.now,
            gate_id=new_id(),
            attempt_id=new_id(),
            latches=Latches(panic=row.mode == "panic", party_mode=row.mode == "party"),
            intent_sha256=intent_sha256,
            in_service=loaded.version.in_service or loaded.undoes,
            pinned=pinned,
        )

    async def _shown_digest(self, uow: UnitOfWork, gate_id: UUID) -> str:
        """The digest of what the gate's row holds now, computed again; of nothing where it is damaged."""
        try:
            return intent_digest(await stored_intent(uow, self._parts.sealer, gate_id))
        except IntentMismatch:
            return digest(INTENT_DOMAIN, {})

    async def _know_people(
        self, uow: UnitOfWork, loaded: Loaded, event: ev.Event, context: Context
    ) -> tuple[ev.Event, Context]:
        """Read the roles that count now, whatever a session or an earlier click said (PROMISES.md 21)."""
        gate = loaded.execution.gate
        members = {vote.member for vote in gate.approvals} if gate is not None else set()
        if isinstance(event, ev.HumanEvent):
            members.add(event.by.member)
        if not members:
            return event, context
        rows = await uow.all(_GATES["roles_now"], _Role, members=list(members))
        roles = {row.id: row.role for row in rows}
        if isinstance(event, ev.HumanEvent):
            by = event.by.model_copy(update={"role": roles.get(event.by.member, "nobody")})
            event = event.model_copy(update={"by": by})
        return event, replace(context, roles=roles)

    async def _decide(
        self, uow: UnitOfWork, loaded: Loaded, event: ev.Event, context: Context
    ) -> tuple[Decision, Context, Built | None]:
        """Decide; where an intent is wanted, prepare it and decide again with everything else equal."""
        x = loaded.execution
        result = decide(x, event, context)
        built: Built | None = None
        if isinstance(result, Refusal) and result.code == INTENT_WANTED:
            assert result.wanted is not None, "the refusal names its target"
            built = await prepare(
                uow,
                self._parts.judgements,
                x,
                loaded.version,
                result.wanted,
                gate=context.gate_id,
                chosen=_chosen(x, event, result.wanted.step),
                undo=loaded.undoes,
                output_limit=self._parts.output_max_bytes,
            )
            prepared = built.prepared
            context = replace(context, prepared={(prepared.step, prepared.kind): prepared})
            result = decide(x, event, context)
        if isinstance(result, Refusal):
            raise Refused(result, x.state, x.version)
        return result, context, built

    def _tell(self, uow: UnitOfWork, x: Execution) -> None:
        channel, message = f"exe:{x.tenant}:{x.id}", str(x.version).encode()

        async def tell() -> None:
            faults.reach(AFTER_COMMIT)
            await self._parts.bus.publish(channel, message)

        uow.after_commit(tell)


async def _put_off(uow: UnitOfWork, event: ev.Event, why: JudgementWanted | Unprocessable) -> None:
    """A command was taken back before it was sent; that it did not run is brought by a job."""
    assert isinstance(event, ev.AttemptRefused), "nothing else follows by itself"
    await keep_end(uow, not_run(event.attempt))
    reason = why.detail if isinstance(why, Unprocessable) else "the command is not judged yet"
    await put_off(uow, event.attempt, reason)


def _chosen(x: Execution, event: ev.Event, step_id: str) -> UUID | None:
    """The agent that the preflight chose for a step; the event that passes it brings the choice."""
    if isinstance(event, ev.PreflightPassed):
        return next((choice.agent for choice in event.agents if choice.step == step_id), None)
    return dict(x.agents).get(step_id)


def _applied(x: Execution, *, repeated: bool = False) -> Applied:
    return Applied(x.id, x.version, x.state.value, repeated)
