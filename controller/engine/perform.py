"""One handler an effect: what a decision asked for becomes rows and jobs, inside the deciding transaction.

Nothing here decides. A handler may find out that a command never left (its dispatch was never sent) and
leaves the event that says so in `follow_ups`; the runner decides it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from base import faults
from base.ids import new_id
from controller.db.queries import load
from controller.engine import effects as ef
from controller.engine import events as ev
from controller.engine.attempt_rows import StepRow, record_attempt, write_attempt
from controller.engine.gate_rows import record_votes, stored_intent, write_gate
from controller.engine.grants import build_grant, sign_grant, sign_order
from controller.engine.states import Attempt
from controller.engine.work import Work
from controller.link.outbox import Dispatch, DispatchKind
from schemas.grant import SignedEnvelope

_TIMERS: Final = load("timers")
_GATES: Final = load("gates")
_STEPS: Final = load("steps")
POINTS: Final = {
    kind: faults.register(
        f"engine.effect.{kind.__name__.lower()}", f"{kind.__name__} is about to be performed"
    )
    for kind in ef.EFFECTS
}
NO_INSTANCE: Final = UUID(int=0)
"""Stands for the instance of an agent that is gone: a grant for it is never sent, and taken back in time."""


async def perform(work: Work) -> None:
    """Write what people and agents said, then perform every effect in its order."""
    await record_votes(work)
    await record_attempt(work)
    for effect in work.decision.effects:
        faults.reach(POINTS[type(effect)])
        await HANDLERS[type(effect)](work, effect)


async def _request_approval(work: Work, effect: ef.RequestApproval) -> None:
    await write_gate(work)


async def _void_approval(work: Work, effect: ef.VoidApproval) -> None:
    await work.uow.run(_GATES["void_gate"], id=effect.gate, now=work.context.now, reason=effect.why.value)


# ---------------------------------------------------------------- agents


@dataclass(frozen=True, slots=True)
class _Instance:
    instance_id: UUID | None


async def _dispatch(work: Work, effect: ef.Dispatch) -> None:
    """Sign the grant and write the step execution and its dispatch: one transaction, one attempt id."""
    gate, attempt = work.after.gate, work.after.attempt
    assert gate is not None, "a dispatch has a gate"
    assert attempt is not None, "a dispatch has an attempt"
    if effect.automatic and not effect.retry:
        await write_gate(work)
    intent = await stored_intent(work.uow, work.parts.sealer, gate.id)
    found = await work.uow.one(_STEPS["agent_instance"], _Instance, agent_id=gate.agent)
    instance = found.instance_id if found is not None and found.instance_id is not None else NO_INSTANCE
    seconds = work.parts.grant_seconds
    grant = build_grant(
        work.after, gate, attempt, intent, instance=instance, now=work.context.now, seconds=seconds
    )
    envelope = await sign_grant(work.uow, work.parts.signer, grant)
    work.facts |= {"agent_instance": instance, "not_after": grant.not_after}
    await write_attempt(work, attempt, intent, gate, instance)
    await _order(work, attempt, "run", instance, envelope, seconds=seconds)


async def _order(
    work: Work,
    attempt: Attempt,
    kind: DispatchKind,
    instance: UUID,
    envelope: SignedEnvelope | None,
    *,
    seconds: int | None = None,
) -> None:
    not_after = None if seconds is None else work.context.now + timedelta(seconds=seconds)
    order = Dispatch(
        id=new_id(),
        agent_id=attempt.agent,
        agent_instance=instance,
        execution_id=work.after.id,
        step_execution_id=attempt.id,
        kind=kind,
        epoch=work.after.version,
        envelope=envelope,
        not_after=not_after,
    )
    await work.outbox.add(work.uow, order)


async def _signed_order(work: Work, attempt_id: UUID, kind: DispatchKind) -> None:
    row = await work.uow.one(_STEPS["step_of"], StepRow, id=attempt_id)
    attempt = work.before.attempt
    if row is None or attempt is None or row.status not in ("dispatched", "started", "lost"):
        return
    instance = row.agent_instance or NO_INSTANCE
    envelope = None
    if kind != "ask":
        envelope = await sign_order(
            work.uow, work.parts.signer, kind, work.after, attempt, instance=instance, now=work.context.now
        )
    await _order(work, attempt, kind, instance, envelope)


async def _take_back(work: Work, attempt_id: UUID) -> bool:
    """Take back a run that was never sent; True is the proof that it never ran."""
    return bool(
        await work.uow.run(_STEPS["revoke_unsent"], step_execution_id=attempt_id, now=work.context.now)
    )


async def _cancel(work: Work, effect: ef.Cancel) -> None:
    if await _take_back(work, effect.attempt):
        work.follow_ups.append(ev.AttemptRefused(attempt=effect.attempt, code="expired"))
        return
    await _signed_order(work, effect.attempt, "cancel")


async def _freeze(work: Work, effect: ef.Freeze) -> None:
    if await _take_back(work, effect.attempt):
        work.follow_ups.append(ev.AttemptRefused(attempt=effect.attempt, code="expired"))
        return
    await _signed_order(work, effect.attempt, "freeze")


async def _thaw(work: Work, effect: ef.Thaw) -> None:
    await _signed_order(work, effect.attempt, "thaw")


async def _ask_journal(work: Work, effect: ef.AskJournal) -> None:
    if await _take_back(work, effect.attempt):
        work.follow_ups.append(ev.AttemptRefused(attempt=effect.attempt, code="expired"))
        return
    await _signed_order(work, effect.attempt, "ask")


# ---------------------------------------------------------------- timers and jobs


async def _set_timer(work: Work, effect: ef.SetTimer) -> None:
    attempt, gate = work.after.attempt, work.after.gate
    about_attempt = effect.kind in (ef.TimerKind.DEADLINE, ef.TimerKind.LOST) and attempt is not None
    about_gate = effect.kind is ef.TimerKind.APPROVAL and gate is not None
    await work.uow.run(
        _TIMERS["set_timer"],
        execution_id=work.after.id,
        kind=effect.kind.value,
        due_at=effect.due_at,
        version=work.after.version,
        step_execution_id=attempt.id if about_attempt and attempt is not None else None,
        gate_id=gate.id if about_gate and gate is not None else None,
    )


async def _clear_timer(work: Work, effect: ef.ClearTimer) -> None:
    await work.uow.run(_TIMERS["clear_timers"], execution_id=work.after.id)


async def _check_preflight(work: Work, effect: ef.CheckPreflight) -> None:
    await work.uow.defer("engine.preflight", execution_id=work.after.id, version=work.after.version)


async def _notify(work: Work, effect: ef.Notify) -> None:
    await work.uow.defer(
        "engine.notify",
        execution_id=work.after.id,
        version=work.after.version,
        index=work.decision.effects.index(effect),
        topic=effect.topic.value,
    )


async def _detect_divergence(work: Work, effect: ef.DetectDivergence) -> None:
    await work.uow.defer("engine.divergence", execution_id=work.after.id, version=work.after.version)


HANDLERS: Final[dict[type, Callable[[Work, Any], Awaitable[None]]]] = {
    ef.CheckPreflight: _check_preflight,
    ef.RequestApproval: _request_approval,
    ef.VoidApproval: _void_approval,
    ef.Dispatch: _dispatch,
    ef.Cancel: _cancel,
    ef.Freeze: _freeze,
    ef.Thaw: _thaw,
    ef.AskJournal: _ask_journal,
    ef.SetTimer: _set_timer,
    ef.ClearTimer: _clear_timer,
    ef.Notify: _notify,
    ef.DetectDivergence: _detect_divergence,
}
