"""Listings that a page shows without an element for them, and the language that it says of one."""

from __future__ import annotations

import pytest

from ingest.sources.html import read_html
from tests.unit.ingest.telling import made_of
from tests.unit.ingest.texts import commands

MONO = '<p dir="ltr"><span style="font-family:\'Courier New\',monospace;white-space:pre-wrap">{}</span></p>'
TABLE = "<table><tbody><tr><td>{}</td></tr></tbody></table>"
PAGE = "<html><body><h1>A</h1><p>{}</p>{}<p>Run <code>df -h</code>.</p></body></html>"


def lines(*typed: str) -> str:
    return "".join(MONO.format(line) if line else "<br>" for line in typed)


@pytest.mark.parametrize(
    ("lead", "body", "wanted"),
    [
        ("Look:", lines("export A=1", "", "df -h \\", "  -x tmpfs"), ["export A=1", "df -h \\\n  -x tmpfs"]),
        ("Look:", TABLE.format(lines("kubectl get ds", "df -i")), ["kubectl get ds", "df -i"]),
        ("Look:", lines("$ kubectl get pods", "NAME   READY", "web-1  1/1"), ["kubectl get pods"]),
        ("You will see:", lines("Filesystem  Size", "/dev/sda1   10G"), []),
        ("Add this to the crontab:", lines("* * * * * systemctl restart web", "* * * * * df -i"), []),
        ("Look at it.", "<p>Set <span style=\"font-family:monospace\">a</span> there.</p>", []),
    ],
)  # fmt: skip
def test_typewritten_paragraphs_are_a_listing(lead: str, body: str, wanted: list[str]) -> None:
    assert commands(PAGE.format(lead, body), "html") == [*wanted, "df -h"]


def test_a_table_of_more_is_none() -> None:
    row = f"<tr><td>{lines('kubectl get pods')}</td><td>Look</td></tr>"
    blocks = list(read_html(f"<table><tbody>{row}{row}</tbody></table>"))
    assert [block.kind for block in blocks] == ["row", "row"]


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<pre data-syntaxhighlighter-params="brush: bash; gutter: false">x</pre>', "bash"),
        ('<div class="highlight highlight-source-shell"><pre>x</pre></div>', "shell"),
        ('<pre class="sourceCode yaml"><code>x</code></pre>', "yaml"),
        ('<pre><code class="language-sh">x</code></pre>', "sh"),
        ('<pre class="wide">x</pre>', ""),
    ],
)  # fmt: skip
def test_the_language_of_a_listing(html: str, language: str) -> None:
    assert [block.language for block in read_html(html)] == [language]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("To avoid this problem, we recommend:\n\n```\nsysctl -w a.b=1\n```\n", ["sysctl -w a.b=1"]),
        ("To avoid at all costs:\n\n```\nsysctl -w a.b=1\n```\n\nRun `df -h`.\n", ["df -h"]),
        ("Look:\n\n```bash\n./gradlew tasks\n...\nTasks\nredoc - Make a page\n```\n", ["./gradlew tasks"]),
        ("Look:\n\n```bash\ndf -h\n...\nkubectl get pods\n```\n", ["df -h", "kubectl get pods"]),
        ("Look at `calicoctl node status` on each host.\n", ["calicoctl node status"]),
        ("1. Look\n\n    !!!tip \"\"\n        * Do:\n          ```\n          df\n          ```\n", ["df"]),
        ("Look:\n\n```\n/ $ ls /var/run\na  b\n/ $\n```\n", ["ls /var/run"]),
    ],
)  # fmt: skip
def test_purposes_cuts_and_prompts(text: str, wanted: list[str]) -> None:
    assert commands(f"# A\n\n{text}") == wanted
    assert made_of(f"# A\n\n{text}") is not None
