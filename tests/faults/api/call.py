"""One call with an idempotency key in a process of its own, killed at the point that DD0C_FAULTPOINT names.

`python -m tests.faults.api.call URL TENANT MEMBER`; exit code 0 where it survived.
"""

from __future__ import annotations

import asyncio
import os
import sys
from uuid import UUID

from base import faults
from controller.api.claims import Claim, Repeat
from controller.db.database import Database
from controller.tenants.members import add_member
from controller.tenants.principal import Principal
from controller.tenants.roles import Role
from schemas.errors import Dd0cError

EMAIL = "made@example.com"


async def act(claim: Claim) -> None:
    """Add a member behind the claim, as a route does. Raises what `take` raises."""
    with claim.under_way():
        assert await claim.take() is None
        try:
            with claim.acting():
                async with claim.database.work(claim.principal.tenant_id) as uow:
                    await add_member(uow, EMAIL, Role.VIEWER, actor=claim.principal.actor, display_name="")
        except Dd0cError:
            await claim.release(refused=True)
            raise
        await claim.finish(201, {}, b"")


def claim_of(database: Database, tenant_id: UUID, member_id: UUID) -> Claim:
    """The same request each time."""
    principal = Principal(tenant_id, member_id, "owner@acme.example", Role.OWNER, "test")
    return Claim(database, principal, "one", bytes(32), Repeat.IF_NOTHING_WAS_STORED)


async def main(url: str, tenant_id: str, member_id: str) -> None:
    """Open, arm the fault, act."""
    database = await Database.open(url, 3)
    try:
        faults.arm(os.environ.get("DD0C_FAULTPOINT"))
        await act(claim_of(database, UUID(tenant_id), UUID(member_id)))
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
