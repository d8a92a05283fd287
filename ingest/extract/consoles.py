"""What is typed into another program's console: SQL, Redis, Rails. No shell runs it, so a person does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ingest.extract.command_forms import without_placeholders
from ingest.extract.programs import is_program
from ingest.extract.prompts import PROMPT, prompt_end
from ingest.extract.vocabulary import SHELL_LABELS

_PROMPT: Final = re.compile(
    r"^\s{0,40}(?:(?P<sql>[\w.]{1,64}=[#>]|mysql>|MariaDB \[[^\]\n]{0,64}\]>|SQL>|sqlite>)|"
    r"(?P<redis>redis[\w.:-]{0,64}(?: [\w.-]{1,64}:\d{1,5})?(?:\[\d+\])?>|"
    r"\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}(?:\[\d+\])?>)|"
    r"(?P<powershell>(?:PS )?[A-Z]:\\[^>\n]{0,120}>)|"
    r"(?P<sftp>s?ftp>)|(?P<ruby>irb[^>\n]{0,64}>|\[\d+\] pry[^>\n]{0,64}>)|(?P<python>>>>)|"
    r"(?P<hbase>hbase(?:\(\w{1,40}\))?:\d{1,6}(?::\d{1,3})?[>*])|"
    r"(?P<kadmin>kadmin(?:\.local)?:(?=\s{1,4}[a-z?]))|"
    r"(?P<switch>[\w.-]{0,64}\(config[\w.-]{0,40}\)#)|"
    r"(?P<mongosh>(?:[\w-]{1,40} \[[^\]\n]{1,60}\] )?[\w-]{1,40}(?::[A-Z]{3,12})?>(?=\s{1,4}(?:(?:db|rs|"
    r"sh)\.|use \w|show (?:dbs|databases|collections|users|roles|logs?|profile)\b)))|"
    r"(?P<junos>[\w.-]{1,64}@[\w.-]{1,64}(?:>|(?<!\broot@)#)(?=\s{1,4}(?:show|request|set|delete|commit|rollback|"
    r"configure|edit|start|restart|clear|monitor|ping|file|run|load|exit|quit|deactivate|activate|op|test)\b))|"
    r"(?P<inner>\((?:parted|gdb|lldb|i?pdb|qemu|crm|lvm|storcli|hpssacli|ncli|hv)\)|"
    r"Command \((?:m|\?) for help\):)|"
    r"(?P<cqlsh>cqlsh(?::\w{1,40})?>)|"
    r"(?P<tool>(?:rabbitmqadmin|rabbitmqctl|nodetool|virsh|lftp|mongo|mongosh|influx|hive|ksql|etcdctl|"
    r"nslookup|"
    r"grub|telnet|gfsh|zkcli)>))\s{0,4}(?=\S)"
)
_UNKNOWN: Final = re.compile(r"(?m)^[ \t]{0,40}(?P<tool>[A-Za-z][\w.-]{1,30})>[ \t]{1,4}(?=\S)")
"""The prompt of a console that nobody told us of: `gremlin> `."""
_SWITCH: Final = re.compile(r"(?m)^[ \t]{0,40}([\w.-]{1,64})\(config[\w.-]{0,40}\)#")
_SWITCH_TYPED: Final = re.compile(
    r"(?m)^[ \t]{0,40}([\w.-]{0,63}[A-Za-z\d])#[ \t]{0,4}(?:show|sh|display|conf(?:ig(?:ure)?)?|enable|"
    r"disable|copy|write|wr|"
    r"clear|reload|debug|undebug|terminal|request|interface|ping|traceroute|no)[ \t]{1,4}[a-z\d]"
)
"""What only a switch or a router takes at a bare `host#`: `router# show version`."""
_HOST: Final = re.compile(r"^\s{0,40}(?P<host>[\w.-]{1,64})[#>]\s{0,4}(?=\S)")
_ANY_LINE: Final = re.compile("")
_PLAIN_LABELS: Final = SHELL_LABELS | {"", "text", "txt"}
_GOES_ON: Final = re.compile(r"^\s{0,40}(?:[\w.]{0,64}[-'(][#>]|->|\.\.\.)\s{0,4}(?=\S)")
_RAILS: Final = r"^(?:sudo\s+)?(?:gitlab-)?(?:bundle exec )?rails\s+(?:console|c|runner)\b(?!.*\s-e\s)"
_DATABASE: Final = (
    r"^(?:sudo\s+(?:-u\s+\w+\s+)?)?(?:psql|mysql|gitlab-psql|mariadb|sqlplus)\b"
    r"(?!.*\s-(?:c|e|f|l|V)\b)(?!.*[|<])"
)
_KEY_STORE: Final = (
    r"^(?:sudo\s+)?(?:redis-cli|valkey-cli)(?:\s+-[hpanu]\s+\S+|\s+--(?:tls|no-auth-warning))*\s*$"
)
_OPENS: Final = (
    (re.compile(_RAILS), "rails"),
    (re.compile(_DATABASE), "sql"),
    (re.compile(_KEY_STORE), "redis-cli"),
    (re.compile(r"^(?:irb|python3?|mongosh?)\s*$"), "ruby"),
)
"""Command lines that open a console and leave it open for the lines below."""
_INSIDE: Final = re.compile(
    r"(?:sudo\s+)?(?:docker|podman|nerdctl|kubectl|oc|docker-compose)\s(?=[^\n|;&<>]{0,300}\bexec\s)"
    r"[^\n|;&<>'\"]{0,400}?\s(?=(?:psql|mysql|mariadb|redis-cli|valkey-cli|mongosh?|cqlsh)(?:\s|$))"
)
"""`docker exec -it db `: the console is opened in a container."""

_SQL: Final = re.compile(
    r"(?i)^\s*(?:select\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|alter\s+\w+|create\s+\w+\s|"
    r"drop\s+\w+\s|"
    r"show\s+\w+|begin\b|with\s+\w+\s+as\s|explain\s|vacuum\b|grant\s|revoke\s|truncate\s+(?:table\s)?|"
    r"set\s+\w+\s*(?:=|to)|"
    r"kill\s+\d|analy[sz]e\b|reindex\b|call\s|use\s+[\w`]+\s*;|change\s+(?:master|replication)\s|"
    r"(?:start|stop|reset)\s+(?:all\s+)?(?:slaves?|replicas?|group_replication)\b|"
    r"set\s+(?:global|session|persist|local)\s|purge\s+(?:binary|master)\s+logs\b|"
    r"(?:lock|unlock|optimize|repair|check|rename)\s+tables?\b|flush\s+(?:tables|privileges|hosts|logs)\b)"
)
_COMPLETE: Final = re.compile(
    r"SHOW (?:MASTER|SLAVE|REPLICA|BINARY LOG|ENGINE INNODB) STATUS|SHOW (?:FULL )?PROCESSLIST|"
    r"SHOW (?:DATABASES|REPLICAS|BINARY LOGS)|(?:START|STOP|RESET) (?:SLAVE|REPLICA)|"
    r"FLUSH (?:PRIVILEGES|TABLES|LOGS)"
)
"""Whole statements without anything behind them."""
_BEGINS: Final = re.compile(r"(?i)^\s*(?:begin|start\s+transaction)\b")
_ENDS: Final = re.compile(r"(?i)^\s*(?:commit|rollback|end)\s*;")
_REDIS: Final = re.compile(
    r"(?i)^(?:info|flushall|flushdb|keys|dbsize|config\s+(?:get|set|rewrite)|client\s+(?:list|kill)|del|"
    r"get|set|scan|ttl|"
    r"sentinel|replicaof|slaveof|role|hgetall|lrange|smembers|persist|debug|latency|acl|"
    r"ping|memory|slowlog|monitor|select|llen|zcard|scard|cluster|bgsave|save|exists|unlink|expire)\b[^|;&]*$"
)
_POWERSHELL: Final = frozenset("powershell pwsh ps1 posh".split())
_OPEN_LINE: Final = re.compile(r"[`|{(]\s*$")
_CMDLET: Final = re.compile(r"(?:[A-Z][a-z]+){1,2}-[A-Z][A-Za-z]{2,40}(?:\s|$)")
_OF_MONGO: Final = frozenset({"", "js", "javascript", "mongo", "mongodb", "mongosh", "text", "txt"})
_MONGO: Final = re.compile(
    r"(?:rs|sh|db)\.[A-Za-z_]\w{0,40}(?:\.[A-Za-z_]\w{0,40}){0,4}\(|use [\w-]{1,40}[ \t]*(?:\n|$)|"
    r"show (?:dbs|collections)\b"
)
"""What only the shell of MongoDB reads."""
_STARTS_CMDLET: Final = re.compile(
    r"(?:\$[\w:]{1,40}\s*=\s*\(?)?(?:Add|Backup|Clear|Connect|Copy|Disable|Disconnect|Dismount|Enable|Enter|Exit|"
    r"Export|Find|Format|Get|Grant|Import|Install|Invoke|Lock|Measure|Mount|Move|New|Out|Publish|Remove|Rename|"
    r"Repair|Reset|Restart|Restore|Resume|Revoke|Save|Search|Select|Send|Set|Show|Start|Stop|Suspend|Switch|Sync|"
    r"Test|Uninstall|Unlock|Unregister|Register|Update|Wait|Write)-[A-Z][A-Za-z]{2,40}(?:\s|$)"
)
_COMMENT: Final = re.compile(r"\s+(?:#|--)\s.*$")


@dataclass(frozen=True)
class Typed:
    """What is typed, in which console, and its place in the block."""

    text: str
    dialect: str
    start: int
    end: int


def console_of(text: str, language: str) -> list[Typed] | None:
    """What is typed into a console by a block; None for a block that is none."""
    switches = {name for name in _SWITCH_TYPED.findall(text) if not is_program(name)}
    if switches or any(_PROMPT.match(line) for line in text.split("\n")):
        return _prompted(text, dict.fromkeys((*_SWITCH.findall(text), *sorted(switches)), "switch"))
    if language in _PLAIN_LABELS and (tool := _unknown_tool(text)):
        return _prompted(text, {tool: tool})
    bare = re.match(r"\s*> (?=\S)([^\n]+)", text)
    if bare and _REDIS.match(bare[1].strip()):
        return [Typed(bare[1].rstrip(), "redis-cli", bare.start(1), bare.start(1) + len(bare[1].rstrip()))]
    if language in _OF_MONGO and (found := _mongo(text)):
        return found
    if language in _POWERSHELL or (language in _PLAIN_LABELS and _is_powershell(text)):
        return _cmdlets(text)
    if language in ("sql", "psql", "mysql", "pgsql", "postgresql") or (
        language in _PLAIN_LABELS
        and _SQL.match(text)
        and (";" in text or re.search(r"(?i)\bfrom\b", text))
        and (language not in SHELL_LABELS or _is_shouted(text))
    ):
        return _statements(text, 0)
    return None


_SHOUTED: Final = re.compile(r"[A-Z]{3,12}\s+[\w*`\"]")


def _is_shouted(text: str) -> bool:
    """Whether a block that is called a shell's is nothing but statements of SQL, in capitals."""
    return all(_SHOUTED.match(item.text) and item.text.endswith(";") for item in _statements(text, 0))


