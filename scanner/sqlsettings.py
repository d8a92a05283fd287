"""Settings of PostgreSQL that may hold a password, and the statements that show them.

`primary_conninfo` and `ssl_passphrase_command` are shown to superusers and members of pg_read_all_settings
only (GUC_SUPERUSER_ONLY in guc_tables.c of PostgreSQL 17), as whom an operator often signs in. All other
settings are shown to every role, so the server itself takes none of them for a secret; those that
applications define may be one by their name. SHOW ALL and pg_settings show all that the role may see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from scanner.sqllike import fits_like
from scanner.sqltokens import Token

_SECRET: Final = frozenset({"primary_conninfo", "ssl_passphrase_command", "report_password"})
"""The last is MySQL's, shown to every account (SHOW VARIABLES)."""
_CATEGORIES: Final = ("replication / standby servers", "connections and authentication / ssl")
"""Those in which these two stand in pg_settings."""
_SECRET_NAME: Final = re.compile(
    r"(?i).*(?:secret|passw|token|credential|private|api_?key|_key$|conninfo|dsn)"
)
_VIEWS: Final = frozenset(
    {"pg_settings", "pg_show_all_settings", "pg_file_settings", "pg_show_all_file_settings"}
)
_NO_VALUES: Final = frozenset(
    "distinct name unit category short_desc extra_desc context vartype source min_val max_val enumvals "
    "sourcefile sourceline pending_restart error applied seqno count lower upper as".split()
)
"""Columns of these views in which no value of a setting stands, and what may stand around them."""
_VALUES: Final = ("setting", "boot_val", "reset_val")
"""Columns of these views with values: a condition on one tells what stands in it."""
_NO_ALIAS: Final = frozenset({"where", "order", "group", "limit", "offset", "fetch", "having", "as"})
_WIDENS: Final = ("or", "union", "except", "intersect", "not")
_VIEWS_MAX: Final = 8
"""In one statement: what stands around each is looked at to the end of the text."""
_ALTERNATIVES: Final = re.compile(r"\^?\(?([\w|]+)\)?\$?")


def _may_be_secret(name: str) -> bool:
    return name in _SECRET or ("." in name and _SECRET_NAME.match(name) is not None)


def names_secret_setting(tokens: Sequence[Token]) -> bool:
    """A setting that may hold a password: its parts as words, or one text that a function is given."""
    named = [token.text.lower().strip("'\"") for token in tokens]
    return any(name in _SECRET for name in named) or _asks_for_any(tokens)


def _asks_for_any(tokens: Sequence[Token]) -> bool:
    """`current_setting` of a text that is not shown, or that is called as a secret is."""
    for at, token in enumerate(tokens[:-2]):
        if token.text.lower() == "current_setting" and tokens[at + 1].text == "(":
            given = tokens[at + 2]
            alone = len(tokens) > at + 3 and tokens[at + 3].text in (")", ",")
            if given.kind != "string" or not alone or _may_be_secret(given.text.strip("'").lower()):
                return True
    return False


def shows_one(tokens: Sequence[Token]) -> bool:
    """`SHOW name` of a setting that may be a secret, or of all settings."""
    words = [token.text.lower().strip("'\"") for token in tokens[1:] if token.kind != "end"]
    return words[:1] == ["all"] or _may_be_secret("".join(words))


def shows_many(tokens: Sequence[Token]) -> bool:
    """A read of the views of settings that may show the value of a secret one."""
    views = [
        at
        for at, token in enumerate(tokens)
        if token.kind in ("word", "name") and token.text.lower() in _VIEWS
    ]
    return len(views) > _VIEWS_MAX or any(not _harmless(tokens, at) for at in views)


def _harmless(tokens: Sequence[Token], at: int) -> bool:
    """Whether a condition names other settings, or no value is among the columns; the view stands alone."""
    before = _same_level(tokens[:at][::-1], opening=")", closing="(")
    behind = _same_level(tokens[at + 1 :])
    schema = 2 if len(before) > 2 and before[0].text == "." and before[1].is_word("pg_catalog") else 0
    if not before[schema:] or not before[schema].is_word("from"):
        return False
    named = _alias(behind)
    if named is None:
        return False
    alias, clauses = named
    where = bool(clauses) and clauses[0].is_word("where")
    narrow = where and not any(token.is_word(*_WIDENS) for token in clauses)
    if narrow and any(_excludes(condition, alias) for condition in _parted(clauses[1:])):
        return True
    return not any(token.text.lower() in _VALUES for token in clauses) and _no_values(before)


