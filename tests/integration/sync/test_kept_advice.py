"""What an LLM called dangerous stays so: the process that heard it may end, and the document come again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from controller.db.database import Database
from controller.engine.documents import Versions
from controller.governance.judging import Judging
from controller.governance.switched import Switched, stored_flags
from ingest.advisor.advising import UNASKED, Advising, Said
from ingest.advisor.question import Question
from schemas.risk import Risk
from schemas.verdict import Advice, NoAdvice
from tests.conftest import TestTenant
from tests.integration.sync.world import World, in_a_thread, make_world, runbook

_SAFE = Advice(risk=Risk.SAFE, confidence=950, reasoning="reads", advisor="anthropic", advisor_version="m-1")
_LOCAL_SAFE = _SAFE.model_copy(update={"advisor": "local", "advisor_version": "l-1"})
_DANGEROUS = _SAFE.model_copy(update={"risk": Risk.DANGEROUS, "reasoning": "it fills the disk"})


class Remembering:
    """An LLM of which only what it said before counts."""

    def __init__(self, said: Said) -> None:
        self.said = said

    async def ask(self, questions: Sequence[Question], seconds: float, payer: str) -> Advising:
        return await self.kept(questions, payer)

    async def kept(self, questions: Sequence[Question], payer: str) -> Advising:
        await asyncio.sleep(0)
        return Advising.of((question.text, question.language, self.said) for question in questions)

    async def close(self) -> None:
        pass


async def served_risk(world: World, name: str = "disk") -> tuple[Risk, str]:
    """What the engine would go by."""
    row = (await world.runbooks())[name]
    async with world.database.work(world.tenant_id) as uow:
        version = await Versions().load(uow, row["current_version_id"])
    verdict = version.verdicts["look"]
    return verdict.risk, verdict.no_advice or ""


async def test_dangerous_advice_is_not_lowered_when_the_command_is_stored_again(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    llm = Remembering(_DANGEROUS)
    world = await make_world(database, tenant.tenant_id, tmp_path, judging=Judging(in_a_thread, UNASKED, llm))

    async def store(title: str) -> tuple[Risk, str]:
        world.commit({"runbooks/disk.yaml": runbook("disk", title=title)})
        assert (await world.sync()).outcome == "synced"
        return await served_risk(world)

    assert await store("One") == (Risk.DANGEROUS, "")
    llm.said = NoAdvice.LATE
    assert await store("Two") == (Risk.DANGEROUS, ""), "another version with the same command"
    assert await store("One") == (Risk.DANGEROUS, ""), "the first version serves again"
    (advised,) = [data["steps"][0] for _, data, _ in (await world.events("runbook.classified"))[1:]]
    assert (advised["risk"], advised["advisor"], advised["advisorVersion"]) == (
        "dangerous",
        "dangerous",
        "anthropic:m-1",
    )
    llm.said = _SAFE
    assert await store("Three") == (Risk.SAFE, ""), "newer advice replaces it"
    llm.said = NoAdvice.BUDGET
    assert await store("Four") == (Risk.CAUTION, "budget"), "safe advice is not carried over"
    assert await store("Two") == (Risk.CAUTION, "budget"), "it is no advice to fall back on any more"


async def test_newer_advice_on_the_same_version_may_raise_it(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    llm = Remembering(_SAFE)
    world = await make_world(database, tenant.tenant_id, tmp_path, judging=Judging(in_a_thread, UNASKED, llm))
    for said, title, risk in (
        (_SAFE, "One", Risk.SAFE),
        (_SAFE, "Two", Risk.SAFE),
        (_DANGEROUS, "One", Risk.DANGEROUS),
        (_SAFE, "Two", Risk.SAFE),
        (_SAFE, "One", Risk.SAFE),
        (_DANGEROUS, "Two", Risk.DANGEROUS),
        (_DANGEROUS, "One", Risk.DANGEROUS),
    ):
        llm.said = said
        world.commit({"runbooks/disk.yaml": runbook("disk", title=title)})
        await world.sync()
        assert (await served_risk(world))[0] is risk


async def test_neither_another_runbook_nor_another_advisor_lowers_what_was_called_dangerous(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    llm = Remembering(_DANGEROUS)
    world = await make_world(database, tenant.tenant_id, tmp_path, judging=Judging(in_a_thread, UNASKED, llm))

    async def store(said: Said, name: str, title: str) -> Risk:
        llm.said = said
        world.commit({f"runbooks/{name}.yaml": runbook(name, title=title)})
        assert (await world.sync()).outcome == "synced"
        return (await served_risk(world, name))[0]

    assert await store(_DANGEROUS, "disk", "One") is Risk.DANGEROUS
    assert await store(_SAFE, "other", "One") is Risk.SAFE
    assert await store(NoAdvice.LATE, "disk", "Two") is Risk.DANGEROUS, "said of another runbook"
    assert await store(_LOCAL_SAFE, "disk", "Three") is Risk.DANGEROUS, "said by another advisor"
    assert await store(_LOCAL_SAFE, "disk", "Four") is Risk.DANGEROUS, "and again"
    assert await store(_SAFE, "disk", "Five") is Risk.SAFE, "the same advisor, the same runbook"
    assert await store(_LOCAL_SAFE, "disk", "Six") is Risk.SAFE


async def test_the_flag_of_the_advisor_takes_away_what_is_safe_and_leaves_what_is_raised(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    llm = Remembering(_SAFE)
    judging = Judging(in_a_thread, UNASKED, Switched(llm, stored_flags(database)))
    world = await make_world(database, tenant.tenant_id, tmp_path, judging=judging)

    async def store(said: Said, title: str, **flag: object) -> tuple[Risk, str]:
        llm.said = said
        flags = {"version": 1, "flags": {"advisor": {"enabled": True, **flag}}}
        world.commit({"flags.json": json.dumps(flags)})
        await world.sync()
        world.commit({"runbooks/disk.yaml": runbook("disk", title=title)})
        assert (await world.sync()).outcome == "synced"
        return await served_risk(world)

    assert await store(_SAFE, "One") == (Risk.SAFE, "")
    assert await store(_SAFE, "Two", enabled=False) == (Risk.CAUTION, "off"), "what it said before, too"
    assert await store(_DANGEROUS, "Three", enabled=False) == (Risk.DANGEROUS, ""), "a flag lowers nothing"
    assert await store(_SAFE, "Four", enabled=False) == (Risk.DANGEROUS, ""), "nor does silence"
    assert await store(_SAFE, "Five") == (Risk.SAFE, "")
