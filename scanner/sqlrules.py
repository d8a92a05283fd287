"""What each kind of SQL statement does, by its leading keyword."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from scanner.judgement import CAUTION, DANGEROUS, SAFE, UNKNOWN, highest
from scanner.sqlsequence import READS_FIRST, explained_at
from scanner.sqlsettings import names_secret_setting, shows_one
from scanner.sqlsizes import makes_much
from scanner.sqlsources import file_source, pragma_source, shows_secrets
from scanner.sqlstatement import Statement, always, where
from scanner.sqltokens import Token
from scanner.sqlvariables import shows_variables
from scanner.tables import knowledge, names
from scanner.text import destructive_text
from schemas.risk import Risk
from schemas.verdict import Reversibility

_FINAL: Final = Reversibility.IRREVERSIBLE

# -- reading

READING: Final = READS_FIRST


_LOCKING_HINTS: Final = frozenset(
    {"updlock", "xlock", "tablock", "tablockx", "holdlock", "paglock", "serializable"}
)
"""Hints of SQL Server whose locks stop who writes (Table Hints, Transact-SQL)."""


_OTHER_HINTS: Final = frozenset(
    "nolock readuncommitted readcommitted readcommittedlock repeatableread readpast rowlock nowait snapshot "
    "noexpand forcescan forceseek keepidentity keepdefaults ignore_constraints ignore_triggers".split()
)


def _locks_by_hint(tokens: Sequence[Token]) -> bool:
    """`FROM t WITH (UPDLOCK)`, `FROM t (TABLOCKX, HOLDLOCK)`."""
    return any(
        token.kind == "word" and token.text.lower() in _LOCKING_HINTS and _before_a_hint(before)
        for before, token in pairwise(tokens)
    )


def _before_a_hint(token: Token) -> bool:
    """A parenthesis, a comma, or another hint: blanks part them as well."""
    return token.text in ("(", ",", ")") or token.kind == "number" or token.text.lower() in _OTHER_HINTS


def _select(statement: Statement) -> None:
    if statement.has("into", "outfile") or statement.has("into", "dumpfile"):
        statement.say(
            DANGEROUS, "sql.outfile", "writes the result into a file on the database's host", (), _FINAL
        )
    elif statement.has("into"):
        statement.say(CAUTION, "sql.select-into", "SELECT INTO makes a table or sets variables")
    elif any(statement.has("for", *lock) for lock in (("update",), ("share",), ("no",), ("key",))) or (
        statement.has("lock", "in") or _locks_by_hint(statement.tokens)
    ):
        statement.say(CAUTION, "sql.select-for", "the rows stay locked until the transaction ends")
    elif statement.has("next", "value", "for") or _takes_next(statement.tokens):
        statement.say(CAUTION, "sql.sequence", "takes the next number of a sequence")
    elif shows_secrets(statement.tokens):
        statement.say(CAUTION, "secrets.read", "shows the password hashes or keys of accounts")
    elif (pragma := pragma_source(statement.tokens)) is not None:
        statement.say(UNKNOWN, "sql.pragma", f"{pragma} is a pragma of SQLite that may write")
    elif (path := file_source(statement.tokens)) is not None:
        statement.say(
            CAUTION, "sql.file", f"reads the file {path}, for a server that takes it for one", (path,)
        )
    elif (much := makes_much(statement)) is not None:
        statement.say(CAUTION, "sql.size", much)
    else:
        statement.say(SAFE, "sql.read", "only reads")


def _takes_next(tokens: Sequence[Token]) -> bool:
    """`seq.nextval`, as Oracle, Snowflake and Db2 write it."""
    return any(before.text == "." and token.text.lower() == "nextval" for before, token in pairwise(tokens))


def _explain(statement: Statement) -> None:
    """EXPLAIN and DESCRIBE read; with ANALYZE they run what they explain."""
    at = explained_at(statement.tokens)
    if not _runs_explained(statement.tokens[1:at]):
        statement.say(SAFE, "sql.explain", "shows a plan or a definition and runs nothing")
        if any(token.is_word("into") for token in statement.tokens[1:at]):
            statement.say(CAUTION, "sql.explain-into", "keeps the plan in a variable")
        return
    statement.say(CAUTION, "sql.explain-analyze", "EXPLAIN ANALYZE runs the statement that it explains")
    _runs_inside(statement, at)


def _analyze(statement: Statement) -> None:
    """ANALYZE TABLE renews statistics; MariaDB's ANALYZE of a statement runs it."""
    statement.say(
        CAUTION, "sql.analyze", "renews the statistics of tables, or runs a statement to measure it"
    )
    at = explained_at(statement.tokens)
    if statement.word(at) != "table":
        _runs_inside(statement, at)


