"""The commonest script, read without a syntax tree: one simple command of plain and quoted words.

Its form is so narrow that the tree can only be one list of words: printable ASCII, nothing that expands,
redirects, joins or comments, and no word that the grammar or the walk treats in a way of its own. A test holds
the words against those of the tree.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.words import Word

MAX_PLAIN_CHARACTERS: Final = 4_096
"""Longer texts are measured in nodes, so they are parsed."""

_BARE: Final = r"[A-Za-z0-9./:=_,@%+~^*?-]"
_QUOTED: Final = r"""'[ !-&(-~]*'|"[ !#%-[\]-_a-~]*\""""
_WORD: Final = rf"(?:{_BARE}+|{_QUOTED})+"
_SCRIPT: Final = re.compile(rf"[ \t]*+[A-Za-z0-9./_][A-Za-z0-9./_-]*+(?:[ \t]++(?!=){_WORD})*+[ \t\n]*+")
"""The name is narrower still: the tree shows an error behind `name@` and `name%`, and no name in `-` or before
`=`. No word begins with `=`, since `==` and `=~` are operators in it.
"""
_WORDS: Final = re.compile(r"""(?:[^\s'"]++|'[^']*+'|"[^"]*+")+""")
"""The words of a text that is known to be such a script."""
_PARTS: Final = re.compile(r"""[^'"]++|'[^']*+'|"[^"]*+\"""")
_PATTERN: Final = re.compile(r"[*?]")
_OWN_WAY: Final = frozenset(
    "if then elif else fi for select while until do done case esac in function time coproc "
    "declare typeset export readonly local unset unsetenv "
    "read mapfile readarray vared getopts printf wait let command builtin eval".split()
)
"""Words of the grammar, and commands that set names: the walk knows what they do."""


def plain_words(text: str) -> list[Word] | None:
    """The words of the one command that a text is, as the tree gives them; None where it may be more."""
    if len(text) > MAX_PLAIN_CHARACTERS or _SCRIPT.fullmatch(text) is None:
        return None
    words = _quoted(text) if "'" in text or '"' in text else _bare(text)
    if words is None or not _OWN_WAY.isdisjoint([word.text for word in words]):
        return None
    return words


def _bare(text: str) -> list[Word] | None:
    """The words of a text without quotes."""
    if "\t" in text or "\n" in text:
        text = text.replace("\t", " ").replace("\n", " ")
    patterns = "*" in text or "?" in text
    words, start = [], 0
    for raw in text.split(" "):
        end = start + len(raw)
        if raw:
            words.append(Word(raw, start, end, False, patterns and _PATTERN.search(raw) is not None))
        start = end + 1
    return words


def _quoted(text: str) -> list[Word] | None:
    """The words of a text with quotes; None where braces may expand, which the reader of the tree knows."""
    words = []
    for match in _WORDS.finditer(text):
        raw = match.group()
        if "'" not in raw and '"' not in raw:
            word = Word(raw, match.start(), match.end(), False, _PATTERN.search(raw) is not None)
        else:
            parts = _PARTS.findall(raw)
            bare = "".join([part for part in parts if part[0] not in "'\""])
            if "{" in raw and ("," in bare or ".." in bare):
                return None
            inside = "".join([part if part[0] not in "'\"" else part[1:-1] for part in parts])
            word = Word(inside, match.start(), match.end(), True, _PATTERN.search(bare) is not None)
        words.append(word)
    return words
