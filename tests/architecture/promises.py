"""Tests that show a promise carry its number; the number must exist."""

from __future__ import annotations

import ast
import re

from tests.architecture.tree import Module, Violation

RANGES = {"r": 76, "f": 20, "i": 14}
"""Promises r1 to r76, faults f1 to f20, invariants i1 to i14."""

_NUMBERED = re.compile(r"^test_([rfi])([0-9]+)(?:_|$)")
_FILE = re.compile(r"(?:^|/)test_([rfi])([0-9]+)(?:_[^/]*)?\.py$")


def _exists(letter: str, number: str) -> bool:
    return len(number) <= 2 and 1 <= int(number) <= RANGES[letter]


def unknown_promises(module: Module) -> list[Violation]:
    """Each numbered test, or numbered test file, whose promise does not exist."""
    found = []
    file_match = _FILE.search(module.path)
    if file_match and not _exists(file_match[1], file_match[2]):
        found.append(Violation(module.path, 1, f"there is no promise {file_match[1]}{file_match[2]}"))
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            match = _NUMBERED.match(node.name)
            if match and not _exists(match[1], match[2]):
                found.append(module.violation(node, f"there is no promise {match[1]}{match[2]}"))
    return found
