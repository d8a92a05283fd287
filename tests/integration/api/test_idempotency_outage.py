"""`Idempotency-Key` while the database is away, or another version of the controller holds the key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from uuid import UUID

import pytest
from httpx import Response
from psycopg import AsyncConnection

from controller.api.claims import Claim, Earlier
from controller.db import database as database_module
from controller.db.database import Database
from controller.db.errors import ConnectionLost
from controller.db.unit_of_work import UnitOfWork
from tests.integration.api.kit import PASTE, Api
from tests.integration.engine.texts import STORY

KEY = {"Idempotency-Key": "one"}


async def _paste(api: Api) -> Response:
    async with api.client() as client:
        return await client.post("/api/v1/runbooks", json={"text": PASTE, "name": "disk"}, headers=KEY)


async def test_a_claim_whose_commit_was_not_answered_began_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, commit = Claim._take, database_module._commit

    async def commit_unheard(connection: AsyncConnection) -> None:
        await commit(connection)
        raise ConnectionLost("away", outcome_unknown=True)

    async def take_unheard(claim: Claim) -> Earlier | None:
        with monkeypatch.context() as away:
            away.setattr(database_module, "_commit", commit_unheard)
            return await take(claim)

    with monkeypatch.context() as away:
        away.setattr(Claim, "_take", take_unheard)
        first = await _paste(api)
    again = await _paste(api)
    assert (first.status_code, again.status_code) == (503, 201), again.text


@pytest.mark.parametrize(("looks", "then"), [(0, 201), (1, 409)])
async def test_a_call_without_a_database_is_done_again_only_where_it_can_have_done_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, looks: int, then: int
) -> None:
    """The database goes away under a call that acts outside of it too, and takes no key back."""
    work, acting = Database.work, Claim.acting
    left: list[int] = []

    @asynccontextmanager
    async def cut_off(database: Database, tenant_id: UUID) -> AsyncIterator[UnitOfWork]:
        if left and left[0] == 0:
            raise ConnectionLost("away")
        async with work(database, tenant_id) as uow:
            yield uow
        if left:
            left[0] -= 1

    @contextmanager
    def from_here(claim: Claim) -> Iterator[None]:
        left.append(looks)
        with acting(claim):
            yield

    with monkeypatch.context() as away:
        away.setattr(Database, "work", cut_off)
        away.setattr(Claim, "acting", from_here)
        first = await _paste(api)
    again = await _paste(api)
    assert (first.status_code, again.status_code) == (503, then), again.text
    assert then == 201 or again.json()["code"] == "outcome_unknown"


async def test_a_claim_of_an_older_version_is_waited_for_and_then_counts_as_vanished(api: Api) -> None:
    await api.house.runbook(STORY)
    value = {"name": "host", "value": "web-1"}
    async with api.client() as client:
        x = (await client.post("/api/v1/executions", json={"runbook": "story"})).json()
        address = f"/api/v1/executions/{x['id']}/bind"
        match = {"If-Match": f'"{x["version"]}"'} | KEY
        one = await client.post(address, json=value, headers=match)
        await api.world.rows("UPDATE dd0c.idempotency_keys SET status = NULL, headers = NULL RETURNING key")
        there = await client.post(address, json=value, headers=match)
        assert (there.status_code, there.json()["code"]) == (409, "request_running")
        await api.world.rows(
            "UPDATE dd0c.idempotency_keys SET created_at = now() - interval '1 hour' RETURNING key"
        )
        again = await client.post(address, json=value, headers=match)
    assert (again.status_code, again.json()["version"]) == (200, one.json()["version"]), again.text
