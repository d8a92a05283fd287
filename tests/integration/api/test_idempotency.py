"""`Idempotency-Key`: the same request acts once, whatever happened to its first answer."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock

import pytest

from base.ids import show_id
from base.limits import IDEMPOTENCY_KEY_MAX_CHARACTERS
from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.db.errors import ConnectionLost
from tests.integration.api.kit import PASTE, Api
from tests.integration.engine.texts import STORY

KEY = {"Idempotency-Key": "one"}


async def _members(api: Api) -> int:
    return len(await api.world.rows("SELECT 1 FROM dd0c.members"))


async def test_the_first_answer_is_given_again(api: Api) -> None:
    body = {"email": "ada@example.com", "role": "viewer"}
    async with api.client() as client:
        before = await _members(api)
        first = await client.post("/api/v1/members", json=body, headers=KEY)
        second = await client.post("/api/v1/members", json=body, headers=KEY)
        assert (first.status_code, first.content) == (201, second.content)
        assert second.headers["idempotent-replayed"] == "true"
        assert await _members(api) == before + 1
        other = await client.post("/api/v1/members", json=body | {"role": "owner"}, headers=KEY)
        assert other.status_code == 422
        elsewhere = await client.post("/api/v1/sync", headers=KEY)
        assert elsewhere.status_code == 422
    async with api.role("maintainer") as client:
        assert (await client.post("/api/v1/sync", headers=KEY)).status_code == 200, "a key is a member's own"


async def test_two_at_once_act_once(api: Api) -> None:
    await api.house.runbook(STORY)
    async with api.client() as client:
        answers = await asyncio.gather(
            *(client.post("/api/v1/executions", json={"runbook": "story"}, headers=KEY) for _ in range(8))
        )
        found = (await client.get("/api/v1/executions")).json()["items"]
    assert len(found) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert 201 in {answer.status_code for answer in answers}


async def test_a_refusal_gives_the_key_back(api: Api) -> None:
    async with api.client() as client:
        refused = await client.post("/api/v1/executions", json={"runbook": "story"}, headers=KEY)
        assert refused.status_code == 404
        await api.house.runbook(STORY)
        taken = await client.post("/api/v1/executions", json={"runbook": "story"}, headers=KEY)
        assert taken.status_code == 201, taken.text


@pytest.mark.parametrize(
    ("path", "body", "table"),
    [
        ("tokens", {"name": "a"}, "api_tokens"),
        ("members/{member}/sign-in-link", None, "sign_in_links"),
        ("agents/enrollment-tokens", {"name": "web-9"}, "enrollment_tokens"),
    ],
)
async def test_a_secret_is_made_once_and_kept_nowhere(
    api: Api, path: str, body: dict[str, str] | None, table: str
) -> None:
    address = "/api/v1/" + path.format(member=show_id("mem", api.tenant.member_id))
    async with api.client() as client:
        first = await client.post(address, json=body, headers=KEY)
        assert first.status_code == 201, first.text
        count = f"SELECT count(*) AS n FROM dd0c.{table}"
        [before] = await api.world.rows(count)
        second = await client.post(address, json=body, headers=KEY)
        [after] = await api.world.rows(count)
        assert (second.status_code, second.json()["code"]) == (409, "secret_shown_once")
        assert second.json().get("made") == first.headers.get("location")
        assert before["n"] > 0
        assert before == after, "the repeat made nothing"
        other = await client.post(address, json=body, headers={"Idempotency-Key": "two"})
        assert other.status_code == 201, other.text
    rows = await api.world.rows("SELECT headers, response FROM dd0c.idempotency_keys")
    assert [row["response"] for row in rows] == [None, None]
    secret = str(first.json().get("token") or first.json()["url"].partition("token=")[2])
    assert secret not in str(rows)


@pytest.mark.parametrize("key", ["", "a" * (IDEMPOTENCY_KEY_MAX_CHARACTERS + 1), "a\tb"])
async def test_a_key_that_can_not_be_one_is_refused(api: Api, key: str) -> None:
    async with api.client() as client:
        answer = await client.post("/api/v1/sync", headers={"Idempotency-Key": key})
    assert answer.status_code == 400


async def test_a_lost_answer_of_an_event_is_found_by_its_request_even_without_a_key(api: Api) -> None:
    await api.house.runbook(STORY)
    async with api.client() as client:
        x = (await client.post("/api/v1/executions", json={"runbook": "story"})).json()
        address, match = f"/api/v1/executions/{x['id']}", {"If-Match": f'"{x["version"]}"'}
        one = await client.post(f"{address}/bind", json={"name": "host", "value": "web-1"}, headers=match)
        assert one.status_code == 200, one.text
        same = await client.post(f"{address}/bind", json={"name": "host", "value": "web-1"}, headers=match)
        assert same.json()["version"] == one.json()["version"]
        other = await client.post(f"{address}/bind", json={"name": "host", "value": "web-2"}, headers=match)
        assert other.status_code == 409, "another value at a stale version is no repeat"


async def test_expired_keys_are_swept(api: Api) -> None:
    async with api.client() as client:
        await client.post("/api/v1/sync", headers={"Idempotency-Key": "old"})
        await api.world.rows(
            "UPDATE dd0c.idempotency_keys SET expires_at = now() - interval '1 hour' RETURNING key"
        )
        for number in range(70):
            await client.post("/api/v1/tokens", json={}, headers={"Idempotency-Key": f"new-{number}"})
    assert await api.world.rows("SELECT key FROM dd0c.idempotency_keys WHERE key = 'old'") == []


async def test_r71_no_answer_of_an_execution_is_kept_and_a_repeat_shows_it_as_it_is_now(api: Api) -> None:
    """A value in a stored answer would outlive the key that its event is sealed under."""
    await api.house.runbook(STORY)
    body = {"runbook": "story"}
    async with api.client() as client:
        first = await client.post("/api/v1/executions", json=body, headers=KEY)
        x = first.json()
        address = f"/api/v1/executions/{x['id']}"
        match = {"If-Match": f'"{x["version"]}"', "Idempotency-Key": "two"}
        value = {"name": "host", "value": "web-47"}
        bound = await client.post(f"{address}/bind", json=value, headers=match)
        assert bound.status_code == 200, bound.text
        assert b"web-47" in bound.content
        again = await client.post(f"{address}/bind", json=value, headers=match)
        assert (again.status_code, again.json()) == (200, bound.json())
        assert again.headers["etag"] == bound.headers["etag"]
        created = await client.post("/api/v1/executions", json=body, headers=KEY)
        now = await client.get(address)
    assert (created.status_code, created.headers["location"]) == (201, first.headers["location"])
    assert created.headers["idempotent-replayed"] == "true"
    assert created.json() == now.json(), "of now, not of then"
    assert created.headers["etag"] == now.headers["etag"]
    rows = await api.world.rows("SELECT status, headers, response FROM dd0c.idempotency_keys")
    assert [row["response"] for row in rows] == [None, None]
    assert "web-47" not in str(rows)


async def _vanish(api: Api, *, acted: bool) -> None:
    """Leave the key as a process that was killed leaves it: claimed, by connections that are gone."""
    await api.world.rows(
        "UPDATE dd0c.idempotency_keys SET status = NULL, response = NULL, headers = jsonb_build_object("
        " 'instance', 'dd0c gone', 'call', 'gone', 'acted', %(acted)s::boolean) RETURNING key",
        acted=acted,
    )


async def _executions(api: Api) -> int:
    return len(await api.world.rows("SELECT 1 FROM dd0c.executions"))


async def test_a_call_that_works_is_waited_for_and_given_its_answer(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.house.runbook(STORY)
    entered, go_on = asyncio.Event(), asyncio.Event()
    create = api.services.engine.create

    async def slowly(*args: Any, **kwargs: Any) -> Any:
        entered.set()
        await go_on.wait()
        return await create(*args, **kwargs)

    monkeypatch.setattr(api.services.engine, "create", slowly)
    body = {"runbook": "story"}
    async with api.client() as client:
        first = asyncio.create_task(client.post("/api/v1/executions", json=body, headers=KEY))
        await entered.wait()
        second = await client.post("/api/v1/executions", json=body, headers=KEY)
        assert (second.status_code, second.json()["code"]) == (409, "request_running")
        go_on.set()
        assert (await first).status_code == 201, first.result().text
        third = await client.post("/api/v1/executions", json=body, headers=KEY)
    assert third.headers["idempotent-replayed"] == "true"
    assert await _executions(api) == 1


async def test_a_killed_call_that_stored_nothing_is_done_at_once(api: Api) -> None:
    await api.house.runbook(STORY)
    body = {"runbook": "story"}
    async with api.client() as client:
        first = await client.post("/api/v1/executions", json=body, headers=KEY)
        await _vanish(api, acted=False)
        again = await client.post("/api/v1/executions", json=body, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert "idempotent-replayed" not in again.headers


async def test_a_killed_call_that_stored_something_is_never_done_twice(api: Api) -> None:
    await api.house.runbook(STORY)
    body = {"runbook": "story"}
    async with api.client() as client:
        await client.post("/api/v1/executions", json=body, headers=KEY)
        await _vanish(api, acted=True)
        await api.world.rows(
            "UPDATE dd0c.idempotency_keys SET created_at = now() - interval '1 hour' RETURNING key"
        )
        again = await client.post("/api/v1/executions", json=body, headers=KEY)
    assert (again.status_code, again.json()["code"]) == (409, "outcome_unknown")
    assert again.json()["acted"] is True
    assert await _executions(api) == 1


async def test_what_acts_outside_the_database_is_not_done_again_even_where_nothing_was_stored(
    api: Api,
) -> None:
    body = {"text": PASTE, "name": "disk"}
    async with api.client() as client:
        first = await client.post("/api/v1/runbooks", json=body, headers=KEY)
        assert first.status_code == 201, first.text
        await _vanish(api, acted=False)
        again = await client.post("/api/v1/runbooks", json=body, headers=KEY)
    assert (again.status_code, again.json()["code"]) == (409, "outcome_unknown")
    assert "not known" in again.json()["detail"]


async def test_a_killed_call_that_brought_an_event_is_found_by_it(api: Api) -> None:
    await api.house.runbook(STORY)
    value = {"name": "host", "value": "web-1"}
    async with api.client() as client:
        x = (await client.post("/api/v1/executions", json={"runbook": "story"})).json()
        address = f"/api/v1/executions/{x['id']}/bind"
        match = {"If-Match": f'"{x["version"]}"'} | KEY
        one = await client.post(address, json=value, headers=match)
        assert one.status_code == 200, one.text
        for acted in (False, True):
            await _vanish(api, acted=acted)
            again = await client.post(address, json=value, headers=match)
            assert (again.status_code, again.json()["version"]) == (200, one.json()["version"]), again.text


async def test_a_fault_behind_what_was_stored_gives_the_key_not_back(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away between the execution and its answer; the caller tries again, as it is told."""
    await api.house.runbook(STORY)
    body = {"runbook": "story"}
    with monkeypatch.context() as away:
        away.setattr(api.services.engine, "view", AsyncMock(side_effect=ConnectionLost("away")))
        async with api.client() as client:
            first = await client.post("/api/v1/executions", json=body, headers=KEY)
    async with api.client() as client:
        again = await client.post("/api/v1/executions", json=body, headers=KEY)
    assert (first.status_code, again.status_code) == (503, 409)
    assert again.json()["code"] == "outcome_unknown"
    assert await _executions(api) == 1


