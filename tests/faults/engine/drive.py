"""One operation of the engine in a process of its own, killed at the fault point that DD0C_FAULTPOINT names.

`python -m tests.faults.engine.drive '{"url": …, "operation": "approve", …}'`; exit code 0 where it survived.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from base import faults
from controller.db.database import Database
from controller.engine import events as ev
from controller.link.events import AttemptReport, AttemptState
from controller.tenants.principal import Principal
from controller.tenants.roles import Role
from tests.integration.engine.kit import House, open_house


async def operate(house: House, order: dict[str, Any]) -> None:
    """Do what the order says, as the product does it."""
    execution, attempt = UUID(order["execution"]), UUID(order["attempt"])
    if order["operation"] == "approve":
        event = ev.Approve(
            by=ev.By(member=house.owner.member_id, role="owner"), intent_sha256=order["intentSha256"]
        )
        await house.engine.apply(
            house.tenant, execution, event, expected_version=None, actor=house.owner.actor, event_key="click"
        )
    elif order["operation"] == "finished":
        report = AttemptReport(attempt, 1, AttemptState.FINISHED, exit_code=0)
        await house.results.attempt_report(
            house.tenant, UUID(order["agent"]), UUID(order["instance"]), report
        )
    elif order["operation"] == "timers":
        await house.timers.run_once()
    elif order["operation"] == "jobs":
        await house.work_off()


async def main(order: dict[str, Any]) -> None:
    """Open what the parent made, arm the fault, operate."""
    database = await Database.open(order["url"], 3)
    try:
        owner = Principal(
            UUID(order["tenant"]), UUID(order["member"]), "owner@acme.example", Role.OWNER, "test"
        )
        house = open_house(database, owner, Path(order["folder"]))
        faults.arm(os.environ.get("DD0C_FAULTPOINT"))
        await operate(house, order)
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
