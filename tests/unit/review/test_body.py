"""What a pull request says, as golden files; and that nothing foreign in it is alive."""

from __future__ import annotations

import html
import re

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from controller.review.body import BODY_MAX_CHARACTERS, pull_body
from controller.review.sides import compare_files
from tests.unit.review.bodies import GOLDEN, HOSTILE_TEXT, LOOK, STRICT, body, cases, document, judged

CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_golden_files(name: str) -> None:
    assert CASES[name] == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")


def test_no_golden_file_is_left_behind() -> None:
    assert {path.stem for path in GOLDEN.glob("*.md")} == set(CASES)


def test_r53_hostile_text_is_inert_wherever_it_stands() -> None:
    text = CASES["hostile"]
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    shown = LexborHTMLParser(parser.render(text))
    tags = {node.tag for node in shown.root.traverse()} if shown.root is not None else set()
    assert tags.isdisjoint({"script", "img", "a", "em", "code"})
    seen = shown.text()
    assert HOSTILE_TEXT.split()[0] in seen
    assert not re.search(r"[@#][A-Za-z0-9]|www\.|(?i:gh-\d)", html.unescape(text)), "a forge would find it"
    assert "<!" not in text


def test_a_trust_level_that_widens_is_no_silent_change() -> None:
    """The steps' text is the same on both sides: only what they may do is not."""
    (found,), _ = compare_files(
        [judged(document(LOOK))], [judged(document(LOOK, spec="  trustLevel: 2\n"))], (STRICT, STRICT), 30
    )
    assert found.begins_alone == (), "under a strict policy nothing runs by itself"
    assert "begin to run without a person" in CASES["widened"]
    assert "begin to run without a person" not in CASES["narrowed"]


def test_a_body_is_bounded_and_says_what_it_leaves_out() -> None:
    steps = "".join(
        f"    - {{id: s{n}, title: {'x' * 450}, command: 'echo {'y' * 400}', needs: []}}\n" for n in range(12)
    )
    files = [judged(document(steps, name=f"r{n}"), f"runbooks/r{n}.yaml") for n in range(4)]
    changes, _ = compare_files([], files, (STRICT, STRICT), 30)
    text = pull_body(changes * 25, "**Coverage:** all.")
    assert len(text) <= BODY_MAX_CHARACTERS
    assert "more runbook(s) are on the pull request's review page" in text
    assert "**Coverage:** all." in text


def test_what_is_about_the_source_stands_alone_where_no_runbook_changes() -> None:
    assert body([], [], about="Because.") == "Because."
