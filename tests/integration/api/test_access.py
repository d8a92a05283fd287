"""Who may call what: generated from the OpenAPI document, held against a table that people wrote."""

from __future__ import annotations

import statistics
import time
from typing import Any, Final

import httpx
import pytest

from base.ids import show_id
from controller.api.app import describe
from controller.api.openapi import operations
from controller.tenants.roles import Role, may
from tests.integration.api.access import ACCESS, MEMBER, PUBLIC, Call, calls, furnish, nothing
from tests.integration.api.kit import URL, Api

STREAMS: Final = ("/events", "/output/stream")
UNDOCUMENTED: Final = {
    "/": 200,
    "/favicon.ico": 200,
    "/icon.svg": 200,
    "/sign-in": 303,
    "/metrics": 200,
    "/api/v1/openapi.json": 200,
    "/api/v1/docs-text": 200,
}
"""Open to everybody and no part of the document; none has a tenant's data."""


def test_r56_every_route_of_the_document_is_in_the_table_of_who_may() -> None:
    documented = {f"{method} {path}" for path, method, _ in operations(describe())}
    assert documented == set(ACCESS)


def test_r56_the_document_says_which_routes_need_a_sign_in() -> None:
    for path, method, operation in operations(describe()):
        public = ACCESS[f"{method} {path}"] == PUBLIC
        assert ("security" in operation) is not public, f"{method} {path}"


async def _send(client: httpx.AsyncClient, call: Call, path: str | None = None) -> httpx.Response:
    return await client.request(call.method, URL + (path or call.path), **call.arguments())


async def test_r56_every_route_refuses_whoever_shows_nothing(api: Api) -> None:
    everything = calls(await furnish(api))
    async with api.client("") as stranger:
        for call in everything:
            if ACCESS[call.key] == PUBLIC:
                continue
            answer = await _send(stranger, call)
            assert answer.status_code == 401, f"{call.key}: {answer.status_code}"
            assert answer.headers["content-type"] == "application/problem+json"
            for path in _variants(call.path):
                other = await _send(stranger, call, path)
                assert other.status_code in (400, 401, 404, 405), f"{call.method} {path}: {other.status_code}"
        for path, status in UNDOCUMENTED.items():
            assert (await stranger.get(path)).status_code == status, path
        for path in ("/git/acme/runbooks.git/info/refs?service=git-upload-pack",):
            assert (await stranger.get(path)).status_code == 401


def _variants(path: str) -> list[str]:
    """The same address as a careless proxy might write it."""
    head, _, tail = path.rpartition("/")
    return [
        f"{path}/",
        f"/{path}",
        f"{head}//{tail}",
        f"{head}/./{tail}",
        f"{head}/x/../{tail}",
        f"{head}%2F{tail}",
        f"{head}/%2e/{tail}",
        path.replace("/api/", "/%61pi/", 1),
        path.replace("/api/", "/API/", 1),
        f"{path}%00",
        f"{path};x=1",
        f"{path}.json",
        f"/assets/..%2f..{path}",
    ]


async def test_r56_every_route_refuses_every_role_that_may_not(api: Api) -> None:
    everything = calls(await furnish(api))
    for role in Role:
        async with api.role(role.value) as client:
            for call in everything:
                needed = ACCESS[call.key]
                if needed in (PUBLIC, MEMBER) or may(role, needed):
                    continue
                answer = await _send(client, call)
                assert answer.status_code == 403, f"{role} {call.key}: {answer.status_code} {answer.text}"
                assert answer.json()["needs"] == needed


async def test_r56_a_token_does_only_what_it_was_made_for(api: Api) -> None:
    everything = calls(await furnish(api))
    async with api.client() as client:
        made = await client.post("/api/v1/tokens", json={"name": "panics", "scopes": ["panic"]})
    async with api.client(made.json()["token"]) as client:
        for call in everything:
            if ACCESS[call.key] in (PUBLIC, MEMBER, "panic"):
                continue
            answer = await _send(client, call)
            assert answer.status_code == 403, f"{call.key}: {answer.status_code}"
        wider = await client.post("/api/v1/tokens", json={"name": "wider", "scopes": ["merge"]})
        assert wider.status_code == 403


