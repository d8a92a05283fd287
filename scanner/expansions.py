"""Expansions that no word shows: those that read a text again, and those inside of a pattern.

`${x@P}` expands what the value holds, commands too. The parser takes the pattern in `${x#…}`, the right side
of `=~` and the pattern of a `case` for plain text, with the expansions that stand in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tree_sitter import Node

from scanner.signs import Signs

_PLAIN: Final = frozenset(
    {"raw_string", "ansi_c_string", "comment", "heredoc_start", "heredoc_end", "heredoc_body"}
)
"""Leaves in which nothing expands; whether it does in a whole here-document depends on its marker."""
_HIDDEN: Final = re.compile(r"\$\{(?!\w+\})|\$[(\[]|`|<\(|>\(")
"""More than the value of a name: what is in it may be evaluated, or run."""
_PATTERNS: Final = frozenset({"regex", "extglob_pattern"})
"""Leaves that may hold commands of which no dollar tells."""
_RUNS: Final = re.compile(r"`|[<>]\(")
_MAY_HIDE: Final = Signs(r"\$[{\[]|==|=~|= *\^|\[\[|\bcase\b")
"""Without any of these no expansion stands in a pattern."""
_SUBSTITUTES: Final = re.compile(rb"\$\(|`|[<>]\(")
_ESCAPED: Final = re.compile(r"(?s)\\.")


def substitutes(source: bytes, expansion: Node, shown: Iterable[Node]) -> bool:
    """Whether an expansion holds a command beside those that the tree shows in it."""
    at, ends = expansion.start_byte, [*((one.start_byte, one.end_byte) for one in shown)]
    for start, end in [*ends, (expansion.end_byte, expansion.end_byte)]:
        if _SUBSTITUTES.search(source, at, start) is not None:
            return True
        at = end
    return False


def hidden_in(text: str) -> bool:
    """Whether an expansion of more than a name stands in a text, outside of what is escaped."""
    return "$" in text and _HIDDEN.search(_ESCAPED.sub("", text.replace("\\\n", ""))) is not None


def unshown(root: Node, source: bytes) -> Iterator[Node]:
    """The nodes in which an expansion is not shown, or reads its value again."""
    if not _MAY_HIDE.stand_in(source):
        return
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None and node.is_named and _is_unshown(node, source):
            yield node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _is_unshown(node: Node, source: bytes) -> bool:
    if node.child_count:
        return node.type == "expansion" and source.endswith(b"@P}", node.start_byte, node.end_byte)
    if node.type in _PATTERNS:
        text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        return hidden_in(text) or _RUNS.search(_ESCAPED.sub("", text)) is not None
    if node.type in _PLAIN or source.find(b"$", node.start_byte, node.end_byte) < 0:
        return False
    return hidden_in(source[node.start_byte : node.end_byte].decode("utf-8", "replace"))
