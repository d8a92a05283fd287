"""What `make run` waits for before it says that it is ready."""

from __future__ import annotations

from pathlib import Path

from controller.config import Settings
from controller.db.database import Database
from controller.home.demo import Demo
from controller.tenants.members import CreatedTenant
from tests.conftest import TestTenant
from tests.integration.sync.world import make_world, runbook


async def test_runbooks_are_served_once_the_first_sync_has_ended(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    world = await make_world(database, tenant.tenant_id, tmp_path)
    world.commit({"runbooks/host-health.yaml": runbook("host-health")})
    demo = Demo(Settings(), database, CreatedTenant(tenant.tenant_id, tenant.member_id))
    assert not await demo.runbooks_are_served()
    await world.sync()
    assert "host-health" in await world.runbooks()
    assert await demo.runbooks_are_served()
    await world.forges.runner.close()