async def test_a_call_that_lost_its_key_stores_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was taken for vanished, as behind a lost network, and another one went on in its place."""
    await api.house.runbook(STORY)
    entered, go_on = asyncio.Event(), asyncio.Event()
    create = api.services.engine.create

    async def slowly(*args: Any, **kwargs: Any) -> Any:
        if not entered.is_set():
            entered.set()
            await go_on.wait()
        return await create(*args, **kwargs)

    monkeypatch.setattr(api.services.engine, "create", slowly)
    body = {"runbook": "story"}
    async with api.client() as client:
        late = asyncio.create_task(client.post("/api/v1/executions", json=body, headers=KEY))
        await entered.wait()
        await _vanish(api, acted=False)
        taken = await client.post("/api/v1/executions", json=body, headers=KEY)
        assert taken.status_code == 201, taken.text
        go_on.set()
        assert (await late).json()["code"] == "request_running"
        again = await client.post("/api/v1/executions", json=body, headers=KEY)
    assert again.headers["location"] == taken.headers["location"]
    assert await _executions(api) == 1


async def test_another_process_that_is_there_is_waited_for(api: Api, database_urls: Urls) -> None:
    await api.house.runbook(STORY)
    body = {"runbook": "story"}
    other = await Database.open(database_urls.app, 1)
    async with api.client() as client:
        try:
            await client.post("/api/v1/executions", json=body, headers=KEY)
            await api.world.rows(
                "UPDATE dd0c.idempotency_keys SET status = NULL, headers = jsonb_build_object("
                " 'instance', %(instance)s::text, 'call', 'x', 'acted', true) RETURNING key",
                instance=other.instance,
            )
            there = await client.post("/api/v1/executions", json=body, headers=KEY)
        finally:
            await other.close()
        assert there.json()["code"] == "request_running"

        async with asyncio.timeout(60):
            while True:  # the server needs a moment to see that the connections ended
                gone = await client.post("/api/v1/executions", json=body, headers=KEY)
                if gone.json()["code"] == "outcome_unknown":
                    break
