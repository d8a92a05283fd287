"""Lines without marks that surely are commands, and the labels that a copied page leaves over them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.extract.command_forms import is_spoken, unknown_program
from ingest.extract.commands import looks_like_command
from ingest.extract.consoles import is_sql
from ingest.extract.doing import only_read
from ingest.extract.programs import is_program
from ingest.extract.spoken import ENGLISH, FUNCTION_WORDS, all_typed
from ingest.extract.vocabulary import SUBCOMMANDS
from scanner.tables import tool

SURE: Final = re.compile(r"\s(?:\||-{1,2}[A-Za-z]|~?\.{0,2}/\S)")
_LOGS_IN: Final = re.compile(r"\s*(?:ssh|mosh)\s+(?:-\S+\s+)*[\w-]+(?:@[\w.-]+|(?:\.[\w-]+)+|-[\w-]+)\s*$")
_SETS: Final = re.compile(
    r"(?:export\s+)?[A-Z_][A-Z0-9_]*=(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|[^\s\"'|;&()]{1,200})"
)
"""`export TOPIC=audit-log`, alone on its line."""
_HOLE: Final = re.compile(r"\s-{1,2}[A-Za-z][\w-]{0,30}[ =]<[A-Za-z][^<>\n]{0,60}>")
"""`-c <cluster>`: no prose has it."""
_SHELL_WORDS: Final = frozenset("if for while until do then in who w".split())
_LABEL: Final = re.compile(r"(?i)\s*(?:bash|sh|zsh|shell|console|terminal)\s*$")
"""What a page shows over its code, and what is copied with it."""
_BUTTON: Final = re.compile(r"(?i)\s*(?:copy(?: code)?|copied!?)\s*$")
_NEAR: Final = 40
"""Lines above and below, which show how wide a paragraph is."""
_SUDO_MIN: Final = 2
WIDE: Final = 80
"""Characters: a text with a line as long as that is not broken before."""
_GOES_ON: Final = re.compile(r"\s*[a-z(,;–—-]")
"""How a line begins that may go on with the sentence above it."""
_NEVER_LAST: Final = FUNCTION_WORDS - frozenset(
    "again also before first it now on once our since so them there these they this those".split()
)
"""Words with which no sentence ends."""
_FLAGGED: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)+ ")
"""A name of several words, as no word of a sentence is."""
_ROOT: Final = re.compile(r"\s{0,3}#\s{1,2}(?=[a-z/])")
_LABELS_MAX: Final = 6
"""Lines, the empty ones between them too."""
MARKED: Final = re.compile(r"`|\]\(|\*\*|^\s*[-*>#]\s")


_SECTION: Final = re.compile(
    r"(?:Pre-?\s?req(?:uisite)?s?|Preconditions?|Requirements|(?:[A-Z][a-z]+ )?(?:Steps|Procedure|"
    r"Instructions)|"
    r"Verification|Validation|Rollback|Diagnosis|Investigation|Resolution|Remediation|Mitigation|Recovery|"
    r"Escalation|Notes|Symptoms|Impact|Overview):?"
)
"""How a section of a runbook is called."""


def is_typed(line: str) -> bool:
    """Whether a line surely is a command."""
    if _SETS.fullmatch(line.strip()):
        return True
    words = line.split()
    if _HOLE.search(line) and words[0] not in ENGLISH and unknown_program(line) and not is_spoken(line):
        return True
    if not looks_like_command(plain_quotes(line)):
        return False
    if words[0] == "sudo" and len(words) > _SUDO_MIN and not words[1].startswith("-"):
        return is_typed(line.split(None, 1)[1])
    known = tool(words[0]) if words[0] in SUBCOMMANDS or words[0] not in ENGLISH else None
    if SURE.search(line) or _LOGS_IN.match(line):
        return True
    if known is None:
        return False
    if known.verbs.keys() & {*words[1:2], " ".join(words[1:3])}:
        return True
    return not known.verbs and words[0] not in SUBCOMMANDS and not is_spoken(line)


def stands_alone(lines: Sequence[str], at: int, wide: int = 0) -> bool:
    """Whether a line is a command though it stands among prose: the ends of the line above it and its own are
    meant, since the next word would have had room there. `wide`: of the lines around the paragraph, which
    count where no line below goes on with a sentence.
    """
    words = lines[at].split()
    spoken = lines[at].rstrip().endswith((".", ":", ",", "?", "!")) or not FUNCTION_WORDS.isdisjoint(
        words[1:]
    )
    if spoken or is_set(lines[at]) or not is_typed(lines[at]):
        return False
    if MARKED.search(lines[at]) or (at and _open_above(lines[at - 1])):
        return False
    first = next((place + 1 for place in range(at, max(-1, at - _NEAR), -1) if not lines[place].strip()), 0)
    first = max(first, at - _NEAR)
    near = range(at, min(len(lines), at + _NEAR))
    last = next((place for place in near if not lines[place].strip()), near.stop)
    goes_on = at + 1 < last and _GOES_ON.match(lines[at + 1]) is not None and not is_typed(lines[at + 1])
    if goes_on and at == first:
        return False
    width = max(0 if goes_on else min(wide, WIDE), *(len(line.rstrip()) for line in lines[first:last]))
    return all(
        len(lines[place].rstrip()) + 1 + len(lines[place + 1].split()[0]) <= width
        for place in (at - 1, at)
        if first <= place and place + 1 < last
    )


def is_by_root(line: str) -> bool:
    """Whether a line is a command behind the prompt of root, and no title: `# cp zxfer /usr/local/sbin`."""
    typed = _ROOT.sub("", line, count=1).strip()
    return typed != line.strip() and all_typed([typed]) and is_typed(typed) and is_complete(typed)


def is_set(line: str) -> bool:
    """Whether a line is a value alone, as files of settings hold them; `export` is typed."""
    return not line.strip().startswith("export ") and _SETS.fullmatch(line.strip()) is not None


def is_complete(line: str) -> bool:
    """Whether a line has a sign that a command has, and nothing of a sentence."""
    spoken = not FUNCTION_WORDS.isdisjoint(line.split()[1:]) or line.rstrip().endswith(
        (".", ":", ",", "?", "!")
    )
    return SURE.search(line) is not None and not spoken


_QUOTED: Final = re.compile(r"\"[^\"\n]{0,400}\"|'[^'\n]{0,400}'")
_GOES_ON_TYPED: Final = re.compile(r"\s*(?:--?\w|\||&&|>|\\)")
_UNBROKEN: Final = 100
"""Characters: who writes a longer line does not break them."""


def ends_in_line(command: str, line: str, following: str, wide: int) -> bool:
    """Whether the command that an item begins with ends in its first `line`, though another one of the item
    follows: there was room for its first word. `wide`: of the lines around it.
    """
    bare = _QUOTED.sub("''", command)
    if not (command.strip() and following.strip()):
        return False
    if not (is_typed(command) and is_complete(bare)) or command.rstrip().endswith("\\"):
        return False
    if _GOES_ON_TYPED.match(following) or bare.count('"') + bare.count("'") != 2 * bare.count("''"):
        return False
    length = len(line.rstrip())
    return length > _UNBROKEN or length + 1 + len(following.split()[0]) <= wide


def _open_above(line: str) -> bool:
    """Whether a sentence surely goes on behind a line."""
    words = line.split()
    return bool(words) and (words[-1].lower() in _NEVER_LAST or line.rstrip().endswith((",", "(")))


def widest(lines: Sequence[str], at: int) -> int:
    """The length of the longest line near a line."""
    return max(len(line.rstrip()) for line in lines[max(0, at - _NEAR) : at + _NEAR])


def all_commands(lines: Sequence[str]) -> bool:
    """Whether each line of a paragraph is a command: a program alone only where it looks at something, one
    that no list knows only with flags and beside one that a list knows.
    """
    known = False
    for line in lines:
        if all_typed([line]) or looks_alone(line):
            known = True
        elif not _is_flagged(line):
            return False
    return known


def _is_flagged(line: str) -> bool:
    """Whether a line could be a command of a program that no list knows, by its name and its flags."""
    text = line.strip()
    return _FLAGGED.match(text) is not None and unknown_program(text) and is_complete(text)


def is_statement(lines: Sequence[str]) -> bool:
    """Whether a paragraph is nothing but statements of SQL, the last one ended by its `;`."""
    return lines[-1].rstrip().endswith(";") and is_sql(f"{lines[0].strip().rstrip(';')};")


def looks_alone(line: str) -> bool:
    word = line.strip()
    return word not in ENGLISH and is_program(word) and only_read([word])


def tells_on(above: Sequence[str], line: str) -> bool:
    """Whether an indented line goes on with the sentence over the commands `above`: “and check it”."""
    words = line.split()
    spoken = len(words) > 1 and words[0] in FUNCTION_WORDS - _SHELL_WORDS
    return spoken and not any("<<" in typed for typed in above)


def plain_quotes(line: str) -> str:
    """A line with the dashes of a word processor as they were typed."""
    return line.replace("–", "--").replace("—", "--")


def is_section(line: str) -> bool:
    """Whether a line is nothing but what a section of a runbook is called."""
    return _SECTION.fullmatch(line.strip()) is not None


def labels_ahead(lines: Sequence[str], at: int) -> int:
    """How many lines from `at` on are what a page shows over the command below them; 0 where none is."""
    count = 0
    for line in lines[at : at + _LABELS_MAX]:
        if line.strip() and not (_LABEL.match(line) or _BUTTON.match(line)):
            break
        count += 1
    if not count or not lines[at].strip() or at + count >= len(lines):
        return 0
    return count if is_typed(lines[at + count]) else 0
