"""Panic in the engine, flags, trust level 0, rollback after the end, expiry."""

from __future__ import annotations

import pytest

from controller.engine import events as ev
from controller.engine.panic import EnginePanicHooks
from controller.engine.runner import Refused
from controller.engine.service import by
from controller.link.events import AttemptState, Refusal
from schemas.errors import Conflict
from tests.integration.engine.kit import SAFE_ADVICE, House
from tests.integration.engine.texts import ONE, STORY

VALUES = {"host": "web-1"}
CAUTION = ONE % {"trust": 1, "command": "touch /tmp/mark"}


async def panic(house: House, *, on: bool) -> None:
    """As the link does: the tenant's row and the job, in one transaction."""
    async with house.database.work(house.tenant) as uow:
        hooks = EnginePanicHooks()
        await (hooks.panic_on if on else hooks.panic_off)(uow, 1, house.owner.actor)
    await house.run("set_mode", mode="panic" if on else "normal")
    await house.work_off()


async def test_a_panic_pauses_what_lives_and_nothing_starts_until_it_is_cleared(house: House) -> None:
    runbook = await house.runbook(CAUTION)
    running = await house.started(runbook)
    await house.approve(running)
    row, _ = await house.take(running)
    waiting = await house.started(runbook)
    await panic(house, on=True)
    for x in (running, waiting):
        view = await house.view(x)
        assert (view.state, view.panic) == ("paused", True)
    assert [d.kind for d in await house.dispatches(running)] == ["run", "freeze"]
    with pytest.raises(Refused) as refused:
        await house.engine.create(house.owner, runbook)
    assert refused.value.reason_code == "panic"
    with pytest.raises(Refused):
        await house.act(running, ev.Resume(by=by(house.owner)))

    await panic(house, on=False)
    view = await house.view(running)
    assert (view.state, view.panic) == ("paused", False)
    await house.act(running, ev.Resume(by=by(house.owner)))
    await house.report(row.step_execution_id, AttemptState.FINISHED, exit_code=0)
    assert (await house.view(running)).state == "completed"
    await house.act(waiting, ev.Resume(by=by(house.owner)))
    assert (await house.view(waiting)).state == "await_approval"


async def test_a_run_that_a_panic_held_back_is_asked_about_again_at_the_resume(house: House) -> None:
    """It was marked as sent and not written; the agent knows the freeze only, and says that it never runs."""
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    row, _ = await house.take(x)
    await panic(house, on=True)
    assert [d.kind for d in await house.dispatches(x)] == ["run", "freeze"]
    await house.refuse(row.step_execution_id, Refusal.EXPIRED)
    assert (await house.view(x)).state == "paused"
    await panic(house, on=False)
    await house.act(x, ev.Resume(by=by(house.owner)))
    view = await house.view(x)
    assert (view.state, view.unknown, view.steps[0].attempts[0].status) == (
        "await_approval",
        False,
        "refused",
    )


async def test_one_execution_that_cant_be_told_keeps_a_panic_from_no_other(house: House) -> None:
    runbook = await house.runbook(CAUTION)
    executions = [await house.started(runbook) for _ in range(3)]
    for broken in (executions[0], executions[2]):
        await house.run("diverge", execution_id=broken)
    await panic(house, on=True)
    assert (await house.view(executions[1])).state == "paused"
    assert await house.jobs("engine.panic") == 1, "it comes again for the others"


async def test_an_approval_in_the_moment_of_a_panic_dispatches_nothing(house: House) -> None:
    """The tenant's row is in panic, the job that pauses the execution has not run yet."""
    x = await house.started(await house.runbook(CAUTION))
    await house.run("set_mode", mode="panic")
    with pytest.raises(Refused) as refused:
        await house.approve(x)
    assert refused.value.reason_code == "panic"
    assert await house.dispatches(x) == []


async def test_party_mode_lets_no_step_run_by_itself(house: House) -> None:
    await house.policy({"version": 1, "governanceMode": "audit"})
    text = ONE % {"trust": 2, "command": "uname -a"}
    runbook = await house.runbook(text, advice={"only": SAFE_ADVICE})
    applied = await house.engine.create(house.owner, runbook)
    await house.run("set_mode", mode="party")
    await house.work_off()
    assert (await house.view(applied.execution_id)).state == "await_approval"


