"""What the operator must supply: placeholders in commands become holes with a declared variable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ingest.capital_words import capitals
from ingest.example_ids import example_ids
from ingest.kinds import TEXT, kind_of
from ingest.lower_words import lower_names
from ingest.search_words import in_expression, is_searched
from ingest.told_words import is_value_there
from schemas.holes import valid_name
from schemas.runbook import Variable

_ANGLE: Final = re.compile(r"<([A-Za-z](?:[A-Za-z0-9 _./,:'’@()+#-]{0,60}[A-Za-z0-9 _./’)-])?)>")
_CHOICE: Final = re.compile(
    r"<(_)>(?![\w/$~])|(?<![\w$'\"\]])\[(_)\](?![\w*+?)])|(?<![\w$'\"])\{(_)\}(?![\w*+?])".replace(
        "_", r"[A-Za-z][A-Za-z0-9.-]{0,40}(?:\|[A-Za-z0-9.-]{1,40}){1,8}"
    )
)
"""`<staging|production>`: one of these."""
_OTHER_MARKS: Final = re.compile(
    r"[‹«⟨＜]\s?([A-Za-z][\w .-]{0,60}?)\s?[›»⟩＞]|(?<![\w%])%([A-Z][A-Z0-9_]{2,40})%|"
    r"(?<![\w])__([A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){0,5})__(?!\w)"
)
"""`‹name›`, `%NAME%`, `__NAME__`."""
_BARS: Final = re.compile(r"(?<=[\s=/:])\|([a-z][a-z0-9_-]{2,40})\|(?=$|[\s/.:-])")
"""`--limit |hypervisor_hostname|`, as reStructuredText writes what it fills in."""
_YOURS: Final = re.compile(r"(?<![\w$.{<\[-])[Yy]our(?:[-_]?[A-Za-z][A-Za-z0-9]{0,40}){1,5}(?![\w>}\]])")
"""`your-bucket`, `yourdomain.com`."""
_CROSSES: Final = re.compile(
    r"(?<![\w%\\.-])((?:[a-z][a-z0-9]{0,30}-){0,3}[xX]{3,40}(?:-[xX]{2,40}){0,5})(?![\w-])|"
    r"(?<![\w.])(v?(?:[xX](?:\.[xX]){2,3}|X\.Y(?:\.Z)?)|vx\.y\.z)(?!\w|\.[xX](?!\w))"
)
"""`i-xxxxxxxx`, `vX.Y.Z`: what is to be written there."""
_TEMPORARY: Final = re.compile(r"\bmktemp\b")
"""Whose template has crosses of its own."""
_READ_FROM: Final = re.compile(r"<[^\s<>]{1,60} {1,4}>[\w./$\"'~&]")
"""`cat <in >out`: a file is read from, and one written to."""
_MUSTACHE: Final = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_-]{0,60})\s*\}\}")
_SHELL: Final = re.compile(
    r"\$\{([A-Za-z][A-Za-z0-9_]{1,60})(?::?\?[^{}\n]{0,80})?\}|\$([A-Za-z][A-Za-z0-9_]{1,60})\b"
)
_BRACE: Final = re.compile(r"(?<![$%\w{'\"])\{([A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*)\}(?!\})")
_SQUARE: Final = re.compile(
    r"(?:(?<=[\s=/])|^)\[([A-Za-z][A-Za-z0-9]*(?:[ _-][A-Za-z0-9]+){0,4})\](?=[\s/.:]|$)"
)
_COUNTED: Final = re.compile(
    r"(?<=[\s=/:@\"'])((?:OFFSET|LAG|COUNT|SIZE|N|NUM|NUMBER|ID|TERM|EPOCH|REVISION|VERSION)[+-]\d{1,3})(?=[\s\"']|$)|"
    r"(?<=[:/=])(PARTITION|OFFSET|INDEX|TABLE|GROUP|TAG|DATE|TIMESTAMP|PORT|TOKEN|ID|REVISION|COUNT|N)(?=[\s/:\"']|$)"
)
"""“OFFSET+1” is a number that somebody reckons; behind `:`, `/` or `=` a word in capitals is no keyword."""
_NAMED: Final = re.compile(
    r"(?i)(?:^|[ _-])(?:your|my)[ _-]|(?:[ _-]|^)(?:name|id|cluster|bucket|user|service|version)$"
)
_DATE: Final = re.compile(r"(?<![A-Za-z0-9])YYYY[-_/.]?MM[-_/.]?DD(?:[ T_.-]?HH[:_.-]?MM(?:[:_.-]?SS)?)?\b")
_SHOUT: Final = re.compile(
    r"\b((?:YOUR|MY)_[A-Z0-9_]{1,60}|"
    r"(?!(?:FETCH|ORIG|MERGE|CHERRY_PICK|REVERT|REBASE)_HEAD\b)[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)\b"
)
"""`CLUSTER_NAME`; what git names itself is none."""
_ASSIGNED: Final = re.compile(
    r"(?m)(?:^|[;&|\s])(?:export\s+|local\s+|read\s+(?:-\w+\s+)*)?([A-Za-z_][A-Za-z0-9_]*)="
)
_SET_THERE: Final = re.compile(r"(?m)^[ \t]{0,40}\$([A-Za-z_]\w{0,60})[ \t]{0,3}=[ \t]")
"""`$disk = Get-Disk`: PowerShell sets it."""
_LIKE: Final = re.compile(r"(?i)\bi?like[ \t]{1,3}'$")
"""`ILIKE '%INSERT%'`: SQL looks for the word."""
_READ: Final = re.compile(
    r"\bread\s+(?:-\w+\s+)*([A-Za-z_][A-Za-z0-9_]*)|\bfor\s+([A-Za-z_][A-Za-z0-9_]*)\s+in\b"
)

_FORMS: Final = (
    _ANGLE, _MUSTACHE, _SHELL, _BRACE, _SHOUT, _SQUARE, _COUNTED, _DATE, _CHOICE, _OTHER_MARKS, _YOURS,
    _CROSSES, _BARS,
)  # fmt: skip

ENVIRONMENT: Final = frozenset(
    "HOME PATH USER PWD SHELL LANG HOSTNAME UID EUID RANDOM SECONDS LINENO IFS OLDPWD TERM EDITOR "
    "TMPDIR".split()
)
"""Set by the shell itself or by whoever starts it."""


@dataclass(frozen=True)
class Placeholder:
    """A placeholder as it stands in a command, and the variable that it becomes."""

    text: str
    name: str


def find_placeholders(
    command: str, assigned: frozenset[str], told: frozenset[str] = frozenset()
) -> list[Placeholder]:
    """The placeholders of a command, in order, each once. `assigned`: shell variables that a step sets;
    `told`: words that the text says to replace.
    """
    found: dict[str, Placeholder] = {}
    for pattern in _FORMS:
        for match in pattern.finditer(command):
            word = next(group for group in (*match.groups(), match[0]) if group)
            if _is_placeholder(pattern, word, command, match, assigned, told):
                _note(found, match[0], word)
    for match in capitals(command):
        if _is_word(match[0], command, match, assigned):
            _note(found, match[0], match[0])
    for text, name in example_ids(command):
        found.setdefault(text, Placeholder(text, name))
    for word in (told | set(lower_names(command))) - assigned:
        if is_value_there(word, command, _bounded(word)):
            _note(found, word, word)
    return sorted(found.values(), key=lambda item: command.find(item.text))


def _note(found: dict[str, Placeholder], text: str, word: str) -> None:
    name = variable_name(word)
    if name is not None:
        found.setdefault(text, Placeholder(text, name))


def _is_placeholder(
    pattern: re.Pattern[str],
    word: str,
    command: str,
    match: re.Match[str],
    assigned: frozenset[str],
    told: frozenset[str],
) -> bool:
    if pattern is _ANGLE and _is_redirection(word, command, match):
        return False
    quoted = _in_single_quotes(command, match)
    if pattern is _SHELL:
        set_there = word in assigned or (word in ENVIRONMENT and word not in told)
        if word[0].islower() and re.search(r"\w$", command[: match.start()]):
            return False  # a view of Oracle: v$session
        return not set_there and not (quoted if word[0].islower() else _of_another_shell(command, match))
    if pattern is _SQUARE:
        return not quoted and (kind_of(word.lower()) is not TEXT or _NAMED.search(word) is not None)
    if pattern in (_SHOUT, _COUNTED):
        return _is_word(word, command, match, assigned)
    if pattern is _CROSSES:
        return _TEMPORARY.search(command) is None
    if pattern in (_OTHER_MARKS, _YOURS):
        return not (is_searched(command, match.start()) or _LIKE.search(command, 0, match.start()))
    if pattern is _CHOICE and in_expression(command, match.start()):
        return False
    return pattern not in (_BRACE, _CHOICE) or not quoted


def _is_redirection(word: str, command: str, match: re.Match[str]) -> bool:
    """Whether a shell reads from there what it has between angles: `cat <in >out`, `cat <<EOF >out`."""
    if command[: match.start()].endswith("<"):
        in_two = command.startswith(">", match.end()) and not word.endswith(" ")
        return not in_two or re.search(rf"(?m)^\s*{re.escape(word)}$", command) is not None
    return word.endswith(" ") and _READ_FROM.match(command, match.start()) is not None


def _is_word(word: str, command: str, match: re.Match[str], assigned: frozenset[str]) -> bool:
    """Whether a word in capitals is neither assigned to nor part of a program in quotes."""
    if word in assigned or _in_single_quotes(command, match):
        return False
    return not _stands_in_assignment(command, match)


def _in_single_quotes(command: str, match: re.Match[str]) -> bool:
    """A program or a template of another language, or a text of SQL; an address in quotes is neither."""
    if _ADDRESS.search(command, 0, match.start()) is not None:
        return False
    return command.count("'", 0, match.start()) % 2 == 1 and not command[: match.start()].endswith("/")


_ADDRESS: Final = re.compile(r"'[a-z][a-z0-9+.-]{1,30}://[^\s']{0,300}$")
_ELSEWHERE: Final = re.compile(r"\b(?:exec|rsh|ssh|run|debug)\b[^']*\b(?:ba|da|z|k)?sh\s+-\w*c\s+$")


def _of_another_shell(command: str, match: re.Match[str]) -> bool:
    """Whether `$NAME` is read by a shell in a container or on another host: its environment has it there."""
    before = command[: match.start()]
    return before.count("'") % 2 == 1 and _ELSEWHERE.search(before[: before.rfind("'")]) is not None


def _stands_in_assignment(command: str, match: re.Match[str]) -> bool:
    before, after = command[: match.start()][-2:], command[match.end() :][:1]
    return after == "=" or before.endswith(("$", "${", "-")) or before[-1:] in "$<{"


def variable_name(word: str) -> str | None:
    """A placeholder's word as a variable's name; None where none can be made of it."""
    name = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")
    name = re.sub(r"^(?:your|my|the)_", "", name)[:63].strip("_")
    if not name or not name[0].isalpha():
        name = f"value_{name}"[:63].strip("_")
    return name if valid_name(name) else None


def assigned_names(commands: Iterable[str]) -> frozenset[str]:
    """Shell variables that some command sets, reads or loops over."""
    names: set[str] = set()
    for command in commands:
        names |= {*_ASSIGNED.findall(command), *_SET_THERE.findall(command)}
        names |= {name for pair in _READ.findall(command) for name in pair if name}
    return frozenset(names)


def with_hole(command: str, placeholder: Placeholder) -> str:
    """The command with every occurrence of a placeholder as a hole."""
    return replaced(command, placeholder.text, "{{ " + placeholder.name + " }}")


def replaced(command: str, text: str, now: str) -> str:
    """The command with `now` for every occurrence of a placeholder's text; not inside of a longer word."""
    return _bounded(text).sub(lambda _: now, command)


