"""The table as data: complete, held to, and printed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from controller.engine import effects as ef
from controller.engine.events import EVENTS
from controller.engine.rows import BY_NUMBER, ROWS
from controller.engine.rules import RULES
from controller.engine.states import RESTING, State
from controller.engine.table import TableBroken, check, document

ROOT = Path(__file__).parents[3]


def test_there_are_fifty_rows_in_order() -> None:
    assert [row.number for row in ROWS] == list(range(1, 51))


def test_every_row_with_an_event_has_a_rule_and_every_event_is_in_a_rule() -> None:
    assert {rule.row for rule in RULES} == {row.number for row in ROWS if row.event}
    # A journal's answer is taken as a refusal (row 25), so it has no rule of its own.
    assert {rule.event.__name__ for rule in RULES} == set(EVENTS) - {"JournalAnswer"}


def test_no_rule_starts_from_a_state_that_is_passed_through() -> None:
    assert all(rule.states <= RESTING for rule in RULES)


def test_a_row_allows_exactly_the_effects_that_it_names() -> None:
    assert BY_NUMBER[12].allowed == {ef.ClearTimer, ef.Dispatch, ef.SetTimer}
    assert BY_NUMBER[10].allowed == {ef.RequestApproval, ef.SetTimer}
    assert BY_NUMBER[3].allowed == frozenset()


def test_a_decision_beside_the_table_is_a_fault() -> None:
    attempt = UUID(int=1)
    check(State.EXECUTING, (30,), State.EXECUTING, [ef.Cancel(attempt)])
    with pytest.raises(TableBroken):
        check(State.EXECUTING, (30,), State.EXECUTING, [ef.Freeze(attempt)])
    with pytest.raises(TableBroken):
        check(State.EXECUTING, (30,), State.PAUSED, [])
    with pytest.raises(TableBroken):
        check(State.PREFLIGHT, (3,), State.STEP_READY, [])
    with pytest.raises(TableBroken):
        check(State.PREFLIGHT, (), State.PREFLIGHT, [])
    due = ef.SetTimer(ef.TimerKind.DEADLINE, datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(TableBroken):
        check(State.PREFLIGHT, (3, 8), State.AWAIT_MANUAL, [due])


def test_the_page_of_the_engine_is_up_to_date() -> None:
    assert (ROOT / "docs" / "engine.md").read_text(encoding="utf-8") == document()
