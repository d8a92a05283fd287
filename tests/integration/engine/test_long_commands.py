"""Commands too long to be judged in passing: no gate opens, and nothing is lost, while none can be judged."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from controller.db.database import Database
from controller.engine import events as ev
from controller.engine.judgements import Judgements, NotJudged
from controller.engine.preflight import check_preflight
from controller.engine.service import by
from schemas.errors import Unavailable, Unprocessable
from schemas.risk import Risk
from tests.conftest import TestTenant
from tests.integration.engine.judge import LONG, TWO, Judge
from tests.integration.engine.kit import House, build_house


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest_asyncio.fixture
async def house(database: Database, tenant: TestTenant, tmp_path: Path, judge: Judge) -> House:
    """An engine that keeps one answer: what the preflight learned of the long command is forgotten again."""
    return await build_house(database, tenant.principal(), tmp_path, judgements=Judgements(judge.run, kept=1))


async def at_the_first_gate(house: House, text: str = TWO) -> UUID:
    x = await house.started(await house.runbook(text), variables={"host": "web-1"})
    assert (await house.view(x)).state == "await_approval"
    return x


async def test_a_gate_of_a_long_command_is_judged_with_nothing_locked(house: House, judge: Judge) -> None:
    x = await at_the_first_gate(house)
    await house.approve(x)
    judge.asked.clear()
    free: list[int] = []

    async def look() -> None:
        async with house.database.work(house.tenant) as uow:
            loaded = await house.engine.runner.store.load(uow, x, lock=True)
            free.append(loaded.execution.version)

    judge.meanwhile = look
    await house.finish(x)
    view = await house.work_until(x, "await_approval")
    assert (judge.asked, len(free)) == ([LONG], 1)
    assert view.step == "long"
    assert view.gate is not None
    assert view.gate.command == LONG.replace("{{ host }}", "web-1")
    assert view.gate.keys is not None


async def test_what_a_person_edits_is_refused_while_it_cant_be_judged(house: House, judge: Judge) -> None:
    x = await at_the_first_gate(house)
    before = await house.view(x)
    edit = ev.Edit(by=by(house.owner), command=LONG + "rm -rf /srv", reason="quicker")
    judge.gone = True
    with pytest.raises(Unavailable) as refusal:
        await house.act(x, edit, version=before.version, key="edit")
    assert refusal.value.reason_code == "not_judged"
    assert await house.view(x) == before, "the gate of the short command is still the one that is shown"
    judge.gone = False
    await house.act(x, edit, version=before.version, key="edit")
    gate = (await house.view(x)).gate
    assert gate is not None
    assert not gate.not_judged
    assert (gate.risk, gate.command.endswith("rm -rf /srv")) == (Risk.DANGEROUS, True)


async def test_an_edit_that_cant_be_filled_is_refused_as_ever(house: House) -> None:
    x = await at_the_first_gate(house)
    before = await house.view(x)
    with pytest.raises(Unprocessable) as refusal:
        await house.act(x, ev.Edit(by=by(house.owner), command=LONG + "{{ host }}", reason="so"))
    assert refusal.value.reason_code == "hole_place"
    assert await house.view(x) == before


async def test_a_preflight_is_made_again_once_commands_can_be_judged(house: House, judge: Judge) -> None:
    runbook = await house.runbook(TWO)
    judge.gone = True
    applied = await house.engine.create(house.owner, runbook, variables={"host": "web-1"})
    version = (await house.view(applied.execution_id)).version
    with pytest.raises(NotJudged):
        await check_preflight(house.engine, house.tenant, applied.execution_id, version)
    for _ in range(15):  # more often than a job is tried
        await house.run("hasten_jobs")
        await house.work_off()
    assert (await house.view(applied.execution_id)).state == "preflight"
    assert await house.jobs("engine.preflight") == 1
    judge.gone = False
    await house.work_until(applied.execution_id, "await_approval")
