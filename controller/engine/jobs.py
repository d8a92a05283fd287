"""The engine's jobs: what was deferred inside transitions. Each runs at least once, and is idempotent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from base import faults, log
from controller import telemetry
from controller.db.jobs import Jobs
from controller.db.queries import load
from controller.engine import kept_ends, panic
from controller.engine.ends import AGAIN_SECONDS, Ends
from controller.engine.judgements import LOOK_SECONDS, NotJudged
from controller.engine.preflight import check_preflight
from controller.engine.service import Engine
from controller.engine.states import Execution, StepStatus

NOTIFIED: Final = faults.register("engine.notified", "people were told, the effect is not recorded as done")

_QUERIES: Final = load("executions")
_log = log.get(__name__)


def register(jobs: Jobs, engine: Engine) -> None:
    """Register the engine's tasks on the queue of this process."""

    @jobs.task("engine.preflight")
    async def preflight(tenant_id: str, execution_id: str, version: int, again: int = 0) -> None:
        await preflight_or_later(engine, UUID(tenant_id), UUID(execution_id), version, again=bool(again))

    @jobs.task("engine.notify")
    async def notify(tenant_id: str, execution_id: str, version: int, index: int, topic: str) -> None:
        await notify_people(engine, UUID(tenant_id), UUID(execution_id), version, index, topic)

    @jobs.task("engine.divergence")
    async def divergence(tenant_id: str, execution_id: str, version: int) -> None:
        await note_departures(engine, UUID(tenant_id), UUID(execution_id), version)

    @jobs.task(kept_ends.TASK)
    async def end(tenant_id: str, attempt: str) -> None:
        await Ends(engine).finish_put_off(UUID(tenant_id), UUID(attempt))

    @jobs.task(panic.TASK)
    async def spread(tenant_id: str, epoch: int, on: int, actor: str) -> None:
        await panic.spread_panic(engine, UUID(tenant_id), epoch, on=bool(on), actor=actor)


async def preflight_or_later(
    engine: Engine, tenant_id: UUID, execution_id: UUID, version: int, *, again: bool = False
) -> None:
    """Check a preflight, again and again where its commands can't be judged now: no outage is too long.

    Only the first time it waits for judgements: `again` it finds those that came meanwhile, and holds none of
    the few workers that others need.
    """
    try:
        seconds = 0.0 if again else LOOK_SECONDS
        await check_preflight(engine, tenant_id, execution_id, version, seconds=seconds)
    except NotJudged as why:
        telemetry.NOT_JUDGED.labels("preflight").inc()
        _log.warning(
            "a preflight waits: %s",
            why.detail,
            extra={"action": "engine.preflight_waits", "execution": str(execution_id)},
        )
        async with engine.parts.database.work(tenant_id) as uow:
            await uow.defer(
                "engine.preflight",
                once=f"preflight:{execution_id}:{version}",
                delay=timedelta(seconds=AGAIN_SECONDS),
                execution_id=execution_id,
                version=version,
                again=1,
            )


async def notify_people(
    engine: Engine, tenant_id: UUID, execution_id: UUID, version: int, index: int, topic: str
) -> None:
    """Tell whoever watches the execution, once for each effect key (execution, version, index)."""
    await engine.parts.bus.publish(f"exe:{tenant_id}:{execution_id}", f"{version} {topic}".encode())
    faults.reach(NOTIFIED)
    await _done(engine, tenant_id, f"{execution_id}:{version}:{index}", {"topic": topic})
    _log.info(
        "people were told",
        extra={"action": "engine.notified", "execution": str(execution_id), "topic": topic},
    )


async def note_departures(engine: Engine, tenant_id: UUID, execution_id: UUID, version: int) -> None:
    """At the end of a run: keep where people did other than the runbook says, as evidence for a proposal."""
    async with engine.parts.database.work(tenant_id) as uow:
        loaded = await engine.runner.store.load(uow, execution_id, lock=False)
    await _done(
        engine,
        tenant_id,
        f"{execution_id}:{version}:divergence",
        {"departures": departures(loaded.execution)},
    )


def departures(x: Execution) -> list[dict[str, str]]:
    """Every step that was not done as the runbook says, with the word for it. Pure."""
    words = {
        StepStatus.SKIPPED: "skipped",
        StepStatus.DONE_BY_HAND: "done_by_hand",
        StepStatus.FAILED_ACCEPTED: "failure_accepted",
    }
    found = []
    for step in x.steps:
        if step.edited is not None:
            found.append({"step": step.id, "what": "edited"})
        if step.rolled_back:
            found.append({"step": step.id, "what": "rolled_back"})
        if step.status in words and not (step.status is StepStatus.DONE_BY_HAND and step.answer is not None):
            found.append({"step": step.id, "what": words[step.status]})
    return found


async def _done(engine: Engine, tenant_id: UUID, effect_key: str, result: dict[str, Any]) -> None:
    async with engine.parts.database.work(tenant_id) as uow:
        await uow.run(_QUERIES["effect_done"], effect_key=effect_key, result=result)
