"""Which lines of a code block are commands, and where one ends and the next begins."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from base.limits import COMMAND_MAX_BYTES, SCAN_MAX_BYTES
from ingest.blocks import Block
from ingest.extract.command_forms import (
    goes_on,
    has_form,
    is_data,
    kept_whole,
    of_words,
    reports,
    unknown_program,
)
from ingest.extract.consoles import Typed, console_of, opened_by, typed_below
from ingest.extract.listings import Listing, unnumbered
from ingest.extract.outputs import OUTPUTISH, TABLE_HEAD, answered_below, is_row, printed, without_answer
from ingest.extract.programs import is_program
from ingest.extract.prompts import ANGLE_PROMPT, HASH_PROMPT, PROMPT
from ingest.extract.vocabulary import (
    COMMANDS,
    NEUTRAL_LABELS,
    OTHER_LABELS,
    PROMPTED_LABELS,
    SHELL_LABELS,
    SUBCOMMANDS,
)

_PARSER: Final = Parser(Language(tree_sitter_bash.language()))
_TOOL: Final = re.compile(r"[a-z][a-z0-9-]{1,20}(?:ctl|-cli|-client|-admin|-tool|-util|adm)")
"""A house's own tool says by its name that it is one: `deployctl`, `acme-cli`."""

_ASSIGNMENT: Final = re.compile(
    r"^(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=(?:[^\s\"'$]*|\"[^\"]*\"?|'[^']*'?|\$.*)\s*(?:[;&|].*)?$"
)
_ALONE: Final = frozenset("uptime htop top df free dmesg whoami ps w last".split())
"""Programs that are a whole command line by themselves."""

_COMPLETE: Final = frozenset(
    "version cluster-info ps status list ls pull push fetch info images daemon-reload list-units up down "
    "plan init stats list-timers nodes pods".split()
)
"""What makes a whole command line with `kubectl`, `git` … alone; `kubectl logs` only names a tool."""

_JSON: Final = re.compile(r"^\s{0,40}\[?\s{0,40}\{\s{0,40}\"")
_ANGLED: Final = re.compile(rb"(?<!<)<(?=[A-Za-z])[^<>\n|&;]{0,79}[^<>\s|&;]>(?!>)")
"""A placeholder: the grammar would read it as two redirections, and join lines on the second."""

_HOLLOW: Final = re.compile(r"<[A-Za-z][^<>\n]{0,79}>")
_NAME: Final = re.compile(r"[A-Za-z0-9_./~-]+")
_PATHISH: Final = re.compile(r"^(?:\.{1,2}/|/|~[\w.-]{0,40}/)[\w./-]+")


@dataclass(frozen=True)
class FoundCommand:
    """One logical command (a continuation, a here-document or a loop is one), its line in the source and its
    place in the block: `block.text[start:end]`, where a console's prompts may stand between its lines.
    """

    text: str
    line: int
    comment: str = ""
    start: int = 0
    end: int = 0
    dialect: str = "shell"
    said: str = ""
    """The end of the comment: its last line, with those above that the last one only goes on with."""


def commands_of(block: Block, *, told: bool = False, saved: bool = False) -> list[FoundCommand]:
    """The commands of a code block; empty where it is output, a log, a configuration, a script to be saved or
    another language. `told`: the sentence over it tells to run it, so that its program need not be known;
    `saved`: it tells to save a script.
    """
    if block.language in NEUTRAL_LABELS:
        block = replace(block, language="")
    listing = unnumbered(block.text)
    if listing is not None:
        inner = replace(block, text=listing.text)
        return _at_places(commands_of(inner, told=told, saved=saved), listing)
    lines = block.text.split("\n")
    too_long = len(block.text.encode()) > SCAN_MAX_BYTES or max(map(len, lines)) > COMMAND_MAX_BYTES
    if too_long or kept_whole(block.text, saved=saved) or _JSON.match(block.text):
        return []
    typed = console_of(block.text, block.language)
    if typed is not None:
        return [_typed(block, item) for item in typed]
    if block.language in OTHER_LABELS - PROMPTED_LABELS:
        return _mislabelled(block)
    found = _prompted_in(block, lines) or _opened(block, lines)
    return found or ([] if block.language in OTHER_LABELS else _bare(block, lines, told=told))


_NO_SHELL: Final = frozenset("diff hcl tf terraform conf config nginx dockerfile groovy toml ini csv".split())
_SURE: Final = re.compile(r"\s(?:\||-{1,2}[A-Za-z]|<[A-Za-z])")


def _mislabelled(block: Block) -> list[FoundCommand]:
    """The commands of a block that is called Python or YAML, where each line surely is one of a shell."""
    if block.language in _NO_SHELL:
        return []
    found = _statements(block)
    sure = [item for item in found if is_program(item.text.split()[0]) and _SURE.search(item.text)]
    return found if found and len(sure) == len(found) else []