async def test_r56_who_may_is_let_in(api: Api) -> None:
    """The table refuses nobody too many: with the least role that may, a call is never 401 or 403."""
    everything = calls(await furnish(api))
    for call in everything:
        needed = ACCESS[call.key]
        if needed == PUBLIC or call.path.endswith((*STREAMS, "/panic", "/clear", "/revoke")):
            continue
        if call.method in ("DELETE", "PUT"):
            continue
        least = Role.VIEWER if needed == MEMBER else next(role for role in Role if may(role, needed))
        async with api.role(least.value) as client:
            answer = await _send(client, call)
        assert answer.status_code not in (401, 403), f"{least} {call.key}: {answer.text}"
        assert answer.status_code < 500, f"{least} {call.key}: {answer.text}"


async def test_r62_another_tenants_things_look_exactly_like_nothing(api: Api) -> None:
    theirs, nobodys = await furnish(api), nothing()
    before = await _state(api)
    async with api.client(api.other_token) as client:
        for real, made_up in zip(calls(theirs), calls(nobodys), strict=True):
            if ACCESS[real.key] == PUBLIC or (real.path == made_up.path and real.body == made_up.body):
                continue
            first, second = await _send(client, real), await _send(client, made_up)
            assert first.status_code == 404, f"{real.key}: {first.status_code} {first.text}"
            assert _normal(first, theirs) == _normal(second, nobodys), real.key
    assert await _state(api) == before


async def test_r62_another_tenants_lists_hold_nothing_of_ours(api: Api) -> None:
    ids = await furnish(api)
    before = await _state(api)
    ours = [*(value for value in ids.values() if "_" in value), "disk-full", "acme.example"]
    async with api.client(api.other_token) as client:
        for call in calls(ids):
            if "{" in call.template or ACCESS[call.key] == PUBLIC:
                continue
            answer = await _send(client, call)
            assert answer.status_code < 500, f"{call.key}: {answer.text}"
            found = [word for word in ours if word in answer.text]
            assert not found, f"{call.key} shows {found}"
    assert await _state(api) == before


async def _state(api: Api) -> tuple[int, Any]:
    """What would change if somebody changed anything: the trail's length, and every execution."""
    async with api.client() as client:
        [last] = (await client.get("/api/v1/audit", params={"limit": 1})).json()["items"]
        return last["seq"], (await client.get("/api/v1/executions")).json()


def _normal(answer: httpx.Response, ids: dict[str, str]) -> tuple[int, dict[str, str], str]:
    text = answer.text
    for name, value in sorted(ids.items(), key=lambda item: -len(item[1])):
        if len(value) > 3:
            text = text.replace(value, name)
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return answer.status_code, headers, text.replace("999", "1")


@pytest.mark.long
async def test_r62_the_time_of_an_answer_tells_nothing(api: Api) -> None:
    """1,000 answers each, in turn: which of two is slower is a coin's toss."""
    ids = await furnish(api)
    real, made_up = ids["execution_id"], nothing()["execution_id"]
    times: dict[str, list[float]] = {real: [], made_up: []}
    async with api.client(api.other_token) as client:
        for _ in range(1_000):
            for execution_id, taken in times.items():
                begun = time.perf_counter()
                await client.get(f"/api/v1/executions/{execution_id}")
                taken.append(time.perf_counter() - begun)
    slower = sum(a > b for a, b in zip(times[real], times[made_up], strict=True))
    # A fair coin's 1,000 tosses stay within 437 and 563 but for one time in 10,000.
    assert 437 <= slower <= 563, (slower, [statistics.median(taken) for taken in times.values()])


async def test_r56_other_tenants_panic_and_git_stay_theirs(api: Api) -> None:
    async with api.client(api.other_token) as client:
        taken = await client.post("/api/v1/panic", json={"reason": "ours"})
        assert taken.status_code == 200, taken.text
    async with api.client() as client:
        assert (await client.get("/api/v1/panic")).json()["on"] is False
    tenant = show_id("ten", api.tenant.tenant_id)
    async with api.client("") as stranger:
        by_token = await stranger.post(
            f"/api/v1/panic/by-token/{tenant}", json={}, headers={"Authorization": "Bearer guess"}
        )
    assert by_token.status_code == 401
