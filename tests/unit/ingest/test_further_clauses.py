"""A case may have further clauses behind a comma: each is part of what is asked."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import HEAD, X, made_of

CASES = (
    f"If a query is older than 10 minutes, and it belongs to reporting, kill it: `{X}`",
    f"If the disk is full, or the inodes are, run `{X}`.",
    f"If the node is down, and has been for 5 minutes, stop it with `{X}`.",
    f"When the lag grows, but memory is fine, stop it: `{X}`",
    f"If the pod, or its node, is down, run `{X}`.",
    f"If it hangs, but the other is up, and the third is up, run `{X}`.",
    f"If the load is high, and load was high yesterday, run `{X}`.",
)
ASKED = (
    "If a query is older than 10 minutes, and it belongs to reporting",
    "If the disk is full, or the inodes are",
    "If the node is down, and has been for 5 minutes",
    "When the lag grows, but memory is fine",
    "If the pod, or its node, is down",
    "If it hangs, but the other is up, and the third is up",
    "If the load is high, and load was high yesterday",
)
ENDED = (
    (f"If it fails, check the logs, and then restart it: `{X}`.", "If it fails"),
    (f"If it fails, but check the disk first, run `{X}`.", "If it fails"),
    (f"If it fails, stop it, and tell the others: `{X}`.", "If it fails"),
    (f"Run `{X}` if it hangs, and it is fine again.", "if it hangs"),
)
UNSIGNED = (
    (f"If the pod is in CrashLoopBackOff look at its logs: `{X}`", "If the pod is in CrashLoopBackOff"),
    (f"When the node is down drain it: `{X}`", "When the node is down"),
    (
        f"If the service does not start the first time, run `{X}`.",
        "If the service does not start the first time",
    ),
    (f"If it was asked to stop the second one, run `{X}`.", "If it was asked to stop the second one"),
)
BEHIND = f"Run `{X}` if it hangs, and nobody is logged in."


def _questions(text: str) -> list[str]:
    made = made_of(f"{HEAD}1. {text}\n")
    assert made is not None
    return [case.text for case in made.cases]


@pytest.mark.parametrize(("text", "asked"), list(zip(CASES, ASKED, strict=True)))
def test_a_further_clause_is_asked_about(text: str, asked: str) -> None:
    assert _questions(text) == [asked]
    made = made_of(f"{HEAD}1. {text}\n")
    assert made is not None
    question, command = (item.step for item in made.built.steps[-2:])
    assert question.manual == f"{asked}: is that so?"
    assert command.command == X
    assert command.when is not None


@pytest.mark.parametrize(("text", "asked"), ENDED)
def test_what_is_done_then_is_no_clause_of_the_case(text: str, asked: str) -> None:
    assert _questions(text) == [asked]


@pytest.mark.parametrize(("text", "asked"), UNSIGNED)
def test_a_case_ends_where_something_is_told(text: str, asked: str) -> None:
    assert _questions(text) == [asked]


def test_when_to_use_a_runbook_is_no_case() -> None:
    made = made_of(f"# A\n\n**When to use:** alert X fires.\n\nRun `{X}`.\n")
    assert made is not None
    assert made.cases == []


def test_a_clause_behind_what_is_done_is_asked_about_too() -> None:
    assert _questions(BEHIND) == ["if it hangs, and nobody is logged in"]


@pytest.mark.parametrize(
    "text",
    [
        "First establish if the alert is for reads or for writes.",
        "Retrieve the instance, checking if it is in a public subnet.",
        "You can establish if a database exists by running the following:",
        "Log in, verifying if the account is locked.",
        "It is worth understanding if the change caused it.",
    ],
)
def test_what_is_found_out_is_no_case(text: str) -> None:
    made = made_of(f"{HEAD}{text}\n\n    {X}\n")
    assert made is not None
    assert not made.cases


def test_a_case_ends_before_what_you_should_do_then() -> None:
    made = made_of(f"{HEAD}When this happens you should:\n\n1. Run `{X}`.\n2. Call us.\n")
    assert made is not None
    assert [case.text for case in made.cases] == ["When this happens"]


def test_a_case_leads_to_the_steps_of_the_cases_within_it() -> None:
    text = f"If nothing shows up, check for load:\n\n- If there are more users, run `{X}`.\n\nRun `df -h`.\n"
    made = made_of(HEAD + text)
    assert made is not None
    cases = {case.text: case.then for case in made.cases}
    assert cases["If nothing shows up"] == cases["If there are more users"] != ()


@pytest.mark.parametrize(
    ("text", "case"),
    [
        (
            f"If a dependency (the database, the queue etc.) is down, run `{X}`.",
            "If a dependency (the database, the queue etc.) is down",
        ),
        (
            f"If you use more bytes (e.g. for signs in names), run `{X}`.",
            "If you use more bytes (e.g. for signs in names)",
        ),
        (f"Run `{X}` (if it hangs, twice).", "if it hangs"),
    ],
)
def test_an_aside_ends_no_case(text: str, case: str) -> None:
    made = made_of(HEAD + text)
    assert made is not None
    assert [item.text for item in made.cases] == [case]


@pytest.mark.parametrize(
    "text",
    ["If you used an image, see [the other page](x.md).", "Follow the [guide](x.md) if you do not have one."],
)
def test_a_case_that_is_over_with_its_sentence_leads_to_no_step_below(text: str) -> None:
    made = made_of(f"{HEAD}{text}\n\n1. Run `{X}`.\n")
    assert made is not None
    [case] = made.cases
    drafts = made.extraction.drafts
    assert all(drafts[index].text != X for index in (*case.then, *case.otherwise))


@pytest.mark.parametrize(
    ("above", "phrase", "case"),
    [
        ("It might be stuck.", "In those cases", "It might be stuck"),
        (
            "It answers with a list, or fails.",
            "In the latter case",
            "It answers with a list, or fails. In the latter case",
        ),
    ],
)
def test_in_those_cases_goes_on_with_what_is_said_above(above: str, phrase: str, case: str) -> None:
    made = made_of(f"{HEAD}{above} {phrase} run `{X}`.\n")
    assert made is not None
    assert [item.text for item in made.cases] == [case]
    [step] = [item.step for item in made.built.steps if item.step.command == X]
    assert step.when is not None
    assert step.when.answer == "yes"


def test_in_such_cases_behind_a_case_that_only_tells_waits_for_it() -> None:
    made = made_of(f"{HEAD}If it hangs, the lock is old. In such cases run `{X}`.\n")
    assert made is not None
    [step] = [item.step for item in made.built.steps if item.step.command == X]
    assert step.when is not None


def test_in_the_latter_case_at_the_head_of_a_text_is_one() -> None:
    made = made_of(f"{HEAD}It answers with a list, or fails.\n\nIn the latter case run `{X}`.\n")
    assert made is not None
    assert [item.text for item in made.cases] == ["In the latter case"]
