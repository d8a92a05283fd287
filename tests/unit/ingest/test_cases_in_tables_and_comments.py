"""Cases that stand in tables, in lines of comments, and as items over what is told then."""

from __future__ import annotations

import pytest

from ingest.extract.labels import says_state
from ingest.pipeline import preview

X = "systemctl restart named"


def guard(text: str, command: str = X) -> tuple[str, str] | None:
    """The question and the answer that a command waits for; None where it waits for none."""
    steps = preview(f"# R\n\n## Steps\n\n{text}", "markdown").runbook.spec.steps
    asked = {step.id: step.manual for step in steps}
    when = next(step.when for step in steps if step.command is not None and command in step.command)
    if when is None or when.step is None or when.answer is None:
        return None
    return str(asked[when.step]).removesuffix(": is that so?"), when.answer


def _table(*rows: str) -> str:
    head, *below = rows
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *below, ""])


@pytest.mark.parametrize(
    ("rows", "case"),
    [
        (("| Do | Expected | If not |", f"| `rndc status` | active | `{X}` |"), ("active", "no")),
        (("| Row | Do | Good | Not good |", f"| 1 | `rndc status` | it runs | `{X}` |"), ("it runs", "no")),
        (("| Command | OK | Bad |", f"| `rndc status` | 3 lines | then `{X}` |"), ("3 lines", "no")),
        (
            ("| Do | Expected | If not |", f"| `rndc status` | – | `{X}` |"),
            ("The result is not the one that is wanted", "yes"),
        ),
        (
            ("| Do | Expected | Otherwise |", f"| `rndc status` | active | not found: `{X}` |"),
            ("not found", "yes"),
        ),
        (
            ("| Picture | Do |", f"| One zone is too old | `{X}` |", "| All are down | `rndc status` |"),
            ("One zone is too old", "yes"),
        ),
        (
            ("| Symptom | Do |", f"| Slow | Run `{X}` if it was changed |"),
            ("if it was changed", "yes"),
        ),
        (("| Symptom | Do |", f"| Slow | `{X}` (not in production) |"), ("in production", "no")),
    ],
)
def test_a_cell_guards_what_is_done_in_its_case(rows: tuple[str, ...], case: tuple[str, str]) -> None:
    assert guard(_table(*rows)) == case


def test_the_case_of_a_cell_is_asked_within_that_of_its_row() -> None:
    text = _table("| Symptom | Do |", f"| Slow | Run `{X}` if it was changed |")
    steps = preview(f"# R\n\n{text}", "markdown").runbook.spec.steps
    inner = next(step for step in steps if step.manual == "if it was changed: is that so?")
    assert inner.when is not None
    assert inner.when.answer == "yes"


@pytest.mark.parametrize(
    "rows",
    [
        ("| Wrong | Right |", f"| `rndc stop` | `{X}` |"),
        ("| Step | Do |", f"| Zone is full | `{X}` |", "| Look | `rndc status` |"),
        ("| Server | Do |", f"| ns1 is hidden | `{X}` |", "| ns2 is hidden | `rndc status` |"),
    ],
)
def test_a_column_that_names_a_thing_is_no_case(rows: tuple[str, ...]) -> None:
    assert guard(_table(*rows)) is None


def _shell(*lines: str) -> str:
    return "\n".join(["```bash", *lines, "```", ""])


@pytest.mark.parametrize(
    ("lines", "case"),
    [
        (("# If the zone is gone", "# 1. Start it anew", X), "If the zone is gone"),
        (
            ("# If the zone is gone:", "# 1. Look", "rndc status", "", "# 2. Start it", X),
            "If the zone is gone",
        ),
        (("# Look", "# Only if nothing answers", "# Start it anew", X), "Only if nothing answers"),
    ],
)
def test_a_line_of_a_comment_that_is_a_case_guards_what_is_told_below_it(
    lines: tuple[str, ...], case: str
) -> None:
    assert guard(_shell(*lines)) == (case, "yes")


@pytest.mark.parametrize(
    "lines",
    [
        ("# If the zone is gone", "# 1. Look", "rndc status", "", "# Verify", X),
        ("# If it says 0: fine", "# Start it anew", X),
        ("# When done", "# Start it anew", X),
    ],
)
def test_another_comment_ends_the_case(lines: tuple[str, ...]) -> None:
    assert guard(_shell(*lines)) is None


