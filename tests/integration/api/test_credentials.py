"""What a credential may turn itself into: tokens, and the word that ends a panic."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import httpx
import pytest

from base.ids import parse_id
from controller.api.borders import SESSION_COOKIE
from controller.api.routes import panic, people
from controller.api.shapes.people import TokenRequest
from controller.tenants.principal import Principal
from controller.tenants.roles import Role
from controller.tenants.service import create_sign_in_link, find_member
from schemas.errors import Forbidden
from tests.integration.api.kit import URL, Api
from tests.integration.link.panics import panicked

PAGE: Final = {"Origin": URL, "X-Dd0c-Csrf": "1"}


async def _member(api: Api, role: str) -> UUID:
    async with api.role(role) as client:
        return parse_id("mem", (await client.get("/api/v1/me")).json()["id"])


@asynccontextmanager
async def _browser(
    api: Api, role: str, source: Literal["web", "host"] = "web"
) -> AsyncIterator[httpx.AsyncClient]:
    """A signed-in browser of the member with this role."""
    member = await _member(api, role)
    async with api.services.database.work(api.tenant.tenant_id) as uow:
        assert (await find_member(uow, member)).role == role
        link = await create_sign_in_link(uow, member, actor=api.tenant.actor, source=source)
    async with api.client("", **PAGE) as client:
        signed_in = await client.post("/api/v1/session", json={"token": link})
        assert signed_in.status_code == 201, signed_in.text
        assert (await client.get("/api/v1/me")).json()["source"] == source
        yield client


async def _make(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post("/api/v1/tokens", json={"name": "one", **body})


async def test_r56_a_session_makes_a_token_and_a_members_token_makes_none(api: Api) -> None:
    async with _browser(api, "viewer") as browser:
        made = await _make(browser)
        assert made.status_code == 201, made.text
        for days in (366, None):
            assert (await _make(browser, days=days)).status_code == 403
        assert (await _make(browser, days=365)).status_code == 201
        assert (await _make(browser, scopes=["merge"])).status_code == 403
    async with api.client(made.json()["token"]) as client:
        assert (await _make(client)).status_code == 403
    async with api.client() as owner:
        assert (await _make(owner, days=3650)).status_code == 201
        narrow = (await _make(owner, scopes=["tokens", "read"])).json()["token"]
    async with api.client(narrow) as client:
        assert (await _make(client, scopes=["read"])).status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_r56_a_jwt_makes_no_token_whatever_the_role(role: Role) -> None:
    principal = Principal(UUID(int=1), UUID(int=2), "a@example.com", role, "jwt")
    with pytest.raises(Forbidden):
        people._may_make(principal, TokenRequest(name="one"))


async def test_r56_members_see_and_end_their_own_tokens_only(api: Api) -> None:
    async with api.client() as owner:
        everything = (await owner.get("/api/v1/tokens")).json()["items"]
        scoped = (await _make(owner, scopes=["panic"])).json()["token"]
    ids = {item["name"]: item["id"] for item in everything}
    assert len(ids) == len(Role)
    async with api.role("viewer") as viewer:
        assert [item["name"] for item in (await viewer.get("/api/v1/tokens")).json()["items"]] == ["viewer"]
        assert (await viewer.delete(f"/api/v1/tokens/{ids['author']}")).status_code == 404
        assert (await viewer.delete(f"/api/v1/tokens/{ids['viewer']}")).status_code == 204
        assert (await viewer.get("/api/v1/me")).status_code == 401
    async with api.role("author") as author:
        assert (await author.get("/api/v1/me")).status_code == 200
    async with api.client(scoped) as client:
        assert (await client.get("/api/v1/tokens")).status_code == 403
        assert (await client.delete(f"/api/v1/tokens/{ids['author']}")).status_code == 403
    async with api.client() as owner:
        assert (await owner.delete(f"/api/v1/tokens/{ids['author']}")).status_code == 204


async def test_outstanding_enrolment_tokens_are_listed(api: Api) -> None:
    async with api.client() as owner:
        first = (await owner.post("/api/v1/agents/enrollment-tokens", json={"name": "web-1"})).json()
        second = (await owner.post("/api/v1/agents/enrollment-tokens", json={})).json()
        gone = await owner.delete(f"/api/v1/agents/enrollment-tokens/{second['id']}")
        assert gone.status_code == 204
        listed = await owner.get("/api/v1/agents/enrollment-tokens")
    [item] = listed.json()["items"]
    assert (item["id"], item["name"]) == (first["id"], "web-1")
    assert first["token"] not in listed.text


async def _alone(api: Api) -> None:
    """Leave the tenant one member who could clear a panic."""
    async with api.client() as owner:
        members = (await owner.get("/api/v1/members")).json()["items"]
        [other] = [member["id"] for member in members if member["role"] == "maintainer"]
        done = await owner.put(f"/api/v1/members/{other}/role", json={"role": "viewer"})
        assert done.status_code == 200, done.text


async def test_r74_a_lone_clear_needs_a_sign_in_from_the_host(api: Api) -> None:
    await _alone(api)
    async with api.client() as owner:
        assert (await owner.post("/api/v1/panic", json={"reason": "fire"})).status_code == 200
        await panicked(api.link, api.tenant)
        refused = await owner.post("/api/v1/panic/clear", json={})
        assert refused.status_code == 403
    async with _browser(api, "owner") as browser:
        refused = await browser.post("/api/v1/panic/clear", json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "needs_host")
    async with _browser(api, "owner", "host") as browser:
        cleared = await browser.post("/api/v1/panic/clear", json={})
        assert cleared.status_code == 200, cleared.text
        assert cleared.json()["on"] is False


def test_r74_an_old_sign_in_from_the_host_clears_nothing_alone() -> None:
    now = datetime.now(UTC)
    assert panic._fresh_from_host("host", now)
    assert not panic._fresh_from_host("host", now - timedelta(minutes=11))
    assert not panic._fresh_from_host("host", None)
    for source in ("web", "token", "jwt"):
        assert not panic._fresh_from_host(source, now)


async def test_who_only_asks_whether_somebody_is_signed_in_gets_an_answer_that_says_no_more(api: Api) -> None:
    asked = "/api/v1/session"
    async with api.client("") as stranger:
        nobody = await stranger.get(asked)
        assert (nobody.status_code, nobody.json()) == (200, {})
        stranger.cookies.set(SESSION_COOKIE, "dds_" + "0" * 43)
        unknown = await stranger.get(asked)
        assert (unknown.status_code, unknown.text) == (200, nobody.text), "a wrong cookie is nobody, too"
        refused = await stranger.get("/api/v1/me")
        assert refused.status_code == 401
    async with api.client("ddt_" + "0" * 43) as stranger:
        assert (await stranger.get(asked)).text == nobody.text
    async with _browser(api, "viewer") as browser:
        mine = await browser.get(asked)
        assert mine.json()["me"] == (await browser.get("/api/v1/me")).json()
        assert mine.headers["cache-control"] == "no-store"
        assert (await browser.delete(asked)).status_code == 204
        assert (await browser.get(asked)).text == nobody.text
