"""The whole story of an execution, against real Postgres, with the agent played by the test."""

from __future__ import annotations

import pytest

from controller.engine import events as ev
from controller.engine.runner import Refused
from controller.engine.service import by
from controller.engine.store import VersionConflict
from controller.link.events import AttemptState, Refusal
from controller.tenants.roles import Role
from schemas.errors import Forbidden, NotFound, Unprocessable
from tests.conftest import TestTenant
from tests.integration.engine.kit import House
from tests.integration.engine.texts import STORY

VALUES = {"host": "web-1"}


async def test_a_run_from_start_to_end_with_a_branch_a_mark_and_a_typed_name(house: House) -> None:
    runbook = await house.runbook(STORY)
    x = await house.started(runbook, variables=VALUES)
    view = await house.view(x)
    assert view.state == "preflight"
    assert [problem.code for problem in view.problems] == ["prerequisite_open"]

    await house.act(x, ev.Tick(by=by(house.owner), prerequisite="vpn"))
    await house.work_off()
    view = await house.view(x)
    assert view.state == "await_approval"
    assert view.gate is not None
    assert view.gate.command == "uname -a"
    assert view.gate.agent == house.agent
    assert "governance_strict" in view.gate.held_by

    await house.approve(x)
    first = await house.finish(x, output=b"Linux\n")
    view = await house.view(x)
    assert (view.state, view.step) == ("await_manual", "ask")
    assert (await house.engine.output(house.tenant, first)).data == b"Linux\n"

    with pytest.raises(Refused) as refused:
        await house.act(x, ev.Reported(by=by(house.owner), ok=True, answer="perhaps", note=""))
    assert refused.value.reason_code == "answer_unknown"
    await house.act(x, ev.Reported(by=by(house.owner), ok=True, answer="yes", note=""))
    view = await house.view(x)
    assert view.gate is not None
    assert view.gate.command == "touch /tmp/web-1.mark"

    await house.approve(x)
    await house.finish(x)
    view = await house.view(x)
    assert view.gate is not None
    assert (view.gate.risk, view.gate.confirm) == ("dangerous", "web-1")
    with pytest.raises(Refused) as refused:
        await house.approve(x, typed="web-2")
    assert refused.value.reason_code == "typed"
    await house.approve(x, typed="web-1")
    await house.finish(x)
    await house.work_off()

    view = await house.view(x)
    assert view.state == "completed"
    assert [step.status for step in view.steps] == ["succeeded", "done_by_hand", "succeeded", "succeeded"]
    assert view.steps[3].approvals[0].typed == "web-1"
    trail = await house.trail(x)
    assert trail[0] == "execution.started"
    assert trail[-1] == "execution.completed"
    assert trail.count("step.approved") == trail.count("step.dispatched") == 3
    assert (await house.rows("timers", dict, execution_id=x)) == []


