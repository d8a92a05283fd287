"""What the command line prints: a table for people, JSON or YAML for programs.

Everything that came from a runbook, a paste or a command's output is untrusted: control characters
are shown as `\\x1b`-style escapes, so that no terminal sequence in it takes effect.
"""

from __future__ import annotations

import html
import io
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

Form = Literal["table", "json", "yaml"]

_IDS: Final = re.compile(r"\S*(?:\b[a-z]{3}_[0-9a-z]{26}|\b[0-9a-f]{12,})\S*")
"""Words with an id (`exe_…`, `member:mem_…`), a commit or a digest in them."""
_FOLDED_CHARACTERS: Final = 27
"""Words of other texts are broken beyond this length, which is that of an instant, and no earlier."""

RISK_SIGNS: Final = {
    "safe": "● safe",
    "caution": "▲ caution",
    "dangerous": "◆ dangerous",
    "unknown": "◌ unknown",
}
"""Icon and word: never colour alone (UI.md)."""

_RISK_STYLES: Final = {"safe": "green", "caution": "yellow", "dangerous": "bold red", "unknown": "magenta"}

_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
"""Times as the API writes them; a table shows them to the second."""
_JOINER: Final = "\u2060"
"""What `schemas.markdown.escape` puts behind mentions."""

_HIDDEN: Final = frozenset("\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\ufeff") | {
    chr(point) for point in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def inert(text: object, *, lines: bool = False) -> str:
    """A text without control, bidirectional, zero-width, surrogate characters; `lines` keeps \\n and \\t."""
    kept = "\n\t" if lines else ""
    return "".join(
        character
        if character in kept
        or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _HIDDEN)
        else character.encode("unicode_escape").decode()
        for character in str(text)
    )


def plain(text: object) -> str:
    """A line that was escaped for Markdown, for a terminal: entities are characters again."""
    return inert(html.unescape(str(text)).replace(_JOINER, ""))


def plain_markdown(text: str, width: int) -> str:
    """Markdown of others laid out as plain text: no style, no link, nothing that a terminal acts on."""
    from rich.markdown import Markdown  # with a parser of its own that hardly any command needs

    page = Console(file=io.StringIO(), width=width, color_system=None, highlight=False, emoji=False)
    with page.capture() as captured:
        page.print(Markdown(inert(text, lines=True), hyperlinks=False))
    lines = inert(captured.get().replace(_JOINER, ""), lines=True).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def risk_text(risk: str) -> Text:
    """The badge of a risk."""
    return Text(RISK_SIGNS.get(risk, inert(risk)), style=_RISK_STYLES.get(risk, ""))


class Printer:
    """Prints to standard output in one form; colours only on a terminal."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)

    @property
    def for_people(self) -> bool:
        """Whether tables and sentences are wanted."""
        return self.form == "table"

    def document(self, value: Any) -> None:
        """A JSON or YAML document."""
        if self.form == "json":
            click.echo(json.dumps(value, ensure_ascii=False, indent=2))
            return
        from ruamel.yaml import YAML  # as above

        yaml = YAML()
        yaml.default_flow_style = False
        yaml.width = 100
        buffer = io.StringIO()
        yaml.dump(value, buffer)
        click.echo(buffer.getvalue(), nl=False)

    def rows(self, items: Sequence[dict[str, Any]], columns: Sequence[tuple[str, str]], empty: str) -> None:
        """A table of `(heading, dotted key)` columns, or the items as a document."""
        if not self.for_people:
            self.document({"items": list(items)})
            return
        if not items:
            self.say(empty)
            return
        cells = [[cell(look_up(item, key), key) for _, key in columns] for item in items]
        self.table([heading for heading, _ in columns], cells)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[Text]]) -> None:
        """A table, folded to the terminal's width; an id or a digest in it is never broken.

        Where the ids alone need more than the width, the lines are longer: what can't be copied is no id.
        """
        table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
        needed = 0
        for place, heading in enumerate(headings):
            texts = [row[place].plain for row in rows]
            widest = max(map(cell_len, (heading, *texts)))
            kept = max((cell_len(found) for text in texts for found in _IDS.findall(text)), default=0)
            words = (cell_len(word) for text in (heading, *texts) for word in text.split())
            floor = max(kept, min(max(words, default=0), _FOLDED_CHARACTERS))
            whole = kept > 0 and widest == kept
            table.add_column(heading, overflow="fold", no_wrap=whole, min_width=floor)
            needed += floor + 1
        for row in rows:
            table.add_row(*row)
        width = self.console.width
        self.console.width = max(width, needed)
        self.console.print(table, crop=False)
        self.console.width = width

    def facts(self, value: Any, pairs: Iterable[tuple[str, object]]) -> None:
        """Name and value a line, or the whole document."""
        if not self.for_people:
            self.document(value)
            return
        listed = list(pairs)
        width = max((len(name) for name, _ in listed), default=0) + 2
        for name, shown in listed:
            text = shown if isinstance(shown, Text) else Text(inert(shown, lines=True))
            # Never wrapped or cut: a token that is shown once must survive a narrow terminal or a pipe.
            self.console.print(Text(f"{name:<{width}}", style="dim").append_text(text), soft_wrap=True)

    def say(self, text: str | Text, style: str = "") -> None:
        """A sentence for a person, made inert; silent in the other forms."""
        if self.for_people:
            shown = text if isinstance(text, Text) else Text(inert(text, lines=True), style=style)
            self.console.print(shown, soft_wrap=True)

    def note(self, text: str) -> None:
        """A sentence on standard error, in every form."""
        click.echo(text, err=True)


def look_up(item: dict[str, Any], key: str) -> Any:
    """The value at a dotted key, None where any part is absent."""
    value: Any = item
    for part in key.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def cell(value: Any, key: str = "") -> Text:
    """One table cell."""
    if value is None:
        return Text("–", style="dim")
    if key.rpartition(".")[2] == "risk":
        return risk_text(str(value))
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, dict):
        return Text(inert(", ".join(f"{name}={part}" for name, part in value.items())))
    if isinstance(value, list):
        return Text(inert(", ".join(str(part) for part in value)))
    if key.endswith(("At", "at")) and (time := _TIME.fullmatch(str(value))):
        return Text(f"{time[1]} {time[2]} UTC")
    return Text(inert(value))


def interactive() -> bool:
    """Whether a person can answer: both ends are terminals."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def says_yes(question: str) -> bool:
    """The answer of a person at the terminal; whoever leaves the question said no."""
    try:
        return click.confirm(question)
    except click.Abort:  # Ctrl-C, Ctrl-D: the cursor stands behind the question
        click.echo(err=True)
        return False
