"""Looks at the longest commands that a gate may show: nobody else waits for them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import httpx

from base.ids import show_id
from controller.api.parse_pool import ParsePool
from controller.api.server import make_routes
from controller.engine.filling import fill_and_scan, make_filling
from controller.engine.judgements import Judgements
from controller.engine.service import Engine
from schemas.yaml_codec import load_runbook
from tests.integration.api.kit import Api
from tests.integration.api.turns import watched

LOOKS: Final = 6
LONGEST: Final = "echo {{ cluster }} {{ replica }}" + "; curl http://h/api/v1/x" * 120
"""Two holes in as many requests as are judged in one text."""
RUNBOOK: Final = f"""
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {{name: long-gate, title: A long gate}}
spec:
  trustLevel: 2
  target: {{labels: {{role: shell}}}}
  variables:
    - {{name: cluster, example: c-1}}
    - {{name: replica, example: r-1}}
  steps:
    - id: long
      title: The long one
      command: {LONGEST}
"""


async def _waiting(api: Api) -> list[UUID]:
    """Executions that stand at such a gate, each with values of its own."""
    runbook = await api.house.runbook(RUNBOOK)
    return [
        await api.house.started(runbook, variables={"cluster": f"c-{number}", "replica": "r-1"})
        for number in range(LOOKS)
    ]


def _restart(api: Api, parse_pool: ParsePool) -> None:
    """The engine as it is after a restart: it has judged nothing yet."""
    parts = replace(api.house.engine.parts, judgements=Judgements(parse_pool.run))
    api.app.state.services = replace(api.services, engine=Engine(parts))


def _one_judgement() -> float:
    """What one of them costs here and now, in seconds of computing."""
    variables = load_runbook(RUNBOOK.strip().encode()).spec.variables
    filling = make_filling(UUID(int=1), LONGEST, variables, {"cluster": "c-1", "replica": "r-1"})
    begun = time.thread_time()
    fill_and_scan(filling)
    return time.thread_time() - begun


async def _look(client: httpx.AsyncClient, execution_id: UUID) -> dict[str, Any]:
    """Look until the gate is judged: a look waits two seconds for that, and this machine may be slow."""
    while True:
        answer = await client.get(f"/api/v1/executions/{show_id('exe', execution_id)}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        if not found["gate"]["notJudged"]:
            return found


async def test_health_and_panic_do_not_wait_for_looks_at_long_gates(api: Api, parse_pool: ParsePool) -> None:
    executions = await _waiting(api)
    one = _one_judgement()
    make_routes(api.app)  # as the product does before it serves
    async with api.client() as client:
        before = [await _look(client, execution) for execution in executions]
        assert [shown["state"] for shown in before] == ["await_approval"] * LOOKS
        _restart(api, parse_pool)
        async with watched() as loop:
            looks = [asyncio.create_task(_look(client, execution)) for execution in executions]
            healthy = 0
            while not any(look.done() for look in looks):
                assert (await client.get("/healthz")).status_code == 200
                healthy += 1
                await asyncio.sleep(0)  # without a socket the health never waits for anything
            begun = time.thread_time()
            halted = await client.post("/api/v1/panic", json={"reason": "a test"})
            halting = time.thread_time() - begun
            after = await asyncio.gather(*looks)
        assert halted.status_code == 200, halted.text
        seen = f"one judgement {one:.3f} s, longest turn {loop.longest_turn:.3f} s, panic {halting:.3f} s"
        assert loop.longest_turn < one / 2, seen
        assert halting < one / 2, seen
        assert healthy > 1, "health was answered before the first of them was shown"
    assert [shown["gate"] for shown in after] == [shown["gate"] for shown in before]
    assert all(shown["gate"]["keys"] is not None for shown in after)
