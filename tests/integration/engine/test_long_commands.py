"""Commands too long to be judged in passing: no gate opens, and nothing is lost, while none can be judged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from controller.db.database import Database
from controller.engine import events as ev
from controller.engine.filling import Filling
from controller.engine.judgements import Answer, Judgements
from controller.engine.preflight import check_preflight
from controller.engine.service import by
from controller.link.events import AttemptState, RecordedCommand
from schemas.errors import Unavailable, Unprocessable
from schemas.risk import Risk
from tests.conftest import TestTenant
from tests.integration.engine.kit import House, build_house

LONG = "echo {{ host }}; " + "true; " * 400
TWO = f"""
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {{name: two, title: Two commands}}
spec:
  trustLevel: 2
  target: {{labels: {{role: shell}}}}
  variables:
    - {{name: host, example: web-1}}
  steps:
    - id: short
      title: A short one
      command: touch /tmp/{{{{ host }}}}
    - id: long
      title: A long one
      command: "{LONG}"
"""


@dataclass
class Judge:
    """The process that judges; gone while `gone` is set. `meanwhile` is done while the answer is awaited."""

    gone: bool = False
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def run(self, judge: Callable[[Filling], Answer], filling: Filling) -> Answer:
        self.asked.append(filling.template)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.gone:
            raise Unavailable("The process is gone.")
        return judge(filling)


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
    assert (judge.asked, len(free)) == ([LONG], 1)
    view = await house.view(x)
    assert (view.state, view.step) == ("await_approval", "long")
    assert view.gate is not None
    assert view.gate.command == LONG.replace("{{ host }}", "web-1")
    assert view.gate.keys is not None


async def test_an_agents_report_waits_for_the_judgement_and_counts_as_no_crash(
    house: House, judge: Judge
) -> None:
    x = await at_the_first_gate(house)
    await house.approve(x)
    row, _ = await house.take(x)
    attempt = row.step_execution_id
    await house.report(attempt, AttemptState.STARTED, started_us=1_000)
    before = (await house.view(x)).version
    judge.gone = True
    for _ in range(5):  # more often than an execution may crash the controller
        with pytest.raises(Unavailable):
            await house.report(attempt, AttemptState.FINISHED, exit_code=0, started_us=1_000, ended_us=2_000)
    assert (await house.view(x)).version == before
    judge.gone = False
    await house.report(attempt, AttemptState.FINISHED, exit_code=0, started_us=1_000, ended_us=2_000)
    view = await house.view(x)
    assert (view.state, view.step) == ("await_approval", "long")


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
    assert (gate.risk, gate.command.endswith("rm -rf /srv")) == (Risk.DANGEROUS, True)


async def test_an_edit_that_cant_be_filled_is_refused_as_ever(house: House) -> None:
    x = await at_the_first_gate(house)
    before = await house.view(x)
    with pytest.raises(Unprocessable) as refusal:
        await house.act(x, ev.Edit(by=by(house.owner), command=LONG + "{{ host }}", reason="so"))
    assert refusal.value.reason_code == "hole_place"
    assert await house.view(x) == before


async def test_nobody_is_shown_a_gate_without_its_judgement(house: House, judge: Judge) -> None:
    x = await at_the_first_gate(house)
    await house.approve(x)
    await house.finish(x)
    shown = await house.view(x)
    await at_the_first_gate(house, TWO.replace("two", "other"))  # another answer takes the kept one's place
    judge.gone = True
    with pytest.raises(Unavailable):
        await house.view(x)
    judge.gone = False
    assert await house.view(x) == shown


async def test_a_preflight_is_made_again_once_commands_can_be_judged(house: House, judge: Judge) -> None:
    runbook = await house.runbook(TWO)
    judge.gone = True
    applied = await house.engine.create(house.owner, runbook, variables={"host": "web-1"})
    version = (await house.view(applied.execution_id)).version
    with pytest.raises(Unavailable):
        await check_preflight(house.engine, house.tenant, applied.execution_id, version)
    assert (await house.view(applied.execution_id)).state == "preflight"
    judge.gone = False
    await check_preflight(house.engine, house.tenant, applied.execution_id, version)
    assert (await house.view(applied.execution_id)).state == "await_approval"


async def test_a_command_by_hand_is_recorded_once_it_can_be_judged(house: House, judge: Judge) -> None:
    x = await at_the_first_gate(house)
    command = RecordedCommand(x, b"rm -rf /srv/{{ host }}", 0, 1, 2)
    judge.gone = True
    with pytest.raises(Unavailable):
        await house.results.recorded(house.tenant, house.agent, command)
    assert "step.unlisted" not in await house.trail(x)
    judge.gone = False
    await house.results.recorded(house.tenant, house.agent, command)
    assert (await house.trail(x)).count("step.unlisted") == 1
