"""The events of a YAML text as libyaml reads them, where it reads what the full parser reads.

libyaml (by ruamel.yaml.clib) takes a fifteenth of the pure parser's time, but it is of YAML 1.1 and a little
more generous. So it gets only texts in which the two can't differ, and what it refuses is read again by the
full parser, which alone refuses and explains.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import re2
from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # imported there from the C library
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import Event, MappingEndEvent, ScalarEvent, SequenceEndEvent

_MAY_DIFFER: Final = re2.compile(
    r"(?m)[\t\r\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]"  # other blanks and breaks
    r"|[|>][-+0-9]*#"  # a comment that touches the head of a text
    r"|^ +$"  # a line of blanks, which may end a text's margin or begin it
    r"|^%"  # directives
)
"""Found by comparing the two parsers on documents changed at random (tests/unit/schemas/test_yaml_events.py
goes on with that); in what is left they agreed on values, places and refusals."""


class MayDiffer(YAMLError):
    """The text goes on in a way that the two parsers understand differently."""


def plain_events(text: str) -> Iterator[Event] | None:
    """The events of a text, lazily, or None where the two parsers could differ. The iterator raises
    ruamel's YAMLError at the first thing that libyaml refuses or the full parser may."""
    if _MAY_DIFFER.search(text) is not None:
        return None
    return _checked(text)


def _checked(text: str) -> Iterator[Event]:
    parser = CParser(text)  # what YAML(typ="safe", pure=False) makes, which looks for its plug-ins first
    try:
        while (event := parser.get_event()) is not None:
            if _ends_in_quotes_or_brackets(event):
                end = event.end_mark.index
                if text.startswith(":", end) and text[end + 1 : end + 2] not in ("", " ", "\n"):
                    raise MayDiffer  # `"key":value`: a key to one of them
            yield event
    finally:
        parser.dispose()


def _ends_in_quotes_or_brackets(event: Event) -> bool:
    if isinstance(event, ScalarEvent):
        return event.style in ("'", '"')
    return isinstance(event, MappingEndEvent | SequenceEndEvent)
