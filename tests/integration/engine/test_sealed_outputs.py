"""Outputs of attempts at rest: sealed under the execution's data key, gone with it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from controller.engine.outputs import Outputs
from controller.link.events import AttemptState, OutputChunk, OutputStream
from schemas.errors import Conflict
from tests.integration.engine.kit import House
from tests.integration.engine.texts import ONE

CANARY = b"password=Jorinde\n"


async def running(house: House) -> tuple[UUID, UUID]:
    """An execution, and its attempt that the agent has started."""
    x = await house.started(await house.runbook(ONE % {"trust": 1, "command": "touch /tmp/mark"}))
    await house.approve(x)
    row, _ = await house.take(x)
    await house.report(row.step_execution_id, AttemptState.STARTED, started_us=1_000)
    return x, row.step_execution_id


async def say(house: House, attempt: UUID, offset: int, data: bytes) -> int:
    """The agent sends a chunk; the offset that is acknowledged."""
    chunk = OutputChunk(attempt, offset, data, OutputStream.STDOUT, last=False)
    return await house.results.output(house.tenant, house.agent, chunk)


async def erase(house: House, x: UUID) -> None:
    """As whoever erases an execution."""
    async with house.database.work(house.tenant) as uow:
        assert await house.engine.parts.sealer.destroy_key(uow, "execution", x)


async def test_r71_outputs_are_sealed_at_rest_and_erased_with_the_key(house: House, tmp_path: Path) -> None:
    x, attempt = await running(house)
    for place in range(4):
        assert await say(house, attempt, place * len(CANARY), CANARY) == (place + 1) * len(CANARY)
    files = [path for path in (tmp_path / "objects").rglob("*") if path.is_file()]
    assert [path.name for path in files] == [str(attempt)]
    assert b"Jorinde" not in files[0].read_bytes()
    part = await house.engine.output(house.tenant, attempt, start=9, length=len(CANARY))
    assert part.data == (CANARY * 2)[9 : 9 + len(CANARY)]

    await erase(house, x)
    for length in (0, 10):
        with pytest.raises(Conflict, match="erased") as refused:
            await house.engine.output(house.tenant, attempt, start=0, length=length)
        assert (refused.value.status, refused.value.reason_code) == (409, "erased")
    kept = files[0].read_bytes()
    assert await say(house, attempt, 4 * len(CANARY), CANARY) == 5 * len(CANARY)
    assert files[0].read_bytes() == kept
    head = await Outputs(house.engine.parts).head(house.tenant, x, attempt)
    assert (head.text, head.complete) == ("", True)


async def test_a_damaged_output_is_told_and_the_agent_is_not_held_up(house: House, tmp_path: Path) -> None:
    x, attempt = await running(house)
    assert await say(house, attempt, 0, CANARY) == len(CANARY)
    [path] = [path for path in (tmp_path / "objects").rglob("*") if path.is_file()]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Conflict) as refused:
        await house.engine.output(house.tenant, attempt)
    assert refused.value.reason_code == "output_damaged"
    head = await Outputs(house.engine.parts).head(house.tenant, x, attempt)
    assert (head.text, head.complete) == ("", False)
