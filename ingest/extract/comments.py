"""What the comments of a shell say of the commands below or before them: that they are not to be run, only in
a case, only after somebody agreed, or that a program printed what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ingest.blocks import Block
from ingest.extract.announced import announces_output, retracts_below
from ingest.extract.commands import FoundCommand, looks_like_command
from ingest.extract.gates import is_gate
from ingest.extract.labels import PLATFORM
from ingest.extract.named_cases import named_cases
from ingest.extract.negation import forbidding_heading, negated
from ingest.extract.short_cases import case_beside, short_case
from ingest.extract.vocabulary import text_of
from ingest.machine_phrases import speaks_to_machine

_TRAILING: Final = re.compile(r"\s#+\s*(\S[^\n]{0,300})$")
_FIRST: Final = 14
"""Characters within which the case of a comment begins: “only if …”, “4. when …”."""

_TURNS: Final = re.compile(r"(?i)^\W*(?:otherwise|else|if not)\b(?!\s+if\b)")
_THERE: Final = re.compile(rf"(?i)^(?:for|on|in) {PLATFORM}\b[^.]{{0,30}}$")
"""“# for staging”, “# on Ubuntu” over a command."""

_OF_ITSELF: Final = re.compile(r"\s{1,9}(?:\([^()\n]{1,80}\)|#[^#\n]{1,120})\s*$")
"""What a comment says of the command that it is: `# rm -rf /data (do not use)` is not about the next one
where that has other words.
"""
_OTHER_WAY: Final = re.compile(r"(?i)^(?:or|alternatively),?\s{1,3}(?:`|(?:use|run|try|with)\b)")
"""“# Or `df -m` where there is no `-h`” speaks of another command."""
_APART: Final = re.compile(r"\n[ \t]*\n")
_FORBIDS: Final = re.compile(
    r"(?i)^\W*(?:(?:do not|don['’`´]?t|never)\b(?!\s+(?:forget|hesitate|worry|panic))|no[!.]|"
    r"not\s+(?:like this|this)|"
    r"bad\b|wrong\b|deprecated\b|obsolete\b|dangerous\b.{0,20}\bnot\b|old\b\W*$)"
)


@dataclass(frozen=True)
class Said:
    """What is said of one command: `why` it is none, else the case that it is for and the gate before it."""

    why: Literal["", "banned", "printed"] = ""
    case: str | None = None
    otherwise: bool = False
    gate: str = ""


def said_of(block: Block, commands: Sequence[FoundCommand]) -> list[Said]:
    """What the comments of a block say of each of its commands, in order. A ban or a case holds for the lines
    right below it, an output up to the next comment.
    """
    found: list[Said] = []
    above = Said()
    case: str | None = None
    end = 0
    for command in commands:
        between = block.text[end : command.start]
        if command.comment:
            above = _over(command)
            if case is not None and _TURNS.match(command.said):
                above = Said("", case, otherwise=True)
            case = above.case or case
        elif above.why != "printed" and _APART.search(between):
            above = Said()
        beside = _beside(block, command)
        found.append(_both(above, beside))
        end = command.end
    return found


def with_behind(said: Said, behind: Said) -> Said:
    """What is said of a command by its comments, and by the paragraph behind its block."""
    if behind.why or said.case is not None:
        return behind if behind.why else said
    return Said("", behind.case, behind.otherwise, said.gate)


def _both(above: Said, beside: Said) -> Said:
    if above.why or beside.why:
        return above if above.why else beside
    if beside.case is not None:
        return Said("", beside.case, beside.otherwise, beside.gate)
    return Said("", above.case, above.otherwise, beside.gate)


def _over(command: FoundCommand) -> Said:
    said = command.said
    own = _OF_ITSELF.sub("", said)
    if own != said and looks_like_command(own) and not set(own.split()) <= set(command.text.split()):
        return Said()
    if announces_output(said):
        return Said("printed")
    if negated(said) or forbidding_heading(said) or retracts_below(said):
        return Said() if speaks_to_machine(said) else Said("banned")
    case, otherwise = _case(said)
    if case is None and command.head:
        head = command.head.strip(" .:,")
        return Said("", head, head.lower().startswith("unless"))
    return Said("", case, otherwise)


def _case(said: str) -> tuple[str | None, bool]:
    """The case that a comment begins with; one that only may be needed is none."""
    short = short_case(said)
    if short is not None:
        return short[0], False
    shown = text_of(said)
    if _THERE.match(shown.rstrip(": ")):
        return shown.strip(" .,:"), False
    for start, end in named_cases(Block("item", shown, 1, 1)):
        if start <= _FIRST:
            case = shown[start:end].strip(" .:,")
            return case, case.lower().startswith("unless")
    return None, False


def _beside(block: Block, command: FoundCommand) -> Said:
    """What the comment says that stands in the same line behind the command."""
    line = block.text.find("\n", command.end)
    behind = block.text[command.end : len(block.text) if line < 0 else line]
    found = _TRAILING.search(behind) or _TRAILING.search(command.text.rsplit("\n", 1)[-1])
    if found is None:
        return Said()
    said = found[1].strip()
    if _OTHER_WAY.match(said):
        return Said()
    case = case_beside(said, 0, 0)
    if case is not None:
        return Said("", *case)
    if _FORBIDS.match(said) or retracts_below(said):
        return Said("banned")
    if is_gate(said):
        return Said(gate=said)
    if negated(said, holds_code=True):
        return Said("banned")
    return Said("", *_case(said))
