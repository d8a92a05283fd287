"""What a plain sh reads otherwise than bash does: dash and ash, the sh of Debian, Ubuntu and Alpine.

Without `[[`, `((` and `&>` these are programs, subshells and a command in the background; without `$'…'` the
quotes end elsewhere; without `function`, `declare` and `+=` a name is not what bash makes of it. What dash
refuses as a whole (arrays, `<<<`, `<(…)`, `${x//a/b}`) runs nothing, and is judged as bash runs it.
"""

from __future__ import annotations

from typing import Final

from tree_sitter import Node

POSIX: Final = frozenset({"sh", "dash", "ash", "watch"})
"""Programs that hand a text to such a shell, by any name that they have here."""
_OPERATORS: Final = frozenset("<>|&(")
"""What in `[[ … ]]` redirects, ends the command or opens a subshell, where `[[` is only a name."""
_BOTH: Final = frozenset({"&>", "&>>"})
_NONE_THERE: Final = frozenset({"((", "ansi_c_string"})
_DECLARES: Final = frozenset({"declare", "typeset"})
_SETS: Final = frozenset({"let", "mapfile", "readarray"})


def read_otherwise(root: Node, source: bytes) -> Node | None:
    """The first part of a text that such a shell reads otherwise."""
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if _differs(node, source):
            return node
        nodes += node.children
    return None


def _differs(node: Node, source: bytes) -> bool:
    kind, children = node.type, node.children
    first = children[0].type if children else ""
    if kind == "test_command":
        return first == "[[" and not _OPERATORS.isdisjoint(_text(node, source))
    if kind == "file_redirect":
        return any(child.type in _BOTH for child in children)
    if kind == "variable_assignment":
        return any(child.type == "+=" for child in children)
    if kind == "command":
        return _sets(node, source)
    if kind in ("function_definition", "declaration_command"):
        return first == "function" or first in _DECLARES
    return kind in _NONE_THERE or (kind == "subshell" and source.startswith(b"((", node.start_byte))


def _sets(node: Node, source: bytes) -> bool:
    """A command of bash that sets names; in `printf -v` the option is none."""
    words = [_text(child, source) for child in node.named_children[:2]]
    return bool(words) and (words[0] in _SETS or (words[0] == "printf" and words[-1].startswith("-v")))


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")
