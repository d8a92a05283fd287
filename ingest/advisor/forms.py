"""Forms of commands that are documented to only read: `tar -t`, `git branch --list`, `kubectl apply
--dry-run=client`. A form is a closed list; what is not in it is not covered by what its documentation says.

`bench/advisor/documented.txt` holds them, with their sources and the spelling that is read here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from ingest.advisor.carried import may_be_option
from ingest.advisor.words import UNKNOWN, Word

_PLAIN: Final = re.compile(r"(?!.*::)(?:[\w./:,%=~^-](?:[\w./:,@%=~^+-]|@\{[\w. -]+\})*)?", re.ASCII)
"""A name, a path or an address; nothing that tools read as a command, an option or a file to read words
from (`+cmd`, `@file`, `ext::sh`, `{ code }`)."""

_SPELLED: Final = re.compile(r"([-+][^=?:]*)(=|\?:|\?|:)?(.*)", re.DOTALL)


@dataclass(frozen=True)
class _Option:
    """`needed`: whether a value must stand; `attached`: only in the same word; `pattern` of the value."""

    takes: bool
    attached: bool
    pattern: re.Pattern[str] | None

    def admits(self, value: str) -> bool:
        """Whether the value is one that the documentation means, as far as it is known."""
        return self.pattern is None or (UNKNOWN not in value and self.pattern.fullmatch(value) is not None)


@cache
def _option(spelled: str) -> tuple[str, _Option]:
    found = _SPELLED.fullmatch(spelled)
    assert found is not None, spelled
    sign, pattern = found[2] or "", re.compile(found[3]) if found[3] else None
    return found[1], _Option(bool(sign), sign.startswith("?"), pattern)


class Form:
    """One documented form: `paths` of subcommands separated by bars, `needs` and `options` as they are
    spelled, `words`: how many plain words."""

    def __init__(self, paths: str, needs: str, options: str, words: str) -> None:
        self._paths = [path.split() for path in paths.split("|")]
        self._spelled = (needs, options)
        self._words = words

    @cached_property
    def _needs(self) -> dict[str, _Option]:
        return dict(_option(each) for each in self._spelled[0].split())

    @cached_property
    def _known(self) -> dict[str, _Option]:
        return self._needs | dict(_option(each) for each in self._spelled[1].split())

    def may_cover(self, texts: set[str]) -> bool:
        """Whether a subcommand of the form is among these words, in whatever order."""
        return any(map(texts.issuperset, self._paths))

    def covers(self, tool: str, words: Sequence[Word]) -> bool:
        """Whether the words are of this form, whatever becomes of what is known only when they run."""
        plain, used = self._taken_apart(tool, words) or ([], None)
        if used is None or (self._needs and not (self._needs.keys() & used)):
            return False
        return any(
            [word.text for word in plain[: len(path)]] == path and self._admits(plain[len(path) :])
            for path in self._paths
        )

    def speaks_of(self, path: str) -> bool:
        """Whether the form is one of this subcommand."""
        return path.split() in self._paths

    def _taken_apart(self, tool: str, words: Sequence[Word]) -> tuple[list[Word], set[str]] | None:
        """The plain words and the names of the options; None where one is not of this form."""
        plain: list[Word] = []
        used: set[str] = set()
        at, ended = 0, False
        while at < len(words):
            word = words[at]
            at += 1
            if ended or not word.text.startswith(("-", "+")) or len(word.text) == 1:
                if may_be_option(tool, word, ended=ended):
                    return None
                plain.append(word)
            elif word.text == "--":
                ended = True
            elif word.text.startswith("+") and word.text not in self._known:
                plain.append(word)
            else:
                names, taken = self._named(word, words[at:])
                if not names or (word.splits and may_be_option(tool, word, ended=False)):
                    return None
                if taken and words[at].splits and may_be_option(tool, words[at], ended=False):
                    return None
                used.update(names)
                at += taken
        return plain, used

    def _named(self, word: Word, after: Sequence[Word]) -> tuple[list[str], int]:
        """The options that a word spells, and how many words behind it are a value; none where it spells one
        that is not known or has a value that is not meant."""
        name, equals, value = word.text.partition("=")
        whole = self._known.get(word.text)
        if whole is not None:
            if not whole.takes or whole.attached:
                return [word.text], 0
            return ([word.text], 1) if after and whole.admits(after[0].text) else ([], 0)
        if equals and (option := self._known.get(name)) is not None:
            return ([name], 0) if option.takes and option.admits(value) else ([], 0)
        if word.text.startswith(("--", "+")):
            return [], 0
        return self._cluster(word.text, after)

    def _cluster(self, text: str, after: Sequence[Word]) -> tuple[list[str], int]:
        names: list[str] = []
        for at, letter in enumerate(text[1:], 1):
            option = self._known.get("-" + letter)
            if option is None:
                return [], 0
            names.append("-" + letter)
            if not option.takes:
                continue
            rest = text[at + 1 :]
            if rest or option.attached:
                return (names, 0) if option.admits(rest) or not rest else ([], 0)
            return (names, 1) if after and option.admits(after[0].text) else ([], 0)
        return names, 0

    def _admits(self, plain: Sequence[Word]) -> bool:
        if self._words == "*":
            return True
        if self._words == "~":
            return all(_PLAIN.fullmatch(word.text.replace(UNKNOWN, "x")) for word in plain)
        if self._words.startswith("/"):
            joined = "\t".join(word.text for word in plain)
            return UNKNOWN not in joined and re.fullmatch(self._words[1:-1], joined) is not None
        return len(plain) <= int(self._words) and not any(word.opaque and word.bare for word in plain)
