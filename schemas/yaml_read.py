"""YAML text → plain values with the place of every one of them, bounded before anything is built.

Only what a runbook needs: one document, plain mappings, sequences and scalars. Anchors, aliases, tags,
merge keys, directives and duplicate keys are refused. The order is: bytes, UTF-8, characters, then the
parser's events one by one with a bound on depth and number, so that a bomb is refused at its first event
too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import re2
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.scanner import Scanner, ScannerError

from base.limits import DOCUMENT_MAX_BYTES, YAML_MAX_DEPTH, YAML_MAX_NODES
from schemas.errors import DocumentInvalid, Place
from schemas.problem import Path as Path
from schemas.problem import show_path as show_path
from schemas.yaml_events import plain_events

_FORBIDDEN: Final = re2.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}\x{2028}\x{2029}\x{feff}\x{fffe}\x{ffff}]"
)
_INTEGER: Final = re2.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re2.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_FIRST_OF_NUMBER: Final = frozenset("+-.0123456789")
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_INTEGER_MAX_CHARACTERS: Final = 17
TOO_DEEP: Final = f"nested deeper than {YAML_MAX_DEPTH}"


@dataclass(slots=True)
class Tree:
    """The values of a document, where each stands, and what was wrong without stopping the reading."""

    value: Any = None
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)

    def place(
        self,
        path: Path,
        message: str,
        *,
        code: str,
        hint: str | None = None,
        severity: Any = "error",
        at_key: bool = False,
    ) -> Place:
        """A place at this path, or at the nearest thing around it that exists."""
        where: Path = path
        while where and where not in self.marks:
            where = where[:-1]
        marks = self.keys if at_key and where in self.keys else self.marks
        line, column = marks.get(where, (1, 1))
        return Place(line, column, show_path(path), message, hint, code, severity)


def read_yaml(data: bytes, *, path: str = "", max_bytes: int = DOCUMENT_MAX_BYTES) -> Tree:
    """The tree of one YAML document. Raises DocumentInvalid for what can't be read any further; duplicate
    keys and values that no document may hold are collected in `places`."""
    text = decode_yaml(data, path=path, max_bytes=max_bytes)
    return _read_fast(text, path) or parse_whole(text, path=path)


def _read_fast(text: str, path: str) -> Tree | None:
    """The tree as libyaml reads it, or None where the full parser has the word: for texts that the two could
    understand differently, and for each mistake, whose sentence and place are the full parser's."""
    events = plain_events(text)
    if events is None:
        return None
    try:
        tree = _Builder(path).build(events)
    except (YAMLError, DocumentInvalid):
        return None  # told by the full parser, which reads the same text again
    return None if tree.places else tree


def parse_whole(text: str, *, path: str = "") -> Tree:
    """The tree by the full parser (YAML 1.2, pure Python) alone. Raises DocumentInvalid."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _BoundedScanner
    try:
        return _Builder(path).build(yaml.parse(text))
    except MarkedYAMLError as error:
        raise DocumentInvalid([_syntax_place(error)], path=path) from error
    except YAMLError as error:
        raise DocumentInvalid([Place(1, 1, "", "this is not YAML", code="yaml_syntax")], path=path) from error


_SYNTAX_HINTS: Final = {
    TOO_DEEP: "a runbook is flatter",
    "'\\t'": "indent with blanks, not with tabs",
    "cannot start any token": "put the text in quotes",
    "mapping values are not allowed": "a text with `: ` in it goes in quotes",
    "end of stream": "a quote that was opened here is not closed",
    "stream end": "a bracket that was opened here is not closed",
    "escape character": "in double quotes a backslash is written twice; single quotes take it as it is",
    "but got": "a bracket or a quote before it is not closed",
    "expected <block end>": "look at the indentation, and for a quote or bracket too much",
}


def _syntax_place(error: MarkedYAMLError) -> Place:
    """The parser's complaint; where the text just ends, the place is that of what was opened last."""
    message = str(error.problem or error.context or "this is not YAML")
    code = "yaml_depth" if message == TOO_DEEP else "yaml_syntax"
    hint = next((advice for part, advice in _SYNTAX_HINTS.items() if part in message), None)
    ended = "end of stream" in message or "stream end" in message
    mark = error.context_mark if ended and error.context_mark is not None else error.problem_mark
    mark = mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    return Place(line, column, "", message, hint, code)


def decode_yaml(data: bytes, *, path: str = "", max_bytes: int = DOCUMENT_MAX_BYTES) -> str:
    """The text of a document's bytes; raises DocumentInvalid for too many, not UTF-8, or control
    characters.
    """
    if len(data) > max_bytes:
        message = f"the document has {len(data)} bytes, at most {max_bytes} are allowed"
        raise DocumentInvalid(
            [Place(1, 1, "", message, "split it into several runbooks", "document_size")], path=path
        )
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        place = Place(line, column, "", "this byte is not UTF-8", "save the file as UTF-8", "encoding")
        raise DocumentInvalid([place], path=path) from error
    found = _FORBIDDEN.search(text)
    if found is not None:
        start = found.start()
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        message = f"the character U+{ord(found.group()):04X} may not stand in a document"
        raise DocumentInvalid([Place(line, column, "", message, "remove it", "character")], path=path)
    return text


