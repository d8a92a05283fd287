"""What a SQL read takes its rows from: tables with the secrets of accounts, and files of the host."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from scanner.sqlsettings import names_secret_setting, shows_many
from scanner.sqltokens import Token
from scanner.sqlvariables import selects_options
from scanner.tables import names

_FILE_NAME: Final = re.compile(
    r"(?i).*[/\\].*|.*\.(?:csv|tsv|parquet|json|ndjson|jsonl|gz|zst|txt|db|xlsx|arrow)"
)
"""A quoted name that is a path for DuckDB; a schema and a table part without slash or such an ending."""
_PARTS_FROM: Final = frozenset({"extract", "trim", "substring", "position", "overlay"})
"""Functions in whose parentheses FROM parts the arguments (SQL:2016 §6.29, 6.32)."""
_ENDS_FROM: Final = frozenset(
    "where group order having limit offset union except intersect window select".split()
)


_PRAGMAS: Final = frozenset(
    "pragma_table_info pragma_table_xinfo pragma_table_list pragma_index_list pragma_index_info "
    "pragma_index_xinfo pragma_foreign_key_list pragma_foreign_key_check pragma_database_list "
    "pragma_function_list pragma_module_list pragma_collation_list pragma_compile_options pragma_pragma_list "
    "pragma_integrity_check pragma_quick_check pragma_page_count pragma_freelist_count".split()
)
"""Pragmas that only read, as tables (SQLite 3.47, PRAGMA Statements)."""
_SERVER_TABLES: Final = ("user", "servers")
"""Tables of MySQL's own database with passwords: of accounts, and of the servers of FEDERATED tables."""


def pragma_source(tokens: Sequence[Token]) -> str | None:
    """A pragma of SQLite as a table that is not known to only read; `pragma_optimize` writes statistics."""
    named = (token.text.lower() for token in tokens if token.kind in ("word", "name"))
    return next((name for name in named if name.startswith("pragma_") and name not in _PRAGMAS), None)


def shows_secrets(tokens: Sequence[Token]) -> bool:
    """A table or column of password hashes or keys, however it is quoted."""
    listed = names("sql_secrets")
    if (
        names_secret_setting(tokens)
        or shows_many(tokens)
        or selects_options(tokens)
        or any(token.kind in ("word", "name") and token.text.lower() in listed for token in tokens)
    ):
        return True
    accounts = any(
        tokens[at].text.lower() == "mysql"
        and tokens[at + 1].text == "."
        and _named(tokens[at + 2], *_SERVER_TABLES)
        for at in range(len(tokens) - 2)
    ) or _bracketed_accounts(tokens)
    whole = tokens[0].is_word("table") or any(
        token.text == "*" or _named(token, "password", "authentication_string", "options") for token in tokens
    )
    return accounts and whole


def _named(token: Token, *texts: str) -> bool:
    return token.kind in ("word", "name") and token.text.lower() in texts


def _bracketed_accounts(tokens: Sequence[Token]) -> bool:
    bare = [token for token in tokens if token.text not in ("[", "]")]
    return len(bare) < len(tokens) and any(
        _named(bare[at], "mysql") and bare[at + 1].text == "." and _named(bare[at + 2], *_SERVER_TABLES)
        for at in range(len(bare) - 2)
    )


def file_source(tokens: Sequence[Token]) -> str | None:
    """The file that a FROM or JOIN reads by its quoted name, or None."""
    from_list = [False]
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        if token.kind == "operator" and token.text == "(":
            from_list.append(False)
        elif token.kind == "operator" and token.text == ")" and len(from_list) > 1:
            from_list.pop()
        elif token.is_word("from", "join"):
            from_list[-1] = not _in_call_of(tokens, index, _PARTS_FROM)
        elif token.kind == "word" and token.text in _ENDS_FROM:
            from_list[-1] = False
        elif from_list[-1] and before is not None and _in_place_of_table(before) and _is_file(token):
            return token.text
    return None


def _in_place_of_table(before: Token) -> bool:
    return before.is_word("from", "join") or before.text == ","


def _is_file(token: Token) -> bool:
    return token.kind == "string" or (token.kind == "name" and _FILE_NAME.fullmatch(token.text) is not None)


def _in_call_of(tokens: Sequence[Token], index: int, functions: frozenset[str]) -> bool:
    """Whether the parenthesis around an index belongs to one of these functions; looks back a few tokens."""
    depth = 0
    for at in range(index - 1, max(0, index - 40), -1):
        token = tokens[at]
        if token.kind == "operator":
            depth += (token.text == ")") - (token.text == "(")
        if depth < 0:
            return tokens[at - 1].is_word(*functions)
    return False
