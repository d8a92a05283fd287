"""Database clients: the statements that they are given, by option, argument or standard input."""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, Handler, Reader
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.tables import table_rule, tool
from scanner.words import OPAQUE, Word
from schemas.verdict import Reversibility

_FINAL: Final = Reversibility.IRREVERSIBLE


def _statements(call: Call, words: list[Word]) -> None:
    """Judge every statement; where none is given, what comes through standard input."""
    for word in words:
        call.judge.inner_sql(word.text, word.start, word.end)
    if words:
        return
    if call.place.stdin.kind == "text" and call.place.stdin.text is not None:
        call.judge.inner_sql(call.place.stdin.text, call.start, call.end)
    else:
        call.say(
            UNKNOWN, "sql.session", f"{call.tool.name} opens a session or runs statements that are not shown"
        )


def _values(call: Call, *names: str) -> list[Word]:
    return [
        option.value for option in call.arguments.options if option.name in names and option.value is not None
    ]


_PSQL_VARIABLE: Final = re.compile(r"(?<!:):(?:[A-Za-z_]|[\"'{][A-Za-z_?])")


def psql(call: Call) -> None:
    """psql -c; variables that it puts into statements are not followed."""
    if call.arguments.has("-l", "--list") and not call.arguments.has("-c", "--command"):
        return
    for target in _values(call, "-o", "--output"):
        if target.text.startswith("|"):
            call.judge.inner(target.text[1:], target.start, target.end, "sql.psql-pipe")
    statements = _values(call, "-c", "--command")
    text = call.place.stdin.text if call.place.stdin.kind == "text" and not statements else None
    if text is not None and _PSQL_VARIABLE.search(text):
        call.say(
            UNKNOWN, "sql.variable", "psql puts variables into the statements that are not shown in them"
        )
    if not call.arguments.has("-f", "--file"):
        _statements(call, statements)


def mysql(call: Call) -> None:
    """mysql -e; a bundle such as `-Ne` takes the next word."""
    values = _values(call, "-e", "--execute", "-Ne", "-Be")
    if not values:
        at = next(
            (at for at, word in enumerate(call.words) if re.fullmatch(r"-[NBsrtvn]+e", word.text)), None
        )
        values = [call.words[at + 1]] if at is not None and at + 1 < len(call.words) else []
    _statements(call, values)


def sqlite(call: Call) -> None:
    """sqlite3 FILE STATEMENT …"""
    _statements(call, [*call.arguments.positionals[1:], *_values(call, "-cmd")])


def sql_option(call: Call) -> None:
    """Clients that take the statement with -q, -e, -Q, -c or --query."""
    _statements(call, _values(call, "-q", "--query", "-e", "-Q", "--execute", "-c"))


def sql_argument(call: Call) -> None:
    """Clients that take the statement as an argument."""
    _statements(call, list(call.arguments.positionals))


_MONGO_READ: Final = re.compile(
    r"(?s)\s*(?:(?:const|let|var)\s+\w+\s*=\s*)?(?:print(?:json)?\()?(?:db|rs|sh)(?:\.[A-Za-z_]\w*|\.getCollection\(['\"][\w.]+['\"]\)|\.getSiblingDB\(['\"]\w+['\"]\))*"
    r"\.(?:find|findOne|count|countDocuments|estimatedDocumentCount|stats|status|conf|distinct|getIndexes|serverStatus|hello|isMaster|"
    r"version|currentOp|getCollectionNames|getCollectionInfos|printReplicationInfo|printSecondaryReplicationInfo|hostInfo|getReplicationInfo|dbStats|getUsers|getMongo)"
    r"\([^()`;=]*\)(?:\.(?:limit|sort|pretty|toArray|count|skip|explain|size|length|itcount)\(?[^()`;=]*\)?)*\)?\s*;?\s*"
)
_MONGO_ACTS: Final = re.compile(
    r"(?i)\.?(?:drop\w*|remove\w*|delete\w*|update\w*|replace\w*|shutdownServer|stepDown|killOp|rename\w*|fsync\w*|"
    r"findAndModify|bulkWrite|\$out|\$merge)\b\s*\(?"
)