_WINDOWS: Final = frozenset("cmd bat batch dos batchfile winbatch".split())
_FOR_WINDOWS: Final = re.compile(
    r"(?im)\^[ \t]*$|(?:^|\s)/[a-z?]{1,12}(?=[:\s]|$)|%\w{1,40}%|[A-Z]:\\|^\s{0,20}(?:net|sc|dir|copy|del|"
    r"ipconfig|reg|wmic|tasklist|"
    r"taskkill|icacls|robocopy|shutdown|sfc|chkdsk|schtasks|netsh|iisreset|rem)\s"
)


def windows_lines(text: str, language: str) -> list[Typed] | None:
    """What a block for the prompt of Windows types there, `^` joining lines; None for any other block."""
    if language not in _WINDOWS or _FOR_WINDOWS.search(text) is None:
        return None
    found: list[Typed] = []
    begin, joins = 0, False
    for line in text.split("\n"):
        shown = line.strip()
        start, end = begin + line.find(shown), begin + len(line.rstrip())
        if joins and found:
            last = found.pop()
            found.append(Typed(text[last.start : end], "cmd", last.start, end))
        elif shown and not shown.lower().startswith(("rem ", "::", "@echo")):
            found.append(Typed(shown, "cmd", start, end))
        joins = shown.endswith("^")
        begin += len(line) + 1
    return found or None