def _alias(behind: Sequence[Token]) -> tuple[str, Sequence[Token]] | None:
    """What a view is called, "" for its own name, and the clauses that follow. None where another table,
    names for its columns, or anything else follows; or where it is called as a column or function is.
    """
    at = 1 if behind and behind[0].is_word("as") else 0
    alias = ""
    if at < len(behind) and not behind[at].is_word(*_NO_ALIAS):
        alias = behind[at].text
        at += 1
        if behind[at - 1].kind != "word" or alias in _NO_VALUES or alias in _VALUES:
            return None
    clauses = behind[at:]
    ends = not clauses or clauses[0].is_word(*_NO_ALIAS) or clauses[0].text == ";"
    return (alias, clauses) if ends else None


def _parted(tokens: Sequence[Token]) -> list[list[Token]]:
    """The conditions that AND joins, up to what follows them; what is in parentheses stays together."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "operator":
            depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.is_word("order", "group", "limit", "offset", "having", "fetch"):
            break
        if depth == 0 and token.is_word("and"):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _same_level(tokens: Sequence[Token], opening: str = "(", closing: str = ")") -> list[Token]:
    """The tokens up to where the parenthesis around the first one ends; what is in further ones stays."""
    found, depth = [], 0
    for token in tokens:
        if token.kind == "operator":
            depth += (token.text == opening) - (token.text == closing)
        if depth < 0 or token.kind == "end":
            break
        found.append(token)
    return found


def _no_values(before: Sequence[Token]) -> bool:
    """The tokens before the view, the last first: only harmless columns up to the SELECT."""
    for at, token in enumerate(before):
        if token.is_word("select"):
            return at > 1
        counted = token.text == "*" and at > 0 and before[at - 1].text == ")" and before[at + 1].text == "("
        harmless = token.text in ("(", ")", ",", ".") or token.is_word("from", "pg_catalog", *_NO_VALUES)
        if not counted and not harmless:
            return False
    return False


def _excludes(condition: Sequence[Token], alias: str) -> bool:
    """A condition on the view's name or category that none of the secret settings meets: `s.name = 'x'`."""
    if len(condition) > 2 and condition[1].text == ".":
        if not alias or not condition[0].is_word(alias):
            return False
        condition = condition[2:]
    if len(condition) < 3 or not condition[0].is_word("name", "category"):
        return False
    secret = tuple(_SECRET) if condition[0].text == "name" else _CATEGORIES
    meets = _condition(condition[1], condition[2:])
    return meets is not None and not any(meets(name) for name in secret)


def _condition(operator: Token, values: Sequence[Token]) -> Callable[[str], bool] | None:
    """What `= 'x'`, `IN (…)`, `LIKE 'x%'` or `~ 'x|y'` asks of a name; None for anything else."""
    if operator.is_word("in"):
        inside = values[1:-1]
        texts = [token.text.strip("'").lower() for token in inside if token.text != ","]
        listed = (values[0].text, values[-1].text) == ("(", ")")
        plain = listed and all(
            token.kind == "string" if at % 2 == 0 else token.text == "," for at, token in enumerate(inside)
        )  # 'a' 'b' without a comma is one text
        return (lambda name: name in texts) if plain and texts else None
    if len(values) != 1 or values[0].kind != "string":
        return None
    text = values[0].text.strip("'").lower()
    if operator.text == "=":
        return lambda name: name == text
    if operator.is_word("like", "ilike"):
        return lambda name: fits_like(text, name)
    match = _ALTERNATIVES.fullmatch(text) if operator.text in ("~", "~*") else None
    parts = match.group(1).split("|") if match is not None else [""]
    return (lambda name: any(part in name for part in parts)) if all(parts) else None
