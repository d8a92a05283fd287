"""Database clients: the statements that they are given, by option, argument or standard input."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from scanner.call import Call, Handler, Reader
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.paths import is_trusted_place, normal_path
from scanner.word import Word
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
    """mysql -e; a bundle such as `-Ne` takes the next word. `\\d` sets another end of statements."""
    values = _values(call, "-e", "--execute", "-Ne", "-Be")
    if not values:
        at = next(
            (at for at, word in enumerate(call.words) if re.fullmatch(r"-[NBsrtvn]+e", word.text)), None
        )
        values = [call.words[at + 1]] if at is not None and at + 1 < len(call.words) else []
    text = call.place.stdin.text if call.place.stdin.kind == "text" and not values else ""
    for given in [*(value.text for value in values), text or ""]:
        if _MYSQL_DELIMITER.search(given):
            call.say(UNKNOWN, "sql.delimiter", "sets another end of statements, so they part elsewhere")
        if _in_accounts(call) and _MYSQL_ACCOUNTS.search(given):
            call.say(CAUTION, "secrets.read", "shows the password hashes of accounts")
    _statements(call, values)


_MYSQL_DELIMITER: Final = re.compile(r"(?im)\\d\b|^\s*delimiter\b")
_MYSQL_ACCOUNTS: Final = re.compile(
    r"(?is)\b(?:user|servers)\b.*(?:\*|password)|(?:\*|password).*\b(?:user|servers)\b|\btable\b.*\b(?:user|servers)\b"
)


def _in_accounts(call: Call) -> bool:
    """Whether the database that it opens is the server's own, with the accounts in it."""
    named = [*call.arguments.positionals, *_values(call, "-D", "--database")]
    return any(word.text.lower() == "mysql" or OPAQUE in word.text for word in named)


def sqlite(call: Call) -> None:
    """sqlite3 FILE STATEMENT …"""
    _statements(call, [*call.arguments.positionals[1:], *_values(call, "-cmd")])


def sql_option(call: Call) -> None:
    """Clients that take the statement with -q, -e, -Q, -c or --query.

    The tools read options differently, so what follows a word spelled like one counts as a statement, too,
    whatever it is taken for; a word that is left over may be a verb of the tool.
    """
    given = _values(call, *_STATEMENT_OPTIONS)
    words = call.words
    for before, word in pairwise(words):
        if before.text in _STATEMENT_OPTIONS and not any(word is value for value in given):
            given.append(word)
    _statements(call, given)
    allowed = _SQL_VERBS.get(call.tool.name)
    if allowed is not None and any(word.text not in allowed for word in call.arguments.positionals):
        call.say(UNKNOWN, "sql.verb", f"a word that {call.tool.name} may take for what it is to do")


_STATEMENT_OPTIONS: Final = ("-q", "--query", "-e", "-Q", "--execute", "-c")
_SQL_VERBS: Final[dict[str, tuple[str, ...]]] = {
    "cockroach": ("sql",),
    "clickhouse": ("client", "local"),
    "clickhouse-client": (),
    "influx": (),
    "hive": (),
    "impala-shell": (),
    "sqlcmd": (),
    "mssql-cli": (),
    "snowsql": (),
}
"""The words that these tools may be given beside options."""


def sql_argument(call: Call) -> None:
    """Clients that take the statement as an argument."""
    _statements(call, list(call.arguments.positionals))


_MONGO_READ: Final = re.compile(
    r"(?s)\s*(?:(?:const|let|var)\s+\w+\s*=\s*)?(?:print(?:json)?\(|JSON\.stringify\()?(?:db|rs|sh)(?:\.[A-Za-z_]\w*|\.getCollection\(['\"][\w.]+['\"]\)|\.getSiblingDB\(['\"]\w+['\"]\))*"
    r"\.(?:find|findOne|count|countDocuments|estimatedDocumentCount|stats|status|conf|distinct|getIndexes|serverStatus|hello|isMaster|"
    r"version|currentOp|getCollectionNames|getCollectionInfos|printReplicationInfo|printSecondaryReplicationInfo|hostInfo|getReplicationInfo|dbStats|getUsers|getMongo)"
    r"\([^()`;=]*\)(?:\.(?:limit|sort|pretty|toArray|count|skip|explain|size|length|itcount)\(?[^()`;=]*\)?)*"
    r"(?:\.[A-Za-z_]\w*|\[\d+\]|\[['\"]\w+['\"]\])*(?:\s*,\s*null\s*,\s*\d)?\)?\s*;?\s*"
)
_MONGO_SHOW: Final = re.compile(r"\s*show\s+(?:dbs|databases|collections|tables)\s*;?\s*")
_MONGO_AGGREGATE: Final = re.compile(
    r"(?s)\s*(?:print(?:json)?\(|JSON\.stringify\()?db\.(?:[A-Za-z_]\w*|getCollection\(['\"][\w.]+['\"]\))\.aggregate"
    r"\(\s*\[[^()`;=]*\]\s*\)(?:\.(?:toArray|pretty|itcount)\(\))*\)?\s*;?\s*"
)
_MONGO_STAGES: Final = frozenset(
    "match group sort limit skip project count unwind sample "
    "sortByCount addFields bucket facet sum avg min max first "
    "last push addToSet eq ne gt gte lt lte in nin "
    "and or not exists cond ifNull dateToString format size type expr "
    "elemMatch indexStats dateTrunc toDate subtract add divide multiply round concat".split()
)
"""Stages and operators of an aggregation that only read the collection itself (MongoDB 7)."""
_MONGO_KEY: Final = re.compile(r"\$(\w*)[\"']?\s*:")
_MONGO_ADMIN: Final = re.compile(
    r"\s*(?:printjson\()?db(?:\.getSiblingDB\(['\"]admin['\"]\))?\.(?:adminCommand|runCommand)\(\s*"
    r"(?:\{\s*)?['\"]?(?:ping|hello|isMaster|buildInfo|serverStatus|replSetGetStatus|listDatabases|hostInfo|dbStats|connPoolStats)"
    r"['\"]?(?:\s*:\s*1\s*\})?\s*\)(?:\.\w+)*\)?\s*;?\s*"
)
"""Commands of MongoDB 7 that only ask for a state, without arguments."""
_MONGO_SECRETS: Final = re.compile(
    r"(?i)system\W{0,6}(?:users|keys|new_users|backup_users)|credentials|getUsers?\b"
    r"|distinct\(\s*[\"'][\w.]*(?:passw|secret|token|api_?key|private_?key)"
)
_MONGO_CODE: Final = re.compile(
    r"\$(?:where|function|accumulator)|\\[^nrt'\"\\/.+*?()\[\]{}^|$-]|\]\s*(?::|/[/*])", re.DOTALL
)
"""Code in a query, and what may spell it: escapes other than the plain ones, keys that are computed."""
_MONGO_ACTS: Final = re.compile(
    r"(?i)\.?(?:drop\w*|remove\w*|delete\w*|update\w*|replace\w*|shutdownServer|stepDown|killOp|rename\w*|fsync\w*|"
    r"findAndModify|bulkWrite|\$out|\$merge)\b\s*\(?"
)


