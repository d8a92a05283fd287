"""Edits keep what the author wrote elsewhere: comments, order, quotes, indentation."""

from __future__ import annotations

import pytest

from schemas.errors import DocumentInvalid, Unprocessable
from schemas.yaml_codec import Edit, dump_runbook, edit_yaml, load_runbook
from tests.unit.schemas.builders import command, runbook

TEXT = """\
# yaml-language-server: $schema=../schemas/jsonschema/runbook.v1.json
apiVersion: dd0c.run/v1
kind: Runbook
metadata:
  title: 'Two steps'   # the title first, on purpose
  name: two
spec:
  target: {labels: {role: host}}
  steps:
    # first look
    - id: look
      title: "Look"
      command: uname -a     # harmless

    - id: list
      title: List
      command: |-
        ls /
        ls /tmp
"""
STEPS = ("spec", "steps")


def test_nothing_changes_without_a_change() -> None:
    assert edit_yaml(TEXT, []) == TEXT


def test_a_value_is_replaced() -> None:
    edited = edit_yaml(TEXT, [Edit((*STEPS, 0, "title"), "Look around")])
    assert edited == TEXT.replace('"Look"', '"Look around"')


def test_a_command_of_several_lines_is_a_block() -> None:
    edited = edit_yaml(TEXT, [Edit((*STEPS, 0, "command"), "uname -a\ndf -h")])
    assert "command: |-\n        uname -a\n        df -h" in edited
    assert load_runbook(edited.encode()).spec.steps[0].command == "uname -a\ndf -h"


def test_a_block_becomes_a_line() -> None:
    edited = edit_yaml(TEXT, [Edit((*STEPS, 1, "command"), "1")])
    assert '      command: "1"\n' in edited
    assert load_runbook(edited.encode()).spec.steps[1].command == "1"


def test_a_key_is_added_and_removed() -> None:
    edited = edit_yaml(TEXT, [Edit((*STEPS, 1, "timeout"), "20s"), Edit((*STEPS, 0, "id"), "see")])
    assert load_runbook(edited.encode()).spec.steps[1].timeout_ms == 20_000
    back = edit_yaml(edited, [Edit((*STEPS, 1, "timeout")), Edit((*STEPS, 0, "id"), "look")])
    assert back == TEXT


def test_a_step_is_inserted_and_removed() -> None:
    step = {"id": "disks", "title": "Disks", "command": "df -h", "needs": ["look"]}
    edited = edit_yaml(TEXT, [Edit((*STEPS, 1), step, insert=True)])
    assert [found.id for found in load_runbook(edited.encode()).spec.steps] == ["look", "disks", "list"]
    assert "# first look" in edited
    assert "    - id: disks\n      title: Disks\n      command: df -h\n      needs: [look]\n" in edited
    removed = edit_yaml(edited, [Edit((*STEPS, 1))])
    assert load_runbook(removed.encode()) == load_runbook(TEXT.encode())


@pytest.mark.parametrize("offset", [0, 2])
def test_the_indentation_of_lists_is_kept(offset: int) -> None:
    text = (
        "\n".join(line[2 - offset :] if line.startswith("    ") else line for line in TEXT.splitlines())
        + "\n"
    )
    edited = edit_yaml(text, [Edit(("metadata", "title"), "Other")])
    assert edited == text.replace("'Two steps'   #", "'Other'       #")


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("spec", "nothing", "at"),
        (*STEPS, 9, "id"),
        (*STEPS, "look", "id"),
        ("metadata", "name", "x"),
        (*STEPS, 9),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: tuple[str | int, ...]) -> None:
    with pytest.raises(Unprocessable) as caught:
        edit_yaml(TEXT, [Edit(path, "x")])
    assert caught.value.reason_code == "edit_path"


def test_hostile_text_is_refused_before_it_is_loaded() -> None:
    with pytest.raises(DocumentInvalid, match="anchors"):
        edit_yaml("a: &a [x]\nb: [*a, *a]\n", [])


def test_the_house_style() -> None:
    found = runbook(
        command("look", command="uname -a", timeout="300s", env={"REGION": "region"}),
        command(
            "both", command="a\nb", rollback={"command": "undo"}, expect={}, needs=[], **{"x-ticket": "OPS-1"}
        ),
        variables=[{"name": "region", "pattern": "\\d[a-z]+", "example": "1a"}],
    )
    assert dump_runbook(found) == (
        "# yaml-language-server: $schema=../schemas/jsonschema/runbook.v1.json\n"
        "apiVersion: dd0c.run/v1\n"
        "kind: Runbook\n"
        "metadata:\n"
        "  name: a-runbook\n"
        "  title: A runbook\n"
        "spec:\n"
        "  target: {labels: {role: host}}\n"
        "  variables:\n"
        "    - {name: region, pattern: '\\d[a-z]+', example: 1a}\n"
        "  steps:\n"
        "    - id: look\n"
        "      title: look\n"
        "      env: {REGION: region}\n"
        "      command: uname -a\n"
        "      timeout: 5m\n"
        "    - id: both\n"
        "      title: both\n"
        "      needs: []\n"
        "      command: |-\n"
        "        a\n"
        "        b\n"
        "      expect: {exitCodes: [0]}\n"
        "      rollback:\n"
        "        command: undo\n"
        "      x-ticket: OPS-1\n"
    )
    assert dump_runbook(found, schema_line=False).startswith("apiVersion")
