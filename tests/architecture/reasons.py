"""What may be done only with a reason beside it: broad `except`, `noqa`, `type: ignore`, sleeping."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.tree import Module, Violation

BROAD = frozenset({"Exception", "BaseException"})
REASON_MIN_WORDS = 2
_SUPPRESSION = re.compile(
    r"noqa(?P<rules>:\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?|type:\s*ignore(?P<codes>\[[\w\-, ]+\])?"
)


def _has_reason(comment: str) -> bool:
    """Whether a comment says something beside codes for a tool."""
    words = re.findall(r"[A-Za-z]{2,}", _SUPPRESSION.sub(" ", comment))
    return len(words) >= REASON_MIN_WORDS


def _reason_near(module: Module, line: int) -> bool:
    """A reason on the line itself, or on a line of comment just above it."""
    if _has_reason(module.comments.get(line, "")):
        return True
    above = module.text.splitlines()[line - 2].strip() if line > 1 else ""
    return above.startswith("#") and _has_reason(module.comments.get(line - 1, ""))


def _names(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Tuple):
        for element in node.elts:
            yield from _names(element)
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Name):
        yield node.id


def _is_broad(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        last = node.body[-1]
        if isinstance(last, ast.Raise) and last.exc is None:
            return False  # it cleans up and lets the exception go on
        return node.type is None or bool(BROAD & set(_names(node.type)))
    if isinstance(node, ast.Call) and set(_names(node.func)) == {"suppress"}:
        return any(BROAD & set(_names(argument)) for argument in node.args)
    return False


def broad_excepts(module: Module) -> list[Violation]:
    """Each `except Exception`, bare `except` or `suppress(Exception)` that names no border and reason."""
    return [
        module.violation(node, "a broad except needs its reason in a comment beside it")
        for node in module.nodes
        if _is_broad(node) and not _reason_near(module, getattr(node, "lineno", 1))
    ]


def silent_suppressions(module: Module) -> list[Violation]:
    """Each `noqa` or `type: ignore` with no rule named or no reason beside it."""
    found: list[Violation] = []
    if not _SUPPRESSION.search(module.text):
        return found  # most modules have none, and reading their comments takes long
    for line, comment in module.comments.items():
        match = _SUPPRESSION.search(comment)
        if match is None:
            continue
        if not (match["rules"] or match["codes"]):
            found.append(Violation(module.path, line, "a suppression names the rule that it suppresses"))
        elif not _reason_near(module, line):
            found.append(Violation(module.path, line, "a suppression needs its reason beside it"))
    return found


def sleeps(module: Module) -> list[Violation]:
    """Each call of `time.sleep`: wait for a condition with a deadline instead."""
    return [
        module.violation(node, "time.sleep; wait for a condition with a deadline")
        for node in module.nodes
        if (isinstance(node, ast.Attribute) and node.attr == "sleep" and set(_names(node.value)) == {"time"})
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "time"
            and any(alias.name == "sleep" for alias in node.names)
        )
    ]
