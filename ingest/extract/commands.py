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
    case_alone,
    does_something,
    goes_on,
    goes_on_counting,
    has_form,
    kept_whole,
    of_words,
    unknown_program,
)
from ingest.extract.command_lines import FUNCTION, is_house_tool, plausible
from ingest.extract.command_lines import looks_like_command as looks_like_command
from ingest.extract.consoles import Typed, console_of, opened_by, typed_below, windows_lines
from ingest.extract.listings import Listing, unnumbered
from ingest.extract.outputs import (
    TABLE_HEAD,
    answered_below,
    in_table,
    is_failure,
    is_patch,
    lists_places,
    printed,
    without_answer,
)
from ingest.extract.programs import is_program
from ingest.extract.prompted import prompted
from ingest.extract.vocabulary import (
    NEUTRAL_LABELS,
    OTHER_LABELS,
    PROMPTED_LABELS,
    SESSION_LABELS,
    SHELL_LABELS,
)
from ingest.extract.windows_lines import windows_places

_PARSER: Final = Parser(Language(tree_sitter_bash.language()))


_JSON: Final = re.compile(r"^\s{0,40}\[?\s{0,40}\{\s{0,40}\"")
_ANGLED: Final = re.compile(rb"(?<!<)<(?=[A-Za-z])[^<>\n|&;]{0,79}[^<>\s|&;]>(?!>)")
"""A placeholder: the grammar would read it as two redirections, and join lines on the second."""

_NAME: Final = re.compile(r"[A-Za-z0-9_./~-]+")


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
    head: str = ""
    """The line of the comment that is nothing but a case, over what is told then; over numbered lines below
    too.
    """


def commands_of(block: Block, *, told: bool = False, saved: bool = False) -> list[FoundCommand]:
    """The commands of a code block; empty where it is output, a log, a configuration, a script to be saved or
    another language. `told`: the sentence over it tells to run it, so that its program need not be known;
    `saved`: it tells to save a script.
    """
    if block.language in NEUTRAL_LABELS and not windows_lines(block.text, block.language):
        block = replace(block, language="")
    listing = unnumbered(block.text)
    if listing is not None:
        inner = replace(block, text=listing.text)
        return _at_places(commands_of(inner, told=told, saved=saved), listing)
    lines = block.text.split("\n")
    too_long = len(block.text.encode()) > SCAN_MAX_BYTES or max(map(len, lines)) > COMMAND_MAX_BYTES
    shown = _JSON.match(block.text) or is_patch(block.text)
    shown = shown or (block.language not in SHELL_LABELS and lists_places(lines))
    if too_long or shown or kept_whole(block.text, saved=saved):
        return []
    typed = windows_lines(block.text, block.language) or console_of(block.text, block.language)
    typed = _for_windows(block) if typed is None else typed
    if typed is not None:
        return [_typed(block, item) for item in typed]
    if block.language in OTHER_LABELS - PROMPTED_LABELS:
        return _mislabelled(block)
    found = _prompted_in(block, lines) or _opened(block, lines)
    return found or ([] if block.language in OTHER_LABELS else _bare(block, lines, told=told))


def _for_windows(block: Block) -> list[Typed] | None:
    """What a block without a label of another language types at the prompt of Windows; None for none."""
    if block.language and block.language not in SHELL_LABELS:
        return None
    places = windows_places(block.text)
    return [Typed(block.text[start:end], "cmd", start, end) for start, end in places] or None


_CUT: Final = re.compile(r"(?<=\n)[ \t]{0,8}(?:\.{3,6}|\[?…\]?|\[\.{3}\])[ \t]*$", re.MULTILINE)
"""Where an output is shortened: no command is."""
_BEHIND: Final = re.compile(r"[ \t]{1,40}#(?:\s[^\"']*)?$")
"""A comment behind a command."""
_NO_SHELL: Final = frozenset("diff hcl tf terraform conf config nginx dockerfile groovy toml ini csv".split())
_SURE: Final = re.compile(r"\s(?:\||-{1,2}[A-Za-z]|<[A-Za-z]|[\w.-]{1,64}@[\w.-]{1,64}(?:\s|$))")


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
    session = block.language in SESSION_LABELS
    return [
        FoundCommand(text, block.line + block.text.count("\n", 0, start), "", start, end)
        for start, end, text in prompted(lines, session=session)
    ]


def _bare(block: Block, lines: list[str], *, told: bool) -> list[FoundCommand]:
    """The commands of a block without prompts: statements by the grammar that begin as commands do."""
    labelled = block.language in SHELL_LABELS
    above = [line.strip() for line in lines if line.strip()]
    if not above or TABLE_HEAD.match(above[0]):
        return []
    alone = len(above) == 1 and not block.language and not is_failure(above[0])
    if alone and (unknown_program(above[0]) or _is_formed(above[0], told=told)):
        start, text = block.text.index(above[0]), _ASIDE.sub("", _BEHIND.sub("", above[0]))
        line = block.line + block.text.count("\n", 0, start)
        return [FoundCommand(text, line, "", start, start + len(text))]
    cut = _CUT.search(block.text)
    every = [
        item
        for item in _statements(block)
        if not in_table(block.text, item.start)
        and (cut is None or item.start < cut.start() or looks_like_command(item.text.split("\n")[0]))
    ]
    found = [item for item in every if plausible(item.text, labelled=labelled)]
    if not found:
        return every if every and all(_is_formed(item.text, told=told) for item in every) else []
    if not labelled and len(found) < len(every):
        found = _with_unknown(every, found)
    if labelled:
        return [] if _is_shown(every, found) else found
    return found if _mostly_commands(lines, found) else []


