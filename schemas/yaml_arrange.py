"""A list of a YAML document put in another order, by its lines: an item takes the comments above it along."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.errors import DocumentInvalid
from schemas.yaml_read import Path, read_yaml
from schemas.yaml_write import house_block, house_yaml

Item = int | Mapping[str, Any]


def arrange_items(text: str, path: Path, items: Sequence[Item]) -> str | None:
    """The text with the list at `path` made of these items: one that is there, by its place, or a new one.

    The library ties a comment to what stands before it, so a moved node would take its neighbour's comments.
    None where the list is not written with a line for each item, or its lines can't be told apart.
    Raises DocumentInvalid where the text is no readable document.
    """
    if not items:
        return None
    old = _values(text, path)
    document = house_yaml().load(text)
    for part in path:
        document = document[part]
    if document.fa.flow_style():
        return None
    lines = text.split("\n")
    starts = [_dash_line(lines, document.lc.data[index][0]) for index in range(len(old))]
    if None in starts or not starts:
        return None
    dashes = [start for start in starts if start is not None]
    indent = _indent(lines[dashes[0]])
    firsts = [_with_comments(lines, dash, indent) for dash in dashes]
    end = _end(lines, dashes[-1], indent)
    chunks = [lines[first:after] for first, after in zip(firsts, [*firsts[1:], end], strict=True)]
    body = [
        line
        for item in items
        for line in (chunks[item] if isinstance(item, int) else _written(item, path, indent))
    ]
    found = "\n".join([*lines[: firsts[0]], *body, *lines[end:]])
    wanted = [old[item] if isinstance(item, int) else dict(item) for item in items]
    try:
        return found if _values(found, path) == wanted else None
    except DocumentInvalid:
        return None


def _values(text: str, path: Path) -> Any:
    value: Any = read_yaml(text.encode("utf-8")).value
    for part in path:
        value = value[part]
    return value


def _dash_line(lines: Sequence[str], line: int) -> int | None:
    while line >= 0 and not lines[line].lstrip().startswith("-"):
        line -= 1
    return line if line >= 0 else None


def _with_comments(lines: Sequence[str], dash: int, indent: int) -> int:
    """Where what belongs to an item begins: the comments and empty lines right above it are its own."""
    while dash > 0 and _between(lines[dash - 1], indent):
        dash -= 1
    return dash


def _end(lines: Sequence[str], last: int, indent: int) -> int:
    """Behind the last line of the last item; what is said above the next key stays there."""
    end = last + 1
    while end < len(lines) and (_between(lines[end], indent) or _indent(lines[end]) > indent):
        end += 1
    while _between(lines[end - 1], indent):
        end -= 1
    return end


def _between(line: str, indent: int) -> bool:
    """An empty line or a comment no deeper than the items: it is inside none of them."""
    said = line.strip()
    return not said or (said.startswith("#") and _indent(line) <= indent)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _written(item: Mapping[str, Any], path: Path, indent: int) -> list[str]:
    stream = io.StringIO()
    yaml = house_yaml()
    yaml.indent(mapping=2, sequence=2, offset=0)
    yaml.dump([house_block(dict(item), (*path, 0))], stream)
    return [" " * indent + line if line else "" for line in stream.getvalue().rstrip("\n").split("\n")]
