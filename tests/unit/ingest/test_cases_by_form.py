"""Cases, gates and bans that the forms of a text tell: nested lists, merged cells, columns, parts, macros."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import preview
from schemas.errors import Unprocessable

X = "systemctl stop web"


def _whens(text: str, form: str | None = None) -> dict[str, str | None]:
    """Each command with the question that it waits for and the answer; None where it waits for none."""
    steps = [item.step for item in preview(text, form).built.steps]
    asked = {step.id: step.manual or "" for step in steps if step.answers}
    return {
        step.command: None if step.when is None else f"{asked[step.when.step or '']} {step.when.answer}"
        for step in steps
        if step.command
    }


DOCS = (
    '<ol class="lst-kix_a-0 start"><li>If it is down:</li></ol><ol class="lst-kix_a-1 start">'
    f'<li><code>{X}</code></li></ol><ol class="lst-kix_a-0" start="2"><li><code>uptime -p</code></li></ol>'
)
_WORD = "<p class=MsoListParagraph style='mso-list:l0 level{} lfo1'>{}</p>"
WORD = "".join(
    _WORD.format(level, text)
    for level, text in ((1, "If it is down:"), (2, f"<code>{X}</code>"), (1, "<code>uptime -p</code>"))
)
MERGED = (
    "<table><tr><th>Condition</th><th>Command</th></tr><tr><td rowspan='2'>If it is down</td>"
    f"<td><code>df -h</code></td></tr><tr><td><code>{X}</code></td></tr></table><p><code>uptime -p</code></p>"
)


@pytest.mark.parametrize("page", [DOCS, WORD, MERGED])
def test_levels_and_merged_cells_of_a_page(page: str) -> None:
    found = _whens(page, "html")
    assert found[X] == "If it is down: is that so? yes"
    assert found["uptime -p"] is None


@pytest.mark.parametrize(
    "table",
    [
        ".. list-table::\n   :header-rows: 1\n\n   * - Condition\n     - Command\n"
        f"   * - disk full\n     - ``{X}``\n",
        f'.. csv-table::\n   :header: "Condition","Command"\n\n   "disk full","``{X}``"\n',
        "=========  =====================\nIf         Run\n=========  =====================\n"
        f"disk full  ``{X}``\n=========  =====================\n",
    ],
)
def test_tables_of_restructuredtext_have_cases(table: str) -> None:
    assert _whens(f"T\n=\n\nRun ``uptime -p``.\n\n{table}", "rst") == {
        "uptime -p": None, X: "disk full: is that so? yes",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "form", "when"),
    [
        (".. topic:: Do not run\n\n   ``{}``\n", "rst", "none"),
        (".. admonition:: Do not run\n\n   It hurts.\n\n   ``{}``\n", "rst", "none"),
        (".. ifconfig:: old\n\n   ``{}``\n", "rst", "If old: is that so? yes"),
        (".. only:: html\n\n   ``{}``\n", "rst", None),
        ("ifdef::old[]\n\n----\n{}\n----\n\nendif::[]\n", "asciidoc", "If old: is that so? yes"),
        ("ifndef::prod[]\n\n----\n{}\n----\n\nendif::[]\n", "asciidoc", "Unless prod: is that so? no"),
        (
            "----\n{} <1>\n----\n<1> Only if the DBA agrees\n",
            "asciidoc",
            "Only if the DBA agrees: is that so? yes",
        ),
    ],
)
def test_parts_with_a_title_or_a_case(text: str, form: str, when: str | None) -> None:
    head = {"rst": "T\n=\n\n", "asciidoc": "= T\n:toc:\n\n== S\n\n"}[form]
    found = _whens(f"{head}Run `uptime -p`.\n\n{text.format(X)}\nRun `df -h`.\n", form)
    assert found.get(X, "none") == when
    assert found["df -h"] is None


COLUMNS = [
    ("| Wrong | Right |\n|--|--|\n| `{}` | `df -h` |", False),
    ("| Before (old) | Now |\n|--|--|\n| `{}` | `df -h` |", False),
    ("| Action | Command | Allowed |\n|--|--|--|\n| Stop | `{}` | no |\n| Look | `df -h` | yes |", False),
    ("| Step | Command |\n|--|--|\n| Stop | `{}` |\n| Look | `df -h` |", True),
]


@pytest.mark.parametrize(("table", "runs"), COLUMNS)
def test_columns_that_forbid(table: str, runs: bool) -> None:
    found = _whens(f"# A\n\n{table.format(X)}\n", "markdown")
    assert (X in found, "df -h" in found) == (runs, True)


@pytest.mark.parametrize(
    ("macro", "runs"),
    [
        ('<ac:structured-macro ac:name="html-comment">{}</ac:structured-macro>', False),
        (
            '<ac:structured-macro ac:name="excerpt"><ac:parameter ac:name="hidden">true</ac:parameter>{}'
            "</ac:structured-macro>",
            False,
        ),
        ('<ac:structured-macro ac:name="excerpt">{}</ac:structured-macro>', True),
    ],
)
def test_macros_that_hide(macro: str, runs: bool) -> None:
    body = f"<ac:rich-text-body><pre>{X}</pre></ac:rich-text-body>"
    made = preview(f"<p><code>uptime -p</code></p>{macro.format(body)}", "html")
    assert any(item.step.command == X for item in made.built.steps) is runs
    assert any(X in item.text for item in made.normalized.hidden) is not runs


NESTED = """\
1. If the primary is down:
   1. `pg_ctl promote`
   2. If the promote fails:
      - `systemctl restart pg`
   3. `systemctl start a`
2. Otherwise:
   - `systemctl stop a`
