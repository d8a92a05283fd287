"""Bash text to a syntax tree, bounded in bytes, depth and nodes (never by the clock)."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from base.limits import SCAN_MAX_DEPTH, SCAN_MAX_NODES
from scanner.agreement import Agreement

_LANGUAGE: Final = Language(tree_sitter_bash.language())
_AGREEMENT: Final = Agreement(_LANGUAGE)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree with what is known about the whole of it."""

    source: bytes
    root: Node
    complete: bool
    """No ERROR or MISSING node, every byte between two leaves is blank, and the raw text, read a second time
    without the grammar, shows the same substitutions, here-documents and operators."""
    too_large: bool
    """Deeper, or of more nodes, than the bounds: nothing in it may count as understood."""


_LITERAL_HOLDERS: Final = frozenset({"heredoc_body", "string", "heredoc_redirect", "regex"})
"""Inside these, bytes between two children are content, read by their own handler."""


_ONE_LINE: Final = frozenset(
    {
        "command",
        "declaration_command",
        "unset_command",
        "variable_assignments",
        "file_redirect",
        "herestring_redirect",
    }
)
"""What a line end ends: the grammar loses one behind `>`, and before a backslash that stands alone on its
line, and takes the command behind it for words of the one above."""
_ONE_WORD: Final = frozenset({"variable_assignment", "concatenation"})
"""What a blank ends, too: the grammar loses it behind `=` and a joined line."""


def _is_blank(gap: bytes) -> bool:
    return not gap.replace(b"\\\n", b"").strip(b" \t\n")


def _may_stand(gap: bytes, parent: Node) -> bool:
    """Whether what stands between two children of a node hides nothing."""
    joined = gap.replace(b"\\\n", b"")
    if joined.strip(b" \t\n"):
        return parent.type in _LITERAL_HOLDERS
    if parent.type in _ONE_WORD:
        return not joined
    return b"\n" not in joined or parent.type not in _ONE_LINE


_WIDE: Final = re.compile(r"[^\x00-\xff]")
"""Characters for which the grammar's C code looks beyond the 256 entries of isalnum's table: a crash of the
process that depends on what lies behind it (tree-sitter-bash 0.25.1). It never gets to see them."""


def _wide_delimiter(text: str) -> bool:
    """Whether a here-document may end at such a character: two of them look alike to the parser."""
    if text.isascii():
        return False
    lines = (line.partition("<<")[2] for line in text.split("\n"))
    return any(_WIDE.search(behind) is not None for behind in lines)


def _narrow(wide: re.Match[str]) -> str:
    """A word of as many bytes, so that every position in the tree holds for the text itself."""
    return "\u00e9" + "x" * (len(wide.group().encode()) - 2)


_SHORT: Final = 1_024
"""Bytes of a text that is parsed without a bound: the worst that was found takes 4 ms."""
_CHUNK: Final = 256
_READS: Final = 8
"""How often each chunk may be read, on average. The lexer reads real scripts 1.0 to 3.8 times; one that looks
ahead for the end of a pattern at every sign, or recovers from an error at each, thousands of times."""
_MARKS: Final = {b"|": 512, b"<<": 512, b"[[": 400}
"""Of a long text. Behind so many pipes, an end that is missing is looked for in each of them; a shift or a
here-document is carried along from each sign to the next; an open test is read in every way that it may end.
"""
_OPEN: Final = 128
"""Expansions of a long text that are not closed: each is looked for an end."""
_STEPS: Final = 160
_BROKEN_STEPS: Final = 70
"""Hundreds of the parser's operations. A node takes two to five of them, so a tree within its bound takes up
to 130. Those behind an error are many times dearer; with one a text is not read anyway."""


def _is_dear(source: bytes) -> bool:
    """Whether a long text holds so many of some signs that the parser's operations say little of its time."""
    many = any(source.count(mark) > count for mark, count in _MARKS.items())
    return many or source.count(b"${") - source.count(b"}") > _OPEN


def _tree(source: bytes) -> tuple[Node, bool]:
    """The tree, and whether it is of the text; else an empty one: a text of too many nodes, or whose parse
    would take a time that grows with the square of its size, counts as not read. The work is counted, not
    timed.
    """
    if len(source) <= _SHORT:
        return Parser(_LANGUAGE).parse(source).root_node, True
    reads, most = 0, _READS * (len(source) // _CHUNK + 1)
    steps = [0, 0]

    def read(at: int, _: object) -> bytes:
        nonlocal reads
        reads += 1
        return source[at : at + _CHUNK] if reads <= most else b""

    def stop(_: int, broken: bool) -> bool:
        steps[broken] += 1
        return reads > most or sum(steps) > _STEPS or steps[True] > _BROKEN_STEPS

    if not _is_dear(source):
        with suppress(ValueError):  # so the binding says that it was stopped
            found = Parser(_LANGUAGE).parse(read, progress_callback=stop)
            if reads <= most and found.root_node.descendant_count <= SCAN_MAX_NODES:
                # Again, of the bytes: `Node.text` of a tree that was read by a callback ends the process
                # (py-tree-sitter 0.26.1). A tree is taken over as it is; one with an error would be mended.
                before = () if found.root_node.has_error else (found,)
                return Parser(_LANGUAGE).parse(source, *before).root_node, True
    return Parser(_LANGUAGE).parse(b"").root_node, False


def parse_bash(text: str) -> Parsed:
    """The tree, held against the raw text where that holds what the grammar may misread."""
    parsed = parse_tree(text)
    if parsed.complete and not _AGREEMENT.holds(parsed.root, parsed.source):
        return replace(parsed, complete=False)
    return parsed


def parse_tree(text: str) -> Parsed:
    """What the grammar alone says: parse, then measure, with one pass of a cursor over the nodes."""
    source = text.encode()
    root, whole = _tree(_WIDE.sub(_narrow, text).encode())
    if not whole:
        return Parsed(source, root, complete=False, too_large=True)
    if root.descendant_count > SCAN_MAX_NODES:
        return Parsed(source, root, complete=False, too_large=True)
    complete = not root.has_error and not _wide_delimiter(text)
    complete = complete and _is_blank(source[: root.start_byte]) and _is_blank(source[root.end_byte :])
    deep, complete = _measured(root, source, complete=complete)
    return Parsed(source, root, complete=complete and not deep, too_large=deep)


def _measured(root: Node, source: bytes, *, complete: bool) -> tuple[bool, bool]:
    """Whether a tree is too deep, and whether it is complete: only blanks stand between its nodes, too."""
    cursor = root.walk()
    nothing = len(source)
    ends = [nothing]
    """Where the node before ends, on each level down to this one."""
    around = [root]
    """The nodes that it stands in."""
    while True:
        node = cursor.node
        if node is None:
            raise AssertionError("a cursor stands on a node")
        start = node.start_byte
        if complete and start > ends[-1] and (gap := source[ends[-1] : start]) != b" ":
            complete = _may_stand(gap, around[-1])
        ends[-1] = node.end_byte
        if cursor.goto_first_child():
            if len(ends) > SCAN_MAX_DEPTH:
                return True, complete
            ends.append(nothing)
            around.append(node)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False, complete
            ends.pop()
            around.pop()
