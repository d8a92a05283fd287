"""Lines of prose among commands: what people write under a command line, in the same block of code.

“wait till the lag goes down”, “the LAG column should be < 10000”, “if it doesn't, call the lead”: read by the
grammar of a shell they are commands, or swallow what stands below them.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.programs import is_program
from ingest.extract.spoken import ENGLISH
from ingest.extract.vocabulary import COMMANDS, is_imperative

_SPOKEN: Final = frozenset(
    """
    the a an is are was were be been being it its they them this that these those there you your we our he she
    should must will would can cannot could may might until till because if when while unless than as of to
    for from in on at by with and or but not no all any every each some usually about after before again still
    only just so do does did has have had which who what where how into onto off up down out over under both
    it's don't doesn't isn't aren't won't can't didn't hasn't haven't shouldn't that's you're there's let's
    """.split()
)
"""Words that hold a sentence together; of the arguments of a command hardly ever two are."""

_MARKS: Final = ".,;:!?()[]\"'“”"
_FREE_TEXT: Final = frozenset(
    "echo printf print logger wall say banner git hg svn mail select insert alter explain grant".split()
)
"""What takes a sentence as its argument, or has the words of one as its own."""

_WORDS: Final = frozenset(
    "wait time test make watch kill tail top head host date cut join sort split start stop service".split()
)
_KEYWORDS: Final = frozenset("if for while until case then else do done fi esac function".split())
_SHELL: Final = re.compile(r"\s-{1,2}[A-Za-z]|[|;$=`\\{}*]|&&|>>|\s[<>]\s?[^\s\d]|\s[~.]{0,2}/\S")
_COMMENT: Final = re.compile(r"\s#.*$")
_BEGINS: Final = re.compile(r"\(?[A-Za-z][a-z'’]{0,20}[,:]?$|[Aa]$")
_TELLS: Final = re.compile(
    r"(?i)^\(?(?:wait|if|when|whenever|unless|once|until|otherwise|else,?|then|now|also|same|repeat|"
    r"(?:the|this|that|it|there|you|they|both|all|no|output|result)\b.{0,60}?\b(?:should|must|has to|have to|"
    r"needs? to|may|might|can|will)\b)\b"
)
"""How a line begins that tells what is done or how something should be; no program prints it."""


def is_prose(line: str, *, anyhow: bool = True) -> bool:
    """Whether a line that stands where commands do is a sentence that somebody wrote to the reader. `anyhow`:
    also one that begins with a capital, as the lines that programs print do.
    """
    text = _COMMENT.sub("", line.strip())
    words = text.split()
    if len(words) < 3 or _BEGINS.match(words[0]) is None or words[0].lower() in _FREE_TEXT:
        return False
    if not anyhow and not text.lstrip("(")[:1].islower():
        return False
    if _TELLS.match(text) is None and not is_imperative(text):
        return False
    name = words[0].lower().strip(_MARKS)
    spoken = sum(word.lower().replace("’", "'").strip(_MARKS) in _SPOKEN for word in words[1:])
    return spoken >= _wanted(name, begins=name in _SPOKEN, signed=_SHELL.search(text) is not None)


def _wanted(name: str, *, begins: bool, signed: bool) -> int:
    """How many words of a sentence have to stand behind the first one, so that no command could be meant.
    `begins`: the first one is such a word itself; `signed`: there is a sign of a shell.
    """
    if name in _KEYWORDS:
        return 9 if signed else 2
    if (is_program(name) or name in COMMANDS) and name not in ENGLISH | _WORDS:
        return 9 if signed else 3
    if signed:
        return 3 if begins else 9
    return 1 if begins else 2