def _at_places(found: list[FoundCommand], listing: Listing) -> list[FoundCommand]:
    """The commands of a listing at their places in the block, between whose lines its numbers stand."""
    return [
        replace(item, start=listing.place(item.start), end=listing.place(item.end - 1) + 1) for item in found
    ]


def _prompted_in(block: Block, lines: list[str]) -> list[FoundCommand]:
    return [
        FoundCommand(text, block.line + block.text.count("\n", 0, start), "", start, end)
        for start, end, text in _prompted(lines)
    ]


def _bare(block: Block, lines: list[str], *, told: bool) -> list[FoundCommand]:
    """The commands of a block without prompts: statements by the grammar that begin as commands do."""
    labelled = block.language in SHELL_LABELS
    above = [line.strip() for line in lines if line.strip()]
    if not above or TABLE_HEAD.match(above[0]):
        return []
    alone = len(above) == 1 and not block.language
    if alone and (unknown_program(above[0]) or (told and has_form(above[0]))):
        start = block.text.index(above[0])
        line = block.line + block.text.count("\n", 0, start)
        return [FoundCommand(above[0], line, "", start, start + len(above[0]))]
    every = _statements(block)
    found = [item for item in every if _plausible(item.text, labelled=labelled)]
    if not found:
        return every if told and every and all(has_form(item.text) for item in every) else []
    if not labelled and len(found) < len(every):
        found = _with_unknown(every, found)
    return found if labelled or _mostly_commands(lines, found) else []


def _typed(block: Block, item: Typed) -> FoundCommand:
    line = block.line + block.text.count("\n", 0, item.start)
    return FoundCommand(item.text, line, "", item.start, item.end, item.dialect)


