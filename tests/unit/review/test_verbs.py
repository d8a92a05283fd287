"""Verbs in comments: what is asked, and that nothing foreign in the answer is alive."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from controller.governance.documents import JudgedFile
from controller.review.change import attention
from controller.review.sides import SHOWN_RUNBOOKS, Sides, changed_rules, changed_settings, compare_files
from controller.review.verbs import (
    ANSWER_MAX_CHARACTERS,
    Verb,
    answer_key,
    explain_text,
    help_text,
    parse_verb,
    plan_text,
)
from controller.review.views import RunbookChange
from schemas.flags import ALL_ON, Flag, Flags
from tests.unit.review.bodies import AUDIT, DROP, HOSTILE_TEXT, LOOK, RESTART, document, judged

HEAD = "a" * 40


def changes(before: str | None, after: str) -> tuple[RunbookChange, ...]:
    olds = [] if before is None else [judged(before)]
    return compare_files(olds, [judged(after)], (AUDIT, AUDIT), 30)[0]


@pytest.mark.parametrize(
    ("body", "verb"),
    [
        ("/dd0c plan", Verb("plan")),
        ("  /dd0c   plan  \nand more", Verb("plan")),
        ("/dd0c reclassify", Verb("reclassify")),
        ("/dd0c explain look", Verb("explain", "look")),
        ("/dd0c explain disk/look", Verb("explain", "disk/look")),
        ("/dd0c explain", Verb("help")),
        ("/dd0c plan now please", Verb("help")),
        ("/dd0c merge", Verb("help")),
        ("/dd0c", Verb("help")),
        ("please /dd0c plan", None),
        ("> /dd0c plan", None),
        ("hello\n/dd0c plan", None),
        ("/dd0cplan", None),
        ("", None),
        ("/dd0c explain " + "x" * 10_000, Verb("help")),
    ],
)
def test_one_verb_on_the_first_line_counts(body: str, verb: Verb | None) -> None:
    assert parse_verb(body) == verb


def test_an_answer_has_the_key_of_its_comment() -> None:
    assert answer_key("github:12") == "answer:github:12"
    assert len(answer_key("k" * 500)) <= 200
    assert "/dd0c explain STEP" in help_text()
    assert parse_verb(help_text()) is None, "it never answers itself"


def test_a_step_is_explained_with_both_keys_and_the_rule() -> None:
    text = explain_text(changes(None, document(LOOK + RESTART + DROP)), "drop", HEAD)
    for word in ("🔴 dangerous", "files.remove-tree", "Merge rule 1", "impossible&#58; the logs are gone"):
        assert word in text
    assert "It waits for a person: risk not safe" in text
    alone = explain_text(changes(None, document(LOOK, spec="  trustLevel: 2\n")), "disk/1", HEAD)
    assert "It runs by itself." in alone
    assert explain_text(changes(None, document(LOOK)), "other/look", HEAD).startswith(
        "At aaaaaaaaaaaa no changed"
    )


def test_a_plan_says_what_runs_by_itself() -> None:
    text = plan_text(changes(document(LOOK), document(LOOK, spec="  trustLevel: 2\n")), HEAD)
    assert "nothing before the merge → 1 of 1 steps after" in text
    assert (
        plan_text((), HEAD)
        == f"At {HEAD[:12]} it changes no runbook: nothing begins or ends to run by itself."
    )


def test_a_plan_is_no_all_clear_where_rules_change_or_runbooks_are_left_out() -> None:
    text = plan_text((), HEAD, rules=["policy.json"])
    assert "It changes the rules: policy.json" in html.unescape(text)
    assert "nothing begins" not in text
    note = attention("a.yaml", "widened", "1 step(s) begin to run without a person")
    text = plan_text((), HEAD, left_out=3, notes=[note])
    assert "3 more changed runbook(s) are not compared" in text
    assert "begin to run without a person" in html.unescape(text)


def test_the_flags_that_a_change_takes_away_are_on_after_it() -> None:
    off = Flags(flags={"auto-run": Flag(enabled=False)})
    sides = Sides(before=[("flags.json", "flags", b"{}"), ("runbooks/a.yaml", "runbook", b"")])
    settings = changed_settings(sides, [])
    assert [file.path for file in settings] == ["flags.json"]
    then = changed_rules(settings, replace(AUDIT, flags=off), HEAD)
    assert then.flags == ALL_ON


def test_what_begins_to_run_alone_is_never_among_those_left_out() -> None:
    def named(name: str, spec: str = "") -> JudgedFile:
        return judged(document(LOOK, spec=spec).replace("name: disk", f"name: {name}"))

    files = [named(f"a{number}") for number in range(SHOWN_RUNBOOKS)] + [named("z", "  trustLevel: 2\n")]
    shown, left_out = compare_files([], files, (AUDIT, AUDIT), 30)
    assert left_out == 1
    assert shown[0].name == "z"


def test_r53_what_is_asked_and_what_is_explained_is_inert() -> None:
    steps = f"    - {{id: show, title: {HOSTILE_TEXT!r}, command: 'echo \"{HOSTILE_TEXT}\"'}}\n"
    found = changes(None, document(steps))
    asked = "@acme/[x](http://evil.example)<img>"
    for text in (explain_text(found, "show", HEAD), explain_text(found, asked, HEAD), plan_text(found, HEAD)):
        assert not re.search(r"[@#][A-Za-z0-9]|www\.|(?i:gh-\d)", html.unescape(text))
        assert not re.search(r"<[a-z!]|\]\(|!\[|`i", text)
        assert len(text) <= ANSWER_MAX_CHARACTERS + 100
