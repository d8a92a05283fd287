"""What a step reads and another one sets is told at the step that reads it."""

from __future__ import annotations

from typing import Any

import pytest

from controller.review.change import Serving
from controller.review.checks import check_change
from controller.review.shell_notes import shell_notes
from tests.unit.review.test_guard_notes import changed


def step(name: str, command: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "command": command} | more


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("export DATA=/data", "rm -rf $DATA/old", True),
        ("DATA=$(cat f)", 'ls "${DATA}"', True),
        ("DATA=/data", "DATA=/data\nrm -rf $DATA/old", False),
        ("DATA=/data", "ls ${DATA:-/tmp}", True),
        ("export DATA=/data", "sh -c 'ls $DATA'", True),
        ("ls /data", "ls $DATA", False),
        ("DATA=/data; ls $DATA", "df -h", False),
    ],
)
def test_it_is_told_where_the_shell_has_it_no_more(first: str, second: str, *, told: bool) -> None:
    notes = shell_notes(changed(step("a", first), step("b", second)))
    assert [note.place.code for note in notes] == ["set_elsewhere"] * told
    if told:
        assert "the step `b` reads `$DATA`, which only the step `a` sets" in notes[0].place.message
        assert notes[0].place.line


def test_it_is_a_thing_to_look_at_before_the_merge() -> None:
    file = changed(step("a", "export DATA=/data"), step("b", "ls $DATA"))
    notes = check_change([file], Serving({}, {})).notes
    assert ("set_elsewhere", "attention") in [(note.place.code, note.level) for note in notes]


def test_what_the_document_gives_by_environment_is_there() -> None:
    file = changed(step("a", "export DATA=/data"), step("b", "ls $DATA", env={"DATA": "data"}))
    assert shell_notes(file) == []


def test_a_function_of_another_step_is_told_of() -> None:
    notes = shell_notes(changed(step("a", "drain() { kubectl drain $1; }"), step("b", "drain node-1")))
    assert "the step `b` calls `drain()`, which only the step `a` sets" in notes[0].place.message
