"""What ksh and zsh take for an expression where bash takes a word: subscripts in it run commands.

Seen in mksh 59c, ksh 93u+m and zsh 5.9: the numbers of a test, and what exit, shift and the like are given.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from scanner.escapes import OPAQUE

if TYPE_CHECKING:
    from scanner.judge import Judge
    from scanner.word import Word

EVALUATING: Final = ("ksh", "mksh", "pdksh", "oksh", "ksh93", "lksh", "yash")
"""Shells of this kind beside zsh."""
EVALUATED: Final = (
    r"\s-(?:eq|ne|lt|le|gt|ge)\b|\b(?:shift|exit|return|break|continue|printf)\b[^;\n]{0,200}\$(?!\?)"
    r"|(?:\[|\btest)\s+(?:!\s+)?(?![-!])[^\s;]{1,200}\s+\$|\$'[^'\n]{0,200}\\"
)
"""A comparison, a number that a name holds, or an operator that one holds or that is written by escapes."""
_QUOTES: Final = re.compile(r"[\"'\\]")
_BARE: Final = re.compile(EVALUATED)
_TIE: Final = ("declare", "typeset", "export", "local", "readonly", "integer", "float")
_TIES: Final = re.compile(rf"\b(?:{'|'.join(_TIE)})\b")
_TIED: Final = re.compile(r"\s-\w{0,40}T")
"""`typeset -T`: a name is a list that is tied to another, as the search path is (zshbuiltins(1))."""
_COMPARISON: Final = re.compile("-(?:eq|ne|lt|le|gt|ge)")
_NUMBERED: Final = frozenset(
    {"shift", "exit", "return", "break", "continue", "printf", "sleep", "read", "ulimit"}
)
"""Builtins that are given numbers; `sleep` and `read -t` are in ksh93."""
_COUNTS: Final = frozenset({"$?", "$#", "${?}", "${#}"})
_UNARY: Final = frozenset({"!", "=", "==", "!=", "<", ">", "(", ")"})
"""What in a test is no value that an operator may follow."""


def may_evaluate(name: str, text: str) -> bool:
    """Whether a text may hold such an expression once its quotes are taken away."""
    bare = _QUOTES.sub("", text)
    if name == "zsh" and _TIES.search(bare) is not None and _TIED.search(bare) is not None:
        return True
    return (name == "zsh" or name in EVALUATING) and _BARE.search(bare) is not None


def judge_evaluated(judge: Judge, name: str, words: list[Word]) -> None:
    """A command that such a shell runs, by its words as they are read."""
    given = words[1:]
    if name in ("test", "["):
        found = _compares(given) and any(not word.literal for word in given)
    elif name in _TIE:
        texts = [word.text for word in given if word.text[:1] in ("-", OPAQUE)]
        found = any("T" in text or OPAQUE in text for text in texts)
    else:
        found = name in _NUMBERED and any(not word.literal and not _is_count(judge, word) for word in given)
    if found:
        why = f"{name} evaluates what a name holds in this shell"
        judge.unknown("shell.syntax", why, words[0].start, words[-1].end)


def _compares(given: list[Word]) -> bool:
    """Whether a test has numbers to compare, or an operator that is known only when it runs."""
    if any(_COMPARISON.fullmatch(word.text) is not None for word in given):
        return True
    return any(
        OPAQUE in word.text and before.text[:1] != "-" and before.text not in _UNARY
        for before, word in pairwise(given[:-1])
    )


def _is_count(judge: Judge, word: Word) -> bool:
    """`$?` and `$#`, which are numbers."""
    raw = judge.source[word.start : word.end].decode("utf-8", "replace")
    return raw.strip('"') in _COUNTS