def _opened(block: Block, lines: list[str]) -> list[FoundCommand]:
    """A command that opens a console, and what is typed into it below; empty where the block has none."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    line = lines[first].strip()
    dialect = opened_by(line)
    rest = sum(len(text) + 1 for text in lines[: first + 1])
    if dialect is None or not block.text[rest:].strip() or block.language in OTHER_LABELS:
        return []
    typed = typed_below(block.text, rest, dialect)
    if not typed or looks_like_command(typed[0].text):
        return []
    start = block.text.index(line)
    opener = FoundCommand(line, block.line + first, "", start, start + len(line))
    return [opener, *(_typed(block, item) for item in typed)]


def _with_unknown(every: list[FoundCommand], found: list[FoundCommand]) -> list[FoundCommand]:
    """With the lines between known commands that have the look of one, too; the program is a local one."""
    known = {item.start for item in found}
    more = [item for item in every if item.start in known or of_words(item.text)]
    return more if len(more) == len(every) else found


def looks_like_command(text: str) -> bool:
    """Whether a piece of inline code is a command line: a known name and something after it."""
    stripped = text.strip()
    if not stripped or "\n" in stripped or len(stripped.encode()) > COMMAND_MAX_BYTES:
        return False
    words = stripped.split()
    name = words[0].rsplit("/", 1)[-1]
    if any(word == "|" for word in words[1:]) and _NAME.fullmatch(words[0]):
        return True
    if name in SUBCOMMANDS and len(words) == 2:
        return words[1] in _COMPLETE
    if is_program(name):
        return _is_line(name, words)
    if _TOOL.fullmatch(name):
        return len(words) > 1
    return bool(_PATHISH.match(words[0])) and (len(words) > 1 or words[0].startswith("./"))


def _is_line(name: str, words: list[str]) -> bool:
    """Whether a program's name and what is behind it are a whole command line: of one that only the scanner
    knows, two plain words rather name a command of it.
    """
    if len(words) == 1:
        return name in _ALONE
    return name in COMMANDS or len(words) > 2 or not words[1].isalpha()


def _prompted(lines: list[str]) -> list[tuple[int, int, str]]:
    """Commands behind prompts, with their continuation lines; what follows without a prompt is output."""
    if any(PROMPT.match(line) for line in lines):
        return _behind(PROMPT, lines)
    for pattern, mark, is_typed in (
        (ANGLE_PROMPT, ">", looks_like_command),
        (HASH_PROMPT, "#", _may_be_typed),
    ):
        marked = [line for line in lines if pattern.match(line)]
        if marked and all(is_typed(pattern.sub("", line)) for line in marked):
            beside = any(_plausible(line.strip(), labelled=False) for line in _unmarked(lines, mark))
            return [] if beside else _behind(pattern, lines)  # beside bare commands, a `#` is a comment
    return []


def _behind(pattern: re.Pattern[str], lines: list[str]) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    open_command, begin = False, 0
    for line in lines:
        match = pattern.match(line)
        end = begin + len(line.rstrip())
        if match:
            found.append((begin + match.end(), max(end, begin + match.end()), line[match.end() :].rstrip()))
        elif open_command and found:
            start, _, text = found[-1]
            found[-1] = (start, end, f"{text}\n{line.rstrip()}")
        open_command = bool(found) and found[-1][2].endswith("\\")
        begin += len(line) + 1
    return [item for item in found if item[2].strip()]


def _may_be_typed(text: str) -> bool:
    return looks_like_command(text) or unknown_program(text)


def _unmarked(lines: list[str], mark: str) -> list[str]:
    """The lines without their mark, but for those that go on with the line above."""
    above = ["", *lines]
    return [
        line
        for line, before in zip(lines, above, strict=False)
        if not line.startswith(mark) and not before.endswith("\\")
    ]


def _statements(block: Block) -> list[FoundCommand]:
    """Top-level statements by the grammar: here-documents, loops and quoted lines stay whole."""
    source = block.text.encode()
    tree = _PARSER.parse(_hollow(source))
    shorter = without_answer(block.text) if tree.root_node.has_error else block.text
    if shorter != block.text:
        before = _PARSER.parse(_hollow(shorter.encode()))
        source, tree = (source, tree) if before.root_node.has_error else (shorter.encode(), before)
    found: list[FoundCommand] = []
    comment, said, last = "", "", -1
    for group in _lines_of_nodes(tree.root_node):
        start, end = group[0].start_byte, group[-1].end_byte
        text = source[start:end].decode("utf-8", "replace").rstrip("\n")
        if len(group) == 1 and group[0].type == "comment":
            if start == 0 and text.startswith("#!"):
                continue
            line, added = group[0].start_point[0], text.lstrip("# ").strip()
            below = bool(comment) and line == last + 1
            said = f"{said} {added}" if below and goes_on(said, added) else added
            comment = f"{comment} {added}" if below else added
            last = line
            continue
        text = _without_trailing_comment(group, source)
        if text.strip():
            begin = len(source[:start].decode("utf-8", "replace"))
            line = block.line + group[0].start_point[0]
            found.append(FoundCommand(text, line, comment, begin, begin + len(text), said=said))
        comment, said = "", ""
    return found


def _hollow(source: bytes) -> bytes:
    return _ANGLED.sub(lambda found: b"x" * len(found[0]), source)


def _lines_of_nodes(root: Node) -> list[list[Node]]:
    """Nodes that share a line belong to one statement (`a; b` stays together, as it was written)."""
    groups: list[list[Node]] = []
    for node in root.children:
        if node.type == "\n":
            continue
        if groups and groups[-1][-1].end_point[0] == node.start_point[0]:
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _without_trailing_comment(group: list[Node], source: bytes) -> str:
    last = group[-1]
    end = last.start_byte if last.type == "comment" and len(group) > 1 else last.end_byte
    return source[group[0].start_byte : end].decode("utf-8", "replace").rstrip()


def _plausible(text: str, *, labelled: bool) -> bool:
    first = text.split("\n", 1)[0].strip()
    if not first or len(text.encode()) > COMMAND_MAX_BYTES:
        return False
    words = first.split()
    if is_row(first) or (not labelled and (reports(first) or (len(words) == 1 and is_data(first)))):
        return False
    name = words[0].rsplit("/", 1)[-1]
    if is_program(name) or _ASSIGNMENT.match(_HOLLOW.sub("<>", first)) or _PATHISH.match(words[0]):
        return True
    if words[0] in ("if", "for", "while", "until", "case", "{", "(", "[", "[["):
        return labelled or len(words) > 2
    return (
        labelled and bool(_NAME.fullmatch(words[0])) and not OUTPUTISH.match(first) and not first[0].isupper()
    )


def _has_answer(lines: list[str], below: list[str], first: str) -> bool:
    """Whether the lines below the one command of a block are what it prints."""
    if answered_below(lines, first):
        return True
    return looks_like_command(first) and printed(below, first)


def _mostly_commands(lines: list[str], found: list[FoundCommand]) -> bool:
    """An unlabelled block counts where it begins with a command and most of it is commands."""
    filled = [line for line in lines if line.strip() and not line.strip().startswith("#")]
    if not filled:
        return False
    first = found[0].text.split("\n", 1)[0].strip()
    taken = sum(item.text.count("\n") + 1 for item in found)
    if not filled[0].strip().startswith(first[:20]):
        return False
    if taken < len(filled) and len(found) == 1 and _has_answer(lines, filled[taken:], first):
        return True
    answered = f"{first.split()[0]}:"
    return taken * 2 > len(filled) or all(line.strip().startswith(answered) for line in filled[taken:])
