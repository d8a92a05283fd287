"""Where the parser ends a quote, a comment, a pattern or a test elsewhere than bash does.

The tree counts as complete there, and what it takes for a part of one of them is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

_HINTS: Final = re.compile(rb"\$'|==|=~|#|\[\s")
"""Without any of these nothing of it is there."""
_ANSI_C: Final = re.compile(rb"\$'(?:[^\\']|\\.)*'", re.DOTALL)
_BEFORE_COMMENT: Final = b" \t\n;&|(`"
"""What a comment stands behind; behind anything else a `#` is a part of a word."""
_OF_TESTS: Final = frozenset({"==", "=~", "regex"})
"""What a command never holds: in parentheses the parser takes `echo == a; rm b` for one with a pattern."""
_ENDS: Final = frozenset({"||", "&&", "|", "&", ";", "|&"})
"""What ends a command: no test in single brackets holds it, `[ a || b ]` runs b."""
_PARTS: Final = frozenset({"binary_expression", "unary_expression", "parenthesized_expression"})


def misread(root: Node, source: bytes) -> Iterator[Node]:
    """The parts of a text that end elsewhere than the tree shows."""
    if _HINTS.search(source) is None:
        return
    nodes = [root]
    while nodes:
        node = nodes.pop()
        nodes += node.children
        if _is_misread(node, source):
            yield node


def _is_misread(node: Node, source: bytes) -> bool:
    kind = node.type
    if kind == "command":
        return any(child.type in _OF_TESTS for child in node.children)
    if kind == "comment":
        at = node.start_byte
        return at > 0 and source[at - 1] not in _BEFORE_COMMENT
    if kind == "ansi_c_string":
        return _ANSI_C.fullmatch(source, node.start_byte, node.end_byte) is None
    return kind == "test_command" and node.children[0].type == "[" and _is_left(node, source)


def _is_left(test: Node, source: bytes) -> bool:
    """Whether a command ends between the words of a test in single brackets, by an operator or a line end."""
    nodes = [test]
    while nodes:
        node = nodes.pop()
        nodes += [child for child in node.children if child.type in _PARTS]
        if any(child.type in _ENDS for child in node.children):
            return True
        ends = [child.end_byte for child in node.children[:-1]]
        starts = [child.start_byte for child in node.children[1:]]
        for end, start in zip(ends, starts, strict=True):
            if b"\n" in source[end:start].replace(b"\\\n", b""):
                return True
    return False
