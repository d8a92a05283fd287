"""SQL as the local model sees it: the words of each statement and the functions that it calls."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ingest.advisor.words import Unlike

_TOKEN: Final = re.compile(
    r"\s+|--[^\n]*|(?P<open>/\*)|(?P<string>'(?:[^'\\]|'')*')|(?P<name>\"(?:[^\"\\]|\"\")*\"|`[^`\\]*`)|"
    r"(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)|(?P<bind>\$[0-9]+)|(?P<sign>[-+*/%<>=~!@&|^?:.,;()\[\]#])"
)
_READS: Final = frozenset({"select", "show", "explain", "describe", "desc", "values", "table", "with"})
"""Statements that PostgreSQL itself admits in a read-only transaction (ClassifyUtilityCommandAsReadOnly in
src/backend/tcop/utility.c), and MySQL's DESCRIBE."""

_ACTS: Final = frozenset(
    "insert update delete merge into create drop alter truncate grant revoke copy call do lock set reset "
    "vacuum "
    "analyze reindex cluster refresh comment execute prepare import load replace outfile dumpfile kill "
    "shutdown "
    "attach detach pragma begin commit rollback share notify listen".split()
)
_SYNTAX: Final = frozenset(
    "in exists values filter over using as and or not any all some on when then else case row cast "
    "coalesce nullif "
    "greatest least extract overlay position substring trim select from where join by with union except "
    "intersect "
    "within array having limit partition between like ilike is distinct rows range grouping lateral interval "
    "char varchar numeric decimal format costs buffers verbose timing json".split()
)
"""Words that may stand before a parenthesis without being a function (PostgreSQL, appendix C)."""


_SHOWS: Final = re.compile(
    r"\\(?:d[a-zA-Z]{0,3}[S+]{0,2}|l\+?|z|sf\+?|sv\+?|conninfo)(?: [\w.*]+)?", re.ASCII
)
"""Meta-commands of psql that list what there is (psql(1), Meta-Commands); a word is an object's pattern."""


def judge_sql(text: str, published: Callable[[str], str | None]) -> str | None:
    """Why the text may do more than read; None where every statement only reads. Raises Unlike."""
    if _SHOWS.fullmatch(text.strip()):
        return None
    statements = _statements(text)
    if not statements:
        raise Unlike("there is no statement in it")
    for statement in statements:
        if statement.count("(") != statement.count(")"):
            raise Unlike("its brackets do not match")
        reason = _judge(statement, published)
        if reason is not None:
            return reason
    return None


def _statements(text: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise Unlike("it has SQL that the model does not read")
        at = token.end()
        if token["open"]:
            at = _comment_end(text, token.start())
        elif token["sign"] == ";":
            found.append([])
        elif token["string"]:
            found[-1].append("'")
        elif token["name"]:
            found[-1].append('"')
        elif token["sign"] == "#":
            raise Unlike("it has SQL that the model does not read")
        elif token["word"] or token["number"] or token["bind"] or token["sign"]:
            found[-1].append(token[0].lower())
    return [statement for statement in found if statement]


def _comment_end(text: str, start: int) -> int:
    if text.startswith(("/*!", "/*+"), start):
        raise Unlike("it has a comment that a database reads")
    depth, at = 0, start
    while at < len(text):
        if text.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif text.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                return at
        else:
            at += 1
    raise Unlike("a comment has no end")


def _judge(words: list[str], published: Callable[[str], str | None]) -> str | None:
    first = words[0]
    if first == "(":
        first = next((word for word in words if word != "("), "(")
    if first not in _READS:
        return (
            f"{first[:30].upper()} is no statement that only reads"
            if first.isalpha()
            else "it begins unusually"
        )
    if first in ("show", "describe", "desc"):
        return None
    if first == "explain":
        rest = words[1:]
        return "EXPLAIN ANALYZE runs the statement" if "analyze" in rest or "analyse" in rest else None
    acts = next((word for at, word in enumerate(words) if word in _ACTS and not _is_name(words, at)), None)
    if acts is not None:
        return f"{acts.upper()} changes or locks something"
    return _functions(words, published)


def _is_name(words: list[str], at: int) -> bool:
    """Whether a word is a column behind a table's name, `t.comment`, or the function replace()."""
    return (at > 0 and words[at - 1] == ".") or words[at : at + 2] == ["replace", "("]


def _functions(words: list[str], published: Callable[[str], str | None]) -> str | None:
    for at, word in enumerate(words[1:], 1):
        name = words[at - 1]
        if word != "(" or not (name == '"' or name[0].isalpha() or name[0] == "_"):
            continue
        if name in _SYNTAX:
            continue
        if name == '"' or (at >= 2 and words[at - 2] == "." and words[at - 3 : at - 2] != ["pg_catalog"]):
            raise Unlike("it calls a function that the model has not learned about")
        label = published(name)
        if label is None:
            raise Unlike(f"it calls {name[:40]}(), which the model has not learned about")
        if label == "act":
            return f"the function {name[:40]}() does more than read"
    return None
