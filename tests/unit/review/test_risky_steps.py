"""Where a dangerous step begins in its file."""

from __future__ import annotations

import pytest

from controller.governance.documents import JudgedFile, JudgedRunbook, JudgedStep
from controller.review.risky_steps import SHOWN_MAX, risky_steps
from schemas.risk import Risk


def file(content: str, *steps: JudgedStep) -> JudgedFile:
    runbook = JudgedRunbook("disk", "Disk", "", {}, steps, 0, (1, 1))
    return JudgedFile("runbooks/disk.yaml", "runbook", "", content.encode(), runbook)


def step(name: str, risk: Risk = Risk.DANGEROUS) -> JudgedStep:
    return JudgedStep(name, "Title", risk, None, None, can_be_undone=False)


@pytest.mark.parametrize(
    "line", ["    - id: drop", "    -   id: 'drop'", '      id: "drop"  # why', "    - id: drop "]
)
def test_the_line_of_its_id(line: str) -> None:
    content = f"spec:\n  steps:\n    - id: drop-it\n      command: 'id: drop'\n{line}\n"
    (found,) = risky_steps([file(content, step("drop"))])
    assert (found.line, found.step_id) == (5, "drop")


def test_what_is_not_dangerous_or_not_found_gets_no_comment() -> None:
    content = "    - id: look\n    - {id: drop}\n"
    assert risky_steps([file(content, step("look", Risk.CAUTION), step("drop"))]) == ()


def test_only_so_many_and_no_markup_of_the_file() -> None:
    many = [step(f"s{number}") for number in range(SHOWN_MAX + 5)]
    content = "".join(f"- id: {each.step_id}\n" for each in many)
    assert len(risky_steps([file(content, *many)])) == SHOWN_MAX
    (found,) = risky_steps([file("- id: a.b*\n", step("a.b*"))])
    assert "a.b*" not in found.text
