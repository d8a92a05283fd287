"""What a statement makes out of nothing: rows and texts by its numbers, recursion without an end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from scanner.sqlstatement import Statement, always, where
from scanner.sqltokens import Token

MAX_MADE: Final = 100_000_000
"""Rows or bytes that a statement may make; a server needs seconds and some 100 MB for them."""
_SERIES: Final = frozenset({"generate_series", "numbers", "range", "generate_array"})
_TEXTS: Final = frozenset({"repeat", "replicate", "space", "zeroblob", "randomblob", "lpad", "rpad"})
_WIDTHS: Final = frozenset({"lpad", "rpad", "space"})
"""Make a text of a width, however long the one is that they are given: those of several columns add up."""
_PUTS_IN: Final = frozenset({"replace", "regexp_replace", "regexp_substr", "listagg", "xmlagg"})
"""Put one text into another many times: then widths multiply, too."""
_MAKES: Final = _SERIES | _TEXTS
_RECURSION: Final = frozenset({"recursive", "maxrecursion"})
_BOUNDS: Final = frozenset({"limit", "join", "having", "fetch", "top", "exists", "in"})
MAX_ARGUMENTS: Final = 40
"""Tokens of one call in which numbers are looked for."""
MAX_UNIONS: Final = 16
_MORE_DIGITS: Final = re.compile(r"_[\d_]+")


def makes_much(statement: Statement) -> str | None:
    """Why a statement may exhaust the server; None where it does not by what is written in it."""
    if statement.says(_MAKES) and _made(statement) > MAX_MADE:
        return "makes more rows or longer texts than a server has room for"
    if statement.says(_RECURSION) and _endless(statement):
        return "the recursion has no end by what is written in it"
    return None


def _made(statement: Statement) -> float:
    """The product of what its calls make, one may stand in another or be joined with it; of the texts of a
    width only the sum.
    """
    tokens, made, widths = statement.tokens, 1.0, 0.0
    adds_up = frozenset[str]() if statement.says(_PUTS_IN) else _WIDTHS
    for at in range(len(tokens) - 1):
        name = tokens[at].text.lower()
        if name in _MAKES and tokens[at + 1].text == "(" and made <= MAX_MADE:
            numbers = _numbers(tokens[at + 1 : at + 1 + MAX_ARGUMENTS])
            size = max(1.0, _rows(numbers) if name in _SERIES else max(numbers, default=1.0))
            made, widths = (made, widths + size) if name in adds_up else (made * size, widths)
    return made * max(widths, 1.0)


def _rows(numbers: list[float]) -> float:
    if len(numbers) < 2:
        return numbers[0] if numbers else 1.0
    step = numbers[2] if len(numbers) > 2 and numbers[2] else 1.0
    return abs(numbers[1] - numbers[0]) / abs(step)


def _numbers(tokens: Sequence[Token]) -> list[float]:
    """The numbers among the arguments of a call; those that a sign multiplies as one."""
    found: list[float] = []
    depth, times = 0, False
    for at, token in enumerate(tokens):
        if token.kind == "operator":
            depth += (token.text == "(") - (token.text == ")")
            times = times or (depth == 1 and token.text in ("*", "^"))
            if depth == 0:
                break
        elif token.kind == "number" and depth == 1:
            found.append(_value(token, tokens[at + 1] if at + 1 < len(tokens) else None))
    if not times:
        return found
    product = 1.0
    for number in found:
        product *= max(number, 1.0)
    return [product]


def _value(token: Token, following: Token | None) -> float:
    """A number, with digits behind an underscore as PostgreSQL 16 and others read them."""
    text = token.text
    if following is not None and following.start == token.end and _MORE_DIGITS.fullmatch(following.text):
        text += following.text.replace("_", "")
    return float(int(text[:40], 16)) if text[:2].lower() == "0x" else float(text[:40])


def _endless(statement: Statement) -> bool:
    """`WITH RECURSIVE d AS (… UNION ALL SELECT … FROM d)`, with nothing behind UNION that ends it."""
    tokens = statement.tokens
    unions = [at for at, token in enumerate(tokens) if token.is_word("union")]
    if len(unions) > MAX_UNIONS:
        return True
    named = {
        token.text
        for before, token in pairwise(tokens)
        if token.kind in ("word", "name") and (before.is_word("with", "recursive") or before.text == ",")
    }
    last = max(unions, default=0)
    stops = any(token.is_word("limit") for token in tokens[last:]) and not any(
        token.is_word("order") for token in tokens[last:]
    )
    return not stops and any(_repeats(_term(tokens, at), named) for at in unions)


def _term(tokens: Sequence[Token], union: int) -> list[Token]:
    """What stands behind a UNION, up to the parenthesis that closes around it."""
    depth, found = 0, list[Token]()
    for token in tokens[union + 1 :]:
        if token.kind == "operator":
            depth += (token.text == "(") - (token.text == ")")
        if depth < 0:
            break
        found.append(token)
    return found


def _repeats(term: list[Token], named: set[str]) -> bool:
    sources = {after.text for before, after in pairwise(term) if before.is_word("from")}
    if sources.isdisjoint(named) or any(token.is_word(*_BOUNDS) for token in term):
        return False
    condition = where(term)
    return not condition or always(condition)
