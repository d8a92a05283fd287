"""Words in capitals that stand for a value, by what they name and by where they stand in a command."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

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
    r"(?<![\w$<{\[%.&\\-])[A-Z][A-Z0-9]{1,30}(?:[-_][A-Z][A-Z0-9]{0,30}){0,5}(?![\w\]}>+-]|\.[\w*])"
)
_PARTS: Final = re.compile(r"[-_]")
_OWNED: Final = frozenset({"YOUR", "MY", "THE"})
_SELF: Final = re.compile(r"--?([a-z][a-z0-9-]{0,40})(?:=|\s{1,3})[\"']?\Z")
_OPTION: Final = re.compile(r"(?<!\S)-{1,2}[A-Za-z][\w-]{0,40}(?:=|\s{1,3})[\"']?\Z")
_LISTED: Final = re.compile(
    r"(?<!\S)(?:-[Ae]?o|--output|--columns?|--sort(?:-by)?|--format|-e|--env|--fields|--query)(?:=|\s{1,3})"
    r"[\"']?[^\s\"']{0,200}\Z"
)
"""What an option lists: the columns of a table, names out of the environment."""

_SAID: Final = re.compile(
    r"(?:^|[|;&(])\s{0,3}(?:sudo\s)?(?:[efz]?grep|rg|ack|awk|sed|echo|printf|export|unset|printenv|declare|local|read|"
    r"set|trap|ip6?tables|nft|redis-cli)\s[^|;&\n]*\Z"
)
"""Programs whose words in capitals mostly are what they say."""

_NEIGHBOUR: Final = re.compile(r"(?<!\S)([A-Z]{2,30})\s{1,3}\Z")
_NEXT: Final = re.compile(r"\s{1,3}([A-Z]{2,30})(?!\S)")
_STATEMENT: Final = re.compile(
    r"(?i)\s{0,40}(?:select|alter|create|drop|insert|update|delete|grant|revoke|show|set|with|vacuum|"
    r"truncate|explain|begin|call|reindex|analyze|flush|stop|start|change|use|describe|copy)\s"
)
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
    if not before.strip(" \t\n") or before.rstrip(" \t").endswith(("\n", ";")):
        return False  # a program, or a word of another language
    if not (repeats or owned or any(_names(part) for part in parts)):
        return False
    if _LISTED.search(before) or command.startswith(":.", found.end()) or _is_field(command, found, before):
        return False
    return repeats or owned or _names_one(command, found, before)


def _names_one(command: str, found: re.Match[str], before: str) -> bool:
    """Whether a word names a thing where it stands, and is no word of a statement or of what is printed."""
    if _SAID.search(before) or _in_words(command, found.start()):
        return False
    if before.endswith(("/", "=", "@")) or _OPTION.search(before):
        return True
    neighbours = [_NEIGHBOUR.search(before), _NEXT.match(command, found.end())]
    if any(beside is not None and not _names(beside[1]) for beside in neighbours):
        return False
    return _STATEMENT.match(command) is None


def _is_field(command: str, found: re.Match[str], before: str) -> bool:
    """Whether a word is the field of a filter: `--filter="NAME:foo"`."""
    return before.endswith(('"', "'")) and command.startswith(":", found.end())


def _names(word: str) -> bool:
    return word in _NOUNS or word.endswith(_ENDS)


def _repeats(before: str, word: str) -> bool:
    """Whether a word repeats the option before it."""
    option = _SELF.search(before)
    said = word.lower().replace("_", "-")
    return option is not None and (option[1] == said or option[1].endswith(f"-{said}"))


def _in_words(command: str, start: int) -> bool:
    """Whether a place is inside of double quotes that hold several words, a text or a statement of SQL, and
    is no value there.
    """
    if command.count('"', 0, start) % 2 == 0:
        return False
    closed = command.find('"', start)
    inside = command[command.rfind('"', 0, start) + 1 : closed if closed >= 0 else len(command)]
    return " " in inside.strip() and not command[:start].endswith(("=", "= ", "'", "/"))
