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
Choose one:@@- Option A: `{A}`@- Option B: `{B}`
1. Option 1: `{A}`@2. Option 2: `{B}`
Do either of these:@@- `{A}`@- `{B}`
There are two ways to fix this:@@1. With systemd:@   ```sh@   {A}@   ```@2. By hand: `{B}`
Do one of the following:@@* Restart it: `{A}`@* Or the old way.@  - `{B}`
Either restart it with `{A}` or reload it with `{B}`.
## Option 1: systemd@@```sh@{A}@```@@## Option 2: by hand@@`{B}`
**Option A**: systemd@@```sh@{A}@```@@**Option B**: by hand@@```sh@{B}@```
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


C = "/etc/init.d/web restart"
THREE = f"""
```bash@{A}@# or@{B}@# or@{C}@```
1. `{A}`@2. Or: `{B}`@3. Or: `{C}`
Run `{A}` or `{B}` or `{C}`.
- Option A: `{A}`@- Option B: `{B}`@- Option C: `{C}`
"""


def test_of_three_ways_one_is_chosen() -> None:
    """The second question is asked where the first way is gone, and nowhere else."""
    for row in THREE.strip().split("\n"):
        made = made_of(f"# A\n\n{row.replace('@', chr(10))}\n")
        assert made is not None, row
        steps = [item.step for item in made.built.steps]
        assert [(step.command, step.when.answer if step.when else None) for step in steps] == [
            (None, None), (A, "no"), (None, "yes"), (B, "no"), (C, "yes"),
        ], row  # fmt: skip
        assert steps[2].when is not None
        assert steps[2].when.step == steps[0].id


def test_what_follows_the_options_is_done_after_any() -> None:
    text = f"**Option A**@@```sh@{A}@```@@**Option B**@@```sh@{B}@```@@Then check it:@@```sh@uptime -p@```"
    assert _answers(text) == {A: "no", B: "yes", "uptime -p": None}


def test_a_case_within_an_option_is_asked_there() -> None:
    made = made_of(f"# A\n\n- Option A: reload\n  - If it hangs, run `{A}`\n- Option B: `{B}`\n")
    assert made is not None
    titles = [item.step.title for item in made.built.steps if item.step.answers]
    assert titles[1] == "Decide: If it hangs"


NO_CHOICE = f"""
Check that one of the following is true:@@- `{A}` worked@- `{B}` worked
The command takes these options:@@- `{A}`@- `{B}`
If you see one of these errors:@@1. `{A}`@2. `{B}`
Do these steps:@@1. `{A}`@2. `{B}`
"""


def test_lists_of_other_things_are_no_options() -> None:
    found = {row: _answers(row) for row in NO_CHOICE.strip().split("\n")}
    assert {row: kind for row, kind in found.items() if "no" in kind.values()} == {}


COMMON = f"""
Approach 1. Restart: `{A}`.@@Approach 2. Again: `{B}`.@@Finally, start it: `{C}`.
Option 1: restart it.@@```sh@{A}@```@@Option 2: call `{B}`.@@Finally:@@```sh@{C}@```
Option 1: `{A}`@@Option 2: `{B}`@@In any case, run `{C}`.
Do one of these:@@- `{A}`@- `{B}`@- Finally, run `{C}`.
```sh@# Option 1: restart@{A}@# Option 2: again@{B}@@# look@{C}@```
"""


def test_what_is_done_after_any_way_is_not_part_of_the_last_one() -> None:
    found = {row: _answers(row) for row in COMMON.strip().split("\n")}
    assert {row: kind for row, kind in found.items() if kind != {A: "no", B: "yes", C: None}} == {}


LONG_WAYS = f"""
**Option 1: Restart**@@```sh@{A}@```@@Wait, and clear it:@@```sh@{C}@```@@**Option 2**@@```sh@{B}@```
```sh@# Option 1: restart@{A}@{C}@# Option 2: again@{B}@```
```sh@# Option A@{A}@# and clear it@{C}@# Option B@{B}@```
"""


def test_a_way_goes_on_up_to_the_next_one() -> None:
    found = {row: _answers(row) for row in LONG_WAYS.strip().split("\n")}
    assert {row: kind for row, kind in found.items() if kind != {A: "no", C: "no", B: "yes"}} == {}


COMMENTS = f"""
```sh@# Option 1: restart@{A}@# Option 2: again@{B}@```
```sh@{A}@# Alternative: call it@{B}@```
```sh@{A}@# or restart it by hand@{B}@```
"""


def test_comments_that_name_ways_offer_a_choice() -> None:
    found = {row: _answers(row) for row in COMMENTS.strip().split("\n")}
    assert {row: kind for row, kind in found.items() if kind != {A: "no", B: "yes"}} == {}


AHEAD = f"""
```sh@{A}@```@@Before that, drain it: `{B}`.
1. `{A}`@2. Before doing so, run `{B}`.
1. Restart it:@   ```sh@   {A}@   ```@2. Before that, drain it: `{B}`.
"""


def test_what_is_done_before_that_is_before_what_stands_above() -> None:
    assert {row: list(_answers(row)) for row in AHEAD.strip().split("\n")} == {
        row: [B, A] for row in AHEAD.strip().split("\n")
    }