async def test_a_flag_can_only_switch_off(house: House) -> None:
    await house.policy({"version": 1, "governanceMode": "audit"})
    text = ONE % {"trust": 2, "command": "uname -a"}
    runbook = await house.runbook(text, advice={"only": SAFE_ADVICE})
    await house.run("add_flag", name="auto-run", enabled=False)
    x = await house.started(runbook)
    view = await house.view(x)
    assert view.gate is not None
    assert view.gate.held_by == ("flag_off",)
    await house.run("add_flag", name="execution", enabled=False)
    with pytest.raises(Refused) as refused:
        await house.engine.create(house.owner, runbook)
    assert refused.value.reason_code == "flag_off"


async def test_the_flag_of_the_advisor_takes_the_second_key_from_what_an_llm_judged_before(
    house: House,
) -> None:
    await house.policy({"version": 1, "governanceMode": "audit"})
    local = SAFE_ADVICE.model_copy(update={"advisor": "local"})
    text = ONE % {"trust": 2, "command": "uname -a"}
    runbook = await house.runbook(text, advice={"only": SAFE_ADVICE})
    other = await house.runbook(text.replace("name: one", "name: other"), advice={"only": local})
    assert (await house.view(await house.started(runbook))).state == "executing"
    await house.run("add_flag", name="advisor", enabled=False)
    view = await house.view(await house.started(runbook))
    assert view.gate is not None
    assert view.gate.held_by == ("risk_not_safe",)
    assert (view.steps[0].unknown, view.steps[0].why) == (True, "one key: only the scanner has looked at it")
    view = await house.view(await house.started(other))
    assert view.state == "executing", "the model in the house is not switched"


async def test_at_trust_level_0_the_agent_runs_nothing(house: House) -> None:
    x = await house.started(await house.runbook(ONE % {"trust": 0, "command": "touch /tmp/mark"}))
    view = await house.view(x)
    assert (view.state, view.steps[0].command) == ("await_manual", "touch /tmp/mark")
    await house.act(x, ev.Reported(by=by(house.owner), ok=True, exit_code=0, note=""))
    assert (await house.view(x)).state == "completed"
    assert await house.dispatches(x) == []


async def test_a_completed_execution_is_rolled_back_by_a_new_one(house: House) -> None:
    runbook = await house.runbook(STORY)
    x = await house.started(runbook, variables=VALUES, ticked=["vpn"])
    with pytest.raises(Conflict):
        await house.engine.create_rollback(house.owner, x)
    await house.act(x, ev.DoneByHand(by=by(house.owner), note="looked"))
    await house.act(x, ev.Reported(by=by(house.owner), ok=True, answer="yes", note=""))
    await house.approve(x)
    await house.finish(x)
    await house.act(x, ev.Skip(by=by(house.owner), reason="no need"))
    assert (await house.view(x)).state == "completed"

    applied = await house.engine.create_rollback(house.owner, x)
    await house.work_off()
    undo = applied.execution_id
    view = await house.view(undo)
    assert view.parent == x
    assert [step.id for step in view.steps] == ["mark"]
    assert view.gate is not None
    assert (view.gate.kind, view.gate.command) == ("rollback", "rm /tmp/web-1.mark")
    await house.approve(undo)
    _, grant = await house.take(undo)
    assert grant.intent.kind == "rollback"
    with pytest.raises(Conflict):
        await house.engine.create_rollback(house.owner, undo)


async def test_an_execution_that_nobody_starts_ends_after_a_day(house: House) -> None:
    applied = await house.engine.create(house.owner, await house.runbook(CAUTION), start=False)
    assert (await house.view(applied.execution_id)).state == "pending"
    await house.tick(applied.execution_id, "pending")
    assert (await house.view(applied.execution_id)).state == "aborted"
    assert await house.trail(applied.execution_id) == ["execution.aborted"]


async def test_a_timer_of_a_gate_that_is_gone_is_dropped(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.act(x, ev.Edit(by=by(house.owner), command="touch /tmp/other", reason=""))
    before = (await house.view(x)).version
    await house.tick(x, "approval")
    view = await house.view(x)
    assert view.version == before + 1  # the timer belongs to the new gate
    assert view.gate is not None
    assert view.gate.lapsed
