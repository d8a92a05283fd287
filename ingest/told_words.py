"""Words in code that the text says to replace by a value of the reader's: “replace `x` with your …”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.blocks import Block
from ingest.extract.vocabulary import COMMANDS
from ingest.search_words import is_searched

_REPLACED: Final = re.compile(
    r"(?i)\b(?:replac(?:e|ing)|substitut(?:e|ing)|swap(?:ping)?)\s+(?:out\s+)?(?:the\s+)?"
    r"(?:(?:value|placeholder|name|word|string|example|text)s?\s+)?(?:of\s+|for\s+)?[\"'“‘(`]{0,2}\Z"
)
_BY_WHAT: Final = re.compile(
    r"(?i)[\"'”’)`]{0,2}\s+(?:(?:in|above|below)\s[^.;\n]{0,60}?\s?)?\b(?:with|by|for)\s+"
    r"((?:the|your|an?|any|one|its|whatever|whichever|each)\b(?!\s+(?:new|spare|fresh)\b)[^.,;:\n`]{0,80})"
)
"""By what kind of thing; “with `info`” and “with the new disk” say what is done."""

_WHERE: Final = re.compile(r"(?i)(?:^|[\s(,])where\s+(?:the\s+)?[\"'“‘(`]{0,2}\Z")
_IS_WHAT: Final = re.compile(
    r"(?i)[\"'”’)`]{0,2}\s+(?:is|are|should be|stands for|refers to|represents|equals)\s+"
    r"(?:the|your|an?|any|one|its|whatever)\b"
)
_KIND_OF_VALUE: Final = re.compile(
    r"(?i)\b(?:your|names?|ids?|identifiers?|address(?:es)?|ip|paths?|numbers?|values?|url|actual|correct|own|right|"
    r"desired|appropriate|affected|relevant|you)\b"
)
_LOOKS: Final = re.compile(
    r"[A-Z][A-Z0-9_-]+|(?:your|my)[-_.]?\w[\w.@:/-]*|.*(?:xxx|foo|bar|baz|example|/path/to/).*|[a-z]{1,3}x{2,}"
)
"""What looks like a placeholder by itself."""

_TELLS: Final = re.compile(r"[\w./@:-]{2,80}")
_NEAR: Final = 60

_SETTINGS: Final = frozenset(
    "true false yes no on off null none debug info warn error enabled disabled".split()
)
_PLAIN: Final = re.compile(r"[a-z]+|\d{1,4}")
_OWN_BEFORE: Final = re.compile(
    r"(?:^|[\n|;&(])\s*\Z|[\w\])]\.\Z|\s-o[= ]?\Z|--output[= ]\Z|"
    r"\b(?:kubectl|oc)\s(?:[^|;&\n]{0,80}\s)?(?:get|describe|delete|edit|patch|label|annotate|scale)\s{1,3}\Z"
)
"""Before a word that is the program's own: a program, a field, a form of output, a kind."""


def told_in_code(block: Block) -> Iterator[str]:
    """What stands in code and is to be replaced: “replace `my-app` with the name of your app”."""
    for span in block.code:
        word = block.text[span.start : span.end].strip("<>{}[]$")
        if _TELLS.fullmatch(word) is None or word in COMMANDS or word.lower() in _SETTINGS:
            continue
        start = max(0, span.start - _NEAR)
        before = block.text[start : span.start]
        if (_REPLACED.search(before) and _by_a_value(word, block.text, span.end)) or (
            _WHERE.search(before) and _IS_WHAT.match(block.text, span.end)
        ):
            yield word


_MARKED: Final = re.compile(
    r"(?P<word>[\w./@:-]{2,80})[\"']?[ \t]{1,8}(?:(?:#|//|--)[ \t]{0,3})?<(?P<mark>\d{1,2})>[ \t]*$"
)
_SAYS: Final = re.compile(
    r"[ \t]{0,8}<(?P<mark>\d{1,2})>[ \t]+(?:"
    r"(?P<told>(?i:replace|substitute)\b[^\n]{0,80}\b(?:with|by)\b[^\n]{3,200})|"
    r"(?i:specify|enter|provide|use|add)\s+(?i:the|your)\s[^\n]{0,60}?\b(?i:names?|ids?|address|number|value)\b)"
)


def told_by_callouts(text: str) -> Iterator[str]:
    """The last words of lines of code whose callout says by what they are replaced: `remove 6fc1e7 <1>`, with
    `<1> Replace it with the ID of the member` below. Linear time.
    """
    marked: dict[str, str] = {}
    if "<1>" not in text:
        return
    for line in text.split("\n"):
        found = _MARKED.search(line[-_LINE_MAX:]) if line.rstrip().endswith(">") else None
        if found is not None:
            marked[found["mark"]] = found["word"]
        elif (says := _SAYS.match(line)) is not None and (word := marked.pop(says["mark"], "")):
            value = says["told"] is not None or _LOOKS.fullmatch(word) is not None or "-" in word
            if value and word[0] not in "-./:" and word.lower() not in {*COMMANDS, *_SETTINGS}:
                yield word


_LINE_MAX: Final = 200


def _by_a_value(word: str, text: str, end: int) -> bool:
    """Whether the text says by what kind of value a word is replaced."""
    what = _BY_WHAT.match(text, end)
    return what is not None and (
        _LOOKS.fullmatch(word) is not None or _KIND_OF_VALUE.search(what[1]) is not None
    )


def is_value_there(word: str, command: str, bounded: re.Pattern[str]) -> bool:
    """Whether a word that is told to be replaced is a value in this command. As all of its places would be
    filled, it is none where one of them is searched for, nor, where it is a common word, where one is the
    program's own; a number that stands twice may be two numbers.
    """
    starts = [found.start() for found in bounded.finditer(command)]
    if not starts or any(is_searched(command, start) for start in starts):
        return False
    if _PLAIN.fullmatch(word) is None:
        return True
    if word.isdigit():
        return len(starts) == 1
    return not any(_OWN_BEFORE.search(command[max(0, start - 120) : start]) for start in starts)
