"""Statements that follow each other without a semicolon, as T-SQL lets them: where the next one begins.

Words that begin statements are names of columns for other servers. They part only where an operand has just
ended, outside parentheses: there a reader of T-SQL begins a new statement, and the others see an alias.
The lists are in the tables: `sql_begins` and `sql_may_begin` (reserved in T-SQL; the latter are aliases
elsewhere), `sql_wants_operand` (reserved in T-SQL; no statement is finished behind them), `sql_explained`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scanner.sqltokens import Token
from scanner.tables import names

READS_FIRST: Final = frozenset({"select", "with", "values", "table", "show", "describe", "desc", "explain"})
"""Leading words of statements that only read; what is explained begins further on."""
_EXPLAINS: Final = frozenset({"explain", "describe", "desc", "analyze", "analyse"})
_ALIAS_ENDS: Final = frozenset({"from", "join", "where", "left", "inner", "on", "as"})
_HINTS: Final = frozenset({"index", "key"})
_SMALL_WRITES: Final = frozenset({"insert", "update", "delete"})
_HEAVY: Final = frozenset("drop truncate exec execute shutdown alter grant revoke".split())


def parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens of one `;`-statement as the statements that a server of T-SQL would run, in order."""
    lead = tokens[0].text if tokens[0].kind == "word" else ""
    found: list[list[Token]] = []
    begin, depth, first = 0, 0, 1
    if lead in _EXPLAINS:
        at = explained_at(tokens)
        first, lead = at + 1, tokens[at].text if at < len(tokens) else lead
    with_reads = False
    for index in range(1, len(tokens)):
        token = tokens[index]
        if token.kind == "operator":
            depth += (token.text in "([{") - (token.text in ")]}")
            continue
        if depth > 0 or token.kind != "word" or index < first:
            continue
        if _body_of_with(lead, tokens, index, begin, seen=with_reads):
            with_reads = True
        elif _begins(lead, tokens, index):
            found.append(list(tokens[begin:index]))
            begin, lead, with_reads = index, token.text, False
    found.append(list(tokens[begin:]))
    return [part for part in found if not part[0].is_word("go") or len(part) > 2]


def explained_at(tokens: Sequence[Token]) -> int:
    """The index at which the statement behind EXPLAIN or DESCRIBE begins, or the number of tokens."""
    depth = 0
    for index in range(1, len(tokens)):
        token = tokens[index]
        if token.kind == "operator":
            opens_statement = token.text == "(" and depth == 0 and _statement_inside(tokens, index)
            if opens_statement:
                return index
            depth += (token.text in "([{") - (token.text in ")]}")
        elif depth <= 0 and token.kind == "word" and token.text in names("sql_explained"):
            return index
    return len(tokens)


def _statement_inside(tokens: Sequence[Token], index: int) -> bool:
    while index < len(tokens) and tokens[index].text == "(" and tokens[index].kind == "operator":
        index += 1
    return index < len(tokens) and tokens[index].is_word("select", "with", "values", "table")


def _body_of_with(lead: str, tokens: Sequence[Token], index: int, begin: int, *, seen: bool) -> bool:
    """The statement that a WITH is for: the first one behind its last parenthesis."""
    main = tokens[index].is_word("select", "delete", "update", "insert", "merge", "values", "table")
    return lead == "with" and not seen and main and index > begin + 1 and tokens[index - 1].text == ")"


def _begins(lead: str, tokens: Sequence[Token], index: int) -> bool:
    token, before = tokens[index], tokens[index - 1]
    if not _ends_operand(before):
        return False
    if lead not in READS_FIRST:
        return lead in _SMALL_WRITES | {"go"} and token.text in _HEAVY
    if token.text in names("sql_begins"):
        return not before.is_word("show")
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.text not in names("sql_may_begin") or lead == "show":
        return False
    if following is None or following.is_word(*_ALIAS_ENDS) or following.text in (",", ")"):
        return token.text == "go" and following is None
    return not (token.text == "use" and following.is_word(*_HINTS))


def _ends_operand(token: Token) -> bool:
    if token.kind == "operator":
        return token.text in (")", "]", "}", "*")
    return token.kind != "word" or token.text not in names("sql_wants_operand")
