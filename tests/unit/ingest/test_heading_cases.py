"""What a heading says of all that stands below it: a question, a case in which it is forbidden."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import made_of

X = "systemctl restart web"


def answers(text: str) -> list[tuple[str, str | None]]:
    """The steps but the questions, each with the answer that it waits for."""
    made = made_of(text)
    steps = [] if made is None else [item.step for item in made.built.steps]
    return [
        (step.command or f"~{step.manual}", step.when.answer if step.when else None)
        for step in steps
        if not step.answers
    ]


def questions(text: str) -> list[str]:
    made = made_of(text)
    steps = [] if made is None else [item.step for item in made.built.steps]
    return [step.title for step in steps if step.answers]


@pytest.mark.parametrize(
    "title", ["Do not run on the primary", "Never in production", "Don't run this while jobs are running!"]
)
@pytest.mark.parametrize("mark", ["#", "##"])
def test_a_heading_that_forbids_in_a_case_asks_for_it(title: str, mark: str) -> None:
    head = "# A\n\n" if mark == "##" else ""
    assert answers(f"{head}{mark} {title}\n\n```sh\n{X}\n```\n") == [(X, "no")]


@pytest.mark.parametrize(
    "title",
    ["Never restart the database by hand", "Deprecated: failover of the old cluster", "Do not use this"],
)
def test_below_a_title_that_forbids_nothing_is_a_plain_step(title: str) -> None:
    text = f"# {title}\n\n1. `{X}`\n2. Call Ann.\n"
    assert answers(text) == [(X, "yes"), ("~Call Ann.", "yes")]
    assert questions(text) == [f"Decide: Although it says “{title}”?"]


def test_below_a_heading_that_forbids_altogether_is_no_step() -> None:
    assert answers(f"# A\n\n## Do not run these\n\n`{X}`\n\n## Fix\n\n`uptime -p`\n") == [("uptime -p", None)]


@pytest.mark.parametrize(
    "heading", ["Is the disk full?", "2. Does it still hang?", "Are there **old** files?", "Has Ann agreed?"]
)
def test_a_heading_that_asks_is_a_case(heading: str) -> None:
    assert answers(f"# A\n\n## {heading}\n\n1. `{X}`\n2. Call Ann.\n\n## Then\n\n`uptime -p`\n") == [
        (X, "yes"), ("~Call Ann.", "yes"), ("uptime -p", None),
    ]  # fmt: skip


def test_what_finds_out_is_done_whatever_the_answer() -> None:
    text = (
        "# A\n\n## Is the disk full?\n\n1. Check the graph.\n2. `df -h`\n3. `"
        + X
        + "`\n4. If not, call Ann.\n"
    )
    assert answers(text) == [
        ("~Check the graph.", None), ("df -h", None), (X, "yes"), ("~call Ann.", "no"),
    ]  # fmt: skip
    assert questions(text) == ["Decide: Is the disk full?"]


@pytest.mark.parametrize("heading", ["Can I run this twice?", "What does it do?", "How do we restart it?"])
def test_questions_of_a_reader_are_none(heading: str) -> None:
    assert answers(f"# A\n\n## {heading}\n\n`{X}`\n") == [(X, None)]


@pytest.mark.parametrize("behind", ["## Then\n\n`uptime -p`", "Then look around."])
def test_an_item_with_its_case_is_a_step_whatever_follows_the_list(behind: str) -> None:
    """It was taken for the title of what stands below, and lost."""
    text = f"# A\n\n1. `{X}`\n2. If it hangs, call Ann.\n\n{behind}\n"
    assert answers(text)[:2] == [(X, None), ("~call Ann.", "yes")]


def test_loose_words_behind_code_in_an_item_stand_over_what_follows_them() -> None:
    """They were joined with those before the first code, so that both codes ran in every case."""
    text = (
        "<h1>A</h1><ul><li><b>Kernels.</b> If it is old:<pre>cp a b</pre>If it is <code>new</code>:"
        f"<pre>cp c d</pre></li><li>Run <pre>df -h</pre> or <code>{X}</code></li></ul>"
    )
    assert answers(text) == [("cp a b", "yes"), ("cp c d", "yes"), ("df -h", "no"), (X, "yes")]
    assert questions(text)[:2] == ["Decide: If it is old", "Decide: If it is new"]


Y, Z = "systemctl start web", "systemctl stop web"
OWN_CASES = f"""
Is it running? | `uptime -p`@@If it isn't, start it:@@```sh@{Y}@```@@Then:@@```sh@{X}@``` | None yes None
Is it running? | `uptime -p`@@If not running, start it:@@```sh@{Y}@```@@Run `{X}`. | None yes None
Is it running? | `{Z}`@@If it isn't, run `{Y}`.@@Run `{X}`. | yes yes None
Is it growing? | If it is not growing, run `{Y}`.@@If it is growing, run `{X}`. | yes yes
Is it up? | Run `{Z}`.@@Otherwise, run `{Y}`.@@Run `{X}`. | yes no None
Are you there? | If not, run `{Y}`.@@```sh@{X}@``` | no None
Is it the disk? | `{Z}`@@### Yes@@`{Y}`@@### No@@`{X}` | None yes no
Is it the disk? | ### No@@`{Y}`@@### Yes@@If it hangs, run `{X}`. | no yes
Is it the disk? | `{Z}`@@### If not@@`{Y}`@@### Then@@`{X}` | yes no None
Is it a copy? | No? Then stop here.@@```sh@{Y}@```@@Run `{X}`. | yes yes
Is it a copy? | If not, stop.@@```sh@{Y}@```@@If it hangs, run `{X}`. | yes yes
Is it a copy? | If yes, stop.@@```sh@{Y}@```@@Run `{X}`. | no no
Is it a copy? | ```sh@{Z}@# if it is not@{Y}@{X}@``` | None yes yes
"""


@pytest.mark.parametrize("row", OWN_CASES.strip().split("\n"))
def test_a_heading_that_asks_is_a_case_up_to_the_first_one_in_words(row: str) -> None:
    """What was told for “no” stood within its “yes”, and could never run."""
    heading, text, wanted = row.split(" | ")
    made = made_of(f"# A\n\n## {heading}\n\n{text.replace('@', chr(10))}\n")
    assert made is not None
    steps = [item.step for item in made.built.steps if item.step.command]
    found = [str(step.when.answer if step.when else None) for step in steps]
    assert found == wanted.split()


def test_a_case_below_an_answer_is_asked_within_it() -> None:
    made = made_of(f"# A\n\n## Is it a copy?\n\nNo? Then stop here.\n\n`{Y}`\n\nIf it hangs, run `{X}`.\n")
    assert made is not None
    [asked] = [item.step for item in made.built.steps if item.step.title == "Decide: If it hangs"]
    assert asked.when is not None
    assert asked.when.answer == "yes"