def is_session(text: str) -> bool:
    """Whether a block shows what was typed at a prompt, of a shell or of another console."""
    return any(PROMPT.match(line) or _PROMPT.match(line) for line in text.split("\n"))


def is_at_console(line: str) -> bool:
    """Whether a line begins with the prompt of a console that is no shell's."""
    return _PROMPT.match(line) is not None


def opened_by(command: str) -> str | None:
    """The dialect of the console that a command line opens and leaves open; None for any other."""
    line = without_placeholders(command.strip())
    inside = _INSIDE.match(line)
    line = line[inside.end() :] if inside else line
    return next((dialect for pattern, dialect in _OPENS if pattern.search(line)), None)


def typed_below(text: str, begin: int, dialect: str) -> list[Typed]:
    """What the lines below an opened console type, from an offset of the block on."""
    if dialect == "sql":
        return _statements(text, begin)
    found = []
    for line in text[begin:].split("\n"):
        shown = _COMMENT.sub("", line).strip()
        if shown and not shown.startswith("#"):
            start = begin + line.index(shown[0])
            found.append(Typed(shown, dialect, start, start + len(shown)))
        begin += len(line) + 1
    return found


def is_sql(text: str) -> bool:
    """Whether a piece of code is a whole statement of SQL."""
    return _COMPLETE.fullmatch(text.strip()) is not None or (
        _SQL.match(text) is not None
        and (
            text.rstrip().endswith(";")
            or re.search(r"(?i)\s(?:from|into|set|table|database)\s", text) is not None
        )
    )


