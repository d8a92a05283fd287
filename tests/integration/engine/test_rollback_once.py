"""A completed execution is undone once: two rollbacks of it never stand beside each other."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from base.ids import show_id
from controller.engine import events as ev
from controller.engine.birth import Rollback, standing_rollback
from controller.engine.service import by
from controller.link.events import AttemptState, Refusal
from schemas.errors import Conflict
from tests.integration.engine.kit import House

DONE = """
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: mark, title: Leave a mark}
spec:
  trustLevel: 1
  steps:
    - id: mark
      title: Leave a mark
      command: touch /tmp/mark
      rollback: {command: rm /tmp/mark}
"""


async def completed(house: House) -> UUID:
    """An execution that left a mark."""
    x = await house.started(await house.runbook(DONE))
    await house.approve(x)
    await house.finish(x)
    assert (await house.view(x)).state == "completed"
    return x


async def undo(house: House, x: UUID) -> UUID:
    """A rollback that stands at its gate."""
    applied = await house.engine.create_rollback(house.owner, x)
    await house.work_off()
    assert (await house.view(applied.execution_id)).state == "await_approval"
    return applied.execution_id


async def refused(house: House, x: UUID, first: UUID) -> str:
    """A second rollback is refused and names the first; the code."""
    with pytest.raises(Conflict) as conflict:
        await house.engine.create_rollback(house.owner, x)
    name = show_id("exe", first)
    assert (conflict.value.status, conflict.value.extra) == (409, {"execution": name})
    assert name in conflict.value.detail
    return conflict.value.reason_code


async def test_while_one_rollback_is_open_a_second_is_refused(house: House) -> None:
    x = await completed(house)
    first = await undo(house, x)
    assert await refused(house, x, first) == "rollback_open"
    await house.approve(first)
    assert await refused(house, x, first) == "rollback_open"


async def test_what_was_rolled_back_is_not_rolled_back_again(house: House) -> None:
    x = await completed(house)
    first = await undo(house, x)
    await house.approve(first)
    await house.finish(first)
    assert (await house.view(first)).state == "completed"
    assert await refused(house, x, first) == "rolled_back_already"


async def test_a_rollback_that_was_aborted_before_anything_ran_may_be_repeated(house: House) -> None:
    x = await completed(house)
    unsent = await undo(house, x)
    await house.approve(unsent)  # dispatched, and taken back before it is sent
    await house.act(unsent, ev.Abort(by=by(house.owner), reason="the wrong one"))
    turned_down = await undo(house, x)
    await house.approve(turned_down)
    row, _ = await house.take(turned_down)
    await house.refuse(row.step_execution_id, Refusal.LOCAL_POLICY)
    await house.act(turned_down, ev.Abort(by=by(house.owner), reason="the agent would not"))
    third = await undo(house, x)
    assert await refused(house, x, third) == "rollback_open"


@pytest.mark.parametrize("late", [False, True])
async def test_a_rollback_that_was_aborted_while_it_ran_is_not_repeated(house: House, late: bool) -> None:
    x = await completed(house)
    first = await undo(house, x)
    await house.approve(first)
    row, _ = await house.take(first)
    if not late:
        await house.report(row.step_execution_id, AttemptState.STARTED, started_us=1_000)
    await house.act(first, ev.Abort(by=by(house.owner), reason="stop"))
    if late:
        await house.report(row.step_execution_id, AttemptState.FINISHED, exit_code=0)
    assert await refused(house, x, first) == "rolled_back_already"


async def test_a_command_whose_fate_was_unknown_counts_whatever_was_said_of_it(house: House) -> None:
    x = await completed(house)
    first = await undo(house, x)
    await house.approve(first)
    row, _ = await house.take(first)
    await house.report(row.step_execution_id, AttemptState.LOST)
    said = ev.Resolve(by=by(house.owner), outcome=ev.Resolution.DID_NOT_RUN, note="no trace of it")
    await house.act(first, said)
    await house.act(first, ev.Abort(by=by(house.owner), reason="enough"))
    assert await refused(house, x, first) == "rolled_back_already"


async def test_what_a_person_undid_by_hand_counts(house: House) -> None:
    x = await completed(house)
    first = await undo(house, x)
    await house.act(first, ev.DoneByHand(by=by(house.owner), note="removed it"))
    assert (await house.view(first)).state == "completed"
    assert await refused(house, x, first) == "rolled_back_already"


async def test_of_two_at_once_one_is_refused(house: House) -> None:
    x = await completed(house)
    asked = [house.engine.create_rollback(house.owner, x) for _ in range(4)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(item).__name__ for item in found) == ["Applied", "Conflict", "Conflict", "Conflict"]


def test_the_first_that_stands_in_the_way_is_named() -> None:
    ids = [UUID(int=place) for place in range(3)]
    idle, done, open_ = (
        Rollback(ids[0], "aborted", touched=False),
        Rollback(ids[1], "completed", touched=True),
        Rollback(ids[2], "preflight", touched=False),
    )
    assert standing_rollback([]) is None
    assert standing_rollback([idle]) is None
    assert standing_rollback([idle, done, open_]) is done
    assert standing_rollback([idle, open_]) is open_
