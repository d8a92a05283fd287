"""What word processors put into commands, undone, each repair with its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate
from typing import Final

from base.limits import PASTE_MAX_REPAIRS
from ingest.blocks import Block, Repair
from ingest.trace import Edit, edited
from schemas.errors import Unprocessable

_TYPED: Final = {
    "\u2018": ("'", "smart quote"),
    "\u2019": ("'", "smart quote"),
    "\u201a": ("'", "smart quote"),
    "\u201c": ('"', "smart quote"),
    "\u201d": ('"', "smart quote"),
    "\u201e": ('"', "smart quote"),
    "\u00a0": (" ", "non-breaking space"),
    "\u202f": (" ", "non-breaking space"),
    "\u2007": (" ", "non-breaking space"),
    "\u00ad": ("", "soft hyphen"),
    "\u2013": ("--", "dash for two hyphens"),
    "\u2014": ("--", "dash for two hyphens"),
    "\u2212": ("-", "minus sign"),
    "\u2010": ("-", "hyphen sign"),
    "\u2011": ("-", "non-breaking hyphen"),
    "\u2026": ("...", "ellipsis for three dots"),
    "\ufb00": ("ff", "ligature"),
    "\ufb01": ("fi", "ligature"),
    "\ufb02": ("fl", "ligature"),
    "\ufb03": ("ffi", "ligature"),
    "\ufb04": ("ffl", "ligature"),
}
"""What stands in a command, what was typed, and what it is called."""

_HELD: Final = re.compile(r"(?<!\w)_<[A-Za-z][^<>\n]{0,60}>_(?!\w)")
"""`_<name>_`: AsciiDoc sets a placeholder in italics inside of code."""

_STRAY: Final = re.compile(r"(?m)(?:(?<=\S)`(?=[ \t]*$)|^`(?=\S))")
"""A mark of inline code at one end of a line: alone in a block, it was left there by mistake."""
_BROKEN: Final = re.compile("[" + "".join(_TYPED) + "]")
_OPTION: Final = re.compile(r"(?<!\S)[\u2013\u2014](?=(?P<letters>-|\d|[A-Za-z]{1,3}(?![A-Za-z-])))")
"""A dash before one letter was one hyphen: `–f` was `-f`, `–rf` was `-rf`, `–all` was `--all`. One before a
hyphen was the other of two.
"""

_ALONE: Final = re.compile(
    r"(?:(?<![\w-])(?:su|cd|cat|tee)|\s-?[A-Za-z]{0,3}[fO])[ \t]{1,3}(?P<dash>[\u2013\u2014])(?=\s|$)"
)
"""`su – db2inst1`, `tar xf –`: one hyphen alone."""
_SWITCH: Final = re.compile(r"(?<!\S)[\u2013\u2014](?=[A-Za-z])")
_CMDLET: Final = re.compile(r"[A-Z][a-z]+-[A-Z][A-Za-z]+$")
"""`Get-Service`: PowerShell has options of one hyphen alone, however long they are."""
_TWO: Final = re.compile(r"(?<![^\s=])[\u2013\u2014]{2}(?=\w)")
"""Two dashes were two hyphens."""

_SWITCHES: Final = {
    name: frozenset(letters)
    for names, letters in (
        ("rm", "rfviI"),
        ("cp", "rRafvpnui"),
        ("mv", "fivnu"),
        ("ls", "lahtrSR1F"),
        ("mkdir", "pv"),
        ("ln", "sfnv"),
        ("chmod chown chgrp", "Rvfc"),
        ("tar", "xzvfcjtJp"),
        ("grep egrep fgrep zgrep", "rniEvwolcqhHRF"),
        ("ps", "efaulxwTL"),
        ("netstat", "tulnpaer"),
        ("ss", "tulnpaemiosH"),
        ("df", "hTik"),
        ("du", "shckxm"),
        ("free", "hmgw"),
        ("tail", "nfF"),
        ("cat", "nAev"),
        ("sort", "rnukhV"),
        ("curl", "sSLkfIvOX"),
        ("wget", "qOc"),
        ("rsync", "avzPhnuHAX"),
        ("journalctl", "xeufnrkb"),
        ("tcpdump", "nivXAe"),
        ("iptables", "nvL"),
        ("docker podman nerdctl docker-compose compose", "itdafqv"),
        ("kubectl oc k crictl", "itAwf"),
        ("git", "amfdxv"),
        ("psql", "tAcqXW"),
        ("crontab", "leu"),
        ("lsof", "nPiu"),
        ("uname", "amr"),
        ("unzip gzip gunzip", "dkfvlo"),
        ("nc", "zvwun"),
        ("dpkg rpm", "qaivhUl"),
        ("apt-get yum dnf", "yq"),
        ("usermod", "aG"),
        ("pgrep pkill", "aflux"),
        ("ssh scp", "tTvNfArpq"),
        ("dmesg", "Tw"),
        ("iostat", "xdkmtz"),
        ("bash sh", "lxecuv"),
    )
    for name in names.split()
}
"""The letters of which a program's short options are put together: by their manuals, without those that
would make a long option's name (`docker run --rm`, `curl --ssl`, `rm --dir`).
"""

_COMMON: Final = frozenset({"rf", "it", "ti", "la", "af", "vv", "vvv"})
"""Read so behind any program. All else is a long option: a wrong one of these is refused, and not read as
other options.
"""
_COMMAND_MAX_CHARACTERS: Final = 300
"""How far before its options a program's name is looked for."""