async def test_a_branch_that_is_not_taken_is_passed_by_and_so_is_what_hangs_on_it(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.act(x, ev.Skip(by=by(house.owner), reason="seen before"))
    await house.act(x, ev.Reported(by=by(house.owner), ok=True, answer="no", note=""))
    view = await house.view(x)
    assert view.state == "completed"
    statuses = {step.id: step.status for step in view.steps}
    assert statuses["mark"] == statuses["drop"] == "skipped_by_branch"
    history = await house.engine.history(house.tenant, x)
    assert [item.version for item in history] == list(range(1, view.version + 1))
    assert history[-1].last


async def test_a_failure_offers_its_rollback_and_goes_back_to_the_step(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.act(x, ev.DoneByHand(by=by(house.owner), note="looked"))
    await house.act(x, ev.Reported(by=by(house.owner), ok=True, answer="yes", note=""))
    await house.approve(x)
    await house.finish(x, exit_code=1)
    view = await house.view(x)
    assert view.state == "rollback_available"
    await house.act(x, ev.RequestRollback(by=by(house.owner)))
    view = await house.view(x)
    assert view.gate is not None
    assert (view.gate.kind, view.gate.command) == ("rollback", "rm /tmp/web-1.mark")
    await house.approve(x)
    assert (await house.view(x)).state == "rolling_back"
    await house.finish(x)
    view = await house.view(x)
    assert (view.state, view.step, view.kind) == ("await_approval", "mark", "forward")
    assert view.steps[2].rolled_back
    await house.act(x, ev.Abort(by=by(house.owner), reason="enough"))
    assert (await house.view(x)).state == "aborted"
    assert "step.rolled_back" in await house.trail(x)


async def test_an_edited_command_is_scanned_again_and_waits_at_a_new_gate(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    before = (await house.view(x)).gate
    assert before is not None
    await house.act(x, ev.Edit(by=by(house.owner), command="kubectl delete pod web-1", reason="try"))
    after = (await house.view(x)).gate
    assert after is not None
    assert (after.round, after.command, after.risk) == (2, "kubectl delete pod web-1", "dangerous")
    assert after.confirm == "web-1"
    # the old digest is void (PROMISES.md 15)
    event = ev.Approve(by=by(house.owner), intent_sha256=before.intent_sha256)
    with pytest.raises(Refused) as refused:
        await house.act(x, event)
    assert refused.value.reason_code == "intent_changed"
    await house.approve(x, typed="web-1")
    _, grant = await house.take(x)
    assert grant.intent.command == "kubectl delete pod web-1"


async def test_pause_holds_a_result_until_resume(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.approve(x)
    row, _ = await house.take(x)
    await house.report(row.step_execution_id, AttemptState.STARTED)
    await house.act(x, ev.Pause(by=by(house.owner)))
    assert [d.kind for d in await house.dispatches(x)] == ["run", "freeze"]
    await house.report(row.step_execution_id, AttemptState.FINISHED, exit_code=0)
    assert (await house.view(x)).state == "paused"
    await house.act(x, ev.Resume(by=by(house.owner)))
    assert (await house.view(x)).state == "await_manual"


async def test_a_pause_before_the_command_was_sent_takes_it_back(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.approve(x)
    await house.act(x, ev.Pause(by=by(house.owner)))
    assert [(d.kind, d.state) for d in await house.dispatches(x)] == [("run", "revoked")]
    await house.act(x, ev.Resume(by=by(house.owner)))
    view = await house.view(x)
    assert view.state == "await_approval"
    assert view.gate is not None
    assert view.gate.round == 2


async def test_a_thawed_command_has_the_rest_of_its_time(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.approve(x)
    row, _ = await house.take(x)
    await house.report(row.step_execution_id, AttemptState.STARTED)
    await house.act(x, ev.Pause(by=by(house.owner)))
    await house.act(x, ev.Resume(by=by(house.owner)))
    assert [d.kind for d in await house.dispatches(x)] == ["run", "freeze", "thaw"]
    assert (await house.view(x)).state == "executing"


async def test_a_refusal_for_the_agent_s_own_verdict_raises_the_risk_of_the_next_gate(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.approve(x)
    row, _ = await house.take(x)
    await house.refuse(row.step_execution_id, Refusal.RISKIER, agent_risk="dangerous")
    view = await house.view(x)
    assert view.gate is not None
    assert (view.gate.risk, view.gate.round, view.gate.confirm) == ("dangerous", 2, "look")


async def test_another_refusal_needs_a_human_who_retries_at_a_gate(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.approve(x)
    row, _ = await house.take(x)
    await house.refuse(row.step_execution_id, Refusal.LOCAL_POLICY)
    assert (await house.view(x)).state == "manual_intervention"
    await house.act(x, ev.Retry(by=by(house.owner)))
    assert (await house.view(x)).state == "await_approval"


async def test_a_refusal_at_the_gate_is_kept_with_its_member(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.act(x, ev.Refuse(by=by(house.owner), reason="not now"))
    view = await house.view(x)
    assert (view.state, view.reason) == ("manual_intervention", "not now")
    assert view.steps[0].approvals[0].decision == "refuse"
    assert "step.approval_refused" in await house.trail(x)


async def test_a_stale_version_is_a_conflict_that_names_the_new_one(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    version = (await house.view(x)).version
    with pytest.raises(VersionConflict) as conflict:
        await house.act(x, ev.Pause(by=by(house.owner)), version=version - 1)
    assert conflict.value.extra == {"version": version}
    assert (await house.view(x)).version == version


async def test_the_same_request_twice_moves_once(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    version = (await house.view(x)).version
    first = await house.act(x, ev.Pause(by=by(house.owner)), version=version, key="request:1")
    again = await house.act(x, ev.Pause(by=by(house.owner)), version=version, key="request:1")
    assert (first.repeated, again.repeated) == (False, True)
    assert first.version == again.version == version + 1


async def test_a_value_outside_its_pattern_is_refused_before_anything_exists(house: House) -> None:
    runbook = await house.runbook(STORY)
    for value in ("web-1; rm -rf /", "$(id)", "web-1\n", "", "web-\u202e1", "x" * 1_000_000):
        with pytest.raises(Unprocessable) as refused:
            await house.engine.create(house.owner, runbook, variables={"host": value})
        assert refused.value.places[0].path == "variables.host"
    assert await house.engine.list_executions(house.tenant) == []


async def test_roles_decide_who_may_do_what(house: House) -> None:
    runbook = await house.runbook(STORY)
    viewer = await house.member(Role.VIEWER, "viewer")
    responder = await house.member(Role.RESPONDER, "responder")
    with pytest.raises(Forbidden):
        await house.engine.create(viewer, runbook)
    x = await house.started(runbook, variables=VALUES, ticked=["vpn"])
    with pytest.raises(Refused) as refused:
        await house.approve(x, viewer)
    assert refused.value.reason_code == "role"
    edit = ev.Edit(by=by(responder), command="kubectl delete pod web-1", reason="")
    with pytest.raises(Refused):
        await house.act(x, edit)
    await house.act(x, edit.model_copy(update={"by": by(house.owner)}))
    with pytest.raises(Refused):  # a dangerous command is the approver's
        await house.approve(x, responder, typed="web-1")
    # a role that a request claims is not believed: the member's own row counts
    claimed = by(responder).model_copy(update={"role": "owner"})
    gate = (await house.view(x)).gate
    assert gate is not None
    with pytest.raises(Refused):
        await house.act(x, ev.Approve(by=claimed, intent_sha256=gate.intent_sha256, typed="web-1"))


async def test_another_tenant_sees_no_execution(house: House, second_tenant: TestTenant) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.approve(x)
    [row] = await house.dispatches(x)
    stranger = second_tenant.tenant_id
    with pytest.raises(NotFound):
        await house.engine.view(stranger, x)
    with pytest.raises(NotFound):
        await house.engine.history(stranger, x)
    with pytest.raises(NotFound):
        await house.engine.output(stranger, row.step_execution_id)
    with pytest.raises(NotFound):
        await house.engine.apply(
            stranger,
            x,
            ev.Pause(by=by(house.owner)),
            expected_version=None,
            actor=house.owner.actor,
            event_key="k",
        )
    assert await house.engine.list_executions(stranger) == []
