"""Which lines of a code block are commands, and where one ends and the next begins."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from base.limits import COMMAND_MAX_BYTES, SCAN_MAX_BYTES
from ingest.blocks import Block
from ingest.extract.answered import answered, without_answers
from ingest.extract.command_forms import (
    does_something,
    has_form,
    kept_whole,
    of_words,
    unknown_program,
)
from ingest.extract.command_lines import is_house_tool, plausible
from ingest.extract.command_lines import looks_like_command as looks_like_command
from ingest.extract.consoles import Typed, console_of, opened_by, typed_below, windows_lines
from ingest.extract.inner_shells import opens_shell
from ingest.extract.listings import Listing, unnumbered
from ingest.extract.outputs import (
    TABLE_HEAD,
    answered_below,
    heads_of_tables,
    in_table,
    is_failure,
    is_patch,
    is_sure,
    lists_places,
    printed,
)
from ingest.extract.programs import is_program
from ingest.extract.prompted import prompted
from ingest.extract.statements import ASIDE, statements
from ingest.extract.statements import FoundCommand as FoundCommand
from ingest.extract.vocabulary import (
    NEUTRAL_LABELS,
    OTHER_LABELS,
    PROMPTED_LABELS,
    SESSION_LABELS,
    SHELL_LABELS,
)
from ingest.extract.windows_lines import windows_places

_JSON: Final = re.compile(r"^\s{0,40}\[?\s{0,40}\{\s{0,40}\"")


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
    found = statements(block)
    sure = [item for item in found if is_program(item.text.split()[0]) and _is_certain(item.text)]
    return found if any(_SURE.search(item.text) for item in sure) and len(sure) == len(found) else []


def _is_certain(text: str) -> bool:
    return _SURE.search(text) is not None or is_sure(text.split("\n", 1)[0])


def _at_places(found: list[FoundCommand], listing: Listing) -> list[FoundCommand]:
    """The commands of a listing at their places in the block, between whose lines its numbers stand."""
    return [
        replace(item, start=listing.place(item.start), end=listing.place(item.end - 1) + 1) for item in found
    ]


def _prompted_in(block: Block, lines: list[str]) -> list[FoundCommand]:
    session = block.language in SESSION_LABELS
    found = [
        FoundCommand(text, block.line + block.text.count("\n", 0, start), "", start, end)
        for start, end, text in prompted(lines, session=session)
    ]
    return [*_above(block, found[0].start), *found] if found else []


def _above(block: Block, start: int) -> list[FoundCommand]:
    """The commands without a prompt above the first one with it: nothing printed them. One that opens the
    shell below, or each of them surely is a command.
    """
    above = block.text[: block.text.rfind("\n", 0, start) + 1]
    found = statements(replace(block, text=above)) if above.strip() else []
    if len(found) == 1 and opens_shell(found[0].text):
        return found
    return found if all(_surely(item.text.split("\n", 1)[0]) for item in found) else []


def _surely(line: str) -> bool:
    """Whether a line without a prompt is a command, and no row of a table."""
    return is_sure(line) and looks_like_command(line) and plausible(line, labelled=False)


def _bare(block: Block, lines: list[str], *, told: bool) -> list[FoundCommand]:
    """The commands of a block without prompts: statements by the grammar that begin as commands do."""
    labelled = block.language in SHELL_LABELS
    above = [line.strip() for line in lines if line.strip()]
    if not above or TABLE_HEAD.match(above[0]):
        return []
    alone = len(above) == 1 and not block.language and not is_failure(above[0])
    if alone and (unknown_program(above[0]) or _is_formed(above[0], told=told)):
        start, text = block.text.index(above[0]), ASIDE.sub("", _BEHIND.sub("", above[0]))
        line = block.line + block.text.count("\n", 0, start)
        return [FoundCommand(text, line, "", start, start + len(text))]
    cut, heads = _CUT.search(block.text), heads_of_tables(block.text)
    every = [
        item
        for item in statements(block)
        if (not in_table(block.text, item.start, heads) or _is_typed_again(item.text, above[0]))
        and (cut is None or item.start < cut.start() or looks_like_command(item.text.split("\n")[0]))
    ]
    found = [item for item in every if plausible(item.text, labelled=labelled)]
    if not found and every and (all(_is_formed(item.text, told=told) for item in every) or _one_tool(every)):
        return every
    if not found:
        return [] if labelled else _answered(block)
    if not labelled and len(found) < len(every):
        found = _with_unknown(every, found)
    if labelled:
        return [] if _is_shown(every, found) else without_answers(block.text, found)
    return found if _mostly_commands(lines, found) else _answered(block)


def _is_typed_again(text: str, first: str) -> bool:
    """Whether a line below a table surely is typed: its program, at the head of the block, printed that."""
    line = text.split("\n", 1)[0]
    return line.split()[:1] == first.split()[:1] and is_sure(line) and looks_like_command(line)


def _answered(block: Block) -> list[FoundCommand]:
    """The commands of a block with what each prints below it."""
    return [
        FoundCommand(block.text[start:end], block.line + block.text.count("\n", 0, start), "", start, end)
        for start, end in answered(block.text)
    ]


_ALONE_IN_A_LINE: Final = re.compile(r"[A-Za-z_]\w*=\S*|/\S+")
"""`Status=Up`, `/192.168.1.4`: a setting or a path, and no argument."""


_ONE_NAME: Final = re.compile(r"[A-Za-z][\w.-]{0,80}")
_NAMES_MIN: Final = 3


def _is_shown(every: list[FoundCommand], found: list[FoundCommand]) -> bool:
    """Whether a block that is called a shell's shows what is printed: only some of its lines have the form of
    a statement, and those could be values; or it lists names, one a line.
    """
    names = [item.text for item in found if _ONE_NAME.fullmatch(item.text) and not is_program(item.text)]
    if len(names) == len(found) >= _NAMES_MIN:
        return True
    return 0 < len(found) * 2 <= len(every) and all(_ALONE_IN_A_LINE.fullmatch(item.text) for item in found)


def _one_tool(every: list[FoundCommand]) -> bool:
    """Whether each of several lines begins with the same hyphenated name, and one has a flag or a hole."""
    named = {item.text.split()[0] for item in every}
    lines = [item.text.replace("\\\n", " ") for item in every]
    formed = len(lines) > 1 and len(named) == 1 and all("-" in name for name in named)
    return formed and all(map(has_form, lines)) and any(map(unknown_program, lines))


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
    above = statements(replace(block, text=block.text[:start]))
    if not all(plausible(item.text, labelled=block.language in SHELL_LABELS) for item in above):
        return []
    opener = FoundCommand(line, block.line + first, "", start, start + len(line))
    below = statements(replace(block, text=_blank(block.text, left.end()))) if left else []
    return [*above, opener, *(_typed(block, item) for item in typed), *below]


_LEFT: Final = re.compile(r"(?im)^[ \t]*(?:\\q|quit|exit)[ \t]*;?[ \t]*$")
"""Where a console is left: a shell runs what stands below."""


def _blank(text: str, end: int) -> str:
    """A text of which nothing is read up to an offset, so that all behind it keeps its place."""
    return re.sub(r"[^\n]", " ", text[:end]) + text[end:]


def _with_unknown(every: list[FoundCommand], found: list[FoundCommand]) -> list[FoundCommand]:
    """With the lines between known commands that have the look of one, too; the program is a local one."""
    known = {item.start for item in found}
    more = [item for item in every if item.start in known or of_words(item.text)]
    return more if len(more) == len(every) else found


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
