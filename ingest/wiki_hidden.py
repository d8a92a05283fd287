"""What no reader of a wiki page sees: letters as light as the page, an excerpt that is shown elsewhere.

It is cut out before the markup is read, whatever it holds: a comment in its place would end where its own
text says so. What was cut out is listed among the hidden texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.sources.colours import colour_of, is_lost
from ingest.sources.hidden import HiddenText
from ingest.trace import Edit, Span

_MACRO: Final = re.compile(r"(?i)\{(color|excerpt)(?::([^{}\n]{0,200}))?\}")
_SET: Final = re.compile(r"(?i)(?:^|\|)[ \t]*hidden[ \t]*=[ \t]*true[ \t]*(?:\||$)")


def hidden_spans(text: str) -> list[Span]:
    """The hidden passages with their macros, in order and apart; one look at each macro.

    One opens with a macro that hides and ends with the macro that closes that one, where others are nested in
    it; where none closes it, with the next that closes any of its name. One that is never closed hides
    nothing: the wiki shows it as it was typed.
    """
    macros = list(_MACRO.finditer(text))
    closing = _closing(macros)
    spans: list[Span] = []
    place = 0
    for number, macro in enumerate(macros):
        end = closing[number]
        if macro.start() >= place and end is not None and _hides(macro):
            place = macros[end].end()
            spans.append(Span(macro.start(), place))
    return spans


def hidden_cuts(text: str) -> list[Edit]:
    """The edits that cut them out."""
    return [Edit(span.start, span.end, "") for span in hidden_spans(text)]


def hidden_wiki_texts(text: str) -> Iterator[HiddenText]:
    """What they say, each at its line."""
    place, line = 0, 1
    for span in hidden_spans(text):
        line += text.count("\n", place, span.start)
        place = span.start
        said = " ".join(_MACRO.sub(" ", text[span.start : span.end]).split())
        if said:
            yield HiddenText(said, line, comment=False)


def _closing(macros: list[re.Match[str]]) -> list[int | None]:
    """Of each macro the number of the one that closes it; None where none does, and of a closing one."""
    closing: list[int | None] = [None] * len(macros)
    opened: dict[str, list[int]] = {"color": [], "excerpt": []}
    for number, macro in enumerate(macros):
        waiting = opened[macro[1].lower()]
        if macro[2] is not None:
            waiting.append(number)
        elif waiting:
            closing[waiting.pop()] = number
    following: dict[str, int] = {}
    for number in range(len(macros) - 1, -1, -1):
        name = macros[number][1].lower()
        if macros[number][2] is None:
            following[name] = number
        elif closing[number] is None:
            closing[number] = following.get(name)
    return closing


def _hides(macro: re.Match[str]) -> bool:
    """Whether a macro hides what stands in it."""
    how = macro[2]
    if how is None:
        return False
    if macro[1].lower() == "excerpt":
        return _SET.search(how) is not None
    colours = [colour_of(part.rpartition("=")[2]) for part in how.split("|")]
    return any(colour is not None and is_lost(colour) for colour in colours)
