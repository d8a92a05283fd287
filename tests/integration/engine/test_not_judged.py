"""While no command can be judged: people see and stop what they must, and no word of an agent is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from base.ids import new_id
from controller import telemetry
from controller.db.database import Database
from controller.engine import events as ev
from controller.engine import panic, views
from controller.engine.judgements import Judgements, NotJudged
from controller.engine.kept_ends import TASK
from controller.engine.service import by
from controller.link.events import AttemptState, JournalAnswer, RecordedCommand, Refusal
from schemas.risk import Risk
from tests.conftest import TestTenant
from tests.integration.engine.judge import LONG, TWO, Judge
from tests.integration.engine.kit import House, build_house

THE_LONG_ONE_FIRST = TWO.replace("- id: short", "- id: other").replace(
    "touch /tmp/{{ host }}", LONG.replace("true", "false")
)
REPEATABLE = TWO.replace("- id: short\n", "- id: short\n      idempotent: true\n      retries: 2\n")


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest_asyncio.fixture
async def house(database: Database, tenant: TestTenant, tmp_path: Path, judge: Judge) -> House:
    """An engine that keeps one answer, so that a test decides what is known while the judge is gone."""
    return await build_house(database, tenant.principal(), tmp_path, judgements=Judgements(judge.run, kept=1))


async def at_the_first_gate(house: House, text: str = TWO) -> UUID:
    x = await house.started(await house.runbook(text), variables={"host": "web-1"})
    assert (await house.view(x)).state == "await_approval"
    return x


async def at_the_long_gate(house: House, judge: Judge) -> UUID:
    """An execution at the gate of its long command, which is forgotten; and the judge is gone."""
    x = await at_the_first_gate(house)
    await house.approve(x)
    await house.finish(x)
    await house.work_until(x, "await_approval")
    await forget(house)
    judge.gone = True
    return x


async def forget(house: House) -> None:
    """Another answer takes the one place that there is."""
    await at_the_first_gate(house, TWO.replace("two", "forgotten").replace("true", "false"))


def _gate(view: views.ExecutionView) -> views.GateView:
    assert view.gate is not None
    return view.gate


# ---------------------------------------------------------------- people


@pytest.mark.parametrize("hangs", [False, True])
async def test_a_gate_that_cant_be_judged_is_shown_as_that_and_is_itself_again_later(
    house: House, judge: Judge, hangs: bool
) -> None:
    x = await at_the_long_gate(house, judge)
    if hangs:
        judge.hangs = asyncio.Event()
    view = await house.view(x)
    gate = _gate(view)
    assert (view.state, view.step, gate.command[:16]) == ("await_approval", "long", "touch /tmp/web-1")
    assert (gate.not_judged, gate.risk, gate.keys) == (True, Risk.UNKNOWN, None)
    assert "can't be judged at this moment" in gate.why
    assert "Approve" not in view.actions
    assert {"Abort", "Pause", "Skip", "Refuse"} <= set(view.actions)
    judge.gone = False
    if judge.hangs is not None:
        judge.hangs.set()
    async with asyncio.timeout(45):
        while _gate(view := await house.view(x)).not_judged:
            pass
    gate = _gate(view)
    assert (gate.risk, gate.keys is not None, "Approve" in view.actions) == (Risk.CAUTION, True, True)


async def test_nobody_approves_what_cant_be_judged(house: House, judge: Judge) -> None:
    x = await at_the_long_gate(house, judge)
    before = await house.view(x)
    approval = ev.Approve(by=by(house.owner), intent_sha256=_gate(before).intent_sha256)
    with pytest.raises(NotJudged) as refusal:
        await house.act(x, approval, version=before.version, key="yes")
    assert (refusal.value.status, refusal.value.reason_code) == (503, "not_judged")
    assert "Nothing was changed" in (refusal.value.hint or "")
    assert await house.view(x) == before
    judge.gone = False
    await house.act(x, approval, version=before.version, key="yes")
    assert (await house.view(x)).state == "executing"


async def test_an_approval_that_does_not_apply_is_refused_for_that_reason(house: House, judge: Judge) -> None:
    x = await at_the_long_gate(house, judge)
    approval = ev.Approve(by=by(house.owner), intent_sha256="sha256:" + "0" * 64)
    with pytest.raises(Exception, match="What would run changed") as refusal:
        await house.act(x, approval)
    assert not isinstance(refusal.value, NotJudged)


@pytest.mark.parametrize("what", ["abort", "pause", "panic", "skip", "refuse"])
async def test_people_stop_what_cant_be_judged(house: House, judge: Judge, what: str) -> None:
    x = await at_the_long_gate(house, judge)
    owner = by(house.owner)
    if what == "panic":
        await panic.spread_panic(house.engine, house.tenant, 1, on=True, actor="system:test")
    else:
        event = {
            "abort": ev.Abort(by=owner, reason="wrong host"),
            "pause": ev.Pause(by=owner),
            "skip": ev.Skip(by=owner, reason="not needed"),
            "refuse": ev.Refuse(by=owner, reason="not now"),
        }[what]
        await house.act(x, event)
    states = {
        "abort": "aborted",
        "pause": "paused",
        "panic": "paused",
        "skip": "completed",
        "refuse": "manual_intervention",
    }
    assert (await house.view(x)).state == states[what]


async def test_an_edit_is_never_shown_under_the_risk_of_the_text_that_it_replaced(
    house: House, judge: Judge
) -> None:
    x = await at_the_first_gate(house)
    await house.act(x, ev.Edit(by=by(house.owner), command=LONG + "rm -rf /srv", reason="quicker"))
    shown = (await house.view(x)).steps[0]
    assert (shown.risk, shown.not_judged) == (Risk.DANGEROUS, False)
    await forget(house)
    judge.gone = True
    view = await house.view(x)
    step, gate = view.steps[0], _gate(view)
    assert (step.risk, step.unknown, step.not_judged, step.keys) == ("caution", True, True, None)
    assert "can't be judged" in step.why
    assert (gate.risk, gate.not_judged) == (Risk.DANGEROUS, True), "it was found to be that when it opened"


async def test_a_command_that_never_left_can_be_stopped(house: House, judge: Judge) -> None:
    x = await at_the_first_gate(house, THE_LONG_ONE_FIRST)
    await house.approve(x)
    await forget(house)
    judge.gone = True
    await house.act(x, ev.Stop(by=by(house.owner)))
    assert [(d.kind, d.state) for d in await house.dispatches(x)] == [("run", "revoked")]
    assert await house.jobs(TASK) == 1
    judge.gone = False
    view = await house.work_until(x, "await_approval")
    assert (view.step, view.unknown, view.steps[0].attempts[0].refusal) == ("other", False, "expired")


# ---------------------------------------------------------------- agents


@pytest.mark.parametrize("hangs", [False, True])
async def test_a_report_is_kept_and_brought_once_the_next_command_can_be_judged(
    house: House, judge: Judge, hangs: bool
) -> None:
    x, other = await at_the_first_gate(house), await at_the_first_gate(house, TWO.replace("two", "other"))
    for each in (x, other):
        await house.approve(each)
    await forget(house)
    judge.gone, judge.hangs = True, asyncio.Event() if hangs else None
    before = telemetry.PUT_OFF._value.get()
    for each in (x, other):  # each returns: no report waits for the judgement of another one
        await house.finish(each)
    for _ in range(5):  # more often than an execution may crash the controller
        await house.run("hasten_jobs")
        await house.work_off()
    assert [(await house.view(each)).state for each in (x, other)] == ["executing"] * 2
    assert await house.jobs(TASK) == 2
    assert telemetry.PUT_OFF._value.get() >= before + 2
    judge.gone = False
    if judge.hangs is not None:
        judge.hangs.set()
    for each in (x, other):
        view = await house.work_until(each, "await_approval")
        assert (view.step, view.steps[0].status) == ("long", "succeeded")
        assert [a.status for a in view.steps[0].attempts] == ["succeeded"]
    assert await house.jobs(TASK) == 0


async def test_a_time_that_runs_out_never_overtakes_an_end_that_is_kept(house: House, judge: Judge) -> None:
    x = await at_the_first_gate(house, REPEATABLE)
    await house.approve(x)
    row, _ = await house.take(x)
    await house.report(row.step_execution_id, AttemptState.STARTED, started_us=1_000)
    await house.tick(x, "deadline")
    await forget(house)
    judge.gone = True
    await house.report(
        row.step_execution_id, AttemptState.FINISHED, exit_code=0, started_us=1_000, ended_us=2_000
    )
    await house.tick(x, "lost")
    await house.hello(instance=new_id())
    unseen = JournalAnswer(row.step_execution_id, house.instance, seen=False)
    await house.results.journal_answer(house.tenant, house.agent, unseen)
    view = await house.view(x)
    assert (view.state, view.unknown) == ("executing", False)
    assert [d.kind for d in await house.dispatches(x)] == ["run", "ask"], "it is not run a second time"
    judge.gone = False
    view = await house.work_until(x, "await_approval")
    assert [(a.status, a.late_result) for a in view.steps[0].attempts] == [("succeeded", None)]


async def test_a_refusal_is_kept_and_its_risk_is_heard(house: House, judge: Judge) -> None:
    x = await at_the_first_gate(house, THE_LONG_ONE_FIRST)
    await house.approve(x)
    row, _ = await house.take(x)
    await forget(house)
    judge.gone = True
    await house.refuse(row.step_execution_id, Refusal.RISKIER, agent_risk="dangerous")
    await house.tick(x, "deadline")
    assert [d.kind for d in await house.dispatches(x)] == ["run"], "its end is known: nobody is asked"
    assert await house.jobs(TASK) == 1
    judge.gone = False
    view = await house.work_until(x, "await_approval")
    assert (_gate(view).risk, _gate(view).round) == (Risk.DANGEROUS, 2)


async def test_a_journal_that_never_saw_it_is_heard_later(house: House, judge: Judge) -> None:
    x = await at_the_first_gate(house, THE_LONG_ONE_FIRST)
    await house.approve(x)
    row, _ = await house.take(x)
    await forget(house)
    judge.gone = True
    unseen = JournalAnswer(row.step_execution_id, house.instance, seen=False)
    for _ in range(2):
        await house.results.journal_answer(house.tenant, house.agent, unseen)
    judge.gone = False
    view = await house.work_until(x, "await_approval")
    assert (view.unknown, view.steps[0].attempts[0].status) == (False, "refused")
    await house.results.journal_answer(house.tenant, house.agent, unseen)
    assert (await house.view(x)).version == view.version
    assert "step.late_result" not in await house.trail(x)


async def test_what_never_left_is_taken_back_once_and_can_neither_run_nor_be_lost(
    house: House, judge: Judge
) -> None:
    x = await at_the_first_gate(house, THE_LONG_ONE_FIRST)
    await house.approve(x)
    await forget(house)
    judge.gone = True
    for _ in range(3):  # the journal is another one at each hello
        await house.hello(instance=new_id())
    view = await house.view(x)
    assert (view.state, view.unknown) == ("executing", False)
    assert [(d.kind, d.state) for d in await house.dispatches(x)] == [("run", "revoked")]
    judge.gone = False
    view = await house.work_until(x, "await_approval")
    assert (view.unknown, _gate(view).round) == (False, 2)
    assert (await house.trail(x)).count("step.failed") == 1
    assert "step.lost" not in await house.trail(x)


async def test_one_that_people_aborted_meanwhile_takes_the_end_as_a_late_one(
    house: House, judge: Judge
) -> None:
    x = await at_the_first_gate(house)
    await house.approve(x)
    await forget(house)
    judge.gone = True
    await house.finish(x)
    await house.act(x, ev.Abort(by=by(house.owner), reason="enough"))
    await house.run("hasten_jobs")
    await house.work_off()
    view = await house.view(x)
    assert (view.state, view.steps[0].attempts[0].late_result is not None) == ("aborted", True)
    assert await house.jobs(TASK) == 0


async def test_a_command_by_hand_is_recorded_at_once_and_as_the_worst(house: House, judge: Judge) -> None:
    x = await at_the_first_gate(house)
    judge.gone = True
    command = RecordedCommand(x, LONG.encode(), 0, 1, 2)
    await house.results.recorded(house.tenant, house.agent, command)
    [data] = await house.audited(x, "step.unlisted")
    assert data["risk"] == "dangerous"
