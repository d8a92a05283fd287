"""kill -9 at the engine's fault points, then recovery: nothing half-done, nothing twice.

Every point of the engine is killed at in the long run; a seeded slice of them gates a change.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from base import faults
from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.link.events import AttemptState
from tests.conftest import TestTenant
from tests.integration.engine.kit import House, build_house
from tests.integration.engine.texts import ONE

ROOT = Path(__file__).parents[3]
CAUTION = ONE % {"trust": 1, "command": "touch /tmp/mark"}
NOWHERE = UUID(int=0)

APPROVE = (
    "engine.before_decide", "engine.after_decide", "engine.after_store", "engine.effect.clearTimer".lower(),
    "engine.effect.dispatch", "engine.effect.settimer", "engine.before_commit", "db.before_commit",
    "db.after_commit", "engine.after_commit",
)  # fmt: skip
FINISHED = (
    "engine.handling_counted", "engine.before_decide", "engine.after_store", "engine.effect.cleartimer",
    "engine.effect.detectdivergence", "engine.effect.notify", "engine.before_commit", "engine.after_commit",
)  # fmt: skip
COMMITTED = frozenset({"db.after_commit", "engine.after_commit"})
SLICE = random.Random(20261122).sample([("approve", point) for point in APPROVE], 4)  # reason: a fixed slice
SLICE += [("finished", "engine.after_store"), ("finished", "engine.after_commit")]
REST = sorted(({("approve", p) for p in APPROVE} | {("finished", p) for p in FINISHED}) - set(SLICE))


@dataclass
class Scene:
    """A house whose database and folder a process to be killed can open too."""

    house: House
    url: str
    folder: Path

    async def kill(self, operation: str, fault: str, **order: Any) -> int:
        """Run an operation in a process that is killed at the point; its exit code."""
        whole = {
            "url": self.url,
            "folder": str(self.folder),
            "tenant": str(self.house.tenant),
            "member": str(self.house.owner.member_id),
            "agent": str(self.house.agent),
            "instance": str(self.house.instance),
            "operation": operation,
            "execution": str(NOWHERE),
            "attempt": str(NOWHERE),
        } | {name: str(value) for name, value in order.items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.engine.drive", json.dumps(whole),
            cwd=ROOT, env=os.environ | {"DD0C_FAULTPOINT": f"{fault}:kill"},
        )  # fmt: skip
        async with asyncio.timeout(60):
            return await process.wait()


@pytest_asyncio.fixture
async def scene(database: Database, database_urls: Urls, tenant: TestTenant, tmp_path: Path) -> Scene:
    """A fresh house."""
    house = await build_house(database, tenant.principal(), tmp_path)
    return Scene(house, database_urls.app, tmp_path)


def points() -> Iterator[Any]:
    """The slice as it is, the rest marked as long."""
    yield from (pytest.param(*one) for one in SLICE)
    yield from (pytest.param(*one, marks=pytest.mark.long) for one in REST)


@pytest.mark.parametrize(("operation", "fault"), list(points()))
async def test_r1_r2_a_controller_that_is_killed_leaves_all_or_nothing_and_goes_on(
    scene: Scene, operation: str, fault: str
) -> None:
    house = scene.house
    x = await house.started(await house.runbook(CAUTION))
    gate = (await house.view(x)).gate
    assert gate is not None
    attempt, before, after = NOWHERE, "await_approval", "executing"
    if operation == "finished":
        await house.approve(x)
        attempt = (await house.take(x))[0].step_execution_id
        await house.report(attempt, AttemptState.STARTED)
        before, after = "executing", "completed"
    order = {"execution": x, "attempt": attempt, "intentSha256": gate.intent_sha256}

    assert await scene.kill(operation, fault, **order) == -signal.SIGKILL
    done = fault in COMMITTED
    assert (await house.view(x)).state == (after if done else before)
    runs = [d for d in await house.dispatches(x) if d.kind == "run"]
    assert len(runs) == (1 if done or operation == "finished" else 0)

    # The same again, as the client or the agent does: it is taken once.
    assert await scene.kill(operation, "engine.notified", **order) == 0
    assert (await house.view(x)).state == after
    runs = [d for d in await house.dispatches(x) if d.kind == "run"]
    assert len(runs) == len({run.step_execution_id for run in runs}) == 1
    trail = await house.trail(x)
    assert trail.count("step.approved") == trail.count("step.dispatched") == 1
    assert trail.count("step.executed") == (1 if operation == "finished" else 0)


async def test_r11_three_kills_at_one_version_park_the_execution(scene: Scene) -> None:
    house = scene.house
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    attempt = (await house.take(x))[0].step_execution_id
    for _ in range(3):
        code = await scene.kill("finished", "engine.before_decide", execution=x, attempt=attempt)
        assert code == -signal.SIGKILL
    await house.report(attempt, AttemptState.FINISHED, exit_code=0)
    view = await house.view(x)
    assert (view.state, view.unknown) == ("manual_intervention", True)
    assert view.steps[0].attempts[0].late_result is not None


async def test_a_timer_that_was_taken_by_a_process_that_died_is_due_again(scene: Scene) -> None:
    house = scene.house
    x = await house.started(await house.runbook(CAUTION))
    await house.run("hasten", execution_id=x, kind="approval")
    assert await scene.kill("timers", "engine.timer_leased") == -signal.SIGKILL
    assert await house.timers.run_once() == 0  # leased
    await house.tick(x, "approval")  # the lease is over
    view = await house.view(x)
    assert view.gate is not None
    assert view.gate.lapsed


def test_every_fault_point_of_the_engine_is_killed_at_by_a_test() -> None:
    elsewhere = {"engine.timer_leased", "engine.notified", "engine.output_stored"}
    # performed for events that these two operations do not bring
    others = "requestapproval voidapproval cancel freeze thaw askjournal checkpreflight".split()
    elsewhere |= {f"engine.effect.{name}" for name in others}
    known = {name for name in faults.registered() if name.startswith("engine.")}
    assert known == (set(APPROVE) | set(FINISHED) | elsewhere) - {"db.before_commit", "db.after_commit"}
