"""The end of a panic: two members, or the host; agents that slept are released."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from base.ids import new_id
from controller.db.database import Database
from schemas.errors import Conflict, Forbidden
from schemas.grant import PanicClear
from tests.conftest import TestTenant
from tests.integration.link.kit import ROWS, Link, eventually, running_link
from tests.integration.link.panics import panicked, tenant_row, trusts


async def second_member(link: Link, tenant: TestTenant, role: str = "maintainer") -> Any:
    member_id = new_id()
    async with link.database.work(tenant.tenant_id) as uow:
        await uow.run(ROWS["add_member"], id=member_id, email=f"{member_id.hex}@acme.example", role=role)
    return member_id


async def test_r74_clearing_takes_two_members(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    other = await second_member(link, tenant)
    approver = await second_member(link, tenant, "approver")
    taken = await link.panic.trigger(tenant.tenant_id, tenant.actor, "api", "fire")
    held = await link.dispatch(agent)
    await panicked(link, tenant)
    with pytest.raises(Forbidden, match="maintainer or an owner"):
        await link.clearer.clear(tenant.tenant_id, approver, taken.epoch, alone_on_host=True)
    with pytest.raises(Conflict):
        await link.clearer.clear(tenant.tenant_id, other, taken.epoch - 1, alone_on_host=False)
    for _ in range(2):  # twice the same person is one person
        first = await link.clearer.clear(tenant.tenant_id, other, taken.epoch, alone_on_host=True)
        assert not first.cleared
    assert not link.parts.gate.is_open(tenant.tenant_id)
    second = await link.clearer.clear(tenant.tenant_id, tenant.member_id, taken.epoch, alone_on_host=False)
    assert second.cleared
    assert link.parts.gate.is_open(tenant.tenant_id)
    (signed,) = await stream.wait("panic_clear")
    assert trusts(agent, signed)
    order = PanicClear.from_payload(signed.payload)
    assert (order.epoch, set(order.by)) == (taken.epoch, {other, tenant.member_id})
    await stream.wait("run")
    assert (await link.row(held, tenant.tenant_id)).state == "sent"
    (event,) = await link.audited(tenant.tenant_id, "panic.cleared")
    assert len(json.loads(event.event_data)["members"]) == 2
    assert [call[0] for call in link.hooks.calls] == ["on", "off"]


async def test_r74_a_lone_owner_clears_on_the_host_only(link: Link, tenant: TestTenant) -> None:
    taken = await link.panic.trigger(tenant.tenant_id, tenant.actor, "cli", "")
    await panicked(link, tenant)
    with pytest.raises(Forbidden, match="on the host"):
        await link.clearer.clear(tenant.tenant_id, tenant.member_id, taken.epoch, alone_on_host=False)
    done = await link.clearer.clear(tenant.tenant_id, tenant.member_id, taken.epoch, alone_on_host=True)
    assert done.cleared
    assert list((link.parts.gate._folder / str(tenant.tenant_id)).iterdir()) == []


async def test_an_agent_that_slept_through_the_end_of_a_panic_is_released(
    link: Link, tenant: TestTenant
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    taken = await link.panic.trigger(tenant.tenant_id, tenant.actor, "cli", "")
    await stream.wait("panic")
    await stream.close()
    await panicked(link, tenant)
    await link.clearer.clear(tenant.tenant_id, tenant.member_id, taken.epoch, alone_on_host=True)
    again = await agent.connect(panic_epoch=taken.epoch)
    (signed,) = await again.wait("panic_clear")
    assert PanicClear.from_payload(signed.payload).epoch == taken.epoch
    assert again.of("panic") == []


async def test_a_panic_that_was_cleared_elsewhere_while_this_replica_was_down_ends_here_too(
    database: Database, tmp_path: Path, tenant: TestTenant
) -> None:
    async with running_link(database, tmp_path, replica="one") as first:
        taken = await first.panic.trigger(tenant.tenant_id, tenant.actor, "api", "fire")
        await panicked(first, tenant)
    folder = tmp_path / "panic-one" / str(tenant.tenant_id)
    assert (folder / str(taken.epoch)).exists()
    async with running_link(database, tmp_path, replica="two") as second:
        await second.clearer.clear(tenant.tenant_id, tenant.member_id, taken.epoch, alone_on_host=True)
    async with running_link(database, tmp_path, replica="one") as again:

        async def released() -> bool:
            await tenant_row(again, tenant)
            return again.parts.gate.latch(tenant.tenant_id) is None

        await eventually(released)
        assert again.parts.gate.is_open(tenant.tenant_id)
        assert list(folder.iterdir()) == []
