"""The check compares with what the rows say, which is what the engine acts on."""

from __future__ import annotations

from pathlib import Path

from controller.db.database import Database
from controller.governance.judging import Judging
from controller.review.reviewer import ReadChange, Reviewer
from ingest.advisor.advising import LOCAL
from tests.conftest import TestTenant
from tests.integration.sync.world import in_a_thread, make_world, runbook

PATH = "runbooks/disk.yaml"


async def test_a_step_that_was_stored_on_one_key_begins_to_run_alone_with_the_second(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    world = await make_world(database, tenant.tenant_id, tmp_path)
    old, new = (runbook("disk", title=title, top="  trustLevel: 2\n") for title in ("One", "Two"))
    world.commit({"policy.json": '{"version": 1, "governanceMode": "audit"}', PATH: old})
    assert (await world.sync()).outcome == "synced"
    reviewer = Reviewer(database, Judging(in_a_thread, LOCAL))
    change = ReadChange(((PATH, "runbook", new.encode()),), (), ())
    report = await reviewer.review(tenant.tenant_id, world.row, change)
    codes = [note.place.code for note in report.notes]
    assert (report.check.status, codes) == ("attention", ["widened"])
