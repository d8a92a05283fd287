"""The commands that a sentence tells to run: in code, or named without a mark."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Final

from base.limits import TEXT_MAX_CHARACTERS
from ingest.blocks import Block
from ingest.extract.commands import FoundCommand, looks_like_command, unknown_program
from ingest.extract.consoles import is_cmdlet, is_redis, is_sql
from ingest.extract.negation import forbidden_at
from ingest.extract.spoken import spoken_commands, spoken_statements
from ingest.extract.vocabulary import RUN_VERBS
from ingest.repairs import repaired

_CODES_MAX: Final = 1_000
"""In one block: more pieces of code than a runbook has steps."""

_REPORTS: Final = re.compile(
    r"\s{1,3}(?:(?:usually|often|always|sometimes|normally|typically|only|never|also)\s{1,3}\w+s\b|says?|said|shows?|showed|gives?|gave|is|was|are|were|returns?|reports?|prints?|will|can|also|outputs?|"
    r"command|tool|did|does|has|had|should|works?|fails?)\b"
)
"""What is behind a command that somebody tells of, and does not tell to run."""
_BEGINS: Final = re.compile(r"[\s*_:\[\]xX-]{0,12}(?:[a-z\d]{1,2}[.)])?[\s*_:-]{0,6}")
_IN_CHAT: Final = re.compile(
    r"(?i)\s{0,3}in (?:slack|teams|discord|(?:the|our) (?:[\w-]+ )?(?:chat|channel)|#\w)"
)
_OWN_SENTENCE: Final = re.compile(r"[.!]\s{1,3}$")
_ENDS: Final = re.compile(r"\s*(?:$|\n|\.(?:\s|$))")
_LEADS: Final = re.compile(r"[:→,?]\s{1,3}$|(?:->|=>)\s{0,3}$|(?:^|\s)[a-z\d]{1,2}[.)]\s$")
_TYPED_AT: Final = re.compile(r"(?i)\b(?:run|execute|type|enter|issue|do|use|with|console)\b[^.]{0,60}$")


def codes_of(block: Block) -> list[FoundCommand]:
    """The inline code of a block, stripped, with its places."""
    found = []
    for span in block.code:
        code = block.text[span.start : span.end]
        start = span.start + len(code) - len(code.lstrip())
        found.append(FoundCommand(code.strip(), block.line, "", start, start + len(code.strip())))
    return found


def inline_commands(block: Block) -> list[FoundCommand]:
    """The commands that a sentence tells to run, in code or without a mark, in order."""
    found = []
    taken = [span for span in block.code if span.taken]
    for code in islice(codes_of(block), _CODES_MAX):
        said = any(span.start <= code.start and code.end <= span.end for span in taken)
        dialect = _taken(code) if said else _told(block, code)
        if dialect is not None and not forbidden_at(block.text, code.start, code.end):
            found.append(replace(code, dialect=dialect))
    if len(block.text) > TEXT_MAX_CHARACTERS:
        return found
    marked = [(code.start, code.end) for code in block.code]
    for start, end in spoken_commands(block.text, marked, whole=block.kind in ("item", "paragraph")):
        if not forbidden_at(block.text, start, end):
            text = repaired(block.text[start:end])
            found.append(FoundCommand(text, block.line, "", start, end))
    for start, end in spoken_statements(block.text, marked):
        if not forbidden_at(block.text, start, end):
            found.append(FoundCommand(block.text[start:end], block.line, "", start, end, "sql"))
    return sorted(found, key=lambda item: item.start)


def _taken(code: FoundCommand) -> str:
    """In which language a piece of code is, of which a person says that it is a command."""
    return _dialect(code.text) or "shell"


def _told(block: Block, code: FoundCommand) -> str | None:
    """In which language a sentence tells to run a piece of its code; None where it only names it."""
    before = block.text[max(0, code.start - 80) : code.start]
    begins = code.start < 40 and _BEGINS.fullmatch(before) is not None
    begins = begins and not _REPORTS.match(block.text, code.end)
    own = _OWN_SENTENCE.search(before) is not None and _ENDS.match(block.text, code.end) is not None
    leads = _LEADS.search(before) is not None
    if not (begins or own or leads or RUN_VERBS.search(before)):
        return None
    if code.text.startswith("/") and _IN_CHAT.match(block.text, code.end):
        return None
    dialect = _dialect(code.text)
    if dialect is None and leads and unknown_program(code.text):
        return "shell"
    typed = dialect in ("shell", "powershell") or _TYPED_AT.search(before) is not None
    return dialect if typed else None


def _dialect(code: str) -> str | None:
    """In which language a piece of inline code is a command; None where it is none."""
    if looks_like_command(code):
        return "shell"
    if is_sql(code):
        return "sql"
    if is_cmdlet(code):
        return "powershell"
    return "redis-cli" if is_redis(code) and len(code.split()) > 1 else None
