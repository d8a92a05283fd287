"""Every part of a preview has its place in the source text, in code points."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.pipeline import preview
from ingest.trace import Edit, Run, Span, Trace, by_words, edited

MARKDOWN = """---
title: Disk is full
---
# Disk is *full* \U0001f600

> Quoted [link](http://x.example/a(b)c "t") and `code`. Next &amp; last\\*.

1. Run `df -h | grep \u2013all` on the host.
   - Then restart the queue if it is too high.

| what | command |
| --- | --- |
| see \\| it | `kubectl get pods -n <namespace>` |

    df -h

```bash
$ ls \u201c/var\u201d
```
"""
HTML = (
    "<html><body><nav>Menu</nav><h1>Disk <em>full</em></h1><ul><li>Run <code>df&nbsp;-h</code> now.</li></ul>"
    "<table><tr><td>see</td><td><code>kubectl get pods -n &lt;namespace&gt;</code></td></tr></table>"
    "<pre><code class='language-bash'>ls /var\nuptime</code></pre></body></html>"
)
PLAIN = (
    "DISK FULL\n=========\n\nThe shortest way.\n\n  1. Run `df -h`\n   on the host.\n\n"
    "    $ ls /var\n    file\n"
)


def at(shown: dict[str, Any], span: dict[str, int]) -> str:
    """The words at a place of the preview's source text."""
    return str(shown["sourceText"][span["start"] : span["end"]])


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_commands_repairs_and_variables_point_into_the_markdown(line_end: str) -> None:
    text = MARKDOWN.replace("\n", line_end)
    shown = preview(text, "markdown").to_json()
    assert shown["sourceText"] == text
    places = [at(shown, step["commandSpan"]) for step in shown["steps"] if "commandSpan" in step]
    assert places == [
        "df -h | grep \u2013all",
        "kubectl get pods -n <namespace>",
        "df -h",
        "ls \u201c/var\u201d",
    ]
    assert [at(shown, repair) for repair in shown["repairs"]] == ["\u2013", "\u201c", "\u201d"]
    assert [at(shown, span) for span in shown["variables"][0]["spans"]] == ["<namespace>"]
    assert [at(shown, item) for item in shown["coverage"]["items"]][:3] == [
        "Disk is *full* \U0001f600",
        'Quoted [link](http://x.example/a(b)c "t") and `code`.',
        "Next &amp; last\\*.",
    ]


def test_a_questions_phrase_points_at_its_words() -> None:
    shown = preview(MARKDOWN, "markdown").to_json()
    asked = next(item for item in shown["ambiguities"] if item["kind"] == "unknown_threshold")
    assert at(shown, asked["span"]) == "Then restart the queue if it is too high."
    assert at(shown, asked["phrase"]) == "too high"


def test_html_points_into_what_its_reader_sees() -> None:
    shown = preview(HTML).to_json()
    assert shown["sourceText"] == (
        "# Disk full\n\n- Run `df -h` now.\n\n| see | `kubectl get pods -n <namespace>` |\n\n"
        "```bash\nls /var\nuptime\n```\n"
    )
    places = [at(shown, step["commandSpan"]) for step in shown["steps"]]
    assert places == ["df -h", "kubectl get pods -n <namespace>", "ls /var", "uptime"]


def test_plain_text_points_into_its_lines() -> None:
    shown = preview(PLAIN, "plain").to_json()
    assert shown["sourceText"] == PLAIN
    assert [at(shown, step["commandSpan"]) for step in shown["steps"]] == ["df -h", "ls /var"]
    assert [at(shown, item) for item in shown["coverage"]["items"]] == [
        "DISK FULL", "The shortest way.", "Run `df -h`\n   on the host.", "$ ls /var", "file",
    ]  # fmt: skip


def test_a_secret_is_blanked_character_for_character() -> None:
    text = "# A\n\n```\nmysql -u root -p'Zq7!vT2#kLm9'\n```\n"
    shown = preview(text).to_json()
    assert shown["sourceText"] == text.replace("Zq7!vT2#kLm9", "\u2022" * 12)
    assert [(at(shown, item), item["now"]) for item in shown["masked"]] == [("\u2022" * 12, "${PASSWORD}")]
    assert shown["steps"][0]["command"] == 'mysql -u root -p"${PASSWORD}"'
    assert shown["steps"][0]["env"] == {"PASSWORD": "password"}
    assert shown["variables"] == [
        {
            "name": "password", "secret": True, "source": "agent.secrets.PASSWORD", "type": "secret",
            "pattern": "", "spans": [{"start": 26, "end": 38}],
        }
    ]  # fmt: skip


def test_risk_spans_point_into_the_command_with_its_holes() -> None:
    step = preview("# A\n\n```\nkubectl delete pod <pod> -n <namespace>\n```\n").to_json()["steps"][0]
    words = {step["command"][span["start"] : span["end"]] for span in step["riskSpans"]}
    assert words
    assert all(step["command"].count(word) for word in words)
    assert "kubectl delete pod {{ pod }} -n {{ namespace }}" in words


def test_a_trace_composes_and_tells_what_came_from_nowhere() -> None:
    text, trace = edited("a\u2013b c", [Edit(1, 2, "--"), Edit(3, 4, "")])
    assert text == "a--bc"
    assert [trace.span(*pair) for pair in ((0, 1), (1, 2), (2, 4), (4, 5))] == [
        Span(0, 1), Span(1, 2), Span(1, 3), Span(4, 5),
    ]  # fmt: skip
    outer = Trace((Run(0, 3, 10, 3), Run(3, 2, 20, 2)))
    assert trace.over(outer).span(0, 5) == Span(10, 22)
    assert Trace((Run(0, 1, 5, 1), Run(2, 1, 9, 1))).span(1, 2) == Span(9, 9)
    assert by_words("two words", "x <b>two</b> words", 0, 18).span(4, 9) == Span(13, 18)


def test_a_word_stands_where_its_signs_are_written_by_their_names() -> None:
    source = "run <pre>kubectl cordon &lt;node&gt; now</pre>"
    trace = by_words("kubectl cordon <node> now", source, 0, len(source))
    span = trace.span(15, 21)
    assert source[span.start : span.end] == "&lt;node&gt;"
