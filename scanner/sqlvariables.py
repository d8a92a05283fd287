"""Variables of MySQL and MariaDB that may hold a password, and reads of PostgreSQL's lists of options.

`report_password` is the password of a replica that its source shows (MySQL 8.4, Replica Server Options). The
options of roles and foreign servers are shown to all who sign in; they hold what their owner wrote into them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from scanner.sqllike import fits_like
from scanner.sqltokens import Token

_SECRET: Final = (
    "report_password",
    "wsrep_sst_auth",
    "wsrep_provider_options",
    "file_key_management_filekey",
    "hashicorp_key_management_token",
    "authentication_ldap_simple_bind_root_pwd",
    "authentication_ldap_sasl_bind_root_pwd",
    "s3_secret_key",
    "s3_access_key",
)
"""MySQL 8.4 and MariaDB 11, System Variables: passwords, keys and tokens, or texts with one in them."""
_SCOPES: Final = ("global", "session", "local")
_TABLES: Final = frozenset(
    "global_variables session_variables persisted_variables variables_by_thread system_variables".split()
)
"""In performance_schema, and in information_schema of MariaDB."""
_CONFIGURED: Final = frozenset(
    "pg_roles pg_user pg_foreign_server pg_foreign_table pg_db_role_setting".split()
)
_LISTS: Final = frozenset(
    "foreign_server_options foreign_table_options foreign_data_wrapper_options _pg_foreign_servers "
    "_pg_foreign_tables _pg_foreign_data_wrappers".split()
)
"""Views of information_schema that show nothing but such options, or them beside the rest."""
_OPTIONS: Final = ("rolconfig", "useconfig", "setconfig", "srvoptions", "ftoptions")
_NO_ALIAS: Final = ("where", "order", "group", "limit", "join", "left", "inner", "cross", "on", "using")
_LISTED: Final = re.compile(r"[\w.]+", re.ASCII)
"""A collation folds other letters: `wsrep_sst_áuth` is `wsrep_sst_auth`."""
_COLUMNS: Final = ("variable_name", "variable_value", "value")
"""Of these tables: quoted as names (in double quotes with ANSI_QUOTES), they are what stands there."""
_CONFIGURED_MAX: Final = 16
"""Names of such tables in one statement: the whole of it is looked at for each."""


def shows_variables(tokens: Sequence[Token]) -> bool:
    """`SHOW VARIABLES` with a secret among them; `SHOW REPLICAS`, which has a column of passwords."""
    words = [token for token in tokens[1:] if token.kind != "end" and token.text != ";"]
    if words and words[0].is_word(*_SCOPES):
        words = words[1:]
    if not words:
        return False
    if words[0].is_word("replicas") or (
        words[0].is_word("slave") and words[1:2] and words[1].is_word("hosts")
    ):
        return True
    return words[0].is_word("variables") and not _asks_for_others(words[1:], "like")


def _asks_for_others(words: Sequence[Token], operator: str) -> bool:
    """`LIKE 'max%'`, `WHERE Variable_name = 'x' OR …`: only variables that are no secret."""
    if words and words[0].is_word("where"):
        parts = _alternatives(words[1:])
        return all(part[0].is_word("variable_name") and _names_others(part[1:]) for part in parts)
    return bool(words) and words[0].is_word(operator) and _names_others(words)


def _alternatives(words: Sequence[Token]) -> list[list[Token]]:
    """The conditions that OR joins, none of them empty; a single end for a condition that says nothing."""
    parts: list[list[Token]] = [[]]
    for word in words:
        if word.is_word("or"):
            parts.append([])
        else:
            parts[-1].append(word)
    return [part or [Token("end", ";", 0, 0)] for part in parts]


def _names_others(words: Sequence[Token]) -> bool:
    """`LIKE 'max%'`, `= 'x'`, `IN ('x', 'y')`: none of the names that fit is one of a secret."""
    texts = [token.text.lower() for token in words[1:] if token.text not in ("(", ")", ",")]
    quoted = [token for token in words[1:] if token.kind in ("string", "name")]
    if not words or not texts or len(texts) != len(quoted) or any(text in _COLUMNS for text in texts):
        return False
    if sum(token.text == "," for token in words) != len(texts) - 1:  # 'a' 'b' is one text
        return False
    if words[0].is_word("like"):
        return len(texts) == 1 and not any(fits_like(texts[0], name) for name in _SECRET)
    equal = words[0].text == "=" and len(words) == 2
    return (equal or words[0].is_word("in")) and all(
        _LISTED.fullmatch(text) is not None and text not in _SECRET for text in texts
    )


def selects_options(tokens: Sequence[Token]) -> bool:
    """A read of a table of all variables, of one that is a secret, or of the options of roles and servers."""
    named = [token.text.lower() if token.kind in ("word", "name") else "" for token in tokens]
    if sum(name in _CONFIGURED or name in _TABLES for name in named) > _CONFIGURED_MAX:
        return True
    for at, name in enumerate(named):
        if name in _LISTS or name in _SECRET or (name in _TABLES and not _names_variable(tokens, at)):
            return True
        if name in _CONFIGURED and _whole_rows(tokens, named, at):
            return True
    return not _CONFIGURED.isdisjoint(named) and any(name in _OPTIONS for name in named)


def _names_variable(tokens: Sequence[Token], at: int) -> bool:
    """`FROM performance_schema.global_variables WHERE variable_name = 'x'`, and nothing else is asked."""
    schema = 2 if at > 2 and tokens[at - 1].text == "." else 0
    rest = [token for token in tokens[at + 1 :] if token.kind != "end" and token.text != ";"]
    return tokens[at - 1 - schema].is_word("from") and _asks_for_others(rest, "where")


def _whole_rows(tokens: Sequence[Token], named: Sequence[str], at: int) -> bool:
    """All columns: a star that counts nothing and is no product, names for the columns, or the name of the
    table alone; `TABLE pg_roles`. A name before a dot is the table of a column, and no place of a table.
    """
    if tokens[at + 1 : at + 2] and tokens[at + 1].text == ".":
        return False
    over = at - 2 if at > 2 and tokens[at - 1].text == "." else at
    if "table" in named[max(0, over - 2) : over]:  # `TABLE ONLY pg_roles`, too
        return True
    behind = at + 2 if named[at + 1 : at + 2] == ["as"] else at + 1
    called = {named[at]}
    if behind < len(named) and named[behind] and not tokens[behind].is_word(*_NO_ALIAS):
        called.add(named[behind])
    texts = [*(token.text for token in tokens), "", ""]
    renamed = len(called) > 1 and texts[behind + 1] == "("
    starred = any(text == "*" and _is_star(tokens, place) for place, text in enumerate(texts))
    alone = any(
        name in called and texts[place + 1] != "." and not _is_source(tokens, place)
        for place, name in enumerate(named)
        if place not in (at, behind)
    )
    return renamed or starred or alone


def _is_star(tokens: Sequence[Token], place: int) -> bool:
    """Whether a star stands for columns, and neither in `count(*)` nor in a product with a number."""
    counted = place > 1 and tokens[place - 1].text == "(" and tokens[place - 2].is_word("count")
    product = tokens[place + 1 : place + 2] and tokens[place + 1].kind == "number"
    return not counted and not product


def _is_source(tokens: Sequence[Token], place: int) -> bool:
    """Whether a table's name stands where rows are taken from: `JOIN pg_roles m`, and not `trim(FROM r)`."""
    before = place - 1 - (2 if place > 2 and tokens[place - 1].text == "." else 0)
    if before < 0 or not tokens[before].is_word("from", "join"):
        return False
    depth = 0
    for token in reversed(tokens[:before]):
        if token.kind == "operator":
            depth += (token.text == ")") - (token.text == "(")
        if depth < 0 or (depth == 0 and token.is_word("select")):
            return depth == 0
    return False
