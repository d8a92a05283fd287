"""A version's row holds the verdicts that came with it; read again they are what was judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

import pytest

from base.ids import part_id
from controller.db import queries
from controller.governance.documents import RULES, JudgedFile, JudgedStep
from controller.governance.judging import File, Judging
from ingest.advisor.advising import LOCAL
from schemas.merge import merge
from schemas.risk import Risk
from schemas.verdict import Advice, Finding, NoAdvice, Reversibility, Span
from tests.integration.sync.world import World, in_a_thread

_COMMANDS = ("df -h", "rm -rf /srv/{{ name }}", 'kubectl get pods -l app="ü\\"\'{{ name }}"', "made-up --now")
_DOCUMENT = (
    "apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {name: disk, title: Disk}\n"
    "spec:\n  target: {labels: {role: host}}\n  variables: [{name: name, example: web}]\n  steps:\n"
    "    - {id: ask, title: Ask, manual: Ask whether the disk is full}\n"
    + "".join(
        f"    - id: c{number}\n      title: Step\n      command: |-\n        {command}\n      confirm: yes\n"
        "      rollback: {impossible: gone}\n"
        + ("    - {id: wait, title: Wait, manual: Wait}\n" if number == 1 else "")
        for number, command in enumerate(_COMMANDS)
    )
).replace("confirm: yes", 'confirm: "yes"')

_SAFE = Finding(risk=Risk.SAFE, why="reads", scanner_version="1", knowledge_version="k")
_FULL = Finding(
    risk=Risk.DANGEROUS, rule_ids=("a", "b"), spans=(Span(start=0, end=3, rule_id="a"),), why='"\\',
    inverse="undo", resources=("ü", "web"), reversibility=Reversibility.IRREVERSIBLE, scanner_version="1",
    knowledge_version="k",
)  # fmt: skip
_OLD = _FULL.model_copy(update={"scanner_version": "0", "knowledge_version": "j"})
_LOCAL = Advice(risk=Risk.SAFE, confidence=999, reasoning="reads", advisor="local", advisor_version="l-1")
_LLM = Advice(
    risk=Risk.DANGEROUS, confidence=0, reasoning="fills", advisor="anthropic", advisor_version="m-1",
    prompt_sha256="sha256:" + "0" * 64, suggested_rollback="none", alternatives_considered=("x",),
)  # fmt: skip


class Saying:
    """Judges as the product does, and says of the commands what it was told to."""

    def __init__(self, said: Sequence[tuple[Finding, Advice | NoAdvice]]) -> None:
        self.said = said
        self.inner = Judging(in_a_thread, LOCAL)
        self.steps: tuple[JudgedStep, ...] = ()

    async def judge(self, tenant_id: UUID, files: Sequence[File]) -> list[JudgedFile]:
        (file,) = await self.inner.judge(tenant_id, files)
        assert file.runbook is not None, file.places
        said = iter(self.said)
        self.steps = tuple(
            step if step.verdict is None or not self.said else replace(step, verdict=merge(*next(said)))
            for step in file.runbook.steps
        )
        return [replace(file, runbook=replace(file.runbook, steps=self.steps))]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param((), id="as the product judges"),
        pytest.param(((_SAFE, _LOCAL), (_FULL, _LOCAL), (_SAFE, NoAdvice.LATE), (_FULL, _LOCAL)), id="alike"),
        pytest.param(((_SAFE, NoAdvice.OFF),) * 4, id="nobody advised"),
        pytest.param(((_SAFE, _LOCAL), (_OLD, _LLM), (_OLD, NoAdvice.BUDGET), (_FULL, _LOCAL)), id="mixed"),
        pytest.param(((_SAFE, Advice(risk=Risk.UNKNOWN, confidence=1, reasoning="")),) * 4, id="defaults"),
    ],
)
async def test_what_came_with_a_version_is_read_as_it_was_judged(
    world: World, said: Sequence[tuple[Finding, Advice | NoAdvice]]
) -> None:
    judging = Saying(said)
    world.sync_service._judging = cast("Judging", judging)
    world.commit({"runbooks/disk.yaml": _DOCUMENT})
    assert (await world.sync()).outcome == "synced"
    version_id = (await world.runbooks())["disk"]["current_version_id"]
    rows = await world.rows("SELECT * FROM dd0c.verdicts ORDER BY id")
    judged = [step for step in judging.steps if step.verdict is not None]
    assert [row["step_id"] for row in rows] == [step.step_id for step in judged] == ["c0", "c1", "c2", "c3"]
    for number, (row, step, command) in enumerate(zip(rows, judged, _COMMANDS, strict=True), 1):
        assert (row["id"], row["version_id"]) == (part_id(version_id, number), version_id)
        assert _said(row) == _expected(step)
        assert row["command_sha256"] == step.command_sha256 == sha256(command.encode()).digest()
    assert not await world.rows("SELECT id FROM dd0c.classifications")
    await _is_found_by_its_id(world, rows)


def _said(row: dict[str, Any]) -> dict[str, Any]:
    names = (
        "finding",
        "advice",
        "no_advice",
        "rule",
        "risk",
        "unknown",
        "scanner_version",
        "knowledge_version",
    )
    return {name: row[name] for name in names}


def _expected(step: JudgedStep) -> dict[str, Any]:
    verdict = step.verdict
    assert verdict is not None
    return {
        "finding": verdict.finding.to_json(),
        "advice": None if verdict.advice is None else verdict.advice.to_json(),
        "no_advice": verdict.no_advice or "",
        "rule": RULES.index(verdict.rule) + 1,
        "risk": verdict.risk,
        "unknown": verdict.unknown,
        "scanner_version": verdict.finding.scanner_version,
        "knowledge_version": verdict.finding.knowledge_version,
    }


async def _is_found_by_its_id(world: World, rows: Sequence[dict[str, Any]]) -> None:
    find = queries.load("classifications")["find_classification"]
    async with world.database.work(world.tenant_id) as uow:
        for row in rows:
            found = await uow.all(find, dict, id=row["id"], whole_id=row["version_id"])
            assert [each["finding"] for each in found] == [row["finding"]]
            other = part_id(row["version_id"], 5)
            assert await uow.all(find, dict, id=other, whole_id=row["version_id"]) == []


async def test_what_came_later_stands_before_what_came_with_the_version(world: World) -> None:
    """And the same content, stored again, adds only what differs from what stands."""
    judging = Saying(((_SAFE, _LOCAL),) * 4)
    world.sync_service._judging = cast("Judging", judging)
    other = _DOCUMENT.replace("title: Disk", "title: Other")
    for text in (_DOCUMENT, other, _DOCUMENT):
        world.commit({"runbooks/disk.yaml": text})
        await world.sync()
    assert not await world.rows("SELECT id FROM dd0c.classifications"), "it was said already"
    judging.said = ((_SAFE, _LOCAL), (_FULL, _LOCAL), (_SAFE, _LOCAL), (_SAFE, _LOCAL))
    for text in (other, _DOCUMENT):
        world.commit({"runbooks/disk.yaml": text})
        await world.sync()
    later = await world.rows("SELECT step_id, risk, version_id FROM dd0c.classifications")
    assert [(row["step_id"], row["risk"]) for row in later] == [("c1", "dangerous")] * 2
    version_id = (await world.runbooks())["disk"]["current_version_id"]
    async with world.database.work(world.tenant_id) as uow:
        found = await uow.all(queries.load("executions")["version_verdicts"], dict, version_id=version_id)
    assert [row["finding"]["risk"] for row in found] == ["safe", "dangerous", "safe", "safe"]


async def test_what_a_command_holds_instead_of_a_text_keeps_no_verdict_from_being_read(world: World) -> None:
    odd = _DOCUMENT.replace("made-up --now", r"rm -rf $'/srv/a\0b' $'/srv/\ud800'")
    world.commit({"runbooks/disk.yaml": odd})
    assert (await world.sync()).outcome == "synced"
    rows = await world.rows("SELECT risk, finding FROM dd0c.verdicts WHERE step_id = 'c3'")
    assert [row["risk"] for row in rows] == ["dangerous"]
