"""Named queries and their names in Python must agree: no name without a query, no query without a use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.architecture.tree import Module, Violation

HEADING = re.compile(r"^-- ([a-z][a-z0-9_]*) --[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Use:
    """`load(aggregate)[name]` at one place."""

    aggregate: str
    name: str
    path: str
    line: int


def _loaded(node: ast.expr) -> str | None:
    """The aggregate of `load("aggregate")`."""
    if not isinstance(node, ast.Call) or len(node.args) != 1 or not ast.unparse(node.func).endswith("load"):
        return None
    argument = node.args[0]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def _holders(tree: ast.Module) -> dict[str, set[str]]:
    """Name → the aggregates that it holds somewhere in the module."""
    held: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            aggregate = _loaded(node.value)
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if aggregate and isinstance(target, ast.Name):
                    held.setdefault(target.id, set()).add(aggregate)
    return held


def uses(module: Module) -> Iterator[Use]:
    """Each query that a module takes by its name, for every aggregate that the holder may be."""
    if "load" not in module.text:
        return
    held = _holders(module.tree)
    for node in module.nodes:
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Constant):
            continue
        direct = _loaded(node.value)
        aggregates = {direct} if direct else held.get(ast.unparse(node.value), set())
        for aggregate in aggregates:
            yield Use(aggregate, str(node.slice.value), module.path, node.lineno)


def mentions(module: Module) -> Iterator[Use]:
    """Each string in a module beside each aggregate that it loads: how a query passed on by name looks."""
    if "load" not in module.text:
        return
    aggregates = {name for held in _holders(module.tree).values() for name in held}
    for node in module.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for aggregate in aggregates:
                yield Use(aggregate, node.value, module.path, node.lineno)


def names(text: str) -> frozenset[str]:
    """The names of the queries in a file."""
    return frozenset(HEADING.findall(text))


def missing(used: Iterable[Use], files: Mapping[str, frozenset[str]]) -> list[Violation]:
    """Names that no file has; a holder of several aggregates needs the name in one of them."""
    places: dict[tuple[str, int, str], set[str]] = {}
    for use in used:
        places.setdefault((use.path, use.line, use.name), set()).add(use.aggregate)
    return [
        Violation(path, line, f"there is no query {name!r} in {', '.join(sorted(aggregates))}.sql")
        for (path, line, name), aggregates in places.items()
        if not any(name in files.get(aggregate, frozenset()) for aggregate in aggregates)
    ]


def unused(used: Iterable[Use], files: Mapping[str, frozenset[str]]) -> list[str]:
    """`aggregate.name` of each query that nothing takes."""
    taken = {(use.aggregate, use.name) for use in used}
    return sorted(
        f"{aggregate}.{name}"
        for aggregate, there in files.items()
        for name in there
        if (aggregate, name) not in taken
    )
