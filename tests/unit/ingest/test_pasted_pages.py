"""What programs write around a text: listings drawn line by line, titles in a header, tables without code."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import preview

CONFLUENCE = """<div id="main-content" class="wiki-content"><h1>Disk full</h1>
<div class="code panel pdl conf-macro output-block" data-macro-name="code">
<div class="codeContent panelContent pdl">
<div><div class="syntaxhighlighter sh-confluence nogutter  bash"><div class="toolbar"><span>
<a href="#">?</a></span></div>
<table border="0"><tbody><tr><td class="gutter"><div class="line number1 index0 alt2">1</div>
<div class="line
number2 index1 alt1">2</div></td><td class="code">
<div class="container" title="Hint: double-click to select code">
<div class="line number1 index0 alt2">
<code class="bash functions">df</code> <code class="bash plain">-h /var</code></div>
<div class="line number2 index1 alt1">
<code class="bash functions">du</code> <code class="bash plain">-sh /var/log</code>
</div></div></td></tr></tbody></table></div></div></div></div></div>"""
DOCUSAURUS = """<main><article><div class="theme-doc-markdown markdown"><header>
<h1>Clear the queue</h1></header>
<div class="theme-admonition theme-admonition-danger alert alert--danger">
<div class="admonitionHeading_x">danger</div>
<div><p>Messages are lost.</p></div></div><pre class="prism-code language-bash"><code>
<span class="token-line">
<span class="token plain">rabbitmqctl list_queues</span><br></span></code></pre></div></article>
</main>"""
SPHINX = """<div class="body" role="main">
<h1>Backup<a class="headerlink" href="#backup" title="Link">¶</a></h1>
<pre>df -h</pre></div>"""
SITE = "<body><header><h1>Our company</h1></header><h1>Backup</h1><pre>df -h</pre></body>"
DOCUMENT = """<b id="docs-internal-guid-0a1b2c3d"><h1>Look</h1><table><tbody><tr><td><p>What</p></td>
<td><p>Command</p></td>
</tr><tr><td><p>Disk</p></td><td><p><span>df –h /var</span></p></td></tr><tr><td><p>Login</p></td><td>
<p>Ask the
lead. Then wait.</p></td></tr></tbody></table></b>"""
TABLE = """# Look

| Step | What | Command |
|---|---|---|
| 1 | Check the disk | df -h /var |
| 2 | Restart it | systemctl restart nginx |
| 3 | Tell the team | see above |
"""


def read(text: str) -> dict[str, Any]:
    return parsed_json(preview(text))


def commands(text: str) -> list[str]:
    return [step["command"] for step in read(text)["steps"] if step["kind"] == "command"]


def test_a_listing_that_is_drawn_line_by_line_is_one() -> None:
    assert commands(CONFLUENCE) == ["df -h /var", "du -sh /var/log"]
    assert "?" not in read(CONFLUENCE)["source"]


@pytest.mark.parametrize(
    ("page", "title"), [(DOCUSAURUS, "Clear the queue"), (SPHINX, "Backup"), (SITE, "Backup")]
)
def test_the_title_is_that_of_the_text(page: str, title: str) -> None:
    assert read(page)["title"] == title


@pytest.mark.parametrize(
    ("text", "typed"),
    [(DOCUMENT, ["df -h /var"]), (TABLE, ["df -h /var", "systemctl restart nginx"])],
)
def test_what_stands_below_command_is_typed(text: str, typed: list[str]) -> None:
    assert commands(text) == typed


def test_what_a_word_processor_broke_there_is_a_repair() -> None:
    (repair,) = read(DOCUMENT)["repairs"]
    assert (repair["was"], repair["now"]) == ("–", "-")


@pytest.mark.parametrize("head", ["Meaning", "Commands run last week", "Commander"])
def test_below_another_head_it_is_not(head: str) -> None:
    assert commands(TABLE.replace("Command", head) + "\n1. Run `uptime`\n") == ["uptime"]
