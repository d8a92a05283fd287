"""Several commands as one that stops where the first of them fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from schemas.holes import fill_text, holes

_PARSER: Final = Parser(Language(tree_sitter_bash.language()))
_STATEMENTS: Final = frozenset(
    "command pipeline list variable_assignment variable_assignments declaration_command unset_command "
    "redirected_statement negated_command subshell compound_statement test_command for_statement "
    "while_statement if_statement case_statement".split()
)
_NOT_INSIDE: Final = frozenset({"comment", "heredoc_redirect", "ERROR"})
"""A `&&` behind these would be read as part of them."""


def joined(commands: Sequence[str]) -> str | None:
    """The commands behind each other, each only once the one before it has succeeded; None where one is no
    single statement, so that `&&` would not hold for all of it.
    """
    if len(commands) > 1 and not all(_is_one_statement(command) for command in commands):
        return None
    return " &&\n".join(command.strip() for command in commands)


def _is_one_statement(command: str) -> bool:
    words = {hole.name: "x" for hole in holes(command)}
    root = _PARSER.parse(fill_text(command, words).strip().encode()).root_node
    if root.has_error or len(root.children) != 1 or root.children[0].type not in _STATEMENTS:
        return False
    return not _holds(root, _NOT_INSIDE)


def _holds(root: Node, types: frozenset[str]) -> bool:
    rest = [root]
    while rest:
        node = rest.pop()
        if node.type in types:
            return True
        rest += node.children
    return False
