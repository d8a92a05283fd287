"""A fast reader for the part of YAML in which runbooks are written: block mappings and lists, words, quoted
texts of one line, `|` texts, and small flow collections of one line.

It reads a document whole and exactly as the full parser does, or not at all: whatever is not plainly inside
the subset (anchors, tags, aliases, directives, texts over several lines, a key that stands twice, a missing
value, any mistake) is left to the full parser, which also has the words for what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from schemas.problem import Path

Mark: TypeAlias = tuple[int, int]
Resolve: TypeAlias = Callable[[str], str | int | float | bool | None]
"""What a word without quotes stands for."""

_DEPTH_MAX: Final = 9
"""Far below YAML_MAX_DEPTH: what comes near the bound is counted by the full parser."""
_NODES_MAX: Final = 10_000
_ELSEWHERE: Final = re.compile(r"[\t\r\x85\xa0]|^(?:---|\.\.\.|%)", re.MULTILINE)
"""Blanks and line breaks that are not the usual ones, and markers of documents. These patterns have nothing
to go back over, so that the time is linear in the text; RE2 takes twenty times as long for a line."""
_LINE: Final = re.compile(r"( *)(- +)?(?:([A-Za-z_][A-Za-z0-9_.-]*):(?: +|$))?(.*)")
_WORD: Final = re.compile(r"[A-Za-z0-9_./$(+^=;][^\n]*")
_NOT_IN_WORD: Final = re.compile(r":(?: |$)| #")
_SINGLE: Final = re.compile(r"'((?:[^'\n]|'')*)' *(?: #.*)?")
_DOUBLE: Final = re.compile(r'"((?:[^"\\\n]|\\["\\nt])*)" *(?: #.*)?')
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
_LITERAL: Final = re.compile(r"\|(-?) *")
_FLOW_TOKEN: Final = re.compile(
    r"""([\[\]{},]) *|([A-Za-z_][A-Za-z0-9_.-]*): +|"((?:[^"\\]|\\["\\nt])*)" *|"""
    r"""([A-Za-z0-9_/.$(+][^\[\]{},:#'"?]*)"""
)


class Elsewhere(Exception):
    """Not in the subset: the full parser's business."""


class Subset:
    """Reads one document; `value`, `marks` and `keys` are those of `yaml_read.Tree`."""

    def __init__(self, text: str, resolve: Resolve) -> None:
        self._lines = text.split("\n")
        self._ends_with_break = self._lines[-1] == ""
        self._resolve = resolve
        self._at = 0
        self.value: Any = None
        self.marks: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}

    def read(self) -> None:
        """Read everything; raises Elsewhere, and then nothing of it counts."""
        indent = self._next()
        if indent != 0 or self._is_item(0):
            raise Elsewhere
        self.value = self._mapping(0, 0, (), 1)
        if self._next() >= 0:
            raise Elsewhere

    # -------------------------------------------------------------- lines

    def _next(self) -> int:
        """Go to the next line that holds something; its indent, or -1 at the end."""
        lines, at = self._lines, self._at
        while at < len(lines):
            line = lines[at]
            inside = line.lstrip(" ")
            if inside and inside[0] != "#":
                self._at = at
                return len(line) - len(inside)
            at += 1
        self._at = at
        return -1

    def _is_item(self, indent: int) -> bool:
        return self._lines[self._at].startswith("- ", indent)

    def _note(self, path: Path, column: int) -> None:
        self.marks[path] = (self._at + 1, column + 1)
        if len(self.marks) > _NODES_MAX:
            raise Elsewhere

    # -------------------------------------------------------------- collections

    def _mapping(self, indent: int, column: int, path: Path, depth: int) -> dict[str, Any]:
        """The mapping whose first key stands in this line at `column`, all others at `indent`."""
        if depth > _DEPTH_MAX:
            raise Elsewhere
        found: dict[str, Any] = {}
        self._note(path, column)
        while True:
            match = _LINE.fullmatch(self._lines[self._at], column)
            key = match[3] if match is not None and not match[1] and match[2] is None else None
            if match is None or key is None or key in found or not isinstance(self._resolve(key), str):
                raise Elsewhere
            here = (*path, key)
            self.keys[here] = (self._at + 1, column + 1)
            found[key] = self._after(match[4], match.start(4), indent, here, depth, may_be_list=True)
            following = self._next()
            if following != indent or self._is_item(indent):
                if following > indent:
                    raise Elsewhere
                return found
            column = indent

    def _sequence(self, indent: int, path: Path, depth: int) -> list[Any]:
        if depth > _DEPTH_MAX:
            raise Elsewhere
        found: list[Any] = []
        self._note(path, indent)
        while True:
            match = _LINE.fullmatch(self._lines[self._at], indent)
            if match is None or match[1] or match[2] is None:
                raise Elsewhere
            here = (*path, len(found))
            if match[3] is not None:
                column = match.start(3)
                found.append(self._mapping(column, column, here, depth + 1))
            else:
                found.append(self._after(match[4], match.start(4), indent, here, depth, may_be_list=False))
            following = self._next()
            if following != indent or not self._is_item(indent):
                if following > indent:
                    raise Elsewhere
                return found

    def _after(
        self, rest: str, column: int, indent: int, path: Path, depth: int, *, may_be_list: bool
    ) -> Any:
        """The value behind a key or a dash: in this line, or, behind a key, in the lines below."""
        if rest and not rest.startswith("#"):
            return self._inline(rest, column, indent, path, depth + 1)
        if not may_be_list:
            raise Elsewhere
        self._at += 1
        below = self._next()
        if below >= indent and self._is_item(below):
            return self._sequence(below, path, depth + 1)
        if below <= indent:
            raise Elsewhere
        return self._mapping(below, below, path, depth + 1)

    # -------------------------------------------------------------- values of one line

    def _inline(self, rest: str, column: int, indent: int, path: Path, depth: int) -> Any:
        first = rest[0]
        if first == "|":
            return self._literal(rest, column, indent, path)
        self._note(path, column)
        if first in "{[":
            value = _Flow(rest, column, self._at, self, depth).read(path)
        elif first == "'":
            match = _SINGLE.fullmatch(rest)
            value = _or_elsewhere(match)[1].replace("''", "'")
        elif first == '"':
            value = unescaped(_or_elsewhere(_DOUBLE.fullmatch(rest))[1])
        else:
            value = self._word(rest)
        self._at += 1
        if self._next() > indent:  # the text may go on there
            raise Elsewhere
        return value

    def _word(self, rest: str) -> Any:
        comment = rest.find(" #")
        text = (rest if comment < 0 else rest[:comment]).rstrip(" ")
        if not _WORD.fullmatch(text) or _NOT_IN_WORD.search(text):
            raise Elsewhere
        return self.resolved(text)

    def resolved(self, text: str) -> Any:
        """What a word stands for; one that stands for nothing is told by the full parser."""
        value = self._resolve(text)
        if value is None:
            raise Elsewhere
        return value

    def _literal(self, rest: str, column: int, indent: int, path: Path) -> str:
        """A `|` text: the lines below that are indented further, the last break kept but for `|-`."""
        stripped = bool(_or_elsewhere(_LITERAL.fullmatch(rest))[1])
        self._note(path, column)
        self._at += 1
        lines, start = self._lines, self._at
        first = lines[start] if start < len(lines) else ""
        inside = first.lstrip(" ")
        width = len(first) - len(inside)
        if not inside or width <= indent:
            raise Elsewhere
        margin, end = " " * width, start
        while end < len(lines) and (lines[end] == "" or lines[end].startswith(margin)):
            end += 1
        if end == len(lines) and not self._ends_with_break:
            raise Elsewhere
        self._at = end
        kept = end
        while lines[kept - 1] == "":
            kept -= 1
        if any(line.isspace() for line in lines[start : min(end + 1, len(lines))]):
            raise Elsewhere
        text = "\n".join(line[width:] for line in lines[start:kept])
        if self._next() > indent:
            raise Elsewhere
        return text if stripped else text + "\n"


class _Flow:
    """A flow collection that begins and ends in one line."""

    def __init__(self, text: str, column: int, line: int, subset: Subset, depth: int) -> None:
        self._text = text
        self._column = column
        self._line = line
        self._subset = subset
        self._depth = depth
        self._place = 0

    def read(self, path: Path) -> Any:
        """The collection; behind it only a comment may stand."""
        value = self._node(self._token(), path, self._depth)
        rest = self._text[self._place :]
        if rest and not (rest.startswith("#") and self._text[self._place - 1] == " "):
            raise Elsewhere
        return value

    def _token(self) -> Any:
        match = _or_elsewhere(_FLOW_TOKEN.match(self._text, self._place))
        self._place = match.end()
        return match

    def _node(self, token: Any, path: Path, depth: int) -> Any:
        self._subset.marks[path] = (self._line + 1, self._column + token.start() + 1)
        if token[1] == "{":
            return self._mapping(path, depth)
        if token[1] == "[":
            return self._sequence(path, depth)
        if token[3] is not None:
            return unescaped(token[3])
        if token[4] is not None:
            return self._subset.resolved(token[4].rstrip(" "))
        raise Elsewhere

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._deeper(depth)
        if self._is_empty("}"):
            return found
        while True:
            token = self._token()
            key = token[2]
            if key is None or key in found or not isinstance(self._subset.resolved(key), str):
                raise Elsewhere
            here = (*path, key)
            self._subset.keys[here] = (self._line + 1, self._column + token.start() + 1)
            found[key] = self._node(self._token(), here, depth + 1)
            if self._is_end("}"):
                return found

    def _sequence(self, path: Path, depth: int) -> list[Any]:
        found: list[Any] = []
        self._deeper(depth)
        if self._is_empty("]"):
            return found
        while True:
            found.append(self._node(self._token(), (*path, len(found)), depth + 1))
            if self._is_end("]"):
                return found

    def _is_empty(self, bracket: str) -> bool:
        is_empty = self._text.startswith(bracket, self._place)
        if is_empty:
            self._token()
        return is_empty

    def _is_end(self, bracket: str) -> bool:
        token = self._token()
        if token[1] not in (bracket, ","):
            raise Elsewhere
        return bool(token[1] == bracket)

    def _deeper(self, depth: int) -> None:
        if depth > _DEPTH_MAX or len(self._subset.marks) > _NODES_MAX:
            raise Elsewhere


def unescaped(text: str) -> str:
    """What stands in double quotes; only escapes that `_DOUBLE` lets through."""
    return text if "\\" not in text else str(_ESCAPE.sub(lambda match: _ESCAPES[match[1]], text))


def _or_elsewhere(match: Any) -> Any:
    if match is None:
        raise Elsewhere
    return match


def read_subset(text: str, resolve: Resolve) -> Subset | None:
    """The document, or None where the full parser has to read it."""
    if _ELSEWHERE.search(text):
        return None
    subset = Subset(text, resolve)
    try:
        subset.read()
    except Elsewhere:
        return None
    return subset
