"""A runbook as Markdown that a person reads and `ingest.markdown_read` reads back to the same document.

Nothing of it is hidden when it is rendered: what Markdown would read as markup is escaped, and every text
that is longer than a line stands in a fence. Each step, prerequisite and question carries its id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from schemas.runbook import Prerequisite, Runbook
from schemas.step import Step

ABOUT: Final = ("name", "service", "owners", "labels")
"""The fields of `metadata` that stand below the title, as they are; the rest have `metadata.` before them."""

BEFORE: Final = "Before you start"
VARIABLES: Final = "Variables"
STEPS: Final = "Steps"
QUESTIONS: Final = "Open questions"
ROLLBACK: Final = "Rollback:"
NO_ROLLBACK: Final = "No rollback:"
NOTES: Final = "Notes:"

_MARKUP: Final = re.compile(r"[\\`*_\[\]<>&|{}]")
_PLAIN: Final = re.compile(r"[^\s{\[\"\-\d].*", re.DOTALL)
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,80}")
_WORDS: Final = frozenset({"true", "false", "null"})
_IN_SECTIONS: Final = frozenset({"prerequisites", "variables", "steps", "ambiguities"})


def runbook_markdown(runbook: Runbook) -> str:
    """The document as Markdown, with a line break at its end. Pure."""
    metadata = runbook.metadata.model_dump(**_AS_WRITTEN)
    spec = runbook.spec.model_dump(**_AS_WRITTEN)
    title = metadata.pop("title")
    lines = [f"# {escaped(title)}", ""]
    lines += (_field(key, metadata[key], "" if key in ABOUT else "metadata.") for key in metadata)
    lines += (_field(key, value) for key, value in spec.items() if key not in _IN_SECTIONS)
    if runbook.spec.prerequisites:
        lines += ["", f"## {BEFORE}", ""]
        lines += (line for item in runbook.spec.prerequisites for line in _prerequisite(item))
    if spec.get("variables"):
        lines += ["", f"## {VARIABLES}", ""]
        lines += (line for item in spec["variables"] for line in _entry(item, "name"))
    lines += ["", f"## {STEPS}"]
    lines += (line for number, step in enumerate(runbook.spec.steps, 1) for line in _step(number, step))
    if spec.get("ambiguities"):
        lines += ["", f"## {QUESTIONS}", ""]
        lines += (line for item in spec["ambiguities"] for line in _entry(item, "id"))
    return "\n".join(lines) + "\n"


_AS_WRITTEN: Final[dict[str, Any]] = {
    "mode": "json",
    "by_alias": True,
    "exclude_none": True,
    "exclude_defaults": True,
}


def escaped(line: str) -> str:
    """A line as Markdown shows it letter for letter."""
    return _MARKUP.sub(lambda found: "\\" + found[0], line)


def _prerequisite(item: Prerequisite) -> Iterator[str]:
    """A box to tick; below it the command that shows whether it holds."""
    plain = _is_plain(item.text) and "\n" not in item.text
    yield f"- [ ] {escaped(item.text) if plain else item.id} {{#{item.id}}}"
    if not plain:
        yield "  " + _field("text", item.text)
    if item.check is not None:
        for key, value in item.check.model_dump(**_AS_WRITTEN).items():
            yield "  " + _field(key, value, "check.")


def _entry(item: Mapping[str, Any], named: str) -> Iterator[str]:
    """A name, and its fields below it."""
    yield f"- **{escaped(item[named])}**"
    yield from ("  " + _field(key, value) for key, value in item.items() if key != named)


def _step(number: int, step: Step) -> Iterator[str]:
    fields = step.given()
    told = {key: fields.pop(key, None) for key in ("command", "manual", "rollback", "notes")}
    yield from ("", f"### {number}. {escaped(fields.pop('title'))} {{#{fields.pop('id')}}}", "")
    if fields:
        yield from (*(_field(key, value) for key, value in fields.items()), "")
    yield from _fenced(told["command"], "bash") if step.manual is None else _fenced(told["manual"], "text")
    if step.rollback is not None:
        undone = step.rollback.command
        yield from ("", NO_ROLLBACK if undone is None else ROLLBACK, "")
        yield from _fenced(undone, "bash") if undone else _fenced(step.rollback.impossible, "text")
    if step.notes is not None:
        yield from ("", NOTES, "", *_fenced(step.notes, "text"))


def _fenced(text: str | None, language: str) -> Iterator[str]:
    """A text letter for letter, in a fence that no line of it closes."""
    shown = text or ""
    longest = max((len(found) for found in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}{language}", shown, fence)


def _field(key: str, value: Any, outer: str = "") -> str:
    """A field and its value as code: a plain text as it is, all else as JSON."""
    shown = value if isinstance(value, str) and _is_plain(value) else _json(value)
    named = key if _KEY.fullmatch(key) else _code(_json(key))
    return f"- {outer}{named}: {_code(shown)}"


def _code(text: str) -> str:
    """A text as inline code, letter for letter."""
    ticks = "`" * (1 + max((len(found) for found in re.findall(r"`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _is_plain(text: str) -> bool:
    """Whether a text is read back as itself without quotes."""
    fits = text.isprintable() and text == text.strip() and text not in _WORDS
    return fits and _PLAIN.fullmatch(text) is not None


def _json(value: Any) -> str:
    """One line, every character that is not seen as an escape."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return text if text.isprintable() else json.dumps(value, separators=(", ", ": "))
