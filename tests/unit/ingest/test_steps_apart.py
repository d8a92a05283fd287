"""Steps that are numbered within a line, and lists that count with letters."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ingest.coverage import partition
from ingest.lettered import letter_marks
from ingest.normalize import normalize
from ingest.pipeline import preview
from ingest.trace import edited
from tests.unit.ingest.telling import commands, told_to_people
from tests.unit.ingest.test_skips import waits_for

CHAT = (
    "ok so: 1) bump the limit `kubectl set resources deploy/gw --limits=memory=2Gi` 2) wait for the rollout "
    "`kubectl rollout status deploy/gw` 3) if 502s continue roll back `kubectl rollout undo deploy/gw`"
)
NESTED = """\
# T

1. Look at the host
   a. See how long it is up

      ```
      uptime -p
      ```

   b. If it is up for a year, stop.
2. Then
   i. `df -h`
   ii. `free -m`
"""


def test_steps_in_a_line_are_steps() -> None:
    assert commands(CHAT) == {
        "kubectl set resources deploy/gw --limits=memory=2Gi": False,
        "kubectl rollout status deploy/gw": False,
        "kubectl rollout undo deploy/gw": True,
    }
    assert waits_for(CHAT, "kubectl rollout undo deploy/gw") == ("if 502s continue", "yes")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Do this: 1. stop it with `systemctl stop a`, 2. start it with `systemctl start a`.", 2),
        ("It runs (1) on the host and (2) in the pod.", 0),
        ("We have 3 nodes. Version 1. 2 of them run it.", 0),
        ("It takes 1) time.", 0),
        ("Use `awk 1) 2)` for it.", 0),
        ("See 2) below and 1) above it.", 0),
    ],
)
def test_only_a_row_of_numbers_with_words_behind_each_is_a_list(text: str, items: int) -> None:
    blocks = normalize(f"# A\n\n{text}\n").blocks
    assert sum(block.kind == "item" for block in blocks) == items


def test_letters_count_items() -> None:
    made = preview(NESTED)
    told = [(block.text, block.level) for block in made.normalized.blocks if block.kind == "item"]
    assert told == [
        ("Look at the host", 1), ("See how long it is up", 2), ("If it is up for a year, stop.", 2),
        ("Then", 1), ("df -h", 2), ("free -m", 2),
    ]  # fmt: skip
    assert waits_for(NESTED, "free -m") == ("If it is up for a year", "no")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a. one\nb. two\n", "1. one\n2. two\n"),
        ("i) one\n  more\nii) two\niii) three\n", "1) one\n  more\n2) two\n3) three\n"),
        ("a. one\n\n  a. in\n  b. in\n\nb. two\n", "1. one\n\n  1. in\n  2. in\n\n2. two\n"),
        ("a. one\n", "a. one\n"),
        ("a. one\nc. three\n", "a. one\nc. three\n"),
        ("a. one\nb) two\n", "a. one\nb) two\n"),
        ("  a. one\nMore\n  b. two\n", "  a. one\nMore\n  b. two\n"),
        ("```\na. one\nb. two\n```\n", "```\na. one\nb. two\n```\n"),
    ],
)
def test_only_rows_of_letters_are_lists(text: str, told: str) -> None:
    assert edited(text, letter_marks(text))[0] == told


@pytest.mark.parametrize("text", [CHAT, NESTED])
def test_every_character_is_accounted_for(text: str) -> None:
    made = preview(text)
    parts = [span for span, _ in partition(made.normalized.text, made.coverage)]
    between = pairwise(parts)
    assert all(not text[one.end : other.start].strip() for one, other in between)
    assert not text[: parts[0].start].strip()
    assert not text[parts[-1].end :].strip()


A, B = "systemctl restart a", "df -h"


@pytest.mark.parametrize(
    ("lead", "waits"),
    [
        ("You must not", None),
        ("It is forbidden to", None),
        ("Nobody may", None),
        ("Never:", None),
        ("If the disk is full", True),
        ("Unless it is Friday,", True),
        ("If the disk is full:", True),
        ("ok so", False),
        ("Please do this:", False),
    ],
)
def test_what_introduces_numbers_holds_for_each_of_them(lead: str, waits: bool | None) -> None:
    assert commands(f"{lead} 1) restart it with `{A}` 2) look at `{B}`").get(A) is waits


def test_a_case_without_a_sign_stays_with_its_steps() -> None:
    text = f"If the disk is full 1) restart `{A}` 2) look at `{B}`"
    assert commands(text) == {B: True}
    assert commands(text.replace("If the disk is full", "Once the lead agrees")).get(A) is None


def test_who_agrees_before_the_numbers_is_asked_first() -> None:
    assert "Get approval" in told_to_people(f"Get approval from the DBA, then 1) restart `{A}` 2) see `{B}`")