def is_redis(text: str) -> bool:
    """Whether a piece of code is a command of Redis."""
    return _REDIS.match(text.strip()) is not None


def is_cmdlet(text: str) -> bool:
    """Whether a piece of code is a command of PowerShell."""
    return _CMDLET.match(text.strip()) is not None


def _mongo(text: str) -> list[Typed] | None:
    """The statements of a block for the shell of MongoDB, each up to its last bracket; None where something
    else stands there.
    """
    found: list[Typed] = []
    start, depth, begin = -1, 0, 0
    for line in text.split("\n"):
        shown = line.strip()
        if start < 0 and shown and not shown.startswith("//"):
            if _MONGO.match(shown) is None:
                return None
            start = begin + line.index(shown)
        depth += sum(line.count(mark) for mark in "([{") - sum(line.count(mark) for mark in ")]}")
        begin += len(line) + 1
        if start >= 0 and depth <= 0:
            end = begin - 1 - (len(line) - len(line.rstrip()))
            found.append(Typed(text[start:end], "mongosh", start, end))
            start, depth = -1, 0
    return found if start < 0 else None


def _is_powershell(text: str) -> bool:
    """Whether each line of a block that begins a statement names a cmdlet by its verb."""
    lines = [line for line in text.split("\n") if line.strip() and line[:1] not in " \t|}#)"]
    return bool(lines) and all(_STARTS_CMDLET.match(line) for line in lines)