def _bounded(text: str) -> re.Pattern[str]:
    before = r"(?<![\w$<{\[-])" if text[0].isalnum() else ""
    if text.startswith("YYYY") or _CROSSES.fullmatch(text):
        before = r"(?<![A-Za-z0-9$<{\[])"  # a name may be before its hyphen
    behind = r"(?![\w])" if text[-1].isalnum() else ""
    return re.compile(before + re.escape(text) + behind)


_TOLD: Final = re.compile(
    r"(?i:\b(?:replace|replacing|substitute|substituting|swap)\s+(?:the\s+)?)[`\"'“‘<$]{0,3}([A-Z][A-Z0-9_]{2,40})\b(?=[^.]{0,40}"
    r"(?i:\b(?:with|by|in|for)\b))|(?i:\bwhere\s+)[`\"'“‘$]{0,3}([A-Z][A-Z0-9_]{2,40})[`\"'”’]?\s+(?:is|are|=)\s"
)


def told_names(texts: Iterable[str]) -> frozenset[str]:
    """Words in capitals that the text says to replace, or says what they are."""
    return frozenset(name for text in texts for pair in _TOLD.findall(text) for name in pair if name)


def declare(name: str) -> Variable:
    """The variable of a name, with the pattern and example that its name suggests."""
    kind = kind_of(name)
    return Variable(name=name, pattern=kind.pattern or None, example=kind.example)
