"""What stands behind the prompts of a shell, with the lines that go on with it: behind a backslash, in a
here-document, in a loop that is not closed yet.
"""

from __future__ import annotations

import re
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Parser

from ingest.extract.command_forms import has_form, unknown_program, without_placeholders
from ingest.extract.command_lines import looks_like_command, plausible
from ingest.extract.doing import only_read
from ingest.extract.inner_shells import opens_shell
from ingest.extract.programs import is_program
from ingest.extract.prompts import ANGLE_PROMPT, CLOSE_PROMPT, HASH_PROMPT, NAME_PROMPT, PROMPT
from ingest.extract.spoken import ENGLISH, FUNCTION_WORDS, all_typed
from ingest.extract.vocabulary import COMMANDS

_PARSER: Final = Parser(Language(tree_sitter_bash.language()))
_HERE: Final = re.compile(r"<<-?\s{0,3}([\"']?)([A-Za-z_][\w-]{0,40})\1")
_MORE: Final = re.compile(r"^\s{0,40}>(?:\s|$)")
"""The prompt of a line that goes on."""
_OPEN: Final = re.compile(r"(?:\b(?:do|then|else)|[{(]|&&|\|\|?|;)\s*$")
_LINES_MAX: Final = 200


def prompted(lines: list[str], *, session: bool = False) -> list[tuple[int, int, str]]:
    """Commands behind prompts, each with its place; what follows without a prompt is output, and a comment
    behind one is none. `session`: the block is said to show what is printed, too.
    """
    if any(PROMPT.match(line) for line in lines):
        return [item for item in _behind(PROMPT, lines) if not item[2].startswith("#")]
    first = next((line for line in lines if line.strip()), "")
    if session and NAME_PROMPT.match(first):
        return [item for item in _behind(NAME_PROMPT, lines) if not item[2].startswith("#")]
    for pattern, mark, is_typed in (
        (ANGLE_PROMPT, ">", looks_like_command),
        (HASH_PROMPT, "#", _may_be_typed),
    ):
        marked = [line for line in lines if pattern.match(line)]
        typed = [is_typed(pattern.sub("", line)) for line in marked]
        if typed and (all(typed) or (session and typed[0])):
            beside = any(_is_bare(line) for line in _unmarked(lines, mark))
            found = [] if beside else _behind(pattern, lines)  # beside bare commands, a `#` is a comment
            return [item for item in found if is_typed(item[2].split("\n", 1)[0])]
    return _by_root(lines)


_PLACED: Final = re.compile(r"\s(?:[~/]|-)")


def _by_root(lines: list[str]) -> list[tuple[int, int, str]]:
    """What stands behind a `#` in a block that has nothing else: no comment could say anything of it."""
    filled = [line for line in lines if line.strip()]
    for pattern in (HASH_PROMPT, CLOSE_PROMPT):
        if filled and all(pattern.match(line) for line in filled):
            found = _behind(pattern, lines)
            typed = [text for _, _, text in found if _is_by_root(text, alone=len(found) == 1)]
            rest = [text for _, _, text in found if text not in typed]
            return found if typed and all(map(_is_bare_program, rest)) else []
    return []


def _is_bare_program(text: str) -> bool:
    """Whether a line is the name of a program that no sentence has, as beside commands: `# reboot`."""
    return is_program(text) and text not in ENGLISH and text not in FUNCTION_WORDS


def _is_by_root(text: str, *, alone: bool) -> bool:
    """Whether a line is what root typed. `alone`: it is the only one of its block."""
    if alone and text in COMMANDS - ENGLISH:
        return only_read([text])
    if alone and has_form(text) and _PLACED.search(text):
        return True
    words = text.split()
    placed = (
        _PLACED.search(text) is not None and is_program(words[0]) and FUNCTION_WORDS.isdisjoint(words[1:])
    )
    return looks_like_command(text) and (placed or all_typed([text]))


_GAPS: Final = re.compile(r"\S(?:\t|\s{2,40})(?=[^\s#])")


def _is_bare(line: str) -> bool:
    """Whether a line without a prompt could be a command, and is no row of a table."""
    return plausible(line.strip(), labelled=False) and not is_in_columns(line)


def is_in_columns(line: str) -> bool:
    """Whether a line is a row of a table: blanks part its words in several places."""
    return len(_GAPS.findall(line)) >= _COLUMNS


_COLUMNS: Final = 2


def _behind(pattern: re.Pattern[str], lines: list[str]) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    begin, at, root = 0, 0, False
    while at < len(lines):
        line = lines[at]
        match = pattern.match(line) or (_root(line) if root else None)
        if match is None:
            begin += len(line) + 1
            at += 1
            continue
        text = line[match.end() :].rstrip()
        more = _goes_on(text, lines, at + 1, pattern)
        start = begin + match.end()
        end = max(begin + len(line.rstrip()), start)
        for shown in _all_shown(text, lines[at + 1 : at + 1 + more]):
            begin += len(lines[at]) + 1
            at += 1
            text = f"{text}\n{shown}"
            end = begin + len(lines[at].rstrip())
        found.append((start, end, text))
        root = root or opens_shell(text)
        begin += len(lines[at]) + 1
        at += 1
    return [item for item in found if item[2].strip()]


