"""Markdown, HTML and plain text become blocks that know their lines."""

from __future__ import annotations

import pytest

from ingest.blocks import Block
from ingest.normalize import normalize
from ingest.recognising import recognise

MARKDOWN = """---
title: Disk full
---
# Disk

Look at it.

1. Run `df -h`
   and wait:

   ```bash
   du -sh /var
   ls -l
   ```

| what | command |
| --- | --- |
| size | `du -sh /tmp` |
"""

CONFLUENCE = """<h1>Payout stuck</h1>
<p>See <code>kubectl get pods</code>.</p>
<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">bash</ac:parameter>
<ac:plain-text-body><![CDATA[kubectl get pods -n <namespace>
kubectl get events]]></ac:plain-text-body></ac:structured-macro>
<ul><li>Restart it<ol><li>Drain the node</li></ol></li></ul>
<nav>Home</nav>
"""

ASCIIDOC = """= Rolling update
:_mod-docs-content-type: PROCEDURE

.Procedure

. Annotate the pod:
+
[source,shell,subs=+quotes]
----
kubectl annotate pod my-pod strimzi.io/manual-rolling-update="true"

kubectl get pods
----

. Wait for the next reconciliation.
"""


def blocks(text: str, form: str | None = None) -> tuple[Block, ...]:
    """The blocks of a text."""
    return normalize(text, form).blocks


def at(text: str, words: str) -> int:
    """The line of the source where some words stand, from 1."""
    return next(number for number, line in enumerate(text.split("\n"), 1) if words in line)


def of_kind(text: str, kind: str) -> list[Block]:
    """The blocks of one kind."""
    return [block for block in blocks(text) if block.kind == kind]


@pytest.mark.parametrize(
    ("text", "form"),
    [(MARKDOWN, "markdown"), (CONFLUENCE, "html"), (ASCIIDOC, "asciidoc"), ("Just do it.\n", "plain"),
     ("<!-- a --><!-- b -->\n<p>x</p>", "html"), ("a < b\nc > d", "plain")],
)  # fmt: skip
def test_recognise(text: str, form: str) -> None:
    assert recognise(text) == form


def test_markdown_lines() -> None:
    listing = of_kind(MARKDOWN, "code")[0]
    assert listing.text == "du -sh /var\nls -l"
    assert (listing.language, listing.line) == ("bash", at(MARKDOWN, "du -sh /var"))
    assert of_kind(MARKDOWN, "heading")[0].line == at(MARKDOWN, "# Disk")
    item = of_kind(MARKDOWN, "item")[0]
    assert (item.ordered, item.level, item.code_texts()) == (True, 1, ["df -h"])
    assert normalize(MARKDOWN).title == "Disk full"


def test_markdown_table_rows_know_their_code() -> None:
    row = of_kind(MARKDOWN, "row")[-1]
    assert row.cells == ("size", "du -sh /tmp")
    assert row.code_texts() == ["du -sh /tmp"]
    assert row.line == at(MARKDOWN, "| size")


def test_confluence_storage_format() -> None:
    listing = of_kind(CONFLUENCE, "code")[0]
    assert listing.text == "kubectl get pods -n <namespace>\nkubectl get events"
    assert listing.line == at(CONFLUENCE, "CDATA")
    items = of_kind(CONFLUENCE, "item")
    assert [(item.text, item.level, item.ordered) for item in items] == [
        ("Restart it", 1, False),
        ("Drain the node", 2, True),
    ]
    assert "Home" not in " ".join(block.text for block in blocks(CONFLUENCE))
    assert of_kind(CONFLUENCE, "paragraph")[0].code_texts() == ["kubectl get pods"]


def test_asciidoc_listing() -> None:
    listing = of_kind(ASCIIDOC, "code")[0]
    assert listing.language == "shell"
    assert listing.line == at(ASCIIDOC, "kubectl annotate")
    assert listing.text.splitlines()[-1] == "kubectl get pods"
    assert [item.text for item in of_kind(ASCIIDOC, "item")] == [
        "Annotate the pod:",
        "Wait for the next reconciliation.",
    ]


def test_plain_text_with_prompts_and_indented_commands() -> None:
    text = "RESTART THE APP\n\n1) Look:\n\tkubectl get pods\n\n$ uptime\n\nThen tell the team.\n"
    listings = of_kind(text, "code")
    assert [(block.text, block.line) for block in listings] == [("kubectl get pods", 4), ("$ uptime", 6)]
    assert of_kind(text, "heading")[0].text == "RESTART THE APP"


@pytest.mark.parametrize(
    "text",
    ["# a\n\n- Run ~~`rm -rf /srv`~~ `ls /srv`\n", "<p>Run <del><code>rm -rf /srv</code></del> it</p>",
     '<p style="display: none">rm -rf /srv</p><p>Check it</p>', "# a\n\n- Run <s>`rm -rf /srv`</s> it\n"],
)  # fmt: skip
def test_struck_out_and_hidden_text_is_not_there(text: str) -> None:
    assert "rm -rf" not in " ".join(block.text for block in blocks(text))


def test_word_processor_repairs_are_recorded_with_their_line() -> None:
    normalized = normalize("# a\n\n```bash\nls\nkubectl get jobs –namespace billing ‘x’\n```\n")
    assert normalized.blocks[-1].text.endswith("--namespace billing 'x'")
    assert [(repair.line, repair.was, repair.now, repair.kind) for repair in normalized.repairs] == [
        (5, "–", "--", "dash for two hyphens"),
        (5, "‘", "'", "smart quote"),
        (5, "’", "'", "smart quote"),
    ]
    assert all(
        normalized.text[repair.span.start : repair.span.end] == repair.was for repair in normalized.repairs
    )


def test_the_numbers_that_word_writes_before_items_are_no_text() -> None:
    item = (
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]>"
        "<span style='mso-list:Ignore'>{}.<span style='font:7.0pt Times'>&nbsp;&nbsp; </span></span>"
        "<![endif]>{}<o:p></o:p></p>"
    )
    text = "<h1>A</h1>" + item.format(1, "Check it") + item.format(2, "Run <code>df -h</code>")
    assert [block.text for block in normalize(text, "html").blocks[1:]] == ["Check it", "Run df -h"]
