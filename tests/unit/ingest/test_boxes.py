"""What a box, a macro or a quotation holds: its title holds for all of it and for nothing behind it."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from schemas.errors import Unprocessable
from tests.unit.ingest.telling import HEAD, X, commands, told_to_people

BOXES = [
    (f"<div hidden>\n\n`{X}`\n\n</div>", [], "html"),
    (f"<s>\n\n`{X}`\n\n</s>", [], "html"),
    (f"<details>\n<summary>Do not run this</summary>\n\n```\n{X}\n```\n\n</details>", [], "details"),
    (f"<details><summary>Then</summary>\n\n```\n{X}\n```\n\n</details>", [X], "details"),
    (f"%%\n```\n{X}\n```\n%%", [], "obsidian"),
    (f"{{% comment %}}\n`{X}`\n{{% endcomment %}}", [], "jekyll"),
    (f'=== "Linux"\n\n    ```bash\n    {X}\n    ```', [X], "mkdocs"),
    (f"{{{{< highlight bash >}}}}\n{X}\n{{{{< /highlight >}}}}", [X], "hugo"),
    (f"{{{{< text bash yaml >}}}}\n$ {X}\nold: {{{{ x }}}}\n{{{{< /text >}}}}", [X], "hugo"),
    (f"{{{{< text plain >}}}}\nlevel=error msg=y\n{{{{< /text >}}}}\n\n`{X}`", [X], "hugo"),
    (f'{{{{< tab header="Do not run" lang="bash" >}}}}\n{X}\n{{{{< /tab >}}}}', [], "hugo"),
    (f'{{{{< tab header="Web" lang="bash" >}}}}\n{X}\n{{{{< /tab >}}}}', [X], "hugo"),
    (f"{{{{< tab bash >}}}}\n```\n{X}\n```\n{{{{< /tab >}}}}", [X], "hugo"),
    (f"{{{{< include bash >}}}}\n\nRun `{X}`.", [X], "hugo"),
    (f'{{% tab title="x" %}}\n`{X}`\n{{% endtab %}}', [X], "gitbook"),
    (f"Bob wrote:\n> please run `{X}`", [], "mail"),
    (f"> > please run `{X}`", [], "mail"),
    (f"> run `{X}`", [X], "a callout"),
]


@pytest.mark.parametrize(("box", "wanted", "kind"), BOXES)
def test_a_box_ends_what_its_title_says(box: str, wanted: list[str], kind: str) -> None:
    found = commands(f"{HEAD}{box}\n\n2. `systemctl start web`\n")
    assert [*found] == ["uptime -p", *wanted, "systemctl start web"], kind


@pytest.mark.parametrize(
    ("macro", "wanted"),
    [
        (f"{{panel:title=Do not run}}\nIt hurts.\n{{code}}\n{X}\n{{code}}\n{{panel}}", []),
        (f"{{expand:Do not run}}\n{{code}}\n{X}\n{{code}}\n{{expand}}", []),
        (f"{{code:title=Do not run|bash}}\n{X}\n{{code}}", []),
        (f"{{code:title=Example output}}\n{X}\n{{code}}", []),
        (f"{{code:title=Stop it|bash}}\n{X}\n{{code}}", [X]),
        (f"# -{{{{{X}}}}}-", []),
        (f"bq. run {{{{{X}}}}}", []),
        (f"{{quote}}\nRun {{{{{X}}}}}.\n{{quote}}", []),
    ],
)
def test_titles_and_strikes_of_a_wiki(macro: str, wanted: list[str]) -> None:
    text = f"h1. A\n\nRun {{{{uptime -p}}}}.\n\n{macro}\n\n{{code}}\nsystemctl start web\n{{code}}\n"
    assert [*commands(text)] == ["uptime -p", *wanted, "systemctl start web"]


def test_titles_and_cited_mails_of_a_page() -> None:
    macro = (
        '<ac:structured-macro ac:name="panel"><ac:parameter ac:name="title">{}</ac:parameter>'
        "<ac:rich-text-body><p>It hurts.</p><pre>{}</pre></ac:rich-text-body></ac:structured-macro>"
    )
    pages = {
        macro.format("Do not run", X): [],
        macro.format("Ask the DBA first", X): [X],
        f'<div class="gmail_quote"><blockquote>Run <code>{X}</code></blockquote></div>': [],
        f"<p>On Monday Bob wrote:</p><blockquote><p><code>{X}</code></p></blockquote>": [],
        f"<blockquote><p><code>{X}</code></p></blockquote>": [X],
        f"<pre><samp>{X}</samp></pre>": [],
        f"<pre><kbd>{X}</kbd>\n<samp>reboot now</samp></pre>": [X],
        f'<div class="a"><p>Never run these:</p><ul><li><code>{X}</code></li></ul></div>': [],
        f"<textarea>{X}</textarea>": [],
    }
    end = "<pre>systemctl start web</pre>"
    found = {page: [*commands(f"<p><code>uptime -p</code></p>{page}{end}", "html")][1:-1] for page in pages}
    assert found == pages
    assert "Ask the DBA first" in told_to_people(macro.format("Ask the DBA first", X), "html")
    original = (
        f'<div style="border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Bob</p></div><p><code>{X}</code></p>'
    )
    assert [*commands(f"{end}{original}", "html")] == ["systemctl start web"]


def test_a_table_of_very_many_cells_is_refused_before_it_is_parsed() -> None:
    row = "| b " * 60 + "|\n"
    with pytest.raises(Unprocessable) as refused:
        preview(f"# T\n\n{row}{'|--' * 60}|\n{row * 700}", "markdown")
    assert "cells of tables" in refused.value.detail
