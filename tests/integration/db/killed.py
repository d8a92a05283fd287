"""A program for the fault tests: adds a member with its record; the armed fault point kills it on the way."""

from __future__ import annotations

import asyncio
import os
import sys
from uuid import UUID

from base import faults
from base.ids import new_id
from controller.db.database import Database
from controller.tenants.members import add_member
from controller.tenants.roles import Role


async def main(url: str, tenant_id: UUID) -> None:
    """Arguments: the database's URL and the tenant."""
    database = await Database.open(url, 1)
    faults.arm(os.environ["DD0C_FAULTPOINT"])
    async with database.work(tenant_id) as uow:
        await add_member(uow, f"{new_id()}@acme.example", Role.VIEWER, actor="system:test")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], UUID(sys.argv[2])))
