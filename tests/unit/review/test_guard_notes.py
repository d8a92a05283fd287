"""What held a person back at a step and is gone: a declared risk, the text to type, the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from controller.governance.documents import judge_file
from controller.review.change import ChangedFile, Serving
from controller.review.checks import ChangeReport, check_change

PATH = "runbooks/web.yaml"
STOP: dict[str, Any] = {
    "id": "stop", "title": "Stop it", "command": "systemctl stop web", "risk": "dangerous", "confirm": "web",
    "rollback": {"command": "systemctl start web"},
}  # fmt: skip
LOOK: dict[str, Any] = {"id": "look", "title": "Look", "command": "df -h", "risk": "caution"}
LOWERED, TYPED, BACK = "lowered", "confirm_gone", "rollback_gone"


def changed(*steps: dict[str, Any], path: str = PATH, name: str = "web") -> ChangedFile:
    spec = {"target": {"labels": {"role": "web"}}, "steps": list(steps)}
    whole = {"apiVersion": "dd0c.run/v1", "kind": "Runbook", "metadata": {"name": name, "title": "Web"}}
    return ChangedFile(path, "runbook", judge_file(path, "runbook", _yaml(whole | {"spec": spec})))


def _yaml(document: dict[str, Any]) -> bytes:
    """One line a key of the document, one a key of a step."""
    lines = [f"{key}: {json.dumps(value)}" for key, value in document.items() if key != "spec"]
    lines += ["spec:", f"  target: {json.dumps(document['spec']['target'])}", "  steps:"]
    for step in document["spec"]["steps"]:
        first, *rest = (f"{key}: {json.dumps(value)}" for key, value in step.items())
        lines += [f"    - {first}", *(f"      {line}" for line in rest)]
    return "\n".join([*lines, ""]).encode()


def report(before: ChangedFile, *files: ChangedFile) -> ChangeReport:
    assert before.judged is not None
    assert before.judged.runbook is not None
    return check_change(files, Serving({"web": PATH}, {"web": before.judged.runbook.document}))


def without(step: dict[str, Any], *keys: str, **more: Any) -> dict[str, Any]:
    return {key: value for key, value in step.items() if key not in keys} | more


@pytest.mark.parametrize(
    ("steps", "codes"),
    [
        ((STOP, LOOK), []),
        ((LOOK, STOP), []),
        ((STOP | {"id": "halt"}, LOOK), []),
        ((STOP, LOOK | {"risk": "dangerous", "confirm": "x"} | {"rollback": {"impossible": "no"}}), []),
        ((without(STOP, risk="caution"), LOOK), [LOWERED]),
        ((without(STOP, "risk", id="halt"), LOOK), [LOWERED]),
        ((STOP, without(LOOK, "risk", id="watch")), [LOWERED]),
        ((without(STOP, "confirm", risk="caution"), LOOK), [LOWERED, TYPED]),
        ((STOP | {"confirm": "y"}, LOOK), [TYPED]),
        ((STOP | {"id": "halt", "confirm": "y"}, LOOK), [TYPED]),
        ((STOP | {"rollback": {"impossible": "never"}}, LOOK), [BACK]),
        ((without(STOP, "rollback", risk="caution", id="halt"), LOOK), [LOWERED, BACK]),
        ((STOP | {"rollback": {"command": "systemctl restart web"}}, LOOK), []),
        # A decoy keeps the id, and what the step did goes on under another one.
        (
            (STOP | {"command": "uptime"}, without(STOP, "risk", "confirm", id="later"), LOOK),
            [LOWERED, TYPED],
        ),
        # Two of the same command, of which one was declared higher, stay as they were.
        ((STOP, without(STOP, "confirm", id="again", risk="caution"), LOOK), [LOWERED, TYPED]),
    ],
)
def test_what_a_step_loses_is_told_whatever_its_id(
    steps: tuple[dict[str, Any], ...], codes: list[str]
) -> None:
    found = report(changed(STOP, LOOK), changed(*steps))
    assert found.errors == ()
    assert [
        note.place.code for note in found.attentions if note.place.code in {LOWERED, TYPED, BACK}
    ] == codes


def test_two_steps_of_one_command_that_stay_as_they_are_lose_nothing() -> None:
    both = (STOP, without(STOP, "confirm", id="again", risk="caution"), LOOK)
    assert report(changed(*both), changed(*both)).attentions == ()
    assert report(changed(*both), changed(both[1], both[0], LOOK)).attentions == ()


def test_what_was_to_be_typed_is_named_with_the_line() -> None:
    (note,) = report(changed(STOP, LOOK), changed(STOP | {"confirm": "y"}, LOOK)).attentions
    assert note.place.message == "the step `stop` asks to type `y`, and asked for `web`"
    assert note.place.line == 7


def test_a_file_that_moves_takes_no_runbook_out_of_service() -> None:
    gone = ChangedFile(PATH, "runbook")
    moved = report(changed(STOP, LOOK), gone, changed(STOP, LOOK, path="runbooks/a/web.yaml"))
    assert [(note.path, note.place.code) for note in moved.notes] == [("runbooks/a/web.yaml", "moved")]
    assert f"from {PATH}" in moved.notes[0].place.message
    other = report(changed(STOP, LOOK), gone, changed(STOP, LOOK, path="runbooks/a/web.yaml", name="other"))
    assert [(note.path, note.place.code) for note in other.notes] == [(PATH, "deleted")]
    broken = changed(STOP | {"needs": ["nobody"]}, LOOK, path="runbooks/a/web.yaml")
    assert "deleted" not in {note.place.code for note in report(changed(STOP, LOOK), gone, broken).notes}
