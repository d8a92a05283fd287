"""Bash text to a syntax tree, bounded in bytes, depth and nodes (never by the clock)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from base.limits import SCAN_MAX_DEPTH, SCAN_MAX_NODES

_LANGUAGE: Final = Language(tree_sitter_bash.language())


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree with what is known about the whole of it."""

    source: bytes
    root: Node
    complete: bool
    """No ERROR or MISSING node, and every byte between two leaves is blank."""
    too_large: bool
    """Deeper, or of more nodes, than the bounds: nothing in it may count as understood."""


_LITERAL_HOLDERS: Final = frozenset({"heredoc_body", "string", "heredoc_redirect", "regex"})
"""Inside these, bytes between two children are content, read by their own handler."""


def _gap_is_blank(source: bytes, start: int, end: int) -> bool:
    return not source[start:end].replace(b"\\\n", b"").strip(b" \t\n")


_WIDE: Final = re.compile(r"[^\x00-\xff]")
"""Characters for which the grammar's C code looks beyond the 256 entries of isalnum's table: a crash of the
process that depends on what lies behind it (tree-sitter-bash 0.25.1). It never gets to see them."""
_WIDE_DELIMITER: Final = re.compile(r"<<[^\n]*[^\x00-\xff]")
"""Where a here-document may end at such a character: two of them look alike to the parser."""


def _narrow(wide: re.Match[str]) -> str:
    """A word of as many bytes, so that every position in the tree holds for the text itself."""
    return "\u00e9" + "x" * (len(wide.group().encode()) - 2)


def parse_bash(text: str) -> Parsed:
    """Parse, then measure: one pass over the nodes with a cursor, stopping at a bound."""
    source = text.encode()
    root = Parser(_LANGUAGE).parse(_WIDE.sub(_narrow, text).encode()).root_node
    cursor = root.walk()
    nodes = depth = 0
    complete = not root.has_error and _WIDE_DELIMITER.search(text) is None
    complete = complete and _gap_is_blank(source, 0, root.start_byte)
    complete = complete and _gap_is_blank(source, root.end_byte, len(source))
    while True:
        nodes += 1
        if nodes > SCAN_MAX_NODES or depth > SCAN_MAX_DEPTH:
            return Parsed(source, root, complete=False, too_large=True)
        if cursor.goto_first_child():
            depth += 1
            continue
        while True:
            previous_end = cursor.node.end_byte if cursor.node else 0
            if cursor.goto_next_sibling():
                node = cursor.node
                if complete and node is not None and not _gap_is_blank(source, previous_end, node.start_byte):
                    parent = node.parent
                    complete = parent is not None and parent.type in _LITERAL_HOLDERS
                break
            if not cursor.goto_parent():
                return Parsed(source, root, complete=complete, too_large=False)
            depth -= 1