def _runs_inside(statement: Statement, at: int) -> None:
    inner = list(statement.tokens[at:])
    if inner:
        statement.found.extend(statement.nested.tokens(inner))


def _runs_explained(options: Sequence[Token]) -> bool:
    """Whether ANALYZE stands among the options, not switched off. Quoted ones count too."""
    for index, token in enumerate(options):
        if token.kind not in ("word", "name") or not token.text.lower().startswith("analy"):
            continue
        following = options[index + 1] if index + 1 < len(options) else None
        if following is None or following.text.lower() not in ("false", "off", "0"):
            return True
    return False


# -- writing


def _delete(statement: Statement) -> None:
    target = statement.object_after("from", "only", "low_priority", "quick", "ignore")
    _bounded(statement, "delete", "deletes", target)


def _update(statement: Statement) -> None:
    _bounded(statement, "update", "changes", statement.object_after("only", "low_priority", "ignore"))


def _bounded(statement: Statement, rule: str, verb: str, target: tuple[str, ...]) -> None:
    name = target[0] if target else "the table"
    condition = where(statement.tokens)
    if condition is None:
        statement.say(
            DANGEROUS, f"sql.{rule}-all", f"{verb} every row of {name}: there is no WHERE", target, _FINAL
        )
    elif always(condition):
        why = f"{verb} every row of {name}: the WHERE is always true"
        statement.say(DANGEROUS, f"sql.{rule}-always", why, target, _FINAL)
    else:
        statement.say(CAUTION, f"sql.{rule}", f"{verb} rows of {name} that match a condition", target)


def _drop(statement: Statement) -> None:
    kind = statement.word(1)
    target = statement.object_after(
        kind, "view", "if", "exists", "concurrently", "table", "materialized", "temporary"
    )
    if kind in names("sql_small_objects"):
        statement.say(
            CAUTION, "sql.drop-object", f"drops a {kind}, which can be made again from its definition", target
        )
    else:
        statement.say(
            DANGEROUS, "sql.drop", f"drops {kind or 'an object'} {' '.join(target)}", target, _FINAL
        )


def _alter(statement: Statement) -> None:
    kind = statement.word(1)
    target = statement.object_after(kind, "if", "exists", "only")
    destructive = statement.has("drop", "partition") or statement.has("truncate") or statement.has("discard")
    if kind in ("system", "database") and kind == "system":
        statement.say(DANGEROUS, "sql.alter-system", "changes the settings of the whole server", (), _FINAL)
    elif kind in ("user", "role", "login"):
        statement.say(
            DANGEROUS, "sql.alter-role", "changes what an account may do or how it signs in", target
        )
    elif kind == "default":
        statement.say(DANGEROUS, "sql.privileges", "changes who may do what with objects made from now on")
    elif destructive or (kind == "table" and statement.has("drop") and not _drops_small(statement)):
        statement.say(
            DANGEROUS, "sql.alter-drop", "drops a part of a table with the data in it", target, _FINAL
        )
    else:
        statement.say(CAUTION, "sql.alter", f"changes the definition of {' '.join(target) or kind}", target)


def _drops_small(statement: Statement) -> bool:
    small = ("constraint", "index", "default", "not", "key", "foreign", "check", "identity", "expression")
    return all(
        statement.word(at + 1) in small for at in range(len(statement.tokens)) if statement.word(at) == "drop"
    )


def _create(statement: Statement) -> None:
    kind = statement.word(1)
    if kind in ("role", "user", "login"):
        strong = statement.has("superuser") or statement.has("bypassrls") or statement.has("createrole")
        risk, why = (
            (DANGEROUS, "makes an account that may do everything")
            if strong
            else (CAUTION, "makes an account")
        )
        statement.say(risk, "sql.create-role", why, statement.object_after(kind))
    elif kind == "extension":
        name = " ".join(statement.object_after("extension", "if", "not", "exists"))
        untrusted = (name.endswith("u") and name.startswith("pl")) or name in (
            "adminpack",
            "dblink",
            "file_fdw",
        )
        risk = DANGEROUS if untrusted else CAUTION
        statement.say(
            risk, "sql.create-extension", f"installs {name}, which brings code into the server", (name,)
        )
    elif kind in ("function", "procedure", "trigger", "rule", "event") or statement.has("or", "replace"):
        statement.say(CAUTION, "sql.create-code", f"makes or replaces a {kind}, which runs later")
    else:
        statement.say(
            CAUTION, "sql.create", f"makes a {kind}", statement.object_after(kind, "if", "not", "exists")
        )