def _root(line: str) -> re.Match[str] | None:
    """`# systemctl …` below `sudo -i`: the prompt of root, and no comment."""
    found = HASH_PROMPT.match(line)
    typed = line[found.end() :].strip() if found else ""
    return found if typed in ("exit", "logout") or (found and _may_be_typed(typed)) else None


def lines_below(lines: list[str], at: int) -> int:
    """How many lines below a line, which may have a prompt, belong to the command that begins there."""
    prompt = PROMPT.match(lines[at])
    return _goes_on(lines[at][prompt.end() if prompt else 0 :], lines, at + 1, PROMPT)


def _goes_on(text: str, lines: list[str], at: int, pattern: re.Pattern[str]) -> int:
    """How many lines from `at` on belong to what was typed."""
    here = _HERE.search(text)
    if here is not None:
        return _to_delimiter(here[2], lines, at)
    count, whole = 0, text
    while at + count < len(lines) and count < _LINES_MAX:
        line = lines[at + count]
        continued = whole.rstrip().endswith("\\")
        marked = _MORE.match(line) is not None and pattern is not ANGLE_PROMPT
        if not continued and not (marked and _is_open(whole)):
            break
        whole = f"{whole}\n{_shown(line)}"
        count += 1
        here = _HERE.search(_shown(line))
        if here is not None:
            return count + _to_delimiter(here[2], lines, at + count)
    return count or _unmarked_rest(text, lines, at, pattern)


def _unmarked_rest(text: str, lines: list[str], at: int, pattern: re.Pattern[str]) -> int:
    """The lines without any prompt that close a loop or a block: none where nothing closes it."""
    if _OPEN.search(without_placeholders(text)) is None or not _is_open(text):
        return 0
    whole = text
    for count, line in enumerate(lines[at : at + _LINES_MAX], 1):
        if pattern.match(line):
            return 0
        whole = f"{whole}\n{_shown(line)}"
        if not _is_open(whole):
            return count
    return 0


def _to_delimiter(word: str, lines: list[str], at: int) -> int:
    """The lines to the one that ends a here-document; none where nothing does."""
    for count, line in enumerate(lines[at : at + _LINES_MAX], 1):
        if _shown(line).strip() == word:
            return count
    return 0


def _shown(line: str) -> str:
    """A line that goes on, without its prompt."""
    more = _MORE.match(line)
    return line[more.end() :].rstrip() if more else line.rstrip()


_FILE: Final = re.compile(r"\s{0,40}>\s{1,4}[\w./~${}-]{0,120}[./][\w./~${}-]{0,120}\s*")


def _all_shown(text: str, below: list[str]) -> list[str]:
    """The lines that go on with what was typed, without their prompts; below one that has none, and alone
    before a file, `>` is the shell's own sign.
    """
    shown: list[str] = []
    plain = len(below) == 1 and text.endswith("\\") and _FILE.fullmatch(below[0]) is not None
    for line in below:
        shown.append(line.rstrip() if plain else _shown(line))
        plain = plain or _MORE.match(line) is None
    return shown


def _is_open(text: str) -> bool:
    """Whether a shell would wait for more: a quote, a loop or a list is not closed."""
    if text.rstrip().endswith(("\\", "&&", "||", "|")):
        return True
    return _PARSER.parse(text.encode()).root_node.has_error


_SETS: Final = re.compile(
    r"[A-Z][A-Z0-9_]{1,60}=(?:\$\(.{1,2000}\)|<[A-Za-z][^<>]{0,60}>)\s*$|"
    r"(?:until|while|for|if)\s.{1,2000};\s*(?:do|then)\s.{1,2000}\s(?:done|fi)\s*$"
)
"""What is kept of a command's output, or is to be filled in; a loop on one line."""


_SPOKEN: Final = 2
"""Words of a sentence; of the arguments of a command one may be such: `chkconfig httpd on`."""
_QUOTED: Final = re.compile(r"'[^']{0,2000}'|\"[^\"]{0,2000}\"")


def _may_be_typed(text: str) -> bool:
    spoken = sum(word in FUNCTION_WORDS for word in _QUOTED.sub("", text).split()[1:])
    if spoken >= _SPOKEN and not _SETS.match(text):
        return False  # “# make sure that it is up”
    return looks_like_command(text) or unknown_program(text) or _SETS.match(text) is not None


def _unmarked(lines: list[str], mark: str) -> list[str]:
    """The lines without their mark, but for those that go on with the line above."""
    above = ["", *lines]
    return [
        line
        for line, before in zip(lines, above, strict=False)
        if not line.lstrip().startswith(mark) and not before.endswith("\\")
    ]
