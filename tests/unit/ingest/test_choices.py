"""What is done instead of something else is a choice: one question, and one of both is run."""

from __future__ import annotations

from tests.unit.ingest.telling import made_of

A, B = "systemctl restart web", "service web restart"
CHOICES = f"""
1. Restart: `{A}`@2. Or: `{B}`
Run `{A}` or `{B}`.
Restart it with `{A}` (or `{B}`).
Run `{A}`. Alternatively, run `{B}`.
Run `{A}`.@@Or run `{B}`.
- Either run `{A}`@- or run `{B}`
```bash@{A}@```@@or@@```bash@{B}@```
```bash@{A}@```@@Or:@@```bash@{B}@```
```bash@{A}@```@@Another option is to run:@@```bash@{B}@```
```bash@{A}@# or@{B}@```
- `{A}`@- Alternatively:@  - `{B}`
"""


def _answers(text: str) -> dict[str, str | None]:
    """Which answer each command waits for."""
    made = made_of(f"# A\n\nLook around.\n\n{text.replace('@', chr(10))}\n")
    steps = [] if made is None else [item.step for item in made.built.steps]
    return {step.command: step.when.answer if step.when else None for step in steps if step.command}


def test_what_or_stands_before_is_done_instead_of_what_is_above() -> None:
    found = {row: _answers(row) for row in CHOICES.strip().split("\n")}
    assert {row: kind for row, kind in found.items() if kind != {A: "no", B: "yes"}} == {}


def test_the_question_names_what_is_not_done_then() -> None:
    made = made_of(f"# A\n\nRun `{A}` or `{B}`.\n")
    assert made is not None
    [asked, *steps] = [item.step for item in made.built.steps]
    assert asked.manual == f"Instead of “{A}”?"
    assert {step.when.step for step in steps if step.when} == {asked.id}


BOTH = f"""
Run `{A}` and `{B}`.
Run `{A}` for one or two minutes, then `{B}`.
1. `{A}`@2. In one or two minutes: `{B}`
"""


def test_other_words_with_or_offer_no_choice() -> None:
    found = {row: _answers(row) for row in BOTH.strip().split("\n")}
    assert {row: kind for row, kind in found.items() if kind != {A: None, B: None}} == {}


def test_what_decides_already_stays() -> None:
    found = _answers(f"1. If it hangs, run `{A}`@2. Or run `{B}`")
    assert found == {A: "yes", B: "yes"}
