"""SQL to judgements: statements by leading keyword, functions by name, each WHERE by its sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from base.limits import SCAN_MAX_BYTES
from scanner.judgement import DANGEROUS, UNKNOWN, Judgement, highest
from scanner.sqlinside import check_grammar, client_line, embedded_writes, judge_functions
from scanner.sqlrules import READING, judge_lead
from scanner.sqlsequence import parts
from scanner.sqlstatement import Nested, Statement
from scanner.sqltokens import Token, statements, tokenize
from scanner.text import destructive_text

MAX_STATEMENTS: Final = 2_000
MAX_DEPTH: Final = 6
"""How often SQL may be lifted out of strings of SQL."""


MAX_HIDDEN_CHARACTERS: Final = 2 * SCAN_MAX_BYTES
"""Of parts that only some servers read, over all of them; what is beyond stays a doubt, which is unknown."""


@dataclass(slots=True)
class Budget:
    """How much more of such parts is read in this scan."""

    characters: int = MAX_HIDDEN_CHARACTERS


def inspect_sql(text: str, depth: int = 0, budget: Budget | None = None) -> list[Judgement]:
    """All judgements about a text of statements; positions are bytes of the text's UTF-8 form."""
    budget = budget or Budget()
    if depth > MAX_DEPTH or len(text.encode()) > SCAN_MAX_BYTES:
        return [
            Judgement(UNKNOWN, "sql.bounds", "the SQL is too long or too deep to read", 0, len(text.encode()))
        ]
    read = tokenize(text)
    found: list[Judgement] = []
    for count, tokens in enumerate(statements(read.tokens)):
        if count >= MAX_STATEMENTS:
            found.append(Judgement(UNKNOWN, "sql.bounds", "more statements than are read", 0, len(text)))
            break
        found.extend(_sequence(tokens, depth, budget))
    found.extend(Judgement(UNKNOWN, "sql.doubt", why, start, end) for why, start, end in read.doubts)
    for hidden, start, end in read.hidden:
        budget.characters -= len(hidden)
        if budget.characters < 0:
            found.append(Judgement(UNKNOWN, "sql.bounds", "more hidden parts than are read", start, end))
            break
        if highest(inspect_sql(hidden, depth + 1, budget)) is DANGEROUS:
            why = "a part that some servers take for a comment or string is destructive for others"
            found.append(Judgement(DANGEROUS, "sql.hidden", why, start, end))
    if highest(found) is UNKNOWN:
        hit = destructive_text(text) if read.doubts else None
        if hit is not None:
            found.append(Judgement(DANGEROUS, "text.destructive", hit, 0, len(text)))
    return _in_bytes(found, text)


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
