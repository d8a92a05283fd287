"""Is it alive, is it ready, and its figures. At the root, without sign-in, without content."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from controller import telemetry
from controller.api.auth import ServicesDep
from controller.api.services import Services
from controller.db import queries
from controller.db.errors import DatabaseError
from controller.db.migrate import migrations
from schemas.model import Model

router = APIRouter(tags=["health"])

_QUERIES: Final = queries.load("health")
_SECONDS: Final = 3.0


class Health(Model):
    """The process answers."""

    status: str = "ok"


class Readiness(Model):
    """Each part by name: `ok`, or what is wrong."""

    ready: bool
    checks: dict[str, str]


@dataclass(frozen=True)
class _State:
    migration: int
    next_partitions: int


@dataclass(frozen=True)
class _Queue:
    jobs: int


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Answers as long as the event loop runs; asks nothing else."""
    return Health()


@router.get("/readyz", summary="Can it serve?", responses={503: {"model": Readiness}})
async def readyz(services: ServicesDep, response: Response) -> Readiness:
    """Database, migrations, next audit partitions, link, timers, sync and jobs."""
    checks = await _checks(services)
    ready = all(state == "ok" for state in checks.values())
    if not ready:
        response.status_code = 503
    return Readiness(ready=ready, checks=checks)


async def _checks(services: Services) -> dict[str, str]:
    checks = {}
    try:
        async with asyncio.timeout(_SECONDS), services.database.untenanted() as statements:
            state = await statements.one(_QUERIES["readiness"], _State)
        assert state is not None
        newest = max(migration.version for migration in migrations())
        checks["database"] = "ok"
        checks["migrations"] = "ok" if state.migration == newest else f"at {state.migration}, wanted {newest}"
        checks["auditPartitions"] = "ok" if state.next_partitions == 2 else "next month's are missing"
    except (DatabaseError, TimeoutError) as error:
        checks["database"] = f"does not answer: {type(error).__name__}"
    if services.link is not None:
        checks["link"] = "ok" if services.link.is_serving() else "does not listen"
    if "timers" in services.settings.roles:
        checks["timers"] = services.background.health("timers")
    if "worker" in services.settings.roles:
        checks["sync"] = services.background.health("sync")
        checks["jobs"] = "ok" if services.database.jobs.is_working() else "no worker takes jobs now"
    return checks


@router.get("/metrics", summary="Figures for Prometheus", include_in_schema=False)
async def metrics(services: ServicesDep) -> Response:
    """Counts and times; never a command, an output or a person."""
    telemetry.AGENTS.set(services.link.connected() if services.link is not None else 0)
    telemetry.JOBS.set(await _queued(services))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _queued(services: Services) -> float:
    try:
        async with asyncio.timeout(_SECONDS), services.database.untenanted() as statements:
            queue = await statements.one(_QUERIES["jobs_queued"], _Queue)
    except (DatabaseError, TimeoutError):
        return math.nan
    assert queue is not None
    return float(queue.jobs)
