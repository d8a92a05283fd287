"""How long files and functions may be (docs/architecture.md: 350 and 70 lines)."""

from __future__ import annotations

import ast

from tests.architecture.tree import Module, Violation

FILE_MAX_LINES = 350
FUNCTION_FAIL_LINES = 70
"""A function of this many lines, its decorators and docstring left out, fails."""


def long_file(module: Module) -> list[Violation]:
    """At most one violation: the file has more lines than a reader keeps in mind."""
    lines = module.text.count("\n") + (not module.text.endswith("\n"))
    if lines <= FILE_MAX_LINES:
        return []
    return [Violation(module.path, lines, f"{lines} lines; a file has at most {FILE_MAX_LINES}")]


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def long_functions(module: Module) -> list[Violation]:
    """Every function that is too long, nested ones counted within their outer one too."""
    return [
        module.violation(
            node, f"{node.name} has {_length(node)} lines; the limit is {FUNCTION_FAIL_LINES - 1}"
        )
        for node in module.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) >= FUNCTION_FAIL_LINES
    ]
