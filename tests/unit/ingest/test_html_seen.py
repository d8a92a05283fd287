"""HTML as a reader sees it: its lines are apart, nothing is told twice, and what is hidden is no step."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ingest.pipeline import Preview, preview


def _read(text: str) -> Preview:
    return preview(f"<p>Run <code>uptime</code> now.</p>{text}", "html")


def _steps(made: Preview) -> list[str]:
    return [item.step.command or item.step.title for item in made.built.steps][1:]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("<pre>df -h<br>free -m</pre>", ["df -h", "free -m"]),
        ("<pre><div>df -h</div><div>free -m</div></pre>", ["df -h", "free -m"]),
        (
            '<pre><code><span class="line">df -h</span><span class="line">free -m</span></code></pre>',
            ["df -h", "free -m"],
        ),
        ('<pre><span class="hl">df</span><span class="hl"> -h</span></pre>', ["df -h"]),
        ("<p>Run <code>df -h<br/>free -m</code> and look</p>", ["df -h", "free -m"]),
        ("<ul><li><code>df -h<br/>free -m</code></li></ul>", ["df -h", "free -m"]),
        ("<ul><li><code>df -h</code><br/><code>free -m</code></li></ul>", ["df -h", "free -m"]),
        ("<table><tr><td>x</td><td><code>df -h<br/>free -m</code></td></tr></table>", ["df -h", "free -m"]),
        ("<p>Run <code>kubectl get \\<br>pods -A</code></p>", ["kubectl get pods -A"]),
        ("<p>Run <code>df<br>-h</code></p>", ["df -h"]),
        ("<p>Run <code>df -h<br>| head -3</code></p>", ["df -h | head -3"]),
    ],
)
def test_lines_of_code_stay_apart_or_go_on(text: str, steps: list[str]) -> None:
    assert _steps(_read(text)) == steps


@pytest.mark.parametrize(
    "hidden",
    [
        '<ul><li>Look<div style="display:none"><pre>rm -rf /srv</pre></div></li></ul>',
        '<ul><li>Look<ul style="display:none"><li>Run <code>rm -rf /srv</code></li></ul></li></ul>',
        '<ul><li>Look<pre style="display:none">rm -rf /srv</pre></li></ul>',
        "<ul><li>Look<div><table hidden><tr><td><code>rm -rf /srv</code></td></tr></table></div></li></ul>",
        '<pre>df <span style="display:none">; rm -rf /srv</span>-h</pre>',
        '<p>Run <code>df <span style="opacity:0">; rm -rf /srv</span>-h</code></p>',
        '<table><tr><td>Look</td><td style="display:none"><code>rm -rf /srv</code></td></tr></table>',
        '<h2>Look<pre style="display:none">rm -rf /srv</pre></h2>',
    ],
)
def test_what_is_hidden_is_no_step_wherever_it_stands_and_is_told(hidden: str) -> None:
    made = _read(hidden)
    assert not [step for step in _steps(made) if "rm" in step]
    assert "rm -rf /srv" not in made.yaml
    assert [item.kind for item in made.suspicious] == ["hidden text"]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("<ul><li><table><tr><td>kubectl delete pod <name>", ["kubectl delete pod"]),
        ("<ul><li><div>Check it<pre>df -h</pre></div></li></ul>", ["Check it", "df -h"]),
        (
            "<ul><li><div>Check it<table><tr><td>a</td><td><code>df -h</code></table></div></li></ul>",
            ["Check it", "a | df -h"],
        ),
        (
            "<ul><li><div><p>One</p><pre>df -h</pre><p>Look at it</p></div></li></ul>",
            ["One", "df -h", "Look at it"],
        ),
        ("<h2>A<pre>df -h</pre></h2>", ["A", "df -h"]),
        ("<h2>A<ul><li>Run <code>df -h</code></li></ul></h2>", ["A", "Run df -h"]),
    ],
)
def test_what_stands_in_an_item_or_a_heading_is_told_once(text: str, blocks: list[str]) -> None:
    made = _read(text)
    assert [block.text for block in made.normalized.blocks][1:] == blocks
    spans = [item.span for item in made.extraction.accounts]
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("- `df -h`\n  `free -m`\n", ["df -h", "free -m"]),
        ("- `df -h` `free -m`\n", ["df -h", "free -m"]),
        ("- `df -h` `free -m` shows too much.\n", ["df -h"]),
        ("The pods `web-1` `free -m` are old.\n", []),
        ("- `df -h` means that `free -m` is next.\n", ["df -h"]),
    ],
)
def test_codes_with_nothing_between_them_are_a_list_of_commands(text: str, steps: list[str]) -> None:
    made = preview(f"Run `uptime` now.\n\n{text}", "markdown")
    assert [item.step.command for item in made.built.steps if item.step.command][1:] == steps


def test_what_is_struck_out_is_shown_and_set_aside() -> None:
    made = _read(
        "<ol start='3'><li>Look: <s>reboot</s> <code>df -h</code></li>"
        "<li style='text-decoration: line-through'>Run <code>halt</code></li>"
        "<li>Wait<ul><li><del>Drop it</del></li></ul></li></ol>"
        "<p><strike>Old</strike></p><table><tr><td>a</td><td><s>b</s></td></tr></table>"
    )
    assert _steps(made) == ["df -h", "Wait"]
    for struck in ("reboot", "Run halt", "Drop it", "Old", "b"):
        begin = made.normalized.text.index(f"~~{struck}~~") + 2
        assert [item.fate for item in made.coverage.items if item.start == begin] == ["ignored"], struck
    assert "\n4. ~~Run halt~~\n5. Wait\n" in made.normalized.text
    again = preview(made.normalized.text, "markdown")
    assert [item.step.command or item.step.title for item in again.built.steps][1:] == _steps(made)


def test_a_box_beside_the_text_is_read_and_a_list_of_links_is_not() -> None:
    box = "<aside>⚠️ <p>Ask the DBA first.</p></aside>"
    links = "<aside><p>See</p><a href='/a'>Run the other one</a> <a href='/b'>And this one</a></aside>"
    made = _read(f"{links}{box}<ol><li>Run <code>systemctl restart db</code></li></ol>")
    assert _steps(made) == ["Ask the DBA first", "systemctl restart db"]
    assert "other one" not in made.normalized.text


def test_an_item_below_a_tenth_one_stays_below_it() -> None:
    items = "".join(f"<li>Wait for {number}</li>" for number in range(9))
    made = _read(f"<ol>{items}<li>Restart it<ol><li><code>systemctl restart db</code></li></ol></li></ol>")
    again = preview(made.normalized.text, "markdown")
    nested = next(item for item in again.normalized.blocks if "restart db" in item.text)
    assert (nested.kind, nested.level, nested.ordered) == ("item", 2, True)
