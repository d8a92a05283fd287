"""Promises about approvals and versions, by number (PROMISES.md G1, G2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from controller.engine import events as ev
from controller.engine.runner import Refused
from controller.engine.service import by
from controller.engine.store import VersionConflict
from controller.link.events import AttemptState
from controller.tenants.members import change_role
from controller.tenants.roles import Role
from schemas.grant import intent_digest
from tests.integration.engine.kit import House
from tests.integration.engine.texts import ONE, STORY

VALUES = {"host": "web-1"}
DANGEROUS = ONE % {"trust": 1, "command": "kubectl delete pod web-1"}
CAUTION = ONE % {"trust": 1, "command": "touch /tmp/mark"}


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate as it is stored."""

    id: Any
    intent_sha256: str
    intent_sealed: bytes
    voided_at: Any
    void_reason: str | None
    closed_at: Any
    round: int
    auto_rule: dict[str, str] | None


async def test_r13_an_intent_that_changed_after_the_gate_opened_is_never_dispatched(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    gate = (await house.view(x)).gate
    assert gate is not None
    async with house.database.work(house.tenant) as uow:
        changed = gate.command.replace("mark", "marK")
        whole = (await _intent(house, gate.id)).model_copy(update={"command": changed})
        from schemas.canonical import canonical

        sealed = await house.engine.parts.sealer.seal(
            uow, "execution", x, canonical(whole.to_json()), gate.id.bytes
        )
    assert await house.run("damage_gate", id=gate.id, sealed=sealed) == 1
    with pytest.raises(Refused) as refused:
        await house.act(x, ev.Approve(by=by(house.owner), intent_sha256=gate.intent_sha256))
    assert refused.value.reason_code == "approval_mismatch"
    assert await house.dispatches(x) == []
    assert "step.approval_mismatch" in await house.trail(x)
    view = await house.view(x)
    assert view.gate is not None
    assert view.gate.lapsed
    await house.act(x, ev.AskAgain(by=by(house.owner)))
    await house.approve(x)
    _, grant = await house.take(x)
    assert grant.intent.command == "touch /tmp/mark"


async def _intent(house: House, gate_id: Any) -> Any:
    from controller.engine.gate_rows import stored_intent

    async with house.database.work(house.tenant) as uow:
        return await stored_intent(uow, house.engine.parts.sealer, gate_id)


async def test_r13_the_grant_carries_exactly_the_approved_intent(house: House) -> None:
    x = await house.started(await house.runbook(DANGEROUS))
    gate = (await house.view(x)).gate
    assert gate is not None
    await house.approve(x, typed=gate.confirm)
    row, grant = await house.take(x)
    assert intent_digest(grant.intent) == gate.intent_sha256
    assert [approval.member for approval in grant.approvals] == [house.owner.member_id]
    assert grant.approvals[0].typed == gate.confirm
    assert (grant.agent_instance, grant.intent.agent) == (house.instance, house.agent)
    assert (grant.epoch, grant.attempt) == (row.epoch, 1)
    assert (grant.not_after - grant.not_before).total_seconds() == 120


async def test_r14_a_push_between_approval_and_run_changes_nothing_and_a_new_run_asks_anew(
    house: House,
) -> None:
    runbook = await house.runbook(CAUTION)
    x = await house.started(runbook)
    await house.approve(x)
    await house.runbook(ONE % {"trust": 1, "command": "touch /tmp/other"}, runbook_id=runbook)
    _, grant = await house.take(x)
    assert grant.intent.command == "touch /tmp/mark"
    y = await house.started(runbook)
    view = await house.view(y)
    assert (view.state, view.gate.command if view.gate else "") == ("await_approval", "touch /tmp/other")


async def test_r15_a_value_cannot_change_under_an_approval(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    with pytest.raises(Refused) as refused:
        await house.act(x, ev.Bind(by=by(house.owner), name="host", value="web-2"))
    assert refused.value.reason_code == "not_now"


async def test_r19_under_four_eyes_nobody_approves_their_own_request_or_edit(house: House) -> None:
    await house.policy({"version": 1, "fourEyes": True})
    other = await house.member(Role.OWNER, "other")
    third = await house.member(Role.OWNER, "third")
    x = await house.started(await house.runbook(CAUTION))
    with pytest.raises(Refused) as refused:
        await house.approve(x)
    assert refused.value.reason_code == "four_eyes"
    await house.act(x, ev.Edit(by=by(other), command="touch /tmp/edited", reason=""))
    with pytest.raises(Refused) as refused:
        await house.approve(x, other)
    assert refused.value.reason_code == "four_eyes"
    await house.approve(x, third)
    assert (await house.view(x)).state == "executing"


async def test_r19_pausing_does_not_make_a_rollback_somebody_else_s_request(house: House) -> None:
    await house.policy({"version": 1, "fourEyes": True})
    other = await house.member(Role.OWNER, "other")
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.act(x, ev.DoneByHand(by=by(other), note="looked"))
    await house.act(x, ev.Reported(by=by(other), ok=True, answer="yes", note=""))
    await house.approve(x, other)
    await house.finish(x, exit_code=1)
    await house.act(x, ev.RequestRollback(by=by(other)))
    await house.act(x, ev.Pause(by=by(other)))
    await house.act(x, ev.Resume(by=by(other)))
    with pytest.raises(Refused) as refused:
        await house.approve(x, other)
    assert refused.value.reason_code == "four_eyes"


async def test_r19_one_member_counts_once_towards_a_quorum(house: House) -> None:
    await house.policy({"version": 1, "approvals": {"quorumDangerous": 2}})
    other = await house.member(Role.APPROVER, "other")
    x = await house.started(await house.runbook(DANGEROUS))
    await house.approve(x, typed="web-1")
    assert (await house.view(x)).state == "await_approval"
    with pytest.raises(Refused) as refused:
        await house.approve(x, typed="web-1")
    assert refused.value.reason_code == "already_approved"
    await house.approve(x, other, typed="web-1")
    _, grant = await house.take(x)
    assert {a.member for a in grant.approvals} == {house.owner.member_id, other.member_id}


async def test_r20_an_approval_that_comes_too_late_is_denied_and_can_be_asked_for_again(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    old = (await house.view(x)).gate
    assert old is not None
    assert await house.tick(x, "approval") == 1
    view = await house.view(x)
    assert view.gate is not None
    assert view.gate.lapsed
    with pytest.raises(Refused) as refused:
        await house.act(x, ev.Approve(by=by(house.owner), intent_sha256=old.intent_sha256))
    assert refused.value.reason_code == "gate_lapsed"
    assert "step.approval_expired" in await house.trail(x)
    await house.act(x, ev.AskAgain(by=by(house.owner)))
    await house.approve(x)
    assert (await house.view(x)).state == "executing"
    [gate] = await house.rows("gate", GateRow, id=old.id)
    assert gate.void_reason == "expired"


async def test_r21_a_role_that_was_lost_before_the_dispatch_voids_the_gate(house: House) -> None:
    await house.policy({"version": 1, "approvals": {"quorumDangerous": 2}})
    first = await house.member(Role.APPROVER, "first")
    x = await house.started(await house.runbook(DANGEROUS))
    await house.approve(x, first, typed="web-1")
    async with house.database.work(house.tenant) as uow:
        await change_role(uow, first.member_id, Role.RESPONDER, actor=house.owner.actor)
    with pytest.raises(Refused) as refused:
        await house.approve(x, typed="web-1")
    assert refused.value.reason_code == "approver_lost_role"
    assert await house.dispatches(x) == []
    view = await house.view(x)
    assert view.gate is not None
    assert view.gate.lapsed
    assert "step.approval_revoked" in await house.trail(x)


async def test_r9_a_writer_that_wakes_late_changes_no_row(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    version = (await house.view(x)).version
    await house.act(x, ev.Pause(by=by(house.owner)))
    assert await house.run("stale_save", execution_id=x, version=version + 1) == 0
    assert (await house.view(x)).state == "paused"


async def test_r9_two_members_at_once_one_wins_and_the_other_reads_again(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    version = (await house.view(x)).version
    both = await asyncio.gather(
        house.act(x, ev.Pause(by=by(house.owner)), version=version),
        house.act(x, ev.Abort(by=by(house.owner), reason="enough"), version=version),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, VersionConflict) for outcome in both) == 1
    assert (await house.view(x)).version == version + 1


async def test_r10_a_result_after_the_end_is_kept_as_late_and_changes_nothing(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    row, _ = await house.take(x)
    await house.report(row.step_execution_id, AttemptState.STARTED)
    await house.act(x, ev.Abort(by=by(house.owner), reason="enough"))
    await house.report(row.step_execution_id, AttemptState.FINISHED, exit_code=0)
    view = await house.view(x)
    assert view.state == "aborted"
    [attempt] = view.steps[0].attempts
    assert attempt.status == "lost"
    assert attempt.late_result is not None
    assert attempt.late_result["exitCode"] == 0
    assert (await house.trail(x))[-1] == "step.late_result"


async def test_r8_only_an_idempotent_step_is_tried_again_and_only_as_often_as_approved(house: House) -> None:
    x = await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])
    await house.approve(x)
    for _ in range(2):
        await house.take(x)
        await house.tick(x, "deadline")
        await house.tick(x, "lost")
    view = await house.view(x)
    assert (view.state, view.unknown) == ("manual_intervention", True)
    runs = [d for d in await house.dispatches(x) if d.kind == "run"]
    assert len({d.step_execution_id for d in runs}) == 2
    assert [a.attempt for a in view.steps[0].attempts] == [1, 2]
    trail = await house.trail(x)
    assert (trail.count("step.retried"), trail.count("step.lost")) == (1, 2)

    y = await house.started(await house.runbook(CAUTION))
    await house.approve(y)
    await house.take(y)
    await house.tick(y, "deadline")
    await house.tick(y, "lost")
    assert (await house.view(y)).unknown
    assert len([d for d in await house.dispatches(y) if d.kind == "run"]) == 1


async def test_r11_an_execution_that_crashes_the_controller_three_times_is_parked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = await house.started(await house.runbook(CAUTION))
    healthy = await house.started(await house.runbook(CAUTION.replace("one", "two")))
    await house.approve(x)
    row, _ = await house.take(x)

    async def explode(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    from controller.engine import runner

    with monkeypatch.context() as patch:
        patch.setattr(runner, "perform", explode)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await house.report(row.step_execution_id, AttemptState.STARTED)
    await house.report(row.step_execution_id, AttemptState.STARTED)
    view = await house.view(x)
    assert (view.state, view.unknown) == ("manual_intervention", True)
    assert "3 times" in view.reason
    await house.approve(healthy)
    assert (await house.view(healthy)).state == "executing"
