"""A controller is killed inside a POST: the same request sent again is done once, or said to be unknown."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from controller.api.claims import Earlier
from controller.db.bootstrap import Urls
from controller.db.database import Database
from schemas.errors import Conflict
from tests.conftest import TestTenant
from tests.faults.api.call import EMAIL, act, claim_of


async def _killed_at(point: str, urls: Urls, tenant: TestTenant) -> int:
    """How a process ended that made the call with this point armed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.api.call", urls.app, str(tenant.tenant_id), str(tenant.member_id),
        env={**os.environ, "DD0C_FAULTPOINT": point},
    )  # fmt: skip
    async with asyncio.timeout(120):
        return await process.wait()


async def _again(database: Database, tenant: TestTenant) -> str:
    """What comes of the same request: `done`, `answered`, or the code of its refusal."""
    claim = claim_of(database, tenant.tenant_id, tenant.member_id)
    async with asyncio.timeout(60):
        while True:
            try:
                await act(claim)
            except AssertionError:
                assert isinstance(await claim.take(), Earlier)
                return "answered"
            except Conflict as refusal:
                if refusal.reason_code == "request_running":
                    continue  # the server has not yet seen that the connections ended
                return refusal.reason_code
            return "done"


async def _members(database: Database, tenant: TestTenant) -> int:
    async with database.work(tenant.tenant_id) as uow:
        return int(await uow.value("SELECT count(*) FROM dd0c.members WHERE email = %(email)s", email=EMAIL))


@pytest.mark.parametrize(
    ("point", "then", "acted"),
    [
        ("db.before_commit:kill@1", "done", None),  # before the key was taken
        ("db.after_commit:kill@1", "done", False),  # the key is taken, nothing is done
        ("db.before_commit:kill@2", "done", False),  # done, not stored
        ("db.after_commit:kill@2", "outcome_unknown", True),  # stored, not answered
        ("db.before_commit:kill@3", "outcome_unknown", True),  # answered, but the answer is not stored
        ("db.after_commit:kill@3", "answered", None),
    ],
)
async def test_a_killed_call_acts_once(
    point: str,
    then: str,
    acted: bool | None,
    database: Database,
    database_urls: Urls,
    tenant: TestTenant,
) -> None:
    assert await _killed_at(point, database_urls, tenant) == -signal.SIGKILL
    async with database.work(tenant.tenant_id) as uow:
        noted = await uow.value("SELECT headers -> 'acted' FROM dd0c.idempotency_keys WHERE status IS NULL")
    assert noted is acted
    assert await _again(database, tenant) == then
    assert await _members(database, tenant) == 1