@pytest.mark.parametrize(
    "words",
    [
        "the zone exists already (`NXDOMAIN` and so on)",
        "it's a secondary",
        "anything is listed that you can't explain",
        "The server is down:",
        "mismatch afterwards? (the log shows both)",
    ],
)
def test_an_item_that_says_a_state_is_the_case_of_what_stands_within_it(words: str) -> None:
    text = f"- `rndc status`\n- {words}\n  - `{X}`\n- otherwise\n  - `rndc reload`\n"
    case = guard(text)
    assert case is not None
    assert case[1] == "yes"
    assert guard(text, "rndc reload") == (case[0], "no")


def test_otherwise_is_not_for_a_case_of_another_list() -> None:
    text = (
        "- Who holds it?\n  - a runner\n    - pipeline is dead -> `rndc status`\n"
        f"- See what is left\n  - `rndc zonestatus`\n  - otherwise\n    - `{X}`\n"
    )
    assert guard(text) == ("otherwise", "yes")


@pytest.mark.parametrize(
    "words",
    [
        "Master node",
        "Back up the state",
        "See how many keys there are",
        "The following packages are required",
        "Next step is to format it",
        "You have a token",
        "On clients that still hang, unmount it",
        "Which one is the leader?",
        "Replicas must be up",
        "The following command shows the lag",
        "It is a good idea to check the replicas",
    ],
)
def test_what_names_or_tells_is_no_state(words: str) -> None:
    assert not says_state(words)


@pytest.mark.parametrize(
    ("line", "case"),
    [
        ("Once the lead agrees restart it with", "Once the lead agrees"),
        ("After the owner has confirmed run", "After the owner has confirmed"),
        ("When the DBA gives the go-ahead then run", "When the DBA gives the go-ahead"),
        ("For RGW daemons, run", "For RGW daemons"),
    ],
)
def test_who_agrees_and_one_kind_guard_without_a_further_sign(line: str, case: str) -> None:
    assert guard(f"1. {line} `{X}`.\n") == (case, "yes")


def test_one_kind_over_its_command_guards_it() -> None:
    assert guard(f"For ext4, it would be:\n\n```sh\n{X}\n```\n") == ("For ext4", "yes")


@pytest.mark.parametrize(
    "line", ["For security reasons, run", "For reference, run", "For each of the hosts, run"]
)
def test_what_something_is_for_is_no_kind(line: str) -> None:
    assert guard(f"1. {line} `{X}`.\n") is None


@pytest.mark.parametrize(
    ("heading", "case"),
    [
        ("Last resort", "Last resort"),
        ("3. Emergency switch (primary down)", "Emergency switch (primary down)"),
        ("Planned switch (no failure)", "Planned switch (no failure)"),
        ("Roll back (if it breaks)", "if it breaks"),
    ],
)
def test_a_heading_says_in_which_state_its_part_is_done(heading: str, case: str) -> None:
    assert guard(f"## {heading}\n\nRun `{X}`.\n") == (case, "yes")


@pytest.mark.parametrize("heading", ["Emergency contacts", "Switch over (planned)", "Restart (10 minutes)"])
def test_a_heading_that_names_its_part_guards_nothing(heading: str) -> None:
    assert guard(f"## {heading}\n\nRun `{X}`.\n") is None


@pytest.mark.parametrize(
    "text",
    [
        "1. Is the disk full?\n\n   ```\n   rndc status\n   ```\n",
        "- Is the zone loaded? (all views)\n\n  ```\n  $ rndc status\n  ```\n",
        "1. The zones are in two views\n\n   ```\n   rndc status\n   ```\n",
        "1. Zones are signed by the provider\n   - Run `rndc status`\n",
    ],
)
def test_a_question_that_the_command_below_answers_is_no_case_of_it(text: str) -> None:
    assert guard(text, "rndc status") is None


def test_a_question_over_an_instruction_is_its_case() -> None:
    text = f"- `rndc status`\n- mismatch afterwards? (all views)\n  - wait a minute, it can lag\n  - `{X}`\n"
    assert guard(text) is not None
