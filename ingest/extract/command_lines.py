"""Whether one line is a command line: a known name and something after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from base.limits import COMMAND_MAX_BYTES
from ingest.extract.command_forms import ANGLED, is_data, reports, says_state, unknown_program
from ingest.extract.first_words import is_of_a_shell, is_typed, without_signs
from ingest.extract.outputs import OUTPUTISH, is_failure, is_row
from ingest.extract.programs import is_program
from ingest.extract.spoken import COMPARES, FUNCTION_WORDS
from ingest.extract.vocabulary import COMMANDS, SUBCOMMANDS
from scanner.tables import tool

_TOOL: Final = re.compile(r"[a-z][a-z0-9-]{1,20}(?:ctl|-cli|-client|-admin|-tool|-util|adm)")
"""A house's own tool says by its name that it is one: `deployctl`, `acme-cli`."""
_ASSIGNMENT: Final = re.compile(
    r"^(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=(?:[^\s\"'$]*|\"[^\"]*\"?|'[^']*'?|\$.*)\s*(?:[;&|].*)?$"
)
_OPTION: Final = re.compile(r"-{1,2}[A-Za-z]")
"""What goes on with the line above, and names no program."""
_SYNOPSIS: Final = re.compile(
    r"\s\[(?:-{1,2}[A-Za-z][^\]\n]{0,60}|(?:[\w-]{1,40}[ _-])?options?[ .]{0,4}|"
    r"[\w -]{1,40}\.\.\.)\](?=\s|$|\.)"
)
"""`pg_dump [option...] [dbname]`: how a program is called, and no call of it."""
_FIELD: Final = re.compile(r"[A-Z][a-z]+\w*=")
"""`Status=Up/Down`, `Restart=always`: what a program prints or a file holds; hardly a variable."""
_SETS: Final = re.compile(
    r"(?:(?:export|readonly|declare|typeset)\s+(?:-\w+\s+){0,4})?[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]\s]{0,80}\])?"
    r"(?:\+=\S|=\(|=[^\s$]{0,200}\$)"
)
"""`DIR+=/old`, `HOSTS=(a b)`, `NAME=/backup/$(date +%F)`: statements, where a block is called a shell's."""
_RULE: Final = re.compile(r"[-=~*_]{2,}|\.{3,}[\w!.]{0,40}")
"""A line under a title, or dots that stand for the time that something takes."""
_ALONE: Final = frozenset("uptime htop top df free dmesg whoami ps w last".split())
"""Programs that are a whole command line by themselves."""
_COMPLETE: Final = frozenset(
    "version cluster-info ps status list ls pull push fetch info images daemon-reload list-units up down "
    "login plan init stats list-timers nodes pods".split()
)
"""What makes a whole command line with `kubectl`, `git` … alone; `kubectl logs` only names a tool."""
_WHOLE_TOOLS: Final = frozenset(
    "terraform tofu terragrunt pulumi cdk serverless skaffold docker-compose vagrant minikube npm yarn pnpm "
    "make bundle".split()
)
"""What these do to, the folder at hand says."""
_PATHISH: Final = re.compile(r"^(?:\.{1,2}/|/|~[\w.-]{0,40}/)[\w./-]+")
_ENVIRONMENT: Final = re.compile(
    r"(?:[A-Za-z_][A-Za-z0-9_]*=(?:[^\s\"'$`;|&]{0,200}|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}')\s+){1,20}(?=\S)"
)
"""`PGHOST=db psql`: what a command gets before its name."""
_NAME: Final = re.compile(r"[A-Za-z0-9_./~-]+")
_HELD: Final = re.compile(
    r"(?:\"\$[A-Z_][A-Z0-9_]{0,60}\"|\"\$\{[A-Za-z_]\w{0,60}\}\"|\$[A-Z_][A-Z0-9_]{0,60}|\$\{[A-Za-z_]\w{0,60}\})"
    r"(?:/[\w./-]{1,120})?"
)
"""`$TOOL`, `"${BIN}"/run`: a variable holds the program; other languages write `$name`, too."""
COMPOUND: Final = re.compile(
    r"(?:for|while|until)\s[^\n]{1,400}?;\s{0,3}do\s[^\n]{1,1500}[;&]\s{0,3}done\b|"
    r"if\s[^\n]{1,400}?;\s{0,3}then\s[^\n]{1,1500};\s{0,3}fi\b"
)
"""A loop or a case of a shell on one line."""
_ARGUMENT: Final = re.compile(r"(?![=.!]=|[=:.]$|=>|->|is$|was$|must$|should$)[\w<>$\"'{./|&~-]")
_SCRIPT: Final = re.compile(r"(?:[\w.-]{1,60}/){1,8}[\w.-]{1,60}\.(?:sh|bash|py|rb|pl)")
"""A script in a folder that is named from where one stands."""
FUNCTION: Final = re.compile(r"(?:function\s+[\w-]+\s*(?:\(\s*\))?|[\w-]+\s*\(\s*\))\s*\{")


