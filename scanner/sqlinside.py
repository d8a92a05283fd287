"""What stands inside SQL statements: calls of functions, writes in sub-statements, lines of the client."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from scanner.judgement import CAUTION, DANGEROUS, SAFE, UNKNOWN, Judgement
from scanner.sqlstatement import Statement, closes
from scanner.sqltokens import Token
from scanner.tables import knowledge, names
from schemas.risk import Risk

_OWN_SCHEMAS: Final = frozenset({"pg_catalog", "information_schema", "sys"})
"""Schemas in which only the server's own functions stand."""
MAX_COLUMN_TOKENS: Final = 400
"""A longer list of columns is not looked through: what it belongs to counts as a call."""
MAX_CLIENT_COMMANDS: Final = 50
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
    seen: set[tuple[str, bool]] = set()
    for index in range(len(tokens) - 1):
        token, following = tokens[index], tokens[index + 1]
        if token.kind not in ("word", "name") or following.text != "(" or following.kind != "operator":
            continue
        name, foreign = token.text.lower(), _of_other_schema(tokens, index)
        if (name, foreign) in seen or _no_call(tokens, index, reading=reading):
            continue
        seen.add((name, foreign))
        _function(statement, name, token, reading=reading, foreign=foreign)


def _of_other_schema(tokens: Sequence[Token], index: int) -> bool:
    """`evil.lower(…)`: a function of the server's own name in a schema that is not the server's."""
    if index < 2 or tokens[index - 1].text != "." or tokens[index - 1].kind != "operator":
        return False
    return tokens[index - 2].text.lower() not in _OWN_SCHEMAS


def _no_call(tokens: Sequence[Token], index: int, *, reading: bool) -> bool:
    """Words before a parenthesis that call nothing: keywords, types, a CTE's or an alias's column list.

    Behind JOIN, ON and TABLE a name with a parenthesis is a call, but in statements that define something.
    """
    token = tokens[index]
    before = tokens[index - 1] if index else None
    if before is not None and before.text == "." and before.kind == "operator":
        return not reading
    if token.kind == "word" and token.text in names("sql_not_functions"):
        return True
    if before is None:
        return False
    if token.is_word("index", "key") and before.is_word("use", "force", "ignore"):
        return True
    if before.is_word("as", "into"):
        return before.is_word("into") or _only_names(tokens, index + 1)
    if before.is_word("with", "recursive") or (before.text == "," and tokens[0].is_word("with")):
        return _names_of_cte(tokens, index + 1)
    return not reading and before.is_word("table", "join", "on", "references")


def _only_names(tokens: Sequence[Token], opening: int) -> bool:
    """A list of columns, with types or without: no string in it, and no call of what is no type."""
    end = opening + closes(tokens[opening : opening + MAX_COLUMN_TOKENS])
    return end > opening and all(
        token.kind in ("word", "name", "number") or token.text in (",", "(", ")", "[", "]", ".")
        for token in tokens[opening:end]
    )


def _names_of_cte(tokens: Sequence[Token], opening: int) -> bool:
    """`WITH x (a, b) AS (…`: the list is one of names, and AS with a statement follows."""
    end = opening + closes(tokens[opening : opening + MAX_COLUMN_TOKENS])
    if end <= opening or end + 2 >= len(tokens) or not _only_names(tokens, opening):
        return False
    return tokens[end + 1].is_word("as") and (
        tokens[end + 2].text == "(" or tokens[end + 2].is_word("materialized", "not")
    )


def _function(statement: Statement, name: str, token: Token, *, reading: bool, foreign: bool) -> None:
    functions = knowledge()["sql_functions"]
    risk = next((Risk(risk) for risk in ("safe", "caution", "dangerous") if name in _sets()[risk]), UNKNOWN)
    if risk is SAFE and foreign:
        risk = UNKNOWN
    if risk is SAFE or (not reading and risk is not DANGEROUS):
        return
    why = functions["why"].get(name) or (
        f"the function {name} is not known to only read" if risk is UNKNOWN else f"the function {name} acts"
    )
    statement.found.append(Judgement(risk, f"sql.function.{risk}", why, token.start, token.end))


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {risk: names(f"sql_functions_{risk}") for risk in ("safe", "caution", "dangerous")}


def client_line(token: Token) -> list[Judgement]:
    """`\\d`, `\\l`, `.tables` read; `\\!`, `.shell` run a program; every other client command is unknown.

    psql reads several commands on one line, each from a backslash to the next.
    """
    text = token.text
    if text.startswith("\\"):
        lines = ["\\" + part for part in text[1:].split("\\") if part.strip()] or [text]
    else:
        lines = [text]
    return [_client_command(line, token) for line in lines[:MAX_CLIENT_COMMANDS]] + (
        [Judgement(UNKNOWN, "sql.bounds", "more client commands than are read", token.start, token.end)]
        if len(lines) > MAX_CLIENT_COMMANDS
        else []
    )


_SHOWS_PASSWORDS: Final = re.compile(r"\\d(?:Rs|eu|es|ew)[S+]*\+[S+]*|\\d(?:eu|rds)[S+]*|\\dconfig.*")
"""Subscriptions, user mappings, foreign servers, settings of roles: psql(1) says that \\deu+ may show the
password of the remote user; the connection of a subscription holds one.
"""


def _client_command(text: str, token: Token) -> Judgement:
    name = re.split(r"[\s(]", text, maxsplit=1)[0]
    if _SHOWS_PASSWORDS.fullmatch(name) is not None:
        why = "the client shows connections or settings, which may hold passwords"
        return Judgement(CAUTION, "secrets.read", why, token.start, token.end)
    if name in names("sql_client_reads") or re.fullmatch(r"\\d[A-Za-z]{0,3}[S+]{0,2}", name):
        if "`" in text or "|" in text:
            why = "the client runs a program for this"
            return Judgement(UNKNOWN, "sql.client", why, token.start, token.end)
        return Judgement(SAFE, "sql.client-read", "the client only shows", token.start, token.end)
    if name in ("\\!", ".shell", ".system", "\\copy") and (name != "\\copy" or "program" in text.lower()):
        why = "the client runs a program on its own host"
        return Judgement(DANGEROUS, "sql.client-shell", why, token.start, token.end)
    why = f"the client command {name} reads or writes files, or changes the connection"
    return Judgement(UNKNOWN, "sql.client", why, token.start, token.end)
