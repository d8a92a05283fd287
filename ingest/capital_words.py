"""Words in capitals that stand for a value, by what they name and by where they stand in a command."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from ingest.search_words import setting_asked_for

_ENDS: Final = tuple(
    """
    NAMESPACE POD PODNAME NODE NODENAME CLUSTER HOST HOSTNAME SERVER INSTANCE USERNAME REGION BUCKET SERVICE
    DEPLOYMENT CONTAINER DATABASE DBNAME VERSION FILENAME DOMAIN PROJECT VOLUME TOPIC QUEUE SHARD SNAPSHOT
    BRANCH COMMIT PID
    """.split()
)
"""Things of which there are many; a word may end in one, as MYPOD does."""

_NOUNS: Final = frozenset(_ENDS) | frozenset(
    """
    USER DB NAME FILE VM PROFILE ENV ENVIRONMENT ROLE ZONE BROKER INDEX UNIT SRC DST SOURCE DEST DESTINATION
    TARGET PATH DIR DIRECTORY IP ADDRESS PORT URL IMAGE TAG GROUP ACCOUNT TENANT CONTEXT STACK APP JOB RELEASE
    CHART SECRET PASSWORD EMAIL UUID ARN VPC SUBNET DEVICE DISK PV PVC LV VG POOL DATASET COLLECTION REPO
    REPOSITORY ORG TEAM FQDN ENDPOINT MACHINE MEMBER REVISION SHA TICKET TIMESTAMP FOLDER ID
    """.split()
)

_WORD: Final = re.compile(
    r"(?<![\w$<{\[%.&\\-])[A-Z][A-Z0-9]{1,30}(?:[-_][A-Z][A-Z0-9]{0,30}){0,5}(?![\w\]}>+-]|\.\*)"
)
_PARTS: Final = re.compile(r"[-_]")
_OWNED: Final = frozenset({"YOUR", "MY", "THE"})
_SELF: Final = re.compile(r"--?([a-z][a-z0-9-]{0,40})(?:=|\s{1,3})[\"']?\Z")
_OPTION: Final = re.compile(r"(?<!\S)-{1,2}[A-Za-z][\w-]{0,40}(?:=|\s{1,3})[\"']?\Z")
_LISTED: Final = re.compile(
    r"(?<!\S)(?:-[Ae]?o|--output|--columns?|--sort(?:-by)?|--format|-e|--env|--fields|--query)(?:=|\s{1,3})"
    r"[\"']?(?:[^\s\"']{0,200}[^\s\"'=])?\Z|"
    r"(?<!\S)--group-by(?:=|\s{1,3})\S{0,200}\Z|"
    r"\b(?:get|list)\s(?:[^|;&\n]{0,200}\s)?-[cL]\s{1,3}\Z"
)
"""What an option lists: the columns of a table, names out of the environment; not the value of `-e A=`."""

_OWN: Final = re.compile(
    r"(?i)\bprintenv\s{1,3}\Z|\brman\s{1,3}\Z|\btaskkill\s(?:[^|;&\n]{0,80}\s)?/\Z|"
    r"[-_](?:type|property|properties)(?:=|\s{1,3})\Z"
)
"""Before a word of the program's own: a switch, what kind of thing an option asks for."""

_KIND: Final = re.compile(r"\b(?:kubectl|oc)\s{1,3}(?:get|describe|delete)\s{1,3}\Z")
_ENDED: Final = re.compile(r"\s-[ce]\s{1,3}[\"']COMMIT\Z")
"""A statement that a client runs: `psql -c "COMMIT"`."""

_SAID: Final = re.compile(
    r"(?:^|[|;&(])\s{0,3}(?:sudo\s)?(?:[efz]?grep|rg|ack|awk|sed|echo|printf|export|unset|printenv|declare|local|read|"
    r"set|trap|ip6?tables|nft|redis-cli)\s[^|;&\n]*\Z"
)
"""Programs whose words in capitals mostly are what they say."""

_OF_OPTIONS: Final = re.compile(r"(?:^|[|;&(])\s{0,3}(?:sudo\s)?(?:ip6?tables|nft|redis-cli)\s[^|;&\n]*\Z")
"""Those of them whose options take hosts and ports."""

_NAMED_THERE: Final = re.compile(
    r"(?:^|[|;&(])\s{0,3}(?:sudo\s)?(?:export|unset|printenv|declare|local|read|set|trap)\s(?:[^|;&\n]*\s)?\Z"
)
"""Before the name of a variable."""

_GIVEN: Final = re.compile(r"\w=[\"']?\Z")
_INSIDE: Final = re.compile(r"\s[~.]{0,2}/(?:[\w.-]{1,60}/){1,10}\Z")
"""Before a part of a path, which is an operand of its own."""

