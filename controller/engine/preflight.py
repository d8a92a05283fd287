"""Whether an execution has everything that it needs before its first step; the answer is an event."""

from __future__ import annotations

from uuid import UUID

from controller.db.unit_of_work import UnitOfWork
from controller.engine import events as ev
from controller.engine.context import Target
from controller.engine.documents import Version
from controller.engine.filling import Filling
from controller.engine.intents import environment, filling_of, find_agent
from controller.engine.judgements import LOOK_SECONDS, Judgements
from controller.engine.plan import Plan, PlanStep
from controller.engine.service import Engine
from controller.engine.states import Execution, Kind, State
from controller.engine.store import Loaded
from schemas.errors import Unprocessable
from schemas.ids import system_actor

_PREFLIGHT = system_actor("preflight")


async def check_preflight(
    engine: Engine, tenant_id: UUID, execution_id: UUID, version: int, *, seconds: float = LOOK_SECONDS
) -> None:
    """Look, and bring PreflightPassed or PreflightFailed for exactly this version of the execution.

    `seconds`: how long judgements are waited for. Raises NotJudged where a command can't be judged now: then
    it is to be called again.
    """
    async with engine.parts.database.work(tenant_id) as uow:
        loaded = await engine.runner.store.load(uow, execution_id, lock=False)
        x = loaded.execution
        if x.state is not State.PREFLIGHT or x.version != version:
            return  # the change that raised the version asked for a check of its own
    problems = open_points(x, loaded.plan)
    if not problems:
        problems = await command_problems(engine.parts.judgements, loaded, seconds)
    async with engine.parts.database.work(tenant_id) as uow:
        chosen, lonely = await choose_agents(uow, loaded)
        problems += lonely
    event: ev.Event = ev.PreflightPassed(agents=chosen)
    if problems:
        event = ev.PreflightFailed(problems=tuple(problems))
    await engine.apply_system(
        tenant_id,
        execution_id,
        event,
        actor=_PREFLIGHT,
        event_key=f"preflight:{version}",
        at_version=version,
        seconds=seconds,
    )


def open_points(x: Execution, plan: Plan) -> list[ev.PreflightProblem]:
    """Variables without a value and prerequisites that nobody ticked. Pure."""
    found = [
        ev.PreflightProblem(code="variable_missing", name=item.name, text=f"Give {item.name} a value.")
        for item in plan.variables
        if x.binding(item.name) is None
    ]
    found += [
        ev.PreflightProblem(code="prerequisite_open", name=item, text=f"Tick {item} once it is met.")
        for item in plan.prerequisites
        if item not in x.ticked
    ]
    return found


async def command_problems(
    judgements: Judgements, loaded: Loaded, seconds: float
) -> list[ev.PreflightProblem]:
    """Commands that the values do not fit, all three locks applied; rollback commands too.

    Their gates find the last judgements kept. Raises NotJudged where one is not there within `seconds`.
    """
    found: list[ev.PreflightProblem] = []
    fillings: list[tuple[str, Filling]] = []
    for step in loaded.plan.steps:
        for kind in _kinds(loaded, step):
            try:
                filling = filling_of(loaded.execution, loaded.version, Target(step.id, kind))
                _check_environment(loaded.version, step, loaded.execution)
                fillings.append((step.id, filling))
            except Unprocessable as error:
                found.append(_problem(step.id, error))
    refusals = await judgements.refusals((filling for _, filling in fillings), seconds)
    asked = zip(fillings, refusals, strict=True)
    return found + [_problem(step_id, why) for (step_id, _), why in asked if why is not None]


def _problem(step_id: str, error: Unprocessable) -> ev.PreflightProblem:
    return ev.PreflightProblem(code=error.reason_code, name=step_id, text=error.detail)


def _kinds(loaded: Loaded, step: PlanStep) -> list[Kind]:
    if loaded.undoes:
        return [Kind.ROLLBACK]
    forward = [] if step.manual else [Kind.FORWARD]
    return [*forward, Kind.ROLLBACK] if step.rollback else forward


def _check_environment(version: Version, step: PlanStep, x: Execution) -> None:
    environment(version.runbook, version.runbook.step(step.id), dict(x.bindings))


async def choose_agents(
    uow: UnitOfWork, loaded: Loaded
) -> tuple[tuple[ev.StepAgent, ...], list[ev.PreflightProblem]]:
    """An online agent for every step that may be dispatched; none is needed at trust 0."""
    if loaded.execution.trust == 0:
        return (), []
    chosen, lonely = [], []
    for step in loaded.plan.steps:
        if step.manual and not step.rollback:
            continue
        agent = await find_agent(uow, loaded.version, step.id)
        if agent is not None:
            chosen.append(ev.StepAgent(step=step.id, agent=agent.id))
            continue
        target = loaded.version.runbook.target_of(step.id)
        labels = ", ".join(f"{k}={v}" for k, v in sorted(target.labels.items())) if target else "any"
        text = f"No agent with these labels is online: {labels}."
        lonely.append(ev.PreflightProblem(code="no_agent", name=step.id, text=text))
    return tuple(chosen), lonely
