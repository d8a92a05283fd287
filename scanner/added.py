"""What xargs adds to a command: words that a list decides, one or several at a time."""

from __future__ import annotations

import re
from typing import Final

from scanner.escapes import OPAQUE
from scanner.flow import Place
from scanner.judge import Judge
from scanner.paths import open_to_all
from scanner.word import Word

MAX_ADDED_CHARACTERS: Final = 4_096
_ENDED_BY_NULL: Final = re.compile(r"-[rt]*0[rt]*(?:n\d*|P\d*|I.*)?|--null")
_QUOTES: Final = re.compile(r"[\"'\\]")
_ENDS: Final = re.compile(r"-[rtpxo]*[0deE]|--(?:nu|de|eof)")
"""Options of xargs that say where a word ends, or the list."""
_COUNTS: Final = re.compile(r"-[0rtxp]*[nLlsI]|--(?:max|rep)")
"""Options of xargs that say how many words or lines each command is given."""


def filled(word: Word, marks: list[str], *, data: bool) -> Word:
    """A word with what is read in place of the marks; one that is all of that stands nowhere in the text."""
    text = _marked(word.text, marks)
    if text == word.text:
        return word
    return word._replace(text=text, data=data, start=word.end if text == OPAQUE else word.start)


def _marked(text: str, marks: list[str]) -> str:
    for mark in marks:
        text = text.replace(mark, OPAQUE)
    return text


def is_data(judge: Judge, own: list[Word], words: list[Word], place: Place) -> bool:
    """Whether what is read may be anything: no list of names, nor of paths that end where xargs ends them.

    A path may hold a blank or a line end where others may make files: below `cd /tmp` in every folder.
    """
    listed = place.stdin.listed
    if place.stdin.kind != "pipe" or _reads_file(words):
        return True
    if listed == "ended paths":
        return not any(_ENDED_BY_NULL.fullmatch(word.text) for word in own)
    return listed not in ("names", "paths") or (
        listed == "paths" and any(open_to_all(folder) for folder in judge.shared.folders)
    )


def added_words(own: list[Word], words: list[Word], place: Place, end: int, *, data: bool) -> list[Word]:
    """The words that come through standard input: known where the script itself prints them."""
    text = place.stdin.text if place.stdin.kind == "text" and not _reads_file(words) else None
    if text is None or len(text) > MAX_ADDED_CHARACTERS or _parts_otherwise(text, own):
        return [Word(OPAQUE, end, end, data=data, splits=data and not _one_at_a_time(own))]
    return [Word(part, end, end, certain=False) for part in text.split()]


def _parts_otherwise(text: str, own: list[Word]) -> bool:
    """Whether xargs makes other words of a text than its blanks do: by quotes, backslashes, other ends."""
    return _QUOTES.search(text) is not None or any(_ENDS.match(word.text) is not None for word in own)


def _one_at_a_time(own: list[Word]) -> bool:
    """Whether one word is added to each command; `-L1` adds a line, which may hold several."""
    texts = [word.text for word in own]
    counted = [at for at, text in enumerate(texts) if _COUNTS.match(text) is not None]
    if len(counted) != 1:
        return False
    text = texts[counted[0]]
    value = "".join(texts[counted[0] + 1 : counted[0] + 2]) if text.endswith("n") else text
    return re.fullmatch(r"-[0rt]*n1|--max-args=1|1", value) is not None


def _reads_file(words: list[Word]) -> bool:
    """Whether the list comes from a file, whatever is piped."""
    return any(word.text.startswith(("-a", "--arg-file", "::::")) for word in words)
