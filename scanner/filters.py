"""Filters of a pipeline that print parts of what they read, and of their own nothing that a path needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from scanner.word import Word

MAX_CHARACTERS: Final = 2_000
"""Of the words of a filter; of a longer one nothing is known."""
_COUNT: Final = re.compile(
    r"[+-]?\d+|\d+(?:,\d*)?(?:,\d+(?:-\d*)?)*|\d*-\d*|\d+(?:\.\d+)?[nrhbV]*(?:,\d+[nrhbV]*)?"
)
_ANY: Final = re.compile(r".*", re.DOTALL)
_OPTIONS: Final[dict[str, tuple[str, dict[str, re.Pattern[str]]]]] = {
    "cut": ("sz", {"d": _ANY, "f": _COUNT, "c": _COUNT, "b": _COUNT}),
    "head": ("qz", {"n": _COUNT, "c": _COUNT}),
    "tail": ("qz", {"n": _COUNT, "c": _COUNT}),
    "sort": ("rnuhVbdfgMisz", {"k": _COUNT, "t": _ANY}),
    "uniq": ("cduiz", {"f": _COUNT, "s": _COUNT, "w": _COUNT}),
    "fold": ("sb", {"w": _COUNT}),
    "rev": ("", {}),
    "tac": ("", {}),
    "cat": ("", {}),
    "nl": ("", {}),
}
"""Letters without a value and with one, of filters that then have no operand: that would be a file."""
_FIRST_LINES: Final = re.compile(r"-\d+")
_SET: Final = re.compile(r"\[:\w+:\]|(?:[a-zA-Z0-9]-[a-zA-Z0-9]|[\w ,;:|=@%+.\n\t]|\\[nrt])*-?")
"""Signs of tr; no range of letters or digits holds a slash."""
_SUBSTITUTES: Final = re.compile(
    r"(?:\s*s([/#,|:@~%!_])(?:(?!\1)[^\\\n]|\\[^\n])*\1(?:(?!\1)[\w .,:;=@%+&-]|\\[1-9&])*\1[gpI0-9]*\s*"
    r"(?:;|\Z))+"
)
"""Nothing that sed puts in holds a slash, whatever sign parts its command."""
_PRINTS: Final = re.compile(
    r"([^{}()\\]*+)\{\s*+print(?![a-z])\s*+((?:[\w\s$\",.:|@+-]|\$\(NF\s*+-\s*+\d++\))*+)\}\s*+"
)
_SETS: Final = re.compile(r"(?<![=!<>~])=(?![=~])|getline")


def shapes(words: Sequence[Word]) -> bool:
    """Whether a command only prints parts of its input, without a slash of its own and from no file."""
    texts = [word.text for word in words]
    if not all(word.literal for word in words) or sum(map(len, texts)) > MAX_CHARACTERS:
        return False
    name = texts[0].rsplit("/", 1)[-1]
    if name in _OPTIONS:
        return _only_options(name, texts[1:])
    special = _SPECIAL.get(name)
    return special is not None and special(texts[1:])


_CHOOSE: Final = frozenset({"head", "tail", "sort", "uniq", "cat", "tac"})


def chooses(words: Sequence[Word]) -> bool:
    """Whether a filter only chooses or orders lines: no letter changes, and no part is left out."""
    name = words[0].text.rsplit("/", 1)[-1]
    if name in ("grep", "egrep", "fgrep"):
        return not any(word.text[:1] == "-" and "o" in word.text for word in words[1:])
    return name in _CHOOSE


def _only_options(name: str, texts: list[str]) -> bool:
    flags, values = _OPTIONS[name]
    given = iter(texts)
    for text in given:
        if name in ("head", "tail") and _FIRST_LINES.fullmatch(text) is not None:
            continue
        letters = text[1:].lstrip(flags) if text[:1] == "-" and len(text) > 1 else None
        if letters is None:
            return False
        if not letters:
            continue
        form = values.get(letters[0])
        value = letters[1:] or next(given, None)
        if form is None or value is None or form.fullmatch(value) is None:
            return False
    return True


def _tr(texts: list[str]) -> bool:
    options = [text for text in texts if re.fullmatch("-[dscC]+", text)]
    sets = texts[len(options) :]
    deletes = any("d" in option for option in options)
    if texts[: len(options)] != options or len(sets) != (1 if deletes or len(sets) == 1 else 2):
        return False
    return deletes or _SET.fullmatch(sets[-1]) is not None


def _sed(texts: list[str]) -> bool:
    scripts = [text for text in texts if not re.fullmatch("-[nEr]*e?", text)]
    return len(scripts) == 1 and _SUBSTITUTES.fullmatch(scripts[0]) is not None


def _awk(texts: list[str]) -> bool:
    if texts[:1] == ["-F"]:
        texts = texts[2:]
    elif texts and texts[0].startswith("-F"):
        texts = texts[1:]
    form = _PRINTS.fullmatch(texts[0]) if len(texts) == 1 else None
    return form is not None and _SETS.search(form.group(1)) is None


def _grep(texts: list[str]) -> bool:
    patterns = [text for text in texts if not re.fullmatch("-[voiEFwx]+", text)]
    return len(patterns) == 1 and not patterns[0].startswith("-")


_SPECIAL: Final[dict[str, Callable[[list[str]], bool]]] = {
    "tr": _tr,
    "sed": _sed,
    "awk": _awk,
    **dict.fromkeys(("grep", "egrep", "fgrep"), _grep),
}