_OTHER_KINDS: Final = {"`": "mark of inline code", "": "backslash that was left out"}
_BLANK_BEHIND: Final = re.compile(r"(?<=\\)[ \t]{1,40}(?=\n[ \t]*\S)")
"""A shell reads `\\ ` as a blank, and the command as complete."""
_FLAG: Final = re.compile(r"[ \t]{1,40}-{1,2}[A-Za-z]")


def repair(blocks: Iterable[Block]) -> tuple[tuple[Block, ...], tuple[Repair, ...]]:
    """The blocks with repaired code, and the repairs. Prose may keep its typography. Raises Unprocessable
    where there is more to repair than can be done in bounded time.
    """
    result: list[Block] = []
    repairs: list[Repair] = []
    broken = 0
    for block in blocks:
        broken += len(_BROKEN.findall(block.text)) if block.kind == "code" else 0
        if broken > PASTE_MAX_REPAIRS:
            raise Unprocessable(
                f"The text's commands have more than {PASTE_MAX_REPAIRS:,} characters to repair.",
                hint="Import it in parts.",
                code="too_many_repairs",
            )
        edits = _edits(block)
        if not edits:
            result.append(block)
            continue
        line, counted = block.line, 0
        for edit in edits:  # in the order of the text: each line end is counted once
            was = block.text[edit.start : edit.end]
            line = min(block.end_line, line + block.text.count("\n", counted, edit.start))
            counted = edit.start
            repairs.append(Repair(line, block.place(edit.start, edit.end), was, edit.now, _kind(was)))
        result.append(_repaired(block, edits))
    return tuple(result), tuple(repairs)


def _kind(was: str) -> str:
    """What a repair is called by what stood there."""
    if was in _TYPED:
        return _TYPED[was][1]
    if was and not was.strip(" \t"):
        return "blank behind a backslash"
    return _OTHER_KINDS.get(was, "emphasis around a placeholder")


def repaired(text: str) -> str:
    """A piece of code as it was typed."""
    return edited(text, list(_of_code(text, 0, len(text))))[0]


