"""An end that was put off: it is brought in the end, whatever lasts or gives up meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path
from unittest.mock import AsyncMock, Mock
from uuid import UUID

import pytest
import pytest_asyncio

from base.limits import CRASHES_BEFORE_PARKED
from controller.db.database import Database
from controller.db.errors import Broken
from controller.engine import ends, runner
from controller.engine import events as ev
from controller.engine.judgements import Judgements
from controller.engine.kept_ends import TASK
from controller.engine.service import by
from controller.link.events import AttemptState
from schemas.errors import Unprocessable
from tests.conftest import TestTenant
from tests.integration.engine.judge import Judge
from tests.integration.engine.kit import House, build_house
from tests.integration.engine.test_not_judged import at_the_first_gate, forget


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest_asyncio.fixture
async def house(database: Database, tenant: TestTenant, tmp_path: Path, judge: Judge) -> House:
    return await build_house(database, tenant.principal(), tmp_path, judgements=Judgements(judge.run, kept=1))


async def _put_off(house: House, judge: Judge) -> UUID:
    """An execution whose command has ended, which nobody says again; the next one can't be judged."""
    x = await at_the_first_gate(house)
    await house.approve(x)
    await forget(house)
    judge.gone = True
    await house.finish(x)
    assert await house.jobs(TASK) == 1
    return x


async def test_a_timer_stays_until_an_end_that_was_put_off_is_brought(house: House, judge: Judge) -> None:
    """The job that would bring it is gone: the queue gave it up."""
    x = await _put_off(house, judge)
    await house.tick(x, "deadline")
    assert await house.run("give_up_jobs", task=TASK) == 1
    judge.gone = False
    async with asyncio.timeout(45):
        while (view := await house.view(x)).state == "executing":
            await house.tick(x, "deadline")
    assert (view.state, view.step, view.steps[0].status) == ("await_approval", "long", "succeeded")
    assert [d.kind for d in await house.dispatches(x)] == ["run"], "its end was known: nobody was asked"


async def test_an_end_that_was_put_off_outlasts_any_fault(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = await _put_off(house, judge)
    judge.gone = False
    with monkeypatch.context() as away:
        away.setattr(ends, "outcome_event", Mock(side_effect=OSError("the store is away")))
        for _ in range(12):  # more often than the queue tries a job
            await house.run("hasten_jobs")
            await house.work_off()
        assert await house.jobs(TASK) == 1
    view = await house.work_until(x, "await_approval")
    assert (view.step, view.steps[0].status, view.unknown) == ("long", "succeeded", False)


def _no_agent() -> Mock:
    return Mock(side_effect=Unprocessable("No agent is there.", code="no_agent"))


async def test_a_gate_that_cant_be_made_is_no_crash_and_is_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = await at_the_first_gate(house)
    await house.approve(x)
    with monkeypatch.context() as gone:
        gone.setattr(runner, "prepare", _no_agent())
        await house.finish(x)
        for _ in range(2 * CRASHES_BEFORE_PARKED):
            await house.run("hasten_jobs")
            await house.work_off()
        view = await house.view(x)
        assert (view.state, view.unknown) == ("executing", False)
        assert await house.jobs(TASK) == 1
    view = await house.work_until(x, "await_approval")
    assert (view.step, view.steps[0].status, view.unknown) == ("long", "succeeded", False)


async def test_what_the_database_refuses_for_good_ends_no_stream_and_asks_people(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = await at_the_first_gate(house)
    await house.approve(x)
    with monkeypatch.context() as odd:
        odd.setattr(runner, "prepare", Mock(side_effect=Broken("a row is not as it should be")))
        await house.finish(x)  # raises nothing: the stream that it came on goes on
        assert await house.jobs(TASK) == 1
        assert (await house.view(x)).state == "executing"
        for _ in range(CRASHES_BEFORE_PARKED):
            await house.run("hasten_jobs")
            await house.work_off()
        view = await house.view(x)
        assert (view.state, view.unknown) == ("manual_intervention", True)


async def test_what_cant_be_brought_of_a_start_is_left_to_the_end(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    x = await at_the_first_gate(house)
    await house.approve(x)
    row, _ = await house.take(x)
    with monkeypatch.context() as odd:
        odd.setattr(
            house.engine, "apply_system", AsyncMock(side_effect=Broken("a row is not as it should be"))
        )
        await house.report(row.step_execution_id, AttemptState.STARTED, started_us=1_000)
    assert "engine.report_failed" in [vars(record).get("action") for record in caplog.records]
    await house.report(
        row.step_execution_id, AttemptState.FINISHED, exit_code=0, output_bytes=0, started_us=1, ended_us=2
    )
    assert (await house.work_until(x, "await_approval")).steps[0].status == "succeeded"


async def test_a_command_that_never_left_is_stopped_though_its_gate_cant_be_made(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = await at_the_first_gate(house)
    await house.approve(x)
    with monkeypatch.context() as gone:
        gone.setattr(runner, "prepare", _no_agent())
        await house.act(x, ev.Stop(by=by(house.owner)))
        assert [(d.kind, d.state) for d in await house.dispatches(x)] == [("run", "revoked")]
        assert await house.jobs(TASK) == 1
    view = await house.work_until(x, "await_approval")
    assert (view.step, view.unknown, view.steps[0].attempts[0].refusal) == ("short", False, "expired")