def looks_like_command(text: str) -> bool:
    """Whether a piece of inline code is a command line: a known name and something after it."""
    stripped = text.strip()
    if not stripped or "\n" in stripped or len(stripped.encode()) > COMMAND_MAX_BYTES:
        return False
    given = _given(stripped)
    if given:
        return looks_like_command(stripped[given:])
    if COMPOUND.match(stripped) or (is_typed(stripped) and (" " in stripped or ">" in stripped)):
        return True
    stripped = without_signs(stripped)
    words = stripped.split()
    name = words[0].rsplit("/", 1)[-1]
    if (len(words) > 1 and words[1] in COMPARES) or _is_part(stripped):
        return False
    if _NAME.fullmatch(words[0]) and (_is_piped(stripped) or _pipes(name, words)):
        return True
    if name in SUBCOMMANDS and len(words) == 2:
        known = tool(name) if name in _WHOLE_TOOLS else None
        return words[1] in _COMPLETE or (known is not None and words[1] in known.verbs)
    if is_program(name):
        return _is_line(name, words)
    if _TOOL.fullmatch(name):
        return len(words) > 1
    if held_program(words) or (_SCRIPT.fullmatch(words[0]) and len(words) > 1):
        return True
    by_path = _PATHISH.match(words[0]) is not None and not is_row(stripped)
    return by_path and (len(words) > 1 or words[0].startswith("./"))


def _is_part(line: str) -> bool:
    """Whether a line is half a command, or how one is called."""
    return _OPTION.match(line) is not None or _SYNOPSIS.search(line) is not None


def _pipes(name: str, words: list[str]) -> bool:
    return "|" in words[1:] and (is_program(name) or not _is_spoken(words))


def _is_spoken(words: list[str]) -> bool:
    """Whether what stands before the first pipe is a sentence: “see what is there: `df | head`”."""
    before = words[: words.index("|")]
    if len(words[0]) == 1 or words[-1].endswith((".", '."', ".”")):
        return True
    return any(word.endswith(":") or word.lower() in FUNCTION_WORDS for word in before[1:])


def _given(line: str) -> int:
    """Behind which character the values end that stand before a program: 0 for none. A blank in a place to
    fill in parts no two words: `KEY=<key name>`.
    """
    found = _ENVIRONMENT.match(ANGLED.sub(lambda place: "x" * len(place[0]), line))
    return found.end() if found else 0


_PIPED: Final = re.compile(r"\s\|(?P<program>[a-z][\w-]{1,30})\s+[-\w\"'./]")


def _is_piped(line: str) -> bool:
    """Whether a known program gets what a line prints, though no blank parts them: `house info |grep web`."""
    found = _PIPED.search(line)
    return found is not None and is_program(found["program"])


def held_program(words: list[str]) -> bool:
    """Whether a line begins with a variable that holds a program, with arguments behind it: `$TOOL -b`."""
    return len(words) > 1 and _HELD.fullmatch(words[0]) is not None and _ARGUMENT.match(words[1]) is not None


def _is_line(name: str, words: list[str]) -> bool:
    """Whether a program's name and what is behind it are a whole command line: of one that only the scanner
    knows, two plain words rather name a command of it.
    """
    if len(words) == 1:
        return name in _ALONE
    return name in COMMANDS or len(words) > 2 or not words[1].isalpha()


def is_house_tool(line: str) -> bool:
    """Whether a line begins with the name of a house's own tool, and says what that shall do."""
    words = line.split()
    return len(words) > 1 and _TOOL.fullmatch(words[0]) is not None and not says_state(line)


def plausible(text: str, *, labelled: bool) -> bool:
    """Whether a statement of a block begins as commands do. `labelled`: the block is said to be a shell's."""
    first = text.split("\n", 1)[0].strip()
    if not first or len(text.encode()) > COMMAND_MAX_BYTES:
        return False
    if not is_row(first) and (is_typed(first) or (labelled and is_of_a_shell(first))):
        return True
    first = without_signs(first)
    words = first.split()
    if is_failure(first) or _RULE.fullmatch(words[0]) or is_row(first) or _is_part(first):
        return False
    if (len(words) == 1 and is_data(first)) or (not labelled and reports(first)):
        return False
    name = (words[0].lstrip("(") if labelled else words[0]).rsplit("/", 1)[-1].rstrip(";")
    if FUNCTION.match(first) or (labelled and _SETS.match(first)):
        return True
    joined = text.replace("\\\n", " ")
    given = _given(joined)
    if given and not joined.startswith(("&", "|", ";"), given):
        return plausible(joined[given:], labelled=labelled)
    sets = _ASSIGNMENT.match(ANGLED.sub("<>", first)) and (labelled or not _FIELD.match(first))
    if is_program(name) or sets or _PATHISH.match(words[0]):
        return True
    if held_program(words) or (_NAME.fullmatch(words[0]) and _is_piped(first)):
        return True
    if words[0] in ("if", "for", "while", "until", "case", "{", "(", "[", "[["):
        return labelled or len(words) > 2
    return labelled and not first[0].isupper() and _may_be_run(first, words)


_RUN_AS: Final = re.compile(r"[A-Za-z_.~/\\][\w./~-]*(?<!/)")
_HOLDS: Final = frozenset({"=", ":", ":=", "=>", "->", "{"})
"""Behind the name of a setting, and behind no program's."""
_SPOKEN_LEAST: Final = 2


def _may_be_run(first: str, words: Sequence[str]) -> bool:
    """Whether a line of a block that is called a shell's could begin with a program that no list knows: no
    number, address, folder, setting or sentence does.
    """
    if _RUN_AS.fullmatch(words[0].lstrip("(")) is None or OUTPUTISH.match(first):
        return False
    if (
        words[-1] == "{"
        or not _HOLDS.isdisjoint(words[1:2])
        or (len(words) == 1 and is_data(first, path=False))
    ):
        return False
    spoken = sum(word in FUNCTION_WORDS or word.endswith((",", ".")) for word in words[1:])
    return spoken < _SPOKEN_LEAST or unknown_program(first)