def _edits(block: Block) -> list[Edit]:
    if block.kind == "code" and block.text.count("`") == 1:
        stray = [Edit(found.start(), found.end(), "") for found in _STRAY.finditer(block.text)]
        return sorted([*_of_code(block.text, 0, len(block.text)), *stray], key=lambda edit: edit.start)
    if block.kind == "code" and "\\" in block.text:
        return sorted(
            [*_of_code(block.text, 0, len(block.text)), *_continued(block.text)], key=lambda edit: edit.start
        )
    if not _BROKEN.search(block.text) and not _HELD.search(block.text):
        return []
    if block.kind == "code":
        return list(_of_code(block.text, 0, len(block.text)))
    return [edit for code in block.code for edit in _of_code(block.text, code.start, code.end)]


def _continued(text: str) -> Iterable[Edit]:
    """What keeps a line from going on: a blank behind its backslash, or none between lines that have one and
    a flag.
    """
    for found in _BLANK_BEHIND.finditer(text):
        yield Edit(found.start(), found.end(), "")
    lines, end = text.split("\n"), -1
    for above, line, below in zip(lines, lines[1:], lines[2:], strict=False):
        end += len(above) + 1
        ends = line.rstrip().endswith("\\") or not line.strip() or line.lstrip().startswith("#")
        if above.endswith("\\") and not ends and line[:1].isspace() and _FLAG.match(below):
            yield Edit(end + 1 + len(line.rstrip()), end + 1 + len(line.rstrip()), " \\")


def _of_code(text: str, start: int, end: int) -> Iterable[Edit]:
    short = {found.start() for found in _OPTION.finditer(text, start, end) if _is_short(text, start, found)}
    short |= {found.start("dash") for found in _ALONE.finditer(text, start, end)}
    short |= {found.start() for found in _SWITCH.finditer(text, start, end) if _of_cmdlet(text, start, found)}
    short |= {
        place for found in _TWO.finditer(text, start, end) for place in (found.start(), found.end() - 1)
    }
    edits = [
        Edit(found.start(), found.end(), "-" if found.start() in short else _TYPED[found[0]][0])
        for found in _BROKEN.finditer(text, start, end)
    ]
    for found in _HELD.finditer(text, start, end):
        edits += [Edit(found.start(), found.start() + 1, ""), Edit(found.end() - 1, found.end(), "")]
    return sorted(edits, key=lambda edit: edit.start)


def _is_short(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether one hyphen stood before these letters: one letter, or short options of the program."""
    letters = found["letters"]
    if len(letters) == 1 or letters in _COMMON:
        return True
    names = (word.rsplit("/", 1)[-1] for word in reversed(_words_before(text, start, found)))
    switches = next((_SWITCHES[name] for name in names if name in _SWITCHES), frozenset[str]())
    return len(set(letters)) == len(letters) and switches.issuperset(letters)


def _words_before(text: str, start: int, found: re.Match[str]) -> list[str]:
    """The words of the command that stand before an option."""
    before = text[max(start, found.start() - _COMMAND_MAX_CHARACTERS) : found.start()]
    return re.split(r"[\n|;&()]", before)[-1].split()


def _of_cmdlet(text: str, start: int, found: re.Match[str]) -> bool:
    words = _words_before(text, start, found)
    return any(_CMDLET.match(word) for word in words)


def _repaired(block: Block, edits: list[Edit]) -> Block:
    text, trace = edited(block.text, edits)
    moved = _Moved(edits)
    code = tuple(replace(item, start=moved.of(item.start), end=moved.of(item.end)) for item in block.code)
    cells = tuple(repaired(cell) if _BROKEN.search(cell) else cell for cell in block.cells)
    return replace(block, text=text, code=code, cells=cells, trace=trace.over(block.trace))


class _Moved:
    """Where offsets of a text stand after edits of it, which are in order and do not overlap."""

    def __init__(self, edits: list[Edit]) -> None:
        self._ends = [edit.end for edit in edits]
        self._longer = [0, *accumulate(len(edit.now) - (edit.end - edit.start) for edit in edits)]

    def of(self, place: int) -> int:
        """The offset behind the edits that end at it or before."""
        return place + self._longer[bisect_right(self._ends, place)]
