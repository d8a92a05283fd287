"""The route of GitHub's webhooks: signed deliveries are one look, everything else changes nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from base import limits
from controller.api.routes import github_webhooks
from controller.api.services import Services
from controller.config import Settings
from controller.sync.hints import SyncHints

SECRET = b"a-secret-of-sixteen-characters"
OTHER = b"the-secret-that-is-being-replaced"
BODY = json.dumps({"ref": "refs/heads/main", "repository": {"full_name": "acme/runbooks"}}).encode()
PATH = "/api/v1/webhooks/github"


class Looks:
    """Counts looks; each waits until it is let go."""

    def __init__(self) -> None:
        self.count = 0
        self.begun = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self) -> None:
        self.count += 1
        self.begun.set()
        await self.go.wait()


def settings(**given: Any) -> Settings:
    chosen = {
        "state_dir": Path("/nowhere"),
        "forge": "github",
        "github_repository": "https://github.com/acme/runbooks",
        "github_token": "ghp_x",
        "github_webhook_secrets": f"{OTHER.decode()},{SECRET.decode()}",
        **given,
    }
    return Settings(**{key: value for key, value in chosen.items() if value is not None})


def client_of(settings: Settings, hints: SyncHints | None) -> httpx.AsyncClient:
    app = FastAPI()
    services = cast("Services", SimpleNamespace(settings=settings, hints=hints))
    github_webhooks.mount(app, "/api/v1", services)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://run.example")


def headers(body: bytes = BODY, secret: bytes = SECRET, delivery: str = "d-1") -> dict[str, str]:
    signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Delivery": delivery}


@pytest.fixture
async def looks() -> Looks:
    return Looks()


@pytest.fixture
async def hints(looks: Looks) -> AsyncIterator[SyncHints]:
    made = SyncHints(looks)
    yield made
    await made.close()


@pytest.fixture
async def client(hints: SyncHints) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(settings(), hints) as made:
        yield made


async def test_a_delivery_is_answered_before_the_look_is_done(
    client: httpx.AsyncClient, looks: Looks
) -> None:
    answer = await client.post(PATH, content=BODY, headers=headers())
    assert (answer.status_code, answer.json()) == (202, {"status": "taken"})
    await looks.begun.wait()
    assert not looks.go.is_set()


async def test_r49_the_same_delivery_twice_is_one_look(
    client: httpx.AsyncClient, looks: Looks, hints: SyncHints
) -> None:
    looks.go.set()
    for status in ("taken", "known", "known"):
        answer = await client.post(PATH, content=BODY, headers=headers())
        assert answer.json() == {"status": status}
    await looks.begun.wait()
    await asyncio.wait_for(hints.idle(), 10)
    assert looks.count == 1


async def test_hints_that_come_while_a_look_runs_are_one_more(
    client: httpx.AsyncClient, looks: Looks, hints: SyncHints
) -> None:
    await client.post(PATH, content=BODY, headers=headers())
    await looks.begun.wait()
    for number in range(2, 20):
        await client.post(PATH, content=BODY, headers=headers(delivery=f"d-{number}"))
    looks.go.set()
    await asyncio.wait_for(hints.idle(), 10)
    assert looks.count == 2


async def test_r49_both_secrets_are_live(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, content=BODY, headers=headers(secret=OTHER))
    assert answer.status_code == 202


@pytest.mark.parametrize(
    "sent", [{}, {"X-Hub-Signature-256": "sha256=00"}, headers(secret=b"wrong"), headers(body=b"other")]
)
async def test_r49_without_a_signature_nothing_happens(
    client: httpx.AsyncClient, looks: Looks, sent: dict[str, str]
) -> None:
    assert (await client.post(PATH, content=BODY, headers=sent)).status_code == 401
    assert looks.count == 0


async def test_what_is_signed_and_about_another_repository(client: httpx.AsyncClient, looks: Looks) -> None:
    body = b'{"repository": {"full_name": "acme/other"}}'
    assert (await client.post(PATH, content=body, headers=headers(body))).status_code == 400
    assert looks.count == 0


async def test_r55_a_large_body_is_cut_off_however_it_is_sent(
    client: httpx.AsyncClient, looks: Looks
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10 * limits.MIB:
            sent += limits.MIB // 4
            yield b"x" * (limits.MIB // 4)

    answer = await client.post(PATH, content=endless(), headers=headers())
    assert answer.status_code == 413
    assert looks.count == 0


async def test_r55_only_so_many_bodies_are_read_at_once(hints: SyncHints) -> None:
    stuck = asyncio.Event()
    begun = asyncio.Semaphore(0)

    async def slow() -> AsyncIterator[bytes]:
        begun.release()
        await stuck.wait()
        yield BODY

    async with client_of(settings(), hints) as client:
        slow_ones = [
            asyncio.create_task(client.post(PATH, content=slow(), headers=headers(delivery=f"s-{number}")))
            for number in range(limits.GITHUB_DELIVERIES_AT_ONCE)
        ]
        for _ in slow_ones:
            await asyncio.wait_for(begun.acquire(), 10)
        assert (await client.post(PATH, content=BODY, headers=headers())).status_code == 503
        stuck.set()
        assert {answer.status_code for answer in await asyncio.gather(*slow_ones)} == {202}
        assert (await client.post(PATH, content=BODY, headers=headers())).status_code == 202


@pytest.mark.parametrize(
    "given",
    [
        {"github_webhook_secrets": None},
        {"forge": "builtin"},
    ],
)
async def test_r49_without_a_secret_or_github_there_is_no_route(
    hints: SyncHints, given: dict[str, Any]
) -> None:
    async with client_of(settings(**given), hints) as client:
        assert (await client.post(PATH, content=BODY, headers=headers())).status_code == 404
