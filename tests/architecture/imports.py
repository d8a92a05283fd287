"""Who imports what, read from the sources: cycles, the agent's closure, the ground floor, purity."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tests.architecture.tree import ROOMS, Module, Violation


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a module imports, absolute; `line` is where."""

    name: str
    line: int


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    package = module.name.split(".") if module.path.endswith("__init__.py") else module.name.split(".")[:-1]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def _statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements anywhere in the module, but those that only the type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not _is_type_checking(child):
            yield from _statements(child)


@cache
def imports(module: Module) -> tuple[Import, ...]:
    """Every imported name: `from a import b` gives `a.b`, which may be a module or a name in one."""
    return tuple(_imports(module))


def _imports(module: Module) -> Iterator[Import]:
    for node in _statements(module.tree):
        for alias in node.names:
            if isinstance(node, ast.Import):
                yield Import(alias.name, node.lineno)
            else:
                yield Import(f"{_absolute(module, node)}.{alias.name}", node.lineno)


def resolve(name: str, known: Mapping[str, Module]) -> str | None:
    """The module of ours that a name belongs to: the name itself or the longest part before it."""
    while name:
        if name in known:
            return name
        name = name.rpartition(".")[0]
    return None


def graph(known: Mapping[str, Module]) -> dict[str, set[str]]:
    """Module → the modules of ours that it imports, itself left out."""
    edges: dict[str, set[str]] = {}
    for name, module in known.items():
        targets = {resolve(imported.name, known) for imported in imports(module)}
        edges[name] = {target for target in targets if target and target != name}
    return edges


def cycles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """The strongly connected components of more than one module (Tarjan), each sorted."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in sorted(edges.get(node, ())):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] != index[node]:
            return
        component = stack[stack.index(node) :]
        del stack[stack.index(node) :]
        if len(component) > 1:
            found.append(sorted(component))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def closure(start: str, known: Mapping[str, Module]) -> set[str]:
    """Every module of ours that is loaded with the package `start`, packages' `__init__` included."""
    edges = graph(known)
    waiting = [name for name in known if name == start or name.startswith(start + ".")]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        parts = name.split(".")
        waiting += [".".join(parts[:end]) for end in range(1, len(parts))]
        waiting += edges[name]
    return seen


def foreign(module: Module) -> Iterator[Import]:
    """What a module imports that is neither ours nor the standard library's."""
    for imported in imports(module):
        root = imported.name.split(".")[0]
        if root not in ROOMS and root not in sys.stdlib_module_names:
            yield imported


def outside(module: Module, allowed: frozenset[str], whom: str) -> list[Violation]:
    """Imports of distributions that are not among `allowed` (dotted prefixes)."""
    return [
        Violation(module.path, imported.line, f"{whom} may not import {imported.name}")
        for imported in foreign(module)
        if not any(imported.name == name or imported.name.startswith(name + ".") for name in allowed)
    ]
