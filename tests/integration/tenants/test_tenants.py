"""Tenants, members and credentials on a real database."""

from __future__ import annotations

import asyncio

import pytest

from base.ids import new_id, new_token
from controller.db.database import Database
from controller.db.errors import AccessDenied
from controller.tenants import service
from controller.tenants.members import DEMO_TENANT_ID
from controller.tenants.roles import Role
from schemas.errors import Conflict, Dd0cError, Forbidden, NotFound, Unauthenticated, Unprocessable
from tests.conftest import TestTenant


async def test_a_sign_in_link_works_once(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        link = await service.create_sign_in_link(uow, tenant.member_id, actor=tenant.actor)
    session = await service.exchange_sign_in_link(database, link)
    assert session.principal.member_id == tenant.member_id
    assert session.principal.role is Role.OWNER
    assert await service.authenticate_session(database, session.cookie) == session.principal
    with pytest.raises(Unauthenticated):
        await service.exchange_sign_in_link(database, link)


async def test_a_session_has_the_source_of_its_link(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        web = await service.create_sign_in_link(uow, tenant.member_id, actor=tenant.actor)
        host = await service.create_sign_in_link(uow, tenant.member_id, actor=tenant.actor, source="host")
    for link, source in ((web, "web"), (host, "host")):
        assert (await service.exchange_sign_in_link(database, link)).principal.source == source


async def test_of_two_exchanges_at_once_one_succeeds(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        link = await service.create_sign_in_link(uow, tenant.member_id, actor=tenant.actor)
    results = await asyncio.gather(
        *(service.exchange_sign_in_link(database, link) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(result, service.Session) for result in results) == 1
    assert sum(isinstance(result, Unauthenticated) for result in results) == 7


async def test_an_expired_link_session_and_token_are_refused(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        link = await service.create_sign_in_link(uow, tenant.member_id, actor=tenant.actor, minutes=0)
        cookie, _ = await service.create_session(uow, tenant.member_id, hours=0)
        token = await service.create_token(uow, tenant.member_id, "ci", actor=tenant.actor, days=0)
    with pytest.raises(Unauthenticated):
        await service.exchange_sign_in_link(database, link)
    with pytest.raises(Unauthenticated):
        await service.authenticate_session(database, cookie)
    with pytest.raises(Unauthenticated):
        await service.authenticate_token(database, token.text)


async def test_signing_out_ends_the_session(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        cookie, _ = await service.create_session(uow, tenant.member_id)
    await service.end_session(database, cookie)
    await service.end_session(database, cookie)
    with pytest.raises(Unauthenticated):
        await service.authenticate_session(database, cookie)


async def test_a_token_acts_within_its_scopes(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        token = await service.create_token(
            uow, tenant.member_id, "ci", actor=tenant.actor, scopes=["read", "propose"]
        )
    principal = await service.authenticate_token(database, token.text)
    principal.require("propose")
    with pytest.raises(Forbidden, match="not made for `merge`"):
        principal.require("merge")
    with pytest.raises(Forbidden):
        principal.require("owner")
    async with database.work(tenant.tenant_id) as uow:
        with pytest.raises(Unprocessable, match="fly"):
            await service.create_token(uow, tenant.member_id, "ci", actor=tenant.actor, scopes=["fly"])


async def test_a_revoked_token_is_refused(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        token = await service.create_token(uow, tenant.member_id, "ci", actor=tenant.actor)
    await service.authenticate_token(database, token.text)
    async with database.work(tenant.tenant_id) as uow:
        listed = await service.list_tokens(uow)
        assert [item.id for item in listed] == [token.id]
        assert listed[0].last_used_at is not None
        await service.revoke_token(uow, token.id, actor=tenant.actor)
        with pytest.raises(NotFound):
            await service.revoke_token(uow, token.id, actor=tenant.actor)
    with pytest.raises(Unauthenticated):
        await service.authenticate_token(database, token.text)


async def test_every_wrong_credential_gives_the_same_answer(
    database: Database, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    async with database.work(tenant.tenant_id) as uow:
        token = await service.create_token(uow, tenant.member_id, "ci", actor=tenant.actor)
    secret = token.text.rpartition("_")[2]
    foreign = new_token("ddt", second_tenant.tenant_id).rpartition("_")[0] + "_" + secret
    wrong = [
        new_token("ddt", tenant.tenant_id),
        new_token("ddt", new_id()),
        foreign,
        token.text[:-1],
        token.text + "0",
        "ddt_",
        "",
        "ddt_" + "z" * 26 + "_" + "0" * 64,
        new_token("dds", tenant.tenant_id),
    ]
    problems = []
    for text in wrong:
        with pytest.raises(Dd0cError) as caught:
            await service.authenticate_token(database, text)
        problems.append(caught.value.problem())
    assert all(problem == problems[0] for problem in problems)
    assert problems[0]["status"] == 401


async def test_a_removed_member_loses_every_way_in(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        member = await service.add_member(uow, "eve@acme.example", Role.RESPONDER, actor=tenant.actor)
        cookie, _ = await service.create_session(uow, member)
        token = await service.create_token(uow, member, "ci", actor=tenant.actor)
        link = await service.create_sign_in_link(uow, member, actor=tenant.actor)
    async with database.work(tenant.tenant_id) as uow:
        await service.remove_member(uow, member, actor=tenant.actor)
    with pytest.raises(Unauthenticated):
        await service.authenticate_session(database, cookie)
    with pytest.raises(Unauthenticated):
        await service.authenticate_token(database, token.text)
    with pytest.raises(NotFound):
        await service.exchange_sign_in_link(database, link)
    with pytest.raises(Unauthenticated):
        await service.member_by_email(database, tenant.tenant_id, "eve@acme.example")
    async with database.work(tenant.tenant_id) as uow:
        again = await service.add_member(uow, "EVE@acme.example", Role.VIEWER, actor=tenant.actor)
        assert again == member
        assert (await service.find_member(uow, member)).role == "viewer"
    with pytest.raises(Unauthenticated):
        await service.authenticate_session(database, cookie)


async def test_a_tenant_keeps_an_owner(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        with pytest.raises(Conflict):
            await service.remove_member(uow, tenant.member_id, actor=tenant.actor)
        with pytest.raises(Conflict):
            await service.change_role(uow, tenant.member_id, Role.VIEWER, actor=tenant.actor)
        other = await service.add_member(uow, "two@acme.example", Role.OWNER, actor=tenant.actor)

    async def step_down(member_id: object) -> None:
        async with database.work(tenant.tenant_id) as uow:
            target = tenant.member_id if member_id == tenant.member_id else other
            await service.change_role(uow, target, Role.VIEWER, actor=tenant.actor)

    results = await asyncio.gather(step_down(tenant.member_id), step_down(other), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]


async def test_a_slug_or_an_address_in_use_is_a_conflict(database: Database, tenant: TestTenant) -> None:
    with pytest.raises(Conflict):
        await service.create_tenant(database, "acme", "x@y.example")
    async with database.work(tenant.tenant_id) as uow:
        with pytest.raises(Conflict):
            await service.add_member(uow, tenant.email.upper(), Role.VIEWER, actor=tenant.actor)
    with pytest.raises(Unprocessable):
        await service.create_tenant(database, "Not A Slug", "x@y.example")
    with pytest.raises(Unprocessable):
        await service.create_tenant(database, "fine", "no address")


async def test_the_demo_tenant_is_made_once(database: Database) -> None:
    first = await service.ensure_demo_tenant(database)
    second = await service.ensure_demo_tenant(database)
    assert first == second
    assert first.tenant_id == DEMO_TENANT_ID
    async with database.work(DEMO_TENANT_ID) as uow:
        assert (await service.find_tenant(uow)).slug == "demo"
        assert len(await service.list_members(uow)) == 1


async def test_a_unit_of_work_makes_only_its_own_tenant(database: Database, tenant: TestTenant) -> None:
    with pytest.raises(AccessDenied):
        async with database.work(tenant.tenant_id) as uow:
            await uow.run(service._MEMBERS["insert_tenant"], tenant_id=new_id(), slug="other", title="")
