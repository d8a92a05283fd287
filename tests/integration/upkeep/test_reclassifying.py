"""A newer scanner over a real database: higher at once, lower on an owner's word, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest

from base.ids import parse_id
from controller.api.catalog import runbook_page
from controller.db.database import Database
from controller.engine.documents import Versions
from controller.governance.documents import JudgedFile, JudgedRunbook, JudgedStep
from controller.governance.judging import File, Judging
from controller.governance.packed import Packed, pack, unpack
from controller.governance.standing import Classifier
from controller.sync.service import SyncService
from controller.tenants.roles import Role
from controller.upkeep.moves import Move, Moves
from controller.upkeep.reclassifying import Reclassifying
from schemas.errors import Conflict, Forbidden, NotFound
from schemas.merge import merge
from schemas.risk import Risk
from schemas.verdict import Advice, Finding
from tests.conftest import TestTenant
from tests.integration.sync.world import World, make_world, runbook

SAFE = Advice(risk=Risk.SAFE, confidence=950, reasoning="reads", advisor="local", advisor_version="l-1")


@dataclass
class Scanner:
    """Stands for a scanner of some version: it says what it is told of each command."""

    version: str
    says: dict[str, Risk]
    is_lenient: bool = False
    """It found nothing above what the documents declare."""

    @property
    def classifier(self) -> Classifier:
        return Classifier(self.version, "k")

    async def run(
        self, function: Callable[[Sequence[File]], list[Packed]], files: Sequence[File]
    ) -> list[Packed]:
        return [pack(self._said(unpack(file))) for file in await asyncio.to_thread(function, files)]

    def _said(self, file: JudgedFile) -> JudgedFile:
        runbook, too_low = self._runbook(file.runbook), self._runbook(file.too_low)
        if self.is_lenient and too_low is not None:
            return replace(file, runbook=too_low, too_low=None, places=())
        return replace(file, runbook=runbook, too_low=too_low)

    def _runbook(self, found: JudgedRunbook | None) -> JudgedRunbook | None:
        return (
            None if found is None else replace(found, steps=tuple(self._step(step) for step in found.steps))
        )

    def _step(self, step: JudgedStep) -> JudgedStep:
        if step.verdict is None:
            return step
        risk = self.says[step.sample]
        finding = Finding(
            risk=risk, why=f"{risk} by {self.version}", scanner_version=self.version, knowledge_version="k"
        )
        return replace(step, verdict=merge(finding, SAFE))


@dataclass
class Place:
    """A world at one scanner, which can be changed for another."""

    world: World
    scanner: Scanner

    def use(self, scanner: Scanner) -> None:
        """The process is started again with another scanner."""
        self.scanner = scanner
        service: SyncService = self.world.sync_service
        service._judging = Judging(scanner.run)

    def reclassifying(self) -> Reclassifying:
        return Reclassifying(self.world.database, Judging(self.scanner.run), self.scanner.classifier)

    async def look(self) -> int:
        return await self.reclassifying().repository(self.world.tenant_id, self.world.row.id)

    def moves(self) -> Moves:
        return Moves(self.world.database, self.scanner.classifier)

    async def listed(self, *, waiting: bool = False) -> list[Move]:
        async with self.world.database.work(self.world.tenant_id) as uow:
            return await self.moves().page(uow, count=100, waiting=waiting)

    async def risks(self, name: str) -> dict[str, Risk]:
        """What the engine goes by."""
        row = (await self.world.runbooks())[name]
        async with self.world.database.work(self.world.tenant_id) as uow:
            version = await Versions().load(uow, row["current_version_id"])
        return {step: verdict.shown for step, verdict in version.verdicts.items()}

    async def store(self, **files: str) -> None:
        self.world.commit({f"runbooks/{name}.yaml": text for name, text in files.items()})
        assert (await self.world.sync()).outcome == "synced"


TWO = "    - id: second\n      title: Second\n      command: uptime\n"


@pytest.fixture
async def place(database: Database, tenant: TestTenant, tmp_path: Path) -> Place:
    scanner = Scanner("1", {"df -h": Risk.CAUTION, "uptime": Risk.SAFE})
    world = await make_world(database, tenant.tenant_id, tmp_path, judging=Judging(scanner.run))
    made = Place(world, scanner)
    await made.store(disk=runbook("disk", extra=TWO))
    return made


async def test_higher_holds_at_once_and_lower_waits_for_an_owner(place: Place, tenant: TestTenant) -> None:
    assert await place.risks("disk") == {"look": Risk.CAUTION, "second": Risk.SAFE}
    assert await place.look() == 0, "nothing to do with the same scanner"
    place.use(Scanner("2", {"df -h": Risk.SAFE, "uptime": Risk.DANGEROUS}))
    assert await place.look() == 1
    assert await place.risks("disk") == {"look": Risk.CAUTION, "second": Risk.DANGEROUS}
    assert [(move.step_id, move.direction) for move in await place.listed()] == [
        ("second", "higher"),
        ("look", "lower"),
    ]
    ((_, said, actor),) = await place.world.events("runbook.reclassified")
    assert actor == "system:upkeep"
    assert [(step["step"], step["before"], step["found"], step["stands"]) for step in said["waiting"]] == [
        ("look", "caution", "safe", "caution")
    ]
    (move,) = await place.listed(waiting=True)
    for role in Role:
        if role is not Role.OWNER:
            with pytest.raises(Forbidden):
                await place.moves().accept(replace(tenant.principal(), role=role), [move.id])
    assert await place.risks("disk") == {"look": Risk.CAUTION, "second": Risk.DANGEROUS}
    assert await place.moves().accept(tenant.principal(), [move.id]) == 1
    assert await place.risks("disk") == {"look": Risk.SAFE, "second": Risk.DANGEROUS}
    ((_, said, actor),) = await place.world.events("runbook.lowering_accepted")
    assert (actor, said["scannerVersion"]) == (tenant.actor, "2")
    accepted = next(move for move in await place.listed() if move.step_id == "look")
    assert (accepted.accepted_by, accepted.waits) == (tenant.actor, False)
    with pytest.raises(Conflict):
        await place.moves().accept(tenant.principal(), [move.id])
    assert await place.look() == 0


async def test_a_commit_is_no_owners_word(place: Place, tenant: TestTenant) -> None:
    place.use(Scanner("2", {"df -h": Risk.SAFE, "uptime": Risk.SAFE, "free": Risk.SAFE}))
    await place.store(disk=runbook("disk", title="Newer", extra=TWO))
    assert await place.risks("disk") == {"look": Risk.CAUTION, "second": Risk.SAFE}, "before anybody looked"
    await place.look()
    (old,) = await place.listed(waiting=True)
    await place.store(disk=runbook("disk", extra=TWO.replace("uptime", "free")))
    assert (await place.risks("disk"))["look"] is Risk.CAUTION
    with pytest.raises(NotFound):
        await place.moves().accept(tenant.principal(), [old.id])
    await place.look()
    (move,) = await place.listed(waiting=True)
    await place.moves().accept(tenant.principal(), [move.id])
    await place.store(disk=runbook("disk", title="Newest", extra=TWO))
    assert await place.risks("disk") == {"look": Risk.SAFE, "second": Risk.SAFE}, "accepted for the command"


async def test_a_command_that_comes_back_is_held_by_the_version_that_served_last(place: Place) -> None:
    first = runbook("disk", extra=TWO)
    await place.store(disk=runbook("disk", title="Made later", extra=TWO))
    await place.store(disk=first)
    place.use(Scanner("2", {"df -h": Risk.DANGEROUS, "uptime": Risk.SAFE}))
    await place.look()
    place.use(Scanner("3", {"df -h": Risk.SAFE, "uptime": Risk.SAFE, "free": Risk.SAFE}))
    await place.store(disk=runbook("disk", command="free", extra=TWO))
    await place.store(disk=runbook("disk", title="It is back", extra=TWO))
    assert (await place.risks("disk"))["look"] is Risk.DANGEROUS, "though it was made first"


async def test_the_list_shows_the_verdict_that_is_newest_by_time_as_all_else_does(place: Place) -> None:
    """A replica whose clock is behind makes ids that sort before older ones."""
    await place.world.rows(
        "INSERT INTO dd0c.classifications (tenant_id, id, version_id, step_id, command_sha256, "
        "scanner_version, knowledge_version, finding, advice, rule, risk, created_at) "
        "SELECT tenant_id, %(id)s, version_id, step_id, command_sha256, '2', knowledge_version, "
        "jsonb_set(finding, '{risk}', '\"dangerous\"'), advice, 1, "
        "'dangerous', clock_timestamp() FROM dd0c.verdicts WHERE step_id = 'second' RETURNING id",
        id=UUID(int=1),
    )
    assert (await place.risks("disk"))["second"] is Risk.DANGEROUS
    async with place.world.database.work(place.world.tenant_id) as uow:
        ((_, item),) = await runbook_page(uow, before=None, count=10, name="disk", retired=False)
    assert item.profile[1] == "dangerous"


async def test_an_offer_that_something_newer_overtook_is_refused(place: Place, tenant: TestTenant) -> None:
    place.use(Scanner("2", {"df -h": Risk.SAFE, "uptime": Risk.SAFE}))
    await place.look()
    (move,) = await place.listed(waiting=True)
    second = place.moves()
    place.use(Scanner("3", {"df -h": Risk.DANGEROUS, "uptime": Risk.SAFE}))
    await place.look()
    with pytest.raises(Conflict):
        await second.accept(tenant.principal(), [move.id])
    assert (await place.risks("disk"))["look"] is Risk.DANGEROUS
    place.use(Scanner("2", {"df -h": Risk.SAFE, "uptime": Risk.SAFE}))
    await place.look()
    assert (await place.risks("disk"))["look"] is Risk.DANGEROUS, "an older scanner lowers nothing either"


async def test_two_replicas_look_at_once_and_nothing_is_written_twice(place: Place) -> None:
    names = [f"runbook-{number}" for number in range(8)]
    await place.store(**{name: runbook(name, extra=TWO) for name in names})
    place.use(Scanner("2", {"df -h": Risk.DANGEROUS, "uptime": Risk.SAFE}))
    replicas = [place.reclassifying() for _ in range(3)]
    await asyncio.gather(
        *(replica.repository(place.world.tenant_id, place.world.row.id) for replica in replicas)
    )
    rows = await place.world.rows(
        "SELECT version_id, step_id, count(*) AS many FROM dd0c.verdicts GROUP BY 1, 2"
    )
    assert {row["many"] for row in rows} == {2}, "the first verdict, and one of the new scanner"
    assert len(await place.world.events("runbook.reclassified")) == 9


async def test_a_document_that_declares_too_little_is_raised_all_the_same(place: Place) -> None:
    command = "systemctl restart nginx"
    place.use(Scanner("1", {command: Risk.SAFE}, is_lenient=True))
    await place.store(disk=runbook("disk", command=command, extra="      risk: safe\n"))
    assert (await place.risks("disk"))["look"] is Risk.SAFE
    place.use(Scanner("2", {command: Risk.CAUTION}))
    await place.look()
    assert (await place.risks("disk"))["look"] is Risk.CAUTION, "though such a file may no longer come in"


async def test_ids_of_nobody_are_not_found(place: Place, tenant: TestTenant) -> None:
    with pytest.raises(NotFound):
        await place.moves().accept(tenant.principal(), [parse_id("rcl", "rcl_" + "0" * 26)])


async def test_a_runbook_without_a_command_is_never_due(place: Place) -> None:
    manual = runbook("ask").replace("command: df -h", "manual: Ask whether the disk is full")
    await place.store(ask=manual)
    place.use(Scanner("2", {"df -h": Risk.CAUTION, "uptime": Risk.SAFE}))
    async with place.world.database.work(place.world.tenant_id) as uow:
        assert (await place.moves().counts(uow))[1] == 1, "the other one"
    assert (await place.look(), await place.look()) == (1, 0)