class _BoundedScanner(Scanner):
    """Looks ahead no deeper than the bound: a thousand open brackets cost it a third of a second
    otherwise.
    """

    def fetch_flow_collection_start(self, token_class: Any, to_push: str) -> None:
        if self.flow_level > YAML_MAX_DEPTH:
            raise ScannerError(None, None, TOO_DEEP, self.reader.get_mark())
        super().fetch_flow_collection_start(token_class, to_push)


class _Builder:
    """Builds values from events, iteratively, counting as it goes."""

    def __init__(self, path: str) -> None:
        self._file = path
        self._tree = Tree()
        self._nodes = 0

    def build(self, events: Iterator[Event]) -> Tree:
        """Consume all events of the one document."""
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._stop(
                        event, "a file holds one document", "remove what follows `---`", "yaml_documents"
                    )
                if event.version or event.tags:
                    raise self._stop(
                        event, "directives are not allowed", "remove the line with `%`", "yaml_directive"
                    )
                self._tree.value = self._node(next(events), events, (), 1)
            elif isinstance(event, StreamEndEvent):
                break
        if documents == 0:
            raise DocumentInvalid(
                [Place(1, 1, "", "the document is empty", code="yaml_empty")], path=self._file
            )
        return self._tree

    def _node(self, event: Event, events: Iterator[Event], path: Path, depth: int) -> Any:
        self._check(event, depth)
        self._tree.marks[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path, depth)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, path, depth)
        assert isinstance(event, ScalarEvent)
        return self._scalar(event, path)

    def _check(self, event: Event, depth: int) -> None:
        self._nodes += 1
        if self._nodes > YAML_MAX_NODES:
            raise self._stop(
                event, f"more than {YAML_MAX_NODES} values", "split it into several runbooks", "yaml_nodes"
            )
        if isinstance(event, AliasEvent):
            raise self._stop(event, "aliases are not allowed", "write the value out", "yaml_alias")
        if getattr(event, "anchor", None) is not None:
            raise self._stop(event, "anchors are not allowed", "write the value out", "yaml_anchor")
        if getattr(event, "tag", None) is not None:
            raise self._stop(
                event, "tags are not allowed", "remove the word that begins with `!`", "yaml_tag"
            )
        if depth > YAML_MAX_DEPTH and not isinstance(event, ScalarEvent):
            raise self._stop(event, TOO_DEEP, "a runbook is flatter", "yaml_depth")

    def _mapping(self, events: Iterator[Event], path: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            self._check(event, depth + 1)
            key = self._key(event)
            here = (*path, key)
            mark = (event.start_mark.line + 1, event.start_mark.column + 1)
            if key in found:
                first = self._tree.keys[here][0]
                message = f"the key `{key[:64]}` stands twice, first in line {first}"
                self._tree.places.append(
                    Place(*mark, show_path(here), message, "keep one of them", "duplicate_key")
                )
            else:
                self._tree.keys[here] = mark
            found[key] = self._node(next(events), events, here, depth + 1)
        return found

    def _sequence(self, events: Iterator[Event], path: Path, depth: int) -> list[Any]:
        found: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            found.append(self._node(event, events, (*path, len(found)), depth + 1))
        return found

    def _key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent):
            raise self._stop(event, "a key must be a word", "put the key in quotes", "yaml_key")
        if event.implicit[0] and not isinstance(resolve_plain(event.value), str):
            raise self._stop(
                event, f"the key `{event.value[:64]}` is not text", "put it in quotes", "yaml_key"
            )
        return str(event.value)

    def _scalar(self, event: ScalarEvent, path: Path) -> Any:
        if not event.implicit[0]:
            return str(event.value)
        value = resolve_plain(event.value)
        if value is None:
            place = self._tree.place(
                path, "there is no value", hint="give one, or leave the key out", code="null"
            )
            self._tree.places.append(place)
        return value

    def _stop(self, event: Event, message: str, hint: str, code: str) -> DocumentInvalid:
        mark = event.start_mark
        return DocumentInvalid(
            [Place(mark.line + 1, mark.column + 1, "", message, hint, code)], path=self._file
        )


def resolve_plain(text: str) -> str | int | float | bool | None:
    """What a scalar without quotes stands for (YAML 1.2 core schema; `yes`, `on` and dates are text)."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text[0] not in _FIRST_OF_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        if len(text) > _INTEGER_MAX_CHARACTERS:
            return float("inf")
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
