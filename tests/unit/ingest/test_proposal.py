"""What people read: pull request bodies and previews, as golden files; nothing foreign in them is alive."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from ingest.pipeline import Preview, preview
from ingest.propose import Proposed, build_proposal
from schemas.decision import DecisionLog
from schemas.errors import Conflict
from schemas.markdown import escape
from schemas.yaml_codec import load_runbook
from tests.unit.ingest.golden_files import DOCUMENTS, outputs
from tests.unit.ingest.texts import judged

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

HOSTILE = (
    "<script>alert(1)</script>",
    "`whoami`",
    "$(id)",
    "<!channel>",
    "@acme/admins",
    "[x](http://evil.example)",
    "https://evil.example",
    "www.evil.example",
    "${{ secrets.X }}",
    "#123",
    "![i](http://evil.example/p.png)",
    "| a | b |",
    "<img src=x onerror=y>",
    "**bold**",
    "a@evil.example",
    "&lt;b&gt;",
)


def proposed(made: Preview) -> Proposed:
    """The proposal of a preview."""
    return build_proposal(made, author="member:mem_x", at=AT)


def rendered(markdown: str) -> str:
    """HTML as a forge makes it: tables, links, raw HTML."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return str(parser.render(markdown))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_golden_files(document: str) -> None:
    for path, content in outputs(document).items():
        assert path.read_text(encoding="utf-8") == content, f"{path.name} differs"


@pytest.mark.parametrize("text", HOSTILE)
def test_r53_foreign_text_is_inert_in_markdown(text: str) -> None:
    shown = LexborHTMLParser(rendered(f"- {escape(text)}\n\n| {escape(text)} | b |\n| --- | --- |\n"))
    tags = {node.tag for node in shown.body.traverse()} if shown.body else set()
    assert tags <= {"body", "ul", "li", "p", "table", "thead", "tr", "th"}
    seen = shown.text()
    assert not re.search(r"[@#]\w|www\.|<!", seen.replace("<!channel", "!channel"))
    assert text.split()[0].strip("#@")[:3] in seen.replace("\u2060", "")


def test_r53_hostile_titles_and_commands_in_the_body() -> None:
    items = "\n".join(f"- Check {text} now.\n" for text in HOSTILE)
    made = preview(
        f"# Fix <script>x</script> @acme `id`\n\n{items}\n\n```bash\necho '<!channel> @all `id`'\n```\n"
    )
    judged(made)
    body = proposed(made).body
    html_text = rendered(body)
    tags = {node.tag for node in LexborHTMLParser(html_text).root.traverse()}  # type: ignore[union-attr]  # never empty
    assert tags.isdisjoint({"script", "img", "a", "em", "code"})
    assert "<!channel>" not in body
    assert not re.search(r"@\w", html.unescape(body))
    assert proposed(made).title == f"Add runbook {made.runbook.name}"


def test_a_long_text_is_cut_and_stays_one_line() -> None:
    assert len(escape("a\nb\r\n\tc" * 1000)) == 500
    assert "\n" not in escape("a\nb")


def test_the_files_of_a_proposal() -> None:
    made = preview("# Disk full\n\n- Run `df -h`\n")
    proposal = proposed(made)
    runbook, log, verdicts = proposal.files
    assert runbook.path == "runbooks/disk-full.yaml"
    assert runbook.content is not None
    document = load_runbook(runbook.content)
    assert document.spec.source is not None
    assert document.spec.source.decision_log == log.path
    assert log.content is not None
    parsed = DecisionLog.model_validate_json(log.content)
    assert parsed.timestamp == AT
    assert verdicts.content is not None
    assert [item["step"] for item in json.loads(verdicts.content)] == ["run-df-h"]
    assert proposed(made).key == proposal.key


def test_an_import_never_overwrites_a_runbook() -> None:
    with pytest.raises(Conflict):
        build_proposal(preview("- Run `df -h`"), author="a", at=AT, taken=True)
