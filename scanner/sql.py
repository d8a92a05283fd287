"""SQL to judgements: statements by leading keyword, functions by name, each WHERE by its sense."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from base.limits import SCAN_MAX_BYTES
from scanner.judgement import DANGEROUS, UNKNOWN, Judgement, highest
from scanner.sqlinside import check_grammar, client_line, embedded_writes, judge_functions
from scanner.sqlrules import READING, judge_lead
from scanner.sqlsequence import parts
from scanner.sqlstatement import Nested, Statement
from scanner.sqltokens import MAX_TOKENS, Token, Tokens, statements, tokenize
from scanner.text import destructive_text

MAX_STATEMENTS: Final = 400
"""Of one text. The most in a text at hand are 12."""
MAX_DEPTH: Final = 6
"""How often SQL may be lifted out of strings of SQL."""


MAX_HIDDEN_CHARACTERS: Final = SCAN_MAX_BYTES
"""Of parts that only some servers read, over all of them; what is beyond stays a doubt, which is unknown."""


MAX_ALL_TOKENS: Final = 1_500
"""Of all texts of SQL in one scan, and of the parts that only some servers read."""


@dataclass(slots=True)
class Budget:
    """How much more is read in this scan, and the parts that were."""

    characters: int = MAX_HIDDEN_CHARACTERS
    tokens: int = MAX_ALL_TOKENS
    seen: dict[str, int] = field(default_factory=dict)
    """The depth at which a part was read."""


def inspect_sql(text: str, depth: int = 0, budget: Budget | None = None) -> list[Judgement]:
    """All judgements about a text of statements; positions are bytes of the text's UTF-8 form."""
    budget = budget or Budget()
    found, read = _inspect(text, depth, budget)
    if read.hidden:
        found += _hidden(read, depth, budget)
    if highest(found) is UNKNOWN:
        hit = destructive_text(text) if read.doubts else None
        if hit is not None:
            found.append(Judgement(DANGEROUS, "text.destructive", hit, 0, len(text)))
    return _in_bytes(found, text)


def _inspect(text: str, depth: int, budget: Budget) -> tuple[list[Judgement], Tokens]:
    """What the statements of a text and its doubts say, in characters, and the text as it was read."""
    if depth > MAX_DEPTH or len(text.encode()) > SCAN_MAX_BYTES:
        why = "the SQL is too long or too deep to read"
        return [Judgement(UNKNOWN, "sql.bounds", why, 0, len(text))], Tokens()
    read = tokenize(text, min(MAX_TOKENS, budget.tokens))
    budget.tokens -= len(read.tokens) + len(read.doubts)
    found: list[Judgement] = []
    for count, tokens in enumerate(statements(read.tokens)):
        if count >= MAX_STATEMENTS:
            found.append(Judgement(UNKNOWN, "sql.bounds", "more statements than are read", 0, len(text)))
            break
        found.extend(_sequence(tokens, depth, budget))
    found.extend(Judgement(UNKNOWN, "sql.doubt", why, start, end) for why, start, end in read.doubts)
    return found, read


def _hidden(read: Tokens, depth: int, budget: Budget) -> list[Judgement]:
    """What the parts say that only some servers read, and those in them, the outer ones first: each is read
    once, since those of a text are mostly ends of each other.
    """
    ahead = deque((text, start, end, depth + 1) for text, start, end in read.hidden)
    found: list[Judgement] = []
    while ahead:
        text, start, end, inside = ahead.popleft()
        if budget.seen.get(text, MAX_DEPTH + 1) <= inside:
            continue
        budget.seen[text] = inside
        budget.characters -= len(text)
        if budget.characters < 0:
            found.append(Judgement(UNKNOWN, "sql.bounds", "more hidden parts than are read", start, end))
            break
        judged, inner = _inspect(text, inside, budget)
        if highest(judged) is DANGEROUS or (inner.doubts and destructive_text(text) is not None):
            why = "a part that some servers take for a comment or string is destructive for others"
            found.append(Judgement(DANGEROUS, "sql.hidden", why, start, end))
        else:
            ahead.extend((other, start, end, inside + 1) for other, _, _ in inner.hidden)
    return found


def _in_bytes(found: list[Judgement], text: str) -> list[Judgement]:
    if text.isascii():
        return found
    return [
        one._replace(start=len(text[: one.start].encode()), end=len(text[: one.end].encode()))
        for one in found
    ]


def _statement(tokens: list[Token], depth: int, budget: Budget) -> list[Judgement]:
    if tokens[0].kind == "meta":
        return client_line(tokens[0])
    while tokens and tokens[0].text == "(" and tokens[0].kind == "operator":
        tokens = tokens[1:]
    if not tokens or depth > MAX_DEPTH:
        return [] if not tokens else [_too_deep(tokens)]
    nested = Nested(
        lambda inner: _sequence(inner, depth + 1, budget), lambda text: inspect_sql(text, depth + 1, budget)
    )
    statement = Statement(tokens, nested)
    lead = statement.word(0)
    judge_lead(statement, lead)
    if lead in READING:
        check_grammar(statement)
    judge_functions(statement, reading=lead in READING)
    embedded_writes(statement, lead)
    return statement.found


def _sequence(tokens: list[Token], depth: int, budget: Budget) -> list[Judgement]:
    return [found for part in parts(tokens) for found in _statement(part, depth, budget)]


def _too_deep(tokens: list[Token]) -> Judgement:
    why = "the statements are nested too deeply to read"
    return Judgement(UNKNOWN, "sql.bounds", why, tokens[0].start, tokens[-1].end)