3. `uptime -p`
"""


def test_a_case_within_a_case() -> None:
    down = "If the primary is down: is that so?"
    assert _whens(f"# A\n\n{NESTED}") == {
        "pg_ctl promote": f"{down} yes",
        "systemctl restart pg": "If the promote fails: is that so? yes",
        "systemctl start a": f"{down} yes",
        "systemctl stop a": f"{down} no",
        "uptime -p": None,
    }
    steps = [item.step for item in preview(f"# A\n\n{NESTED}").built.steps]
    [outer] = [step for step in steps if step.manual == down]
    [inner] = [step for step in steps if step.manual and step.manual.startswith("If the promote")]
    assert inner.when is not None
    assert (inner.when.step, inner.when.answer) == (outer.id, "yes")
    assert outer.id in (steps[-1].needs or ())  # else it would be skipped with all that the case skips


@pytest.mark.parametrize(
    "text",
    [
        "#+TITLE: R\n* Restart\n#+BEGIN_SRC bash\nsystemctl stop app\n#+END_SRC\n#+RESULTS:\n: reboot\n",
        "= R =\n# Ask the DBA first\n# <code>systemctl stop a</code>\n",
    ],
)
def test_markups_that_are_not_read_are_refused(text: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        preview(text)
    assert "own markup, which is not read" in refused.value.detail


def test_tables_and_fields_of_the_other_forms() -> None:
    table = f"= R\n:toc:\n\n== S\n\n|===\n|Condition |Command\n\n|it is down\n|`{X}`\n|===\n\nRun `df -h`.\n"
    assert _whens(table, "asciidoc") == {X: "it is down: is that so? yes", "df -h": None}
    cell = f"h1. R\n\n||Step||Command||\n| 1 | {{code}}{X}{{code}} |\n| 2 | {{{{df -h | grep var}}}} |\n"
    assert [*_whens(cell)] == [X, "df -h | grep var"]
    steps = [item.step for item in preview(f"T\n=\n\n:Step: Ask the DBA\n:Cmd: ``{X}``\n", "rst").built.steps]
    assert [step.command or step.manual for step in steps] == ["Ask the DBA", X]


def test_a_ban_on_one_command_ends_behind_it() -> None:
    page = f"<p>Do not run this one:</p><pre>{X}</pre><pre>systemctl start web</pre>"
    assert [*_whens(page, "html")] == ["systemctl start web"]
    assert [*_whens(f"# A\n\n## ~~Old~~\n\n`{X}`\n\n## New\n\n`systemctl start web`\n")] == [
        "systemctl start web"
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (f"A\n\nIf it is down, stop it with:\n\n {X}\n\nThen look:\n\n uptime -p\n", "markdown"),
        (f"A\n\nIf it is down, stop it with:\n\n{X}\n\nThen look:\n\nuptime -p\n", "plain"),
        (f"<p>If it is down, do:</p><p><code>{X}</code></p><p>Go on with <code>uptime -p</code></p>", "html"),
        (f"- If it is down, make sure that it stops.\n  - Run `{X}`.\n- Run `uptime -p`.\n", "markdown"),
        (f"- If it is down, go.\n  - To stop it, run:\n\n        {X}\n\n- Run `uptime -p`.\n", "markdown"),
        (f"= A\n\n. If it is down, look.\n+\n.. Run `{X}`.\n. Run `uptime -p`.\n", "asciidoc"),
        (f"= A\n\n* If it is down, look.\n** Run `{X}`.\n* Run `uptime -p`.\n", "asciidoc"),
        (f"If it is down, run:\n\n    df -h\n\n```\n{X}\n```\n\nThen run `uptime -p`.\n", "markdown"),
    ],
)  # fmt: skip
def test_what_shows_how_a_case_is_handled_waits_for_it(text: str, form: str) -> None:
    found = _whens(text, form)
    assert (found[X] or "").startswith("If it is down")
    assert (found[X] or "").endswith(": is that so? yes")
    assert found["uptime -p"] is None


def test_an_item_that_tells_to_stop_is_no_case_of_what_stands_in_it() -> None:
    found = _whens(f"- If it is down, stop here.\n  - Run `df -h`.\n- Run `{X}`.\n", "markdown")
    assert found["df -h"] != "If it is down: is that so? yes"


def test_a_sentence_that_introduces_the_commands_of_a_case_is_no_step() -> None:
    text = "- If it is down:\n  - To stop it, run the following:\n\n    ```\n    uptime -p\n    ```\n"
    assert [item.step.manual for item in preview(text).built.steps if item.step.manual] == [
        "If it is down: is that so?"
    ]


@pytest.mark.parametrize(
    ("above", "asked"),
    [
        ("You may also see errors about a reference:", "You may also see errors about a reference"),
        ("If it is stuck, the web is down.", "If it is stuck"),
        ("The web is written in Go.", None),
    ],
)  # fmt: skip
def test_in_this_case_goes_on_from_what_is_above(above: str, asked: str | None) -> None:
    found = _whens(f"# A\n\nRun `df -h`.\n\n{above}\n\nIn this case, stop it. To do so, run:\n\n    {X}\n")
    assert found[X] == (None if asked is None else f"{asked}: is that so? yes")


def test_a_case_that_whoever_runs_it_decides_is_told_as_one() -> None:
    made = parsed_json(preview(f"# A\n\n- If necessary, stop it with `{X}`.\n- Run `df -h`.\n"))
    assert [(case["if"], len(case["then"])) for case in made["branches"]] == [("If necessary", 1)]


def test_what_is_done_as_before_is_no_case() -> None:
    assert _whens(f"# A\n\nRun `df -h`.\n\nJust as before, stop it with:\n\n```\n{X}\n```\n")[X] is None