_ALONE_IN_A_LINE: Final = re.compile(r"[A-Za-z_]\w*=\S*|/\S+")
"""`Status=Up`, `/192.168.1.4`: a setting or a path, and no argument."""


def _is_shown(every: list[FoundCommand], found: list[FoundCommand]) -> bool:
    """Whether a block that is called a shell's shows what is printed: only some of its lines have the form of
    a statement, and those could be values.
    """
    return 0 < len(found) * 2 <= len(every) and all(_ALONE_IN_A_LINE.fullmatch(item.text) for item in found)


def _is_formed(text: str, *, told: bool) -> bool:
    """Whether a line has the form of a command of a program that no list knows; see `commands_of`."""
    return is_house_tool(text) or (told and (has_form(text) or does_something(text)))


def _typed(block: Block, item: Typed) -> FoundCommand:
    line = block.line + block.text.count("\n", 0, item.start)
    return FoundCommand(item.text, line, "", item.start, item.end, item.dialect)


def _opened(block: Block, lines: list[str]) -> list[FoundCommand]:
    """A command that opens a console, what is typed into it below, and the commands before and behind that;
    empty where the block has none.
    """
    first = next((number for number, line in enumerate(lines) if opened_by(line.strip())), len(lines) - 1)
    line = lines[first].strip()
    dialect = opened_by(line)
    rest = sum(len(text) + 1 for text in lines[: first + 1])
    if dialect is None or not block.text[rest:].strip() or block.language in OTHER_LABELS:
        return []
    left = _LEFT.search(block.text, rest)
    inside = block.text[: left.start()] if left else block.text
    typed = typed_below(inside, rest, dialect)
    if not typed or looks_like_command(typed[0].text):
        return []
    start = block.text.index(line, rest - len(lines[first]) - 1)
    above = _statements(replace(block, text=block.text[:start]))
    if not all(plausible(item.text, labelled=block.language in SHELL_LABELS) for item in above):
        return []
    opener = FoundCommand(line, block.line + first, "", start, start + len(line))
    below = _statements(replace(block, text=_blank(block.text, left.end()))) if left else []
    return [*above, opener, *(_typed(block, item) for item in typed), *below]


_LEFT: Final = re.compile(r"(?m)^[ \t]*(?:\\q|quit|exit)[ \t]*;?[ \t]*$")
"""Where a console is left: a shell runs what stands below."""


def _blank(text: str, end: int) -> str:
    """A text of which nothing is read up to an offset, so that all behind it keeps its place."""
    return re.sub(r"[^\n]", " ", text[:end]) + text[end:]


def _with_unknown(every: list[FoundCommand], found: list[FoundCommand]) -> list[FoundCommand]:
    """With the lines between known commands that have the look of one, too; the program is a local one."""
    known = {item.start for item in found}
    more = [item for item in every if item.start in known or of_words(item.text)]
    return more if len(more) == len(every) else found


def _statements(block: Block) -> list[FoundCommand]:
    """Top-level statements by the grammar: here-documents, loops and quoted lines stay whole."""
    source = block.text.encode()
    tree = _PARSER.parse(_hollow(source))
    shorter = without_answer(block.text) if tree.root_node.has_error else block.text
    if shorter != block.text:
        before = _PARSER.parse(_hollow(shorter.encode()))
        source, tree = (source, tree) if before.root_node.has_error else (shorter.encode(), before)
    found: list[FoundCommand] = []
    comment, said, head, last = "", "", "", -1
    for group in _lines_of_nodes(tree.root_node):
        start, end = group[0].start_byte, group[-1].end_byte
        text = source[start:end].decode("utf-8", "replace").rstrip("\n")
        if len(group) == 1 and group[0].type == "comment":
            if start == 0 and text.startswith("#!"):
                continue
            line, added = group[0].start_point[0], text.lstrip("# ").strip()
            below = bool(comment) and line == last + 1
            head = added if case_alone(added) else (head if below or goes_on_counting(added) else "")
            said = f"{said} {added}" if below and goes_on(said, added) else added
            comment = f"{comment} {added}" if below else added
            last = line
            continue
        text = _ASIDE.sub("", _without_trailing_comment(group, source))
        if text.strip():
            begin = len(source[:start].decode("utf-8", "replace"))
            line = block.line + group[0].start_point[0]
            found.append(FoundCommand(text, line, comment, begin, begin + len(text), said=said, head=head))
        comment, said = "", ""
    return _with_functions(found, block)


_ASIDE: Final = re.compile(r"(?<=\S)[ \t]{1,8}\([A-Za-z][^()\n$`'\"|;&]{2,120}\)$")
"""Behind a command, where no shell takes one: `kubectl edit sts kafka  (set the limit)`."""


def _with_functions(found: list[FoundCommand], block: Block) -> list[FoundCommand]:
    """A function and what stands below it are one command: its calls mean nothing without it."""
    first = next((at for at, item in enumerate(found) if FUNCTION.match(item.text)), None)
    if first is None or first + 1 == len(found):
        return found
    begin, end = found[first].start, found[-1].end
    return [*found[:first], replace(found[first], text=block.text[begin:end], end=end)]


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
