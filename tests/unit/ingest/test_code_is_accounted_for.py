"""Whatever is written as code is in a step, in what is told beside the steps, or in the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.pipeline import Preview, preview
from ingest.questions import Answer
from schemas.errors import Dd0cError
from tests.unit.ingest.test_code_left_out import all_apart, partitioned
from tests.unit.ingest.test_properties import forms, texts

_MARKDOWN = MarkdownIt("commonmark").enable("table")


def accounted(made: Preview) -> set[int]:
    """Every character that is in a step, in what is told beside them, or in the list."""
    fates = ("step", "expectation", "prerequisite", "branch", "title")
    spans = [(item.start, item.end) for item in made.coverage.items if item.fate in fates]
    spans += [(item.span.start, item.span.end) for item in made.code]
    return {at for start, end in spans for at in range(start, end)}


def written_as_code(text: str) -> Iterator[tuple[int, int]]:
    """Where another reader of Markdown sees lines of code blocks, and code in sentences."""
    begins = [0, *(found.end() for found in re.finditer("\n", text))]

    def places(words: str, first: int, last: int) -> Iterator[tuple[int, int]]:
        start = text.find(words, begins[first], begins[last] if last < len(begins) else len(text))
        if words.strip() and start >= 0:
            yield start, start + len(words)

    tokens: list[Token] = _MARKDOWN.parse(text)
    for token in tokens:
        if token.map is None:
            continue
        if token.type in ("fence", "code_block"):
            lines = token.content.split("\n")
            at = token.map[0] + (token.type == "fence")
            for line in lines:
                yield from places(line.strip(), at, at + 1)
                at += 1
        elif token.type == "inline":
            for child in token.children or ():
                if child.type == "code_inline" and text.count(f"`{child.content}`") == 1:
                    yield from places(child.content, *token.map)


def nothing_is_lost(text: str) -> None:
    made = preview(text, "markdown")
    assert all_apart(made)
    held = accounted(made)
    for start, end in written_as_code(made.normalized.text):
        missing = [
            at for at in range(start, end) if at not in held and not made.normalized.text[at].isspace()
        ]
        assert not missing, made.normalized.text[start:end]


_LINES = st.sampled_from(
    ("kubectl get pods -n web", "$ systemctl restart web", "replicas: 3", '{"a": 1}', "NAME   READY",
     "web-0  1/1", "# a comment", "> select 1;", "SELECT * FROM jobs;", "export NS=web", "free text",
     "house-cli purge --all", "kubectl delete pod x \\", "  --wait", "for i in 1 2; do", "  echo $i", "done",
     "", "C:\\> dir", "Get-Process")
)  # fmt: skip
_CODE = st.builds(
    lambda label, lines: "```{}\n{}\n```".format(label, "\n".join(lines)),
    st.sampled_from(("", "bash", "yaml", "json", "text", "output", "sql", "console", "python", "diff")),
    st.lists(_LINES, min_size=1, max_size=6),
)
_SAID = st.sampled_from(
    ("Run `systemctl stop web`.", "Never run `rm -rf /srv`.", "Do not run this:", "Example output:", "Then:",
     "If it hangs, `kubectl logs web` tells why.", "## Meaning", "## Rollback", "## Prerequisites",
     "- `jq` is there", "| a | `df -h` |\n|---|---|\n| b | `ls -l /srv` |", "1. `uptime`",
     "The file `values.yaml` holds it.",
     "> as `free -m` shows", "## Use `kubectl rollout undo deploy/web`", "Check `top`.")
)  # fmt: skip
_DOCUMENTS = st.lists(st.one_of(_CODE, _SAID), min_size=1, max_size=8).map(
    lambda parts: "# A runbook\n\nRun `uptime` first.\n\n" + "\n\n".join(parts) + "\n"
)


@given(_DOCUMENTS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_written_as_code_is_in_a_step_beside_one_or_in_the_list(text: str) -> None:
    nothing_is_lost(text)


@given(texts, forms)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_of_any_text_the_pieces_are_apart_from_every_step(text: str, form: str | None) -> None:
    try:
        made = preview(text, form)
    except Dd0cError:
        return
    assert all_apart(made)


@given(_DOCUMENTS, st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_said_to_be_typed_is_a_step_and_takes_no_other_away(
    text: str, data: st.DataObject
) -> None:
    before = preview(text, "markdown")
    if not before.code:
        return
    item = data.draw(st.sampled_from(before.code))
    made = preview(text, "markdown", answers={item.id: Answer(option="typed")})
    assert all_apart(made)
    assert partitioned(made) or not partitioned(before)
    (now,) = (one for one in made.code if one.id == item.id)
    assert now.said == "typed"
    words = " ".join(now.text.split()[-2:])
    assert any(words in " ".join((draft.text or "").split()) for draft in made.extraction.drafts)


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).with_name("golden").glob("*.md")), ids=lambda path: path.name
)
def test_nothing_of_a_real_runbook_is_lost(path: Path) -> None:
    if path.name.endswith(".body.md") or path.name == "ATTRIBUTION.md":
        return
    nothing_is_lost(path.read_text(encoding="utf-8"))