def _mongo_reads(text: str) -> bool:
    """A form that reads. In an aggregation, a comment or a plus may hide a key: neither is read."""
    if _MONGO_READ.fullmatch(text) is not None or _MONGO_SHOW.fullmatch(text) is not None:
        return True
    staged = all(key in _MONGO_STAGES for key in _MONGO_KEY.findall(text)) and not {"/", "+"} & set(text)
    return staged and _MONGO_AGGREGATE.fullmatch(text) is not None


def mongo(call: Call) -> None:
    """mongosh --eval: a read in a form that is known, or what it does."""
    values = _values(call, "--eval")
    if any(re.search(r"(?i)\.(?:m?js|mongodb|ts)$|^[./~]", word.text) for word in call.arguments.positionals):
        call.say(UNKNOWN, "mongo.script", "runs a file that is not shown")
    if not values:
        call.say(UNKNOWN, "mongo.session", "opens a session or runs code that is not shown")
    for value in values:
        if OPAQUE not in value.text and _MONGO_ADMIN.fullmatch(value.text):
            continue
        if OPAQUE not in value.text and _mongo_reads(value.text):
            if _MONGO_SECRETS.search(value.text):
                call.say(CAUTION, "secrets.read", "shows the credentials of accounts", word=value)
            elif _MONGO_CODE.search(value.text):
                call.say(UNKNOWN, "mongo.code", "a query that runs JavaScript in the server", word=value)
            continue
        call.say(UNKNOWN, "mongo.code", "the code is not one of the forms that only read", word=value)
        acts = _MONGO_ACTS.search(value.text)
        if acts is not None:
            destroys = re.match(r"(?i)\.?(?:drop|remove|delete|shutdown|\$out)", acts.group())
            risk = DANGEROUS if destroys else CAUTION
            call.say(risk, "mongo.acts", f"{acts.group().strip('.( ')} changes or deletes data", word=value)


_KAFKA_ASKS: Final = frozenset({"--list", "--describe", "--verify", "--members", "--state"})
_KAFKA_OPTIONS: Final = _KAFKA_ASKS | frozenset(
    "--bootstrap-server --bootstrap-controller --zookeeper --broker-list --command-config --topic "
    "--topics --topic-id --group --all-groups --all-topics --verbose --offsets --exclude-internal "
    "--under-replicated-partitions --under-min-isr-partitions --at-min-isr-partitions --unavailable- "
    "partitions --topics-with-overrides --entity-type --entity-name --entity-default --brokers --broker "
    "--all --timeout --reassignment-json-file --if-exists --partition-size-limit-per-response "
    "--principal --resource-pattern-type --cluster --partitions --time --client-id --clients --version "
    "--help --preserve-throttles".split()
)
"""Options of a look, of Kafka 3.9; one that is abbreviated may be one that changes something."""
_KAFKA_USERS: Final = frozenset({"users", "--users", "--user"})
"""Settings of users: the salted passwords of SCRAM."""


def _kafka_reads(call: Call) -> str | None:
    """--list and --describe, with nothing beside them but what a look takes."""
    texts = [word.text for word in call.words[1:]]
    options = {text.split("=", 1)[0] for text in texts if text.startswith("-")}
    values = {text.split("=", 1)[-1] for text in texts}
    asks = options & _KAFKA_ASKS or "api-versions" in call.tool.name or "get-offsets" in call.tool.name
    settings = [
        text.partition("=")[2] or following
        for text, following in pairwise([*texts, ""])
        if text.startswith("--command-config")
    ]
    if "--verify" in options and "--preserve-throttles" not in options:
        return None  # it takes the throttles of brokers and topics away
    closed = options <= _KAFKA_OPTIONS and not values & _KAFKA_USERS
    trusted = all(is_trusted_place(normal_path(text)) for text in settings)
    return "only reads from Kafka" if asks and closed and trusted else None


HANDLERS: Final[dict[str, Handler]] = {
    "psql": psql,
    "mysql": mysql,
    "sqlite": sqlite,
    "sql_option": sql_option,
    "sql_argument": sql_argument,
    "mongo": mongo,
}
READERS: Final[dict[str, Reader]] = {"kafka": _kafka_reads}
