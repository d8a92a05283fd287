"""Lines that a program prints, beside commands in a code block."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from ingest.extract.vocabulary import COMMANDS, SUBCOMMANDS
from scanner.tables import tool

OUTPUTISH: Final = re.compile(
    r"^\s*(?:[{}\[\]]|[\w.-]+(?: [\w.-]+){0,3}\s{2,}\S|\d{4}-\d\d-\d\d[T ]|[A-Z][A-Z_ ]{6,}$|"
    r"\|.*\||[-+=|]{4,}|<\w|\w+:\s*$|"
    r"\w[\w.-]*:\s|\w+\s*[<>]=?\s*[\d.]+$)"
)
"""Tables, logs, configuration and bare comparisons."""

TABLE_HEAD: Final = re.compile(r"^\s{0,40}[A-Z][A-Z0-9_()%/-]*(?:\s+[A-Z][A-Z0-9_()%/-]*)+\s*$")
"""`NAME  STATUS  AGE`: what follows is output."""

_COLUMNS: Final = re.compile(r"^\s{0,40}\S+(?: \S+){0,3}(?:\s{2,}|\t)\S")
_PLAIN_OPTION: Final = re.compile(r"\s(?:\||-{1,2}[A-Za-z])")
_DEVICE: Final = re.compile(r"/(?:dev|proc|sys)/\S{1,200}(?:\s|:|$)")
_SHARE: Final = re.compile(
    r"(?<!\S)\S+(?:\s+[\d.,]+[KMGTPi]{0,2}B?){2,4}\s+\d{1,3}%\s+(?:[\d.,]+\S?\s+){0,3}\S+$"
)
"""A row of `df`: sizes, a share in percent, a place."""

_DONE: Final = re.compile(
    r"(?:[a-z]+(?:\.[\w.-]{1,60})?/[\w.:-]{1,120}|[a-z]{2,40} \"[^\"\n]{1,120}\") (?:force )?(?:created|"
    r"configured|"
    r"patched|deleted|unchanged|scaled|restarted|labell?ed|unlabell?ed|annotated|edited|replaced|exposed|"
    r"evicted|"
    r"(?:un)?cordoned|drained|rolled back|autoscaled|resumed|paused|tainted|untainted|condition met|"
    r"(?:image|env|resource requirements) updated|successfully rolled out)(?: \([^()\n]{1,60}\))?\s*$"
)
"""`pod/web-1 deleted`: what `kubectl` answers."""

_LOGGED: Final = re.compile(r"(?:\w{1,20}=\S{1,80}\s{1,3}){0,4}level=\w{3,10}\s{1,3}\w{1,20}=")
"""`level=info msg="…"`: a line of a log."""
_REPLY: Final = re.compile(r"[1-5]\d\d(?:[ -]|$)|\.$")
"""`250 2.1.0 Ok`: what a server of mail or files replies."""
_DIGEST: Final = re.compile(r".{1,200}\)\s?=\s[0-9a-f]{16,128}$")
"""`SHA256(image.bin)= 2f12…`: the digest of a file."""
_ID: Final = re.compile(r"(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=[0-9a-f]*\d)[0-9a-f]{12,64})$")
"""What something is called by a machine, alone on its line."""
_ANSWERED: Final = re.compile(r"[\w.-]{1,100} \| (?:FAILED|SUCCESS|success|CHANGED|UNREACHABLE)!? (?:\||=>)")
"""`web-1 | FAILED | rc=1 >>`: what Ansible tells of a host."""
_TOP: Final = re.compile(r"top - \d\d:\d\d:\d\d\s")
_JSON_LINE: Final = re.compile(
    r"(?m)(?<=\n)[ \t]{0,40}(?:\[?\{\s{0,40}\"[^\"\n]{0,200}\"\s{0,9}:|\[\s{0,40}\{\s{0,40}\")"
)
_YAML_LINE: Final = re.compile(r"(?m)(?<=\n)[A-Za-z][\w.-]{1,60}:(?:[ \t][^\n]{0,200})?$")
_SAID: Final = re.compile(r"\s*[A-Z][a-z]+(?:,? [\w'’-]+){2,40}[.!?:]\s*$")
"""A sentence: what somebody wrote below a command, and no program printed."""

_FAILED: Final = re.compile(
    r"\s*(?:[A-Za-z][\w./-]{0,60}:? ){0,3}(?i:error|fatal|panic|exception|errno)(?:\(\w{1,20}\))?:\s"
)
"""`rpc error: code = …`: what a program says when it fails, whatever it cites."""
_PATCH: Final = re.compile(
    r"\s*(?:diff --git \S|Index: \S[^\n]{0,200}\n=|--- \S[^\n]{0,200}\n\+\+\+ \S|@@ -\d)"
)
_PLACE: Final = re.compile(
    r"[ \t]*~?/[\w./@+*-]{1,200}[ \t]*(?:#[^\n]*|\([A-Za-z][^()\n]{1,60}\)[ \t]{0,8})?$"
)
_RUNS: Final = re.compile(r"/s?bin/|/(?:init\.d|scripts?)/|\.(?:sh|py|rb|pl|bash|run|pyz|bin)[ \t]*(?:#|$)")

_TYPED: Final = re.compile(r"\s*(?:[$#>%]\s|\S{1,80}[$#>%]\s|sudo\s|\./)")


_HEAD: Final = re.compile(
    r"(?m)^[ \t]{0,40}[A-Z][A-Z0-9_()%/-]*(?:(?:[ \t]{2,40}|\t)[A-Z][A-Z0-9_()%/-]*)+[ \t]*$"
)


_FSTAB: Final = re.compile(
    r"\S{1,200}\s{1,80}(?:/\S{0,200}|none|swap)\s{1,80}\w{1,20}\s{1,80}\S{1,200}\s{1,80}\d\s{1,80}\d\s*(?:#.*)?$"
)
"""What is mounted where, and how."""
_ROWS: Final = (_FSTAB, _DEVICE, _SHARE, _TOP, _DONE, _LOGGED, _REPLY, _DIGEST, _ID, _ANSWERED)


def heads_of_tables(text: str) -> list[tuple[int, int]]:
    """The places of the heads of the tables that a block shows; see `in_table`."""
    return [found.span() for found in _HEAD.finditer(text)]


def in_table(text: str, offset: int, heads: Sequence[tuple[int, int]]) -> bool:
    """Whether a line stands in a table that is printed below a command: from its head to an empty line."""
    last = bisect_right(heads, (offset, -1)) - 1
    if last < 0 or heads[last][1] > offset:
        last -= 1
    return last >= 0 and text.find("\n\n", heads[last][0], offset) < 0


def is_row(line: str) -> bool:
    """Whether a line is a row of what `df`, `lsblk`, `mount` or `top` print: a device is never a program."""
    return any(form.match(line) for form in _ROWS)


def is_failure(line: str) -> bool:
    """Whether a line is what a program says when it fails; `grep error: log` looks for one."""
    return _FAILED.match(line) is not None and tool(line.split(None, 1)[0].rstrip(":")) is None


def is_patch(text: str) -> bool:
    """Whether a block shows a difference of files."""
    return _PATCH.match(text) is not None


def lists_places(lines: list[str]) -> bool:
    """Whether each line names a file or a folder, none of which is a program by its name or its folder."""
    filled = [line for line in lines if line.strip()]
    return len(filled) > 1 and all(_PLACE.match(line) and not _RUNS.search(line) for line in filled)


def answered_below(lines: list[str], first: str) -> bool:
    """Whether an empty line parts the one command from lines that are none."""
    begin = next((number for number, line in enumerate(lines) if line.strip() == first), None)
    if begin is None or begin + 1 >= len(lines) or lines[begin + 1].strip():
        return False
    return all(OUTPUTISH.match(line) or is_row(line.strip()) for line in lines[begin + 1 :] if line.strip())


def printed(below: list[str], first: str) -> bool:
    """Whether the lines below a command line are what it prints: a table under one with a pipe or an option,
    or anything that nobody would type under one whose verb or program the scanner knows.
    """
    if _COLUMNS.match(first) is not None:
        return False
    if _PLAIN_OPTION.search(first) is not None and all(_COLUMNS.match(line) for line in below):
        return True
    return is_sure(first) and not any(is_typed_line(line) or is_said(line) for line in below)


def is_typed_line(line: str) -> bool:
    """Whether a line shows by its first signs that somebody typed it."""
    return _TYPED.match(line) is not None


def is_said(line: str) -> bool:
    """Whether a line is a sentence that somebody wrote."""
    return _SAID.match(line) is not None


_PATH: Final = re.compile(r"\s~?/[\w.-]+(?:/|$)")


_CONFIGURES: Final = frozenset("source env".split())
"""Programs that are the words of files of configuration, too: `source /etc/network/interfaces.d/*`."""


def is_sure(line: str) -> bool:
    """Whether a line is a command by a flag, a path or its verb; `kubectl get` alone names one."""
    words = line.split()
    known = tool(words[0])
    if words[0] in SUBCOMMANDS:
        verbs = {words[1], " ".join(words[1:3])} if len(words) > 2 else set[str]()
        verbs |= set(words[2:5] if words[1:2] and words[1].startswith("-") else ())
        return known is not None and not known.verbs.keys().isdisjoint(verbs)
    if _PLAIN_OPTION.search(line) is not None:
        return True
    if _PATH.search(line) is not None:
        return words[0] in COMMANDS and words[0] not in _CONFIGURES
    return known is not None and not known.verbs.keys().isdisjoint((*words[1:2], " ".join(words[1:3])))


def without_answer(text: str) -> str:
    """A block up to where a line begins JSON or YAML: what an API answers, no statement of a shell."""
    found = [_JSON_LINE.search(text), _YAML_LINE.search(text) if "<<" not in text else None]
    return text[: min((item.start() for item in found if item), default=len(text))]
