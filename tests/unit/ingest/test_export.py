"""A runbook as Markdown: read back to the same document, strictly; nothing of it is hidden."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from controller.cli import root
from ingest.markdown_read import document_of_markdown, runbook_of_markdown
from ingest.markdown_write import runbook_markdown
from ingest.pipeline import preview
from schemas.errors import DocumentInvalid, Unprocessable
from schemas.runbook import Runbook
from schemas.yaml_codec import dump_runbook, load_runbook
from tests.unit.ingest.texts import GOLDEN
from tests.unit.schemas.builders import command, documents, manual, runbook

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "runbooks-example" / "runbooks").glob("*.yaml"))
TEXTS = sorted(
    path
    for pattern in ("*.md", "*.html")
    for path in GOLDEN.glob(pattern)
    if not path.name.endswith(".body.md") and path.name != "ATTRIBUTION.md"
)
CORPUS = sorted(path for path in (ROOT.parent / "shared" / "corpus").glob("*/*") if ".json" not in path.name)


@pytest.mark.parametrize("path", [*TEXTS, *CORPUS], ids=lambda path: path.name)
def test_a_text_its_document_and_its_export_are_a_fixed_point(path: Path) -> None:
    made = preview(path.read_text(encoding="utf-8")).runbook
    shown = runbook_markdown(made)
    again = runbook_of_markdown(shown)
    assert again == made
    assert [step.id for step in again.spec.steps] == [step.id for step in made.spec.steps]
    assert runbook_markdown(again) == shown
    assert dump_runbook(again) == dump_runbook(made)


def test_there_are_texts_and_examples() -> None:
    assert len(TEXTS) >= 3 and len(EXAMPLES) >= 4


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_written_runbooks_come_back(path: Path) -> None:
    found = load_runbook(path.read_bytes())
    assert runbook_of_markdown(runbook_markdown(found)) == found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_any_document_comes_back(values: dict[str, Any]) -> None:
    found = Runbook.from_json(values)
    read = document_of_markdown(runbook_markdown(found))
    assert Runbook.model_validate(read, by_alias=True, by_name=False, context={"document": True}) == found


@pytest.mark.parametrize(
    "text",
    [
        "a `b` ``c``", "`", "<!-- hidden -->", "*bold* _it_ [x](y)", "{#other-id}", "a {{ x1 }} b", "true",
        "12", '"quoted"', "- [ ] x", "| a | b |", "&lt; \\ \\*", "### 9. no {#no}", "Rollback:", "```",
    ],
)  # fmt: skip
def test_no_text_is_taken_for_the_form_and_none_is_hidden(text: str) -> None:
    made = runbook(
        manual("a", title=text, manual=f"{text}\n```\n{text}", notes=text, confirm=text),
        command("b", command=f"echo 1 # {text}", rollback={"command": f"echo 2 # {text}"}),
        command("c", rollback={"impossible": text}),
        prerequisites=[{"id": "p", "text": text}, {"id": "q", "text": f"{text}\n{text}"}],
        variables=[{"name": "x1", "example": text}],
    )
    shown = runbook_markdown(made)
    read = document_of_markdown(shown)
    assert Runbook.model_validate(read, by_alias=True, by_name=False, context={"document": True}) == made
    tokens = MarkdownIt().enable("table").parse(shown)
    assert "html_block" not in {token.type for token in tokens}
    inside = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inside} <= {
        "text",
        "text_special",
        "softbreak",
        "code_inline",
        "strong_open",
        "strong_close",
    }
    headings = [token.children or [] for at, token in enumerate(tokens) if tokens[at - 1].tag == "h3"]
    assert "".join(child.content for child in headings[0]) == f"1. {text} {{#a}}"


def exported() -> str:
    return runbook_markdown(runbook(command("a", rollback={"command": "uptime"}), manual("b")))


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("### 1. ", "### 2. "),
        ("## Steps", "## Stages"),
        ("```bash\nuptime", "```text\nuptime"),
        ("Rollback:", "Undo:"),
        ("```bash", "Some words.\n\n```bash"),
        ("uptime\n```\n", "uptime\n"),
        ("Rollback:", "Rollback:\n\nRollback:"),
        ("## Steps", "- name: `twice`\n\n## Steps"),
        ("## Steps", '- trustLevel: `{"`\n\n## Steps'),
        ("## Steps", "<!-- steps -->\n\n## Steps"),
    ],
)
def test_what_is_not_of_the_form_is_refused_with_its_line(was: str, now: str) -> None:
    text = exported()
    assert was in text
    with pytest.raises(Unprocessable) as refused:
        runbook_of_markdown(text.replace(was, now, 1))
    assert refused.value.places[0].line >= 1


def test_what_is_no_document_is_refused_as_one() -> None:
    with pytest.raises(DocumentInvalid):
        runbook_of_markdown(exported().replace("{#b}", "{#a}"))


def test_the_command_line_goes_both_ways_without_a_server(tmp_path: Path) -> None:
    path = EXAMPLES[0]
    shown = CliRunner().invoke(root, ["export", str(path)])
    assert shown.exit_code == 0, shown.output
    markdown = tmp_path / "runbook.md"
    markdown.write_text(shown.stdout, encoding="utf-8")
    back = CliRunner().invoke(root, ["export", str(markdown)])
    assert back.exit_code == 0, back.output
    assert load_runbook(back.stdout.encode()) == load_runbook(path.read_bytes())
    markdown.write_text(f"{shown.stdout}\nand more\n", encoding="utf-8")
    refused = CliRunner().invoke(root, ["export", str(markdown)])
    assert refused.exit_code == 1 and "and more" not in refused.stdout
    assert f"Line {shown.stdout.count(chr(10)) + 2}" in refused.output