def mongo(call: Call) -> None:
    """mongosh --eval: a read in a form that is known, or what it does."""
    values = _values(call, "--eval")
    if not values:
        call.say(UNKNOWN, "mongo.session", "opens a session or runs code that is not shown")
    for value in values:
        if OPAQUE not in value.text and _MONGO_READ.fullmatch(value.text):
            continue
        call.say(UNKNOWN, "mongo.code", "the code is not one of the forms that only read", word=value)
        acts = _MONGO_ACTS.search(value.text)
        if acts is not None:
            destroys = re.match(r"(?i)\.?(?:drop|remove|delete|shutdown|\$out)", acts.group())
            risk = DANGEROUS if destroys else CAUTION
            call.say(risk, "mongo.acts", f"{acts.group().strip('.( ')} changes or deletes data", word=value)


def redis_session(call: Call) -> None:
    """redis-cli without a command: a monitor mode, a text of commands, or a session."""
    modes = (
        "--latency",
        "--latency-history",
        "--latency-dist",
        "--stat",
        "--scan",
        "--bigkeys",
        "--memkeys",
        "--hotkeys",
        "--intrinsic-latency",
    )
    if call.arguments.has(*modes):
        return
    text = call.place.stdin.text if call.place.stdin.kind == "text" else None
    for line in (text or "").splitlines():
        _redis_line(call, line)


def _redis_reads(call: Call) -> str | None:
    """A watching mode, or commands on standard input that all only read."""
    modes = {
        "--latency",
        "--latency-history",
        "--latency-dist",
        "--stat",
        "--scan",
        "--bigkeys",
        "--memkeys",
        "--hotkeys",
    }
    odd = {
        "--pipe",
        "--eval",
        "--rdb",
        "--replica",
        "--slave",
        "--cluster",
        "--lru-test",
        "--functions-rdb",
        "-X",
    }
    names = {option.name for option in call.arguments.options}
    if names & odd or call.arguments.positionals:
        return None
    if names & modes:
        return "only watches"
    text = call.place.stdin.text if call.place.stdin.kind == "text" else None
    lines = [line for line in (text or "").splitlines() if line.strip()]
    reads = bool(lines) and all(_redis_risk(line) == "safe" for line in lines)
    return "only reads from Redis" if reads else None


def _redis_risk(line: str) -> str:
    words = line.lower().split()
    known = tool("redis-cli")
    for path in (tuple(words[:2]), tuple(words[:1])):
        rule = (known.verbs.get(" ".join(path)) if known is not None else None) or (
            table_rule("redis", path) if path else None
        )
        if rule is not None:
            return str(rule.risk)
    return "unknown"


def _redis_line(call: Call, line: str) -> None:
    risk = _redis_risk(line)
    if risk == "dangerous":
        call.say(
            DANGEROUS,
            "redis.destroy",
            f"{line.split()[0]} empties, stops or reconfigures Redis",
            reversibility=_FINAL,
        )


def _kafka_reads(call: Call) -> str | None:
    """--list and --describe."""
    names = {word.text.split("=", 1)[0] for word in call.words[1:] if word.text.startswith("--")}
    acting = {
        "--delete",
        "--alter",
        "--create",
        "--reset-offsets",
        "--execute",
        "--add",
        "--remove",
        "--delete-offsets",
        "--cancel",
        "--generate",
        "--topic-partition",
    }
    reading = (
        names & {"--list", "--describe", "--verify", "--members", "--state"}
        or "api-versions" in call.tool.name
        or "get-offsets" in call.tool.name
    )
    return "only reads from Kafka" if reading and not names & acting else None


HANDLERS: Final[dict[str, Handler]] = {
    "psql": psql,
    "mysql": mysql,
    "sqlite": sqlite,
    "sql_option": sql_option,
    "sql_argument": sql_argument,
    "mongo": mongo,
    "redis_session": redis_session,
}
READERS: Final[dict[str, Reader]] = {"kafka": _kafka_reads, "redis_session": _redis_reads}
