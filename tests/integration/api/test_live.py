"""Streams over a real socket, and JWTs of a foreign issuer."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from httpx_sse import aconnect_sse
from jwt.algorithms import ECAlgorithm

from base.ids import new_id, parse_id, show_id
from controller.api.jwt import JwtVerifier
from controller.api.parse_pool import ParsePool
from controller.db.database import Database
from controller.link.events import AttemptState, OutputChunk, OutputStream
from tests.conftest import TestTenant
from tests.integration.api.kit import Api, running_api
from tests.integration.api.test_floods import serving
from tests.integration.engine.texts import STORY
from tests.integration.link.kit import eventually

_SECONDS = 45.0


async def _follow(client: httpx.AsyncClient, path: str, into: asyncio.Queue[tuple[str, str]]) -> None:
    async with aconnect_sse(client, "GET", path) as source:
        source.response.raise_for_status()
        async for event in source.aiter_sse():
            into.put_nowait((event.event, event.data))


async def _next(found: asyncio.Queue[tuple[str, str]]) -> tuple[str, Any]:
    async with asyncio.timeout(_SECONDS):
        event, data = await found.get()
    return event, json.loads(data)


async def _until_closed(api: Api, client: httpx.AsyncClient, before: int) -> None:
    async def closed() -> bool:
        await client.get("me")
        return not api.services.streams.count() and api.house.bus.subscriber_count() <= before

    await eventually(closed)


async def test_a_stream_tells_at_once_and_leaves_nothing_when_its_reader_goes(api: Api) -> None:
    await api.house.runbook(STORY)
    async with (
        serving(api) as port,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}/api/v1/",
            headers={"Authorization": f"Bearer {api.tokens['owner']}"},
            timeout=_SECONDS,
        ) as client,
    ):
        body = {"runbook": "story", "variables": {"host": "web-1"}, "ticked": ["vpn"]}
        x = (await client.post("executions", json=body)).json()
        found: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        before = api.house.bus.subscriber_count()
        reader = asyncio.create_task(_follow(client, f"executions/{x['id']}/events", found))
        assert (await _next(found))[0] == "Start"
        while (await _next(found))[1]["version"] < x["version"]:
            pass
        await api.house.work_off()
        assert await _next(found) == ("PreflightPassed", await _last(client, x["id"]))

        gate = (await client.get(f"executions/{x['id']}")).json()
        await client.post(
            f"executions/{x['id']}/approve",
            json={"intentSha256": gate["gate"]["intentSha256"]},
            headers={"If-Match": f'"{gate["version"]}"'},
        )
        assert (await _next(found))[0] == "Approve"
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await _until_closed(api, client, before)

        row, _ = await api.house.take(parse_id("exe", x["id"]))
        await api.house.report(row.step_execution_id, AttemptState.STARTED, started_us=1)
        attempt = show_id("stx", row.step_execution_id)
        path = f"executions/{x['id']}/attempts/{attempt}/output/stream"
        reader = asyncio.create_task(_follow(client, path, found))
        for offset, data in ((0, b"one "), (4, b"two")):
            chunk = OutputChunk(row.step_execution_id, offset, data, OutputStream.STDOUT, last=offset == 4)
            await api.house.results.output(api.house.tenant, api.house.agent, chunk)
            assert (await _next(found))[1]["offset"] == offset
        await api.house.report(
            row.step_execution_id,
            AttemptState.FINISHED,
            exit_code=0,
            output_bytes=7,
            started_us=1,
            ended_us=2,
        )
        assert (await _next(found))[0] == "end"
        await asyncio.wait_for(reader, _SECONDS)


async def _last(client: httpx.AsyncClient, execution: str) -> Any:
    return (await client.get(f"executions/{execution}/history")).json()["items"][-1]


async def test_r56_a_jwt_of_the_configured_issuer_is_a_member_and_no_other_is(
    database: Database, tenant: TestTenant, second_tenant: TestTenant, tmp_path: Path, parse_pool: ParsePool
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [json.loads(ECAlgorithm.to_jwk(key.public_key())) | {"kid": "one"}]}))
    verifier = JwtVerifier.from_file(issuer="https://id", audience="dd0c", path=path, leeway_seconds=5)
    now = int(time.time())
    sound = {
        "iss": "https://id",
        "aud": "dd0c",
        "sub": "s",
        "iat": now,
        "exp": now + 60,
        "tenant": show_id("ten", tenant.tenant_id),
        "email": tenant.email,
    }
    async with running_api(database, tenant, second_tenant, tmp_path, parse_pool, verifier) as api:
        for changed, status in (
            ({}, 200),
            ({"aud": "other"}, 401),
            ({"iss": "https://evil"}, 401),
            ({"exp": now - 60}, 401),
            ({"email": "nobody@acme.example"}, 401),
            ({"tenant": show_id("ten", second_tenant.tenant_id)}, 401),
            ({"tenant": show_id("ten", new_id())}, 401),
        ):
            token = jwt.encode(sound | changed, key, algorithm="ES256", headers={"kid": "one"})
            async with api.client(token) as client:
                answer = await client.get("/api/v1/me")
            assert answer.status_code == status, (changed, answer.text)
            if status == 200:
                assert (answer.json()["email"], answer.json()["source"]) == (tenant.email, "jwt")
