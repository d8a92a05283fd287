"""What stands inside SQL statements: calls of functions, writes in sub-statements, lines of the client."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from scanner.judgement import DANGEROUS, SAFE, UNKNOWN, Judgement
from scanner.sqlstatement import Statement, closes
from scanner.sqltokens import Token
from scanner.tables import knowledge, names
from schemas.risk import Risk

_JOINS: Final = frozenset({"join", "outer", "inner", "left", "right", "full", "lateral"})


def check_grammar(statement: Statement) -> None:
    """Signs that the server would read something else than this reader did: then it is not known."""
    tokens, depth = statement.tokens, 0
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.kind == "operator":
            depth += (token.text in "([") - (token.text in ")]")
        odd = depth < 0
        if following is not None and following.kind == "word":
            before_star = tokens[index - 1] if token.text == "*" and index else None
            odd = odd or (token.is_word("inner", "cross", "natural") and following.text not in _JOINS)
            odd = odd or (
                before_star is not None
                and before_star.is_word("select", "all", "distinct")
                and not following.is_word("from", "into", "except", "replace", "where", "limit", "union")
            )
        if odd:
            statement.say(
                UNKNOWN, "sql.grammar", f"the statement can't be read at “{(following or token).text[:40]}”"
            )
            return
    if depth:
        statement.say(UNKNOWN, "sql.grammar", "the statement has a parenthesis that does not close")


def embedded_writes(statement: Statement, lead: str) -> None:
    """A CTE or sub-statement that writes: `(DELETE …`, `AS MATERIALIZED (UPDATE …`, `THEN DELETE`."""
    tokens = statement.tokens
    index = 1
    while index < len(tokens):
        before, end = tokens[index - 1], index + 1
        writes = tokens[index].is_word("delete", "update", "insert", "merge", "truncate", "drop")
        if writes and before.text == "(" and before.kind == "operator":
            closing = closes(tokens[index - 1 :])
            end = index - 1 + closing if closing > 0 else len(tokens)
            statement.found.extend(statement.nested.tokens(list(tokens[index:end])))
        elif writes and lead == "with" and before.text == ")":
            end = len(tokens)
            statement.found.extend(statement.nested.tokens(list(tokens[index:])))
        index = end


def judge_functions(statement: Statement, *, reading: bool) -> None:
    """Every call by name: listed as harmless, or it decides the risk. Only reads must prove all of theirs."""
    tokens = statement.tokens
    seen: set[str] = set()
    for index in range(len(tokens) - 1):
        token, following = tokens[index], tokens[index + 1]
        if token.kind not in ("word", "name") or following.text != "(" or following.kind != "operator":
            continue
        name = token.text.lower()
        if name in seen or _no_call(tokens, index):
            continue
        seen.add(name)
        _function(statement, name, token, reading=reading)


def _no_call(tokens: Sequence[Token], index: int) -> bool:
    """Words before a parenthesis that call nothing: keywords, types, a CTE's or an alias's column list."""
    token = tokens[index]
    before = tokens[index - 1] if index else None
    if token.kind == "word" and token.text in names("sql_not_functions"):
        return True
    return before is not None and before.is_word(
        "with", "recursive", "as", "into", "table", "join", "on", "references"
    )


def _function(statement: Statement, name: str, token: Token, *, reading: bool) -> None:
    functions = knowledge()["sql_functions"]
    risk = next((Risk(risk) for risk in ("safe", "caution", "dangerous") if name in _sets()[risk]), UNKNOWN)
    if risk is SAFE or (not reading and risk is not DANGEROUS):
        return
    why = functions["why"].get(name) or (
        f"the function {name} is not known to only read" if risk is UNKNOWN else f"the function {name} acts"
    )
    statement.found.append(Judgement(risk, f"sql.function.{risk}", why, token.start, token.end))


def _sets() -> dict[str, frozenset[str]]:
    return {risk: names(f"sql_functions_{risk}") for risk in ("safe", "caution", "dangerous")}


def client_line(token: Token) -> list[Judgement]:
    """`\\d`, `\\l`, `.tables` read; `\\!`, `.shell` run a program; every other client command is unknown."""
    text = token.text
    name = re.split(r"[\s(]", text, maxsplit=1)[0]
    if name in names("sql_client_reads") or re.fullmatch(r"\\d[A-Za-z]{0,3}[S+]{0,2}", name):
        if "`" in text or "|" in text:
            return [
                Judgement(UNKNOWN, "sql.client", "the client runs a program for this", token.start, token.end)
            ]
        return [Judgement(SAFE, "sql.client-read", "the client only shows", token.start, token.end)]
    if name in ("\\!", ".shell", ".system", "\\copy") and (name != "\\copy" or "program" in text.lower()):
        why = "the client runs a program on its own host"
        return [Judgement(DANGEROUS, "sql.client-shell", why, token.start, token.end)]
    why = f"the client command {name} reads or writes files, or changes the connection"
    return [Judgement(UNKNOWN, "sql.client", why, token.start, token.end)]