def _cmdlets(text: str) -> list[Typed]:
    """The lines of a block for PowerShell; all of it as one where a line goes on with the next one."""
    lines = text.split("\n")
    if any(_OPEN_LINE.search(line) or line.strip() in ("}", ")") for line in lines):
        start = len(text) - len(text.lstrip())
        return [Typed(text.strip(), "powershell", start, start + len(text.strip()))]
    return typed_below(text, 0, "powershell")


def _unknown_tool(text: str) -> str:
    """Whose prompt a block begins with and has alone; empty for none, and where a program writes a file."""
    tools = {found["tool"] for found in _UNKNOWN.finditer(text)}
    first = _UNKNOWN.match(text.lstrip())
    return first["tool"] if first and len(tools) == 1 and not is_program(first["tool"]) else ""


def _prompted(text: str, hosts: Mapping[str, str]) -> list[Typed]:
    """What is typed at the prompts of a block; `hosts`: names that are prompts before `#` or `>`."""
    found: list[Typed] = []
    begin = 0
    goes_on: re.Pattern[str] | None = None
    for line in text.split("\n"):
        at = _console_prompt(line)
        more = goes_on.match(line) if goes_on and not at else None
        at = at or (None if more else _other_prompt(line, hosts))
        if at:
            inside, dialect = at
            shown = line[inside:].rstrip()
            found.append(Typed(shown, dialect, begin + inside, begin + inside + len(shown)))
        elif more and found:
            last = found.pop()
            shown = line[more.end() :].rstrip()
            found.append(Typed(f"{last.text}\n{shown}", last.dialect, last.start, begin + len(line.rstrip())))
        goes_on = _goes_on(found[-1]) if found and (at or more) else None
        begin += len(line) + 1
    return [item for item in found if item.text.strip()]


def _goes_on(typed: Typed) -> re.Pattern[str] | None:
    """How the next line begins that belongs to what is typed; None where it is complete."""
    if typed.dialect == "sql":
        return None if typed.text.endswith(";") else _GOES_ON
    return _ANY_LINE if typed.dialect == "shell" and typed.text.endswith("\\") else None


def _console_prompt(line: str) -> tuple[int, str] | None:
    """Behind which character of a line a console's prompt ends, and whose it is; None for a line without."""
    prompt = _PROMPT.match(line)
    return (prompt.end(), _dialect(prompt)) if prompt else None


def _other_prompt(line: str, hosts: Mapping[str, str]) -> tuple[int, str] | None:
    """The same of a prompt that only its block tells, or of a shell's: both may stand in one block."""
    host = _HOST.match(line)
    if host and host["host"] in hosts:
        return host.end(), hosts[host["host"]]
    inside = prompt_end(line)
    return (inside, "shell") if inside and not line.lstrip().startswith("%") else None


def _dialect(prompt: re.Match[str]) -> str:
    kind = next(name for name, value in prompt.groupdict().items() if value)
    if kind == "sql" and prompt["sql"].startswith("pgbouncer"):
        return "pgbouncer"
    if kind == "tool":
        return prompt["tool"].rstrip(">")
    return {"redis": "redis-cli", "ruby": "rails", "junos": "switch", "inner": "console"}.get(kind, kind)


def _statements(text: str, begin: int) -> list[Typed]:
    """Statements of SQL: each ends with a line that ends in `;`, a transaction with its COMMIT."""
    found: list[Typed] = []
    start, inside, last = -1, False, begin
    for line in text[begin:].split("\n"):
        shown = line.strip()
        if start < 0 and (not shown or shown.startswith(("--", "# "))):
            begin += len(line) + 1
            continue
        if start < 0:
            start = begin + line.index(shown[0])
            inside = _BEGINS.match(shown) is not None
        last = begin + len(line.rstrip())
        if _ENDS.match(shown) or (not inside and re.sub(r"\s--\s.*$", "", shown).endswith(";")):
            found.append(Typed(text[start:last], "sql", start, last))
            start = -1
        begin += len(line) + 1
    if start >= 0 and text[start:last].strip():
        found.append(Typed(text[start:last].rstrip(), "sql", start, last))
    return [item for item in found if _SQL.match(item.text) or item.text.startswith("\\")]
