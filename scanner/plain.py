"""The commonest scripts, read without a syntax tree: simple commands of plain and quoted words, joined.

The form is so narrow that the tree can only be these lists of words: printable ASCII, nothing that expands,
redirects or comments, and no word that the grammar or the walk treats in a way of its own. A test holds what
is read here against what the walk over the tree tells.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.constant import output_of
from scanner.flow import PIPE, Place, Stdin
from scanner.listing import adds_what_it_reads, listed_by
from scanner.word import Word, made

MAX_PLAIN_CHARACTERS: Final = 4_096
"""Longer texts are measured in nodes, so they are parsed."""
OUTERMOST: Final = Place()
_LATER: Final = Place(conditional=True)

_BARE: Final = r"[A-Za-z0-9./:=_,@%+~^*?-]"
_QUOTED: Final = r"""'[ !-&(-~]*'|"[ !#%-[\]-_a-~]*\""""
_COMMAND: Final = rf"[A-Za-z0-9./_][A-Za-z0-9./_-]*+(?:[ \t]++(?!=)(?:{_BARE}+|{_QUOTED})+)*+"
"""The name is narrower: the tree shows an error behind `name@` and `name%`, and no name in `-` or before `=`.
No word begins with `=`, since `==` and `=~` are operators in it.
"""
_ONE_BARE: Final = re.compile(rf"[ \t]*+[A-Za-z0-9./_][A-Za-z0-9./_-]*+(?:[ \t]++(?!=){_BARE}++)*+[ \t\n]*+")
"""The commonest of these scripts: one command without quotes."""
_SCRIPT: Final = re.compile(
    rf"[ \t]*+{_COMMAND}(?:[ \t]*+(?:\|\||&&|[|;])[ \t]*+{_COMMAND})*+[ \t\n]*+"
)  # fmt: skip
_TOKENS: Final = re.compile(r"""(?:[^\s'"|&;]++|'[^']*+'|"[^"]*+")+|\|\|?|&&|;""")
"""The words and operators of a text that is known to be such a script."""
_PARTS: Final = re.compile(r"""[^'"]++|'[^']*+'|"[^"]*+\"""")
_PATTERN: Final = re.compile(r"[*?]")
_JOINS: Final = frozenset({"|", "||", "&&", ";"})
_CONDITIONAL: Final = frozenset({"||", "&&"})
_GRAMMAR: Final = frozenset(
    "if then elif else fi for select while until do done case esac in function time coproc".split()
)
"""Words of the grammar: the walk knows what they do."""
_OWN_WAY: Final = _GRAMMAR | frozenset(
    "declare typeset export readonly local unset unsetenv "
    "read mapfile readarray vared getopts printf wait let command builtin eval".split()
)
"""And commands that set names, or stand before one that does; as arguments of another they are words."""


def plain_commands(text: str) -> list[tuple[list[Word], Place]] | None:
    """The commands of a text, each with its place, as the walk tells them; None where there may be more."""
    if len(text) > MAX_PLAIN_CHARACTERS:
        return None
    if _ONE_BARE.fullmatch(text) is not None:
        texts = text.split()
        if not _OWN_WAY.isdisjoint(texts) and (texts[0] in _OWN_WAY or not _GRAMMAR.isdisjoint(texts)):
            return None
        return [(_bare(text), OUTERMOST)]
    return _several(text) if _SCRIPT.fullmatch(text) is not None else None


def _bare(text: str) -> list[Word]:
    """The words of one command without quotes."""
    if "\t" in text or "\n" in text:
        text = text.replace("\t", " ").replace("\n", " ")
    patterns = "*" in text or "?" in text
    words, start = [], 0
    for raw in text.split(" "):
        if not raw:
            start += 1
            continue
        end = start + len(raw)
        pattern = patterns and _PATTERN.search(raw) is not None
        words.append(
            made(
                Word, (raw, start, end, False, pattern, True, False, False, False, False, False, False, None)
            )
        )
        start = end + 1
    return words


def _several(text: str) -> list[tuple[list[Word], Place]] | None:
    """Commands with quotes, or joined: behind `|` one reads the other, behind `&&` and `||` it may not.

    None where the tree has a way of its own: `{name}>` sets a name, which the walk looks for in quotes, too;
    a list behind a pipeline of three hangs on its last command (`a | b | c && d`).
    """
    if "}<" in text or "}>" in text:
        return None
    words: list[Word] = []
    found, place, here = [(words, OUTERMOST)], OUTERMOST, OUTERMOST
    hands_on = adds_what_it_reads(text.encode())
    joins: set[str] = set()
    for match in _TOKENS.finditer(text):
        raw = match.group()
        if raw in _JOINS:
            joins.add(raw)
            if raw == "|":
                printed = output_of(words, None)
                stdin = PIPE if printed is None else Stdin("text", printed)
                if hands_on and printed is None:
                    stdin = Stdin("pipe", None, listed_by(words, here.stdin.listed))
                here = place._replace(stdin=stdin)
            else:
                here = place = OUTERMOST if raw == ";" else _LATER
            words = []
            found.append((words, here))
            continue
        word = _word(raw, match.start(), match.end())
        if word is None or (word.text in _OWN_WAY and (not words or word.text in _GRAMMAR)):
            return None
        words.append(word)
    return None if "|" in joins and not joins.isdisjoint(_CONDITIONAL) else found


def _word(raw: str, start: int, end: int) -> Word | None:
    """One word; None where braces may expand, which the reader of the tree knows."""
    if "'" not in raw and '"' not in raw:
        pattern = _PATTERN.search(raw) is not None
        return made(
            Word, (raw, start, end, False, pattern, True, False, False, False, False, False, False, None)
        )
    parts = _PARTS.findall(raw)
    bare = "".join([part for part in parts if part[0] not in "'\""])
    if "{" in raw and ("," in bare or ".." in bare):
        return None
    inside = "".join([part if part[0] not in "'\"" else part[1:-1] for part in parts])
    pattern = _PATTERN.search(bare) is not None
    return made(
        Word, (inside, start, end, True, pattern, True, False, False, False, False, False, False, None)
    )