def _copy(statement: Statement) -> None:
    if statement.has("program"):
        statement.say(
            DANGEROUS, "sql.copy-program", "COPY … PROGRAM runs a program on the database's host", (), _FINAL
        )
    else:
        statement.say(CAUTION, "sql.copy", "copies between a table and a file or stream")


def _grant(statement: Statement) -> None:
    wide = statement.has("to", "public") or statement.has("grant", "all") or statement.has("superuser")
    risk = DANGEROUS if wide and statement.has("public") else CAUTION
    statement.say(risk, "sql.grant", "gives rights to others")


def _set(statement: Statement) -> None:
    scope = "for every session" if statement.word(1) in ("global", "persist") else "for this session"
    statement.say(CAUTION, "sql.set", f"changes a setting {scope}")


def _runs_text(statement: Statement) -> None:
    """EXECUTE, DO, EXEC, CALL, PREPARE: code that is a string is read as SQL; the rest is not known."""
    texts = [token.text for token in statement.tokens if token.kind == "string"]
    statement.say(UNKNOWN, "sql.runs-code", f"{statement.word(0).upper()} runs code that is not all shown")
    for text in texts:
        inner = statement.nested.text(text)
        hit = destructive_text(text)
        if highest(inner) is DANGEROUS or hit is not None:
            statement.say(
                DANGEROUS, "sql.runs-code", hit or "runs a text of SQL that is destructive", (), _FINAL
            )
    if any("xp_cmdshell" in token.text.lower() for token in statement.tokens):
        statement.say(DANGEROUS, "sql.shell", "runs a program on the database's host", (), _FINAL)


def _reset(statement: Statement) -> None:
    if statement.word(1) in ("master", "replica", "slave", "binary"):
        statement.say(
            DANGEROUS,
            "sql.reset",
            f"RESET {statement.word(1).upper()} forgets the replication logs",
            (),
            _FINAL,
        )
    else:
        statement.say(CAUTION, "sql.reset-setting", "sets a setting back")


def _show(statement: Statement) -> None:
    said = [statement.word(at) for at in range(1, 4)]
    shown = statement.tokens
    if names_secret_setting(shown) or shows_one(shown) or shows_variables(shown):
        statement.say(CAUTION, "secrets.read", "shows settings, one of which may hold a password")
        return
    if "grants" in said or (said[0] == "create" and {"user", "server"} & set(said[1:])):
        statement.say(CAUTION, "secrets.read", "shows the password hashes of accounts, on some servers")
        return
    statement.say(SAFE, "sql.show", "only shows")


def judge_lead(statement: Statement, lead: str) -> None:
    """Apply the handler of the leading keyword, else the table of keywords, else say unknown."""
    handler = _HANDLERS.get(lead)
    if handler is not None:
        handler(statement)
        return
    entry = knowledge()["sql_keywords"].get(lead)
    if entry is None:
        statement.say(UNKNOWN, "sql.unknown", f"{lead.upper() or 'this'} begins no statement that is known")
        return
    risk, why = entry
    statement.say(Risk(risk), f"sql.{lead}", why, statement.object_after(*_BEFORE_NAMES))


_BEFORE_NAMES: Final = (
    "table",
    "database",
    "schema",
    "if",
    "exists",
    "only",
    "index",
    "view",
    "concurrently",
    "role",
    "user",
)

_HANDLERS: Final[dict[str, Callable[[Statement], None]]] = {
    "select": _select,
    "with": _select,
    "values": _select,
    "table": _select,
    "explain": _explain,
    "delete": _delete,
    "update": _update,
    "drop": _drop,
    "alter": _alter,
    "create": _create,
    "copy": _copy,
    "grant": _grant,
    "set": _set,
    "execute": _runs_text,
    "exec": _runs_text,
    "do": _runs_text,
    "call": _runs_text,
    "prepare": _runs_text,
    "declare": _runs_text,
    "reset": _reset,
    "show": _show,
    "describe": _explain,
    "desc": _explain,
    "analyze": _analyze,
    "analyse": _analyze,
}
