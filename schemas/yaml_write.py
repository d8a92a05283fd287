"""Writing YAML: a whole runbook in the house's shape, and edits that keep an author's comments and order."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    PlainScalarString,
)

from schemas.errors import Unprocessable
from schemas.runbook import Runbook
from schemas.yaml_read import Path, decode_yaml, read_yaml, show_path

SCHEMA_LINE: Final = "# yaml-language-server: $schema=../schemas/jsonschema/runbook.v1.json\n"
"""Lets editors check while one types; the path is that of a file in `runbooks/`."""

FLOW_MAX_CHARACTERS: Final = 100
_DOUBLE: Final = '"'
_WIDTH: Final = 1_000_000
_ALWAYS_BLOCK: Final = frozenset(
    {"steps", "variables", "prerequisites", "alerts", "ambiguities", "metadata", "spec"}
)


class _HouseEmitter(Emitter):
    """Double quotes where a plain scalar will not do, as in CONTRACTS.md; single ones if they save escapes.

    Inside brackets the library writes `?0` and `:0` plainly and can't read them: such scalars are quoted too.
    """

    def choose_scalar_style(self) -> Any:
        style = super().choose_scalar_style()
        value: str = self.event.value
        if style == "" and self.flow_level and value.startswith(("?", ":", "-")) and not value[1:].isdigit():
            return _DOUBLE
        if style != "'" or self.event.style or any(character in value for character in '\\"'):
            return style
        return _DOUBLE


def house_yaml() -> YAML:
    """The library as the house writes with it; comments and quotes are kept."""
    yaml = YAML(typ="rt", pure=True)
    yaml.Emitter = _HouseEmitter
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = _WIDTH
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    return yaml


def dump_runbook(runbook: Runbook, *, schema_line: bool = True) -> str:
    """The document as YAML: schema line, keys in the order of the models' fields (CONTRACTS.md §1's), short
    things on one line, commands of several lines as literal blocks, durations as text, defaults left out.
    """
    stream = io.StringIO()
    house_yaml().dump(house_block(runbook.to_document(), ()), stream)
    return (SCHEMA_LINE if schema_line else "") + stream.getvalue()


def house_block(value: Any, path: Path) -> Any:
    """A plain value as it is written at that path: short things on one line, long commands as blocks."""
    if isinstance(value, dict):
        if path[-1:] == ("expect",) and not value:
            value = {"exitCodes": [0]}
        found = CommentedMap()
        for key, item in value.items():
            found[key] = house_block(item, (*path, key))
        if _fits(value, path):
            found.fa.set_flow_style()
        return found
    if isinstance(value, list):
        items = CommentedSeq([house_block(item, (*path, index)) for index, item in enumerate(value)])
        if _fits(value, path):
            items.fa.set_flow_style()
        return items
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if "\n" in value and not value.startswith(("\n", " ", "\t")) and not value.endswith("\n"):
        return LiteralScalarString(value)
    if "\n" in value or value != value.strip():
        return DoubleQuotedScalarString(value)
    return value


def _fits(value: Any, path: Path) -> bool:
    """Whether something goes on one line: it is short and shallow, and holds no command."""
    if not value:
        return True
    if len(path) < 2 or path[-1] in _ALWAYS_BLOCK or path[-2] == "steps":
        return False
    return _flow_length(value, 0) <= FLOW_MAX_CHARACTERS - 2 * len(path)


def _flow_length(value: Any, depth: int) -> int:
    if depth > 4:
        return FLOW_MAX_CHARACTERS + 1
    if isinstance(value, dict):
        if "command" in value:
            return FLOW_MAX_CHARACTERS + 1
        return 2 + sum(len(key) + 4 + _flow_length(item, depth + 1) for key, item in value.items())
    if isinstance(value, list):
        return 2 + sum(2 + _flow_length(item, depth + 1) for item in value)
    return FLOW_MAX_CHARACTERS + 1 if isinstance(value, str) and "\n" in value else len(str(value))


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a document. `path` leads to a value: `("spec", "steps", 2, "command")`.

    `value` is a plain value to put there, or None to remove what is there. With `insert`, the last part of
    the path is the place in a list before which the value goes (the list's length appends).
    """

    path: Path
    value: Any = None
    insert: bool = False


def edit_yaml(text: str, changes: Sequence[Edit]) -> str:
    """The text with the changes made, in their order; comments, order and quotes elsewhere stay as they are.

    Raises DocumentInvalid where the text is no readable document, Unprocessable where a path leads
    nowhere. Whether the result is a good runbook is for `check_document` to say.
    """
    data = text.encode("utf-8")
    read_yaml(data)
    yaml = house_yaml()
    _keep_indent(yaml, text)
    document = yaml.load(decode_yaml(data))
    for change in changes:
        if not change.path:
            raise Unprocessable("An edit needs a path into the document.", code="edit_path")
        _apply(document, change)
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def _apply(document: Any, change: Edit) -> None:
    parent = document
    last = change.path[-1]
    try:
        for part in change.path[:-1]:
            parent = parent[part]
        if change.insert:
            parent.insert(last, house_block(change.value, change.path))
        elif change.value is None:
            del parent[last]
        elif isinstance(parent, list) or isinstance(last, str):
            _replace(parent, last, change)
        else:
            raise KeyError(last)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        message = f"There is no `{show_path(change.path)}` in this document."
        raise Unprocessable(message, code="edit_path") from error


def _replace(parent: Any, last: Any, change: Edit) -> None:
    """The library keeps the old scalar's quotes, which is welcome, and its block style, which is not."""
    value = house_block(change.value, change.path)
    old = parent.get(last) if isinstance(parent, dict) else parent[last]
    if type(value) is str and isinstance(old, LiteralScalarString | FoldedScalarString):
        value = PlainScalarString(value)
    parent[last] = value


def _keep_indent(yaml: YAML, text: str) -> None:
    """Lists under a key may start at the key or two blanks in; go on as the author began."""
    previous = ""
    for line in text.splitlines():
        stripped = line.lstrip(" ")
        if stripped.startswith("- ") and previous.rstrip().endswith(":"):
            step = (len(line) - len(stripped)) - (len(previous) - len(previous.lstrip(" ")))
            offset = max(0, min(step, 8))
            yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
            return
        if stripped and not stripped.startswith("#"):
            previous = line