_HEADER: Final = re.compile(r"\"[\w-]{1,60}:\s{0,3}\Z")
_FILTER: Final = re.compile(r"(?i)filter(?:=|\s{1,3})[\"']\Z")
_NEIGHBOUR: Final = re.compile(r"(?<!\S)(?<!\s-[a-z]\s)([A-Z]{2,30})\s{1,3}\Z")
"""A word in capitals beside it that is no option's value."""
_NEXT: Final = re.compile(r"\s{1,3}([A-Z]{2,30})(?!\S)")
STATEMENT: Final = re.compile(
    r"(?i)\s{0,40}(?:select|alter|create|drop|insert|update|delete|grant|revoke|show|set|with|vacuum|"
    r"truncate|explain|begin|call|reindex|analyze|flush|stop|start|change|use|describe|copy)\s"
)
"""How a statement of SQL begins."""
_NEAR: Final = 300
_MOST: Final = 200


def capitals(command: str) -> list[re.Match[str]]:
    """The words in capitals of a command that stand for a value: by the thing that they name, or since they
    repeat the option before them (`--profile PROFILE`). The first few hundred are looked at.
    """
    return [found for found in islice(_WORD.finditer(command), _MOST) if _stands_for_one(found)]


def _stands_for_one(found: re.Match[str]) -> bool:
    command, word = found.string, found[0]
    before = command[max(0, found.start() - _NEAR) : found.start()]
    parts = _PARTS.split(word)
    repeats = _repeats(before, word)
    owned = len(parts) > 1 and not _OWNED.isdisjoint(parts)
    if _is_head(before) or _ENDED.search(before + word) or (_OWN.search(before) and not repeats):
        return False  # a program, or a word of another language
    if not (repeats or owned or any(_names(part) for part in parts)):
        return False
    if _has_ending(command, found.end()) and not (owned or _is_old(word)):
        return False
    if _LISTED.search(before) or command.startswith(":.", found.end()) or _is_field(command, found, before):
        return False
    return repeats or owned or _names_one(command, found, before)


def _is_head(before: str) -> bool:
    """Whether a word stands at the head of a line or a statement; a continued line has none of its own."""
    shown = before.rstrip(" \t")
    return not before.strip(" \t\n") or (shown.endswith(("\n", ";")) and not shown.endswith("\\\n"))


def _has_ending(command: str, end: int) -> bool:
    """Whether an ending is behind a word, as `.conf`."""
    return command.startswith(".", end) and command[end + 1 : end + 2].isalnum()


def _is_old(word: str) -> bool:
    """Whether a word names what is nearly always one of many, whatever stands around it."""
    return word.isalpha() and word.endswith(_ENDS)


def _names_one(command: str, found: re.Match[str], before: str) -> bool:
    """Whether a word names a thing where it stands, and is no word of a statement or of what is printed."""
    if _is_said(command, found, before) or _in_words(command, found.start(), _is_old(found[0])):
        return False
    if before.endswith(("/", "=", "@")) or _OPTION.search(before):
        return True
    neighbours = [_NEIGHBOUR.search(before), _NEXT.match(command, found.end())]
    if any(beside is not None and not _names(beside[1]) for beside in neighbours):
        return False
    if _is_old(found[0]):
        return not _is_statement(command)
    return STATEMENT.match(command) is None and not _KIND.search(before)


def _is_statement(text: str) -> bool:
    """Whether a text is a statement whose own words are in capitals."""
    statement = STATEMENT.match(text)
    return statement is not None and statement[0].isupper()


def _is_said(command: str, found: re.Match[str], before: str) -> bool:
    """Whether a program says or looks for the word as it is. A word that names one of many is that only where
    a setting of this name is looked for, or a variable is named: run as it stands it finds nothing.
    """
    if _is_old(found[0]):
        return setting_asked_for(command, found) or _NAMED_THERE.search(before) is not None
    if _SAID.search(before) is None or _GIVEN.search(before) or _INSIDE.search(before):
        return False
    if _OF_OPTIONS.search(before):
        joined = command.startswith(":", found.end()) or before.endswith(":")
        return not joined and _OPTION.search(before) is None
    return True


def _is_field(command: str, found: re.Match[str], before: str) -> bool:
    """Whether a word is the field of a filter: `--filter="NAME:foo"`."""
    if _is_old(found[0]) and _FILTER.search(before) is None:
        return False
    return before.endswith(('"', "'")) and command.startswith(":", found.end())


def _names(word: str) -> bool:
    return word in _NOUNS or word.endswith(_ENDS)


def _repeats(before: str, word: str) -> bool:
    """Whether a word repeats the option before it."""
    option = _SELF.search(before)
    said = word.lower().replace("_", "-")
    return option is not None and (option[1] == said or option[1].endswith(f"-{said}"))


def _in_words(command: str, start: int, old: bool) -> bool:
    """Whether a place is inside of double quotes that hold several words, a text or a statement of SQL, and
    is no value there. A word that names one of many (`old`) is one in a text, too.
    """
    if command.count('"', 0, start) % 2 == 0:
        return False
    closed = command.find('"', start)
    inside = command[command.rfind('"', 0, start) + 1 : closed if closed >= 0 else len(command)]
    if command[:start].endswith(("=", "= ", "'", "/")) or " " not in inside.strip():
        return False
    if old:
        return _is_statement(inside)
    return _HEADER.search(command[max(0, start - _NEAR) : start]) is None
