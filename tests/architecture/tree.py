"""The repository as the checks see it: files git knows or would take, parsed once."""

from __future__ import annotations

import ast
import io
import subprocess
import tokenize
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("base", "schemas", "proto", "scanner", "forge", "ingest", "agent", "controller")
"""The packages that are shipped; the same names as in `.importlinter`."""

WORKSHOP = ("tests", "scripts", "bench")
"""Python that is not shipped."""

GENERATED = ("proto/agent/v1/",)
"""Folders whose Python is written by a tool; `make verify` compares it, nobody reads it."""

REFERENCES = frozenset({"tests/unit/engine/engine_model.py"})
"""Copied word for word from elsewhere, each with its origin in its docstring: style is not ours to change."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place that breaks a rule."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; raises SyntaxError."""
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree, walked once for all checks."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def name(self) -> str:
        """`controller/db/__init__.py` → `controller.db`."""
        return self.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @cached_property
    def comments(self) -> dict[int, str]:
        """The comment of each line that has one, without the `#`."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {
            token.start[0]: token.string[1:].strip() for token in tokens if token.type == tokenize.COMMENT
        }

    def violation(self, node: ast.AST, message: str) -> Violation:
        """A violation at a node of this module's tree."""
        return Violation(self.path, getattr(node, "lineno", 1), message)


@cache
def tracked() -> tuple[str, ...]:
    """All files that git tracks or would take with `git add`, as paths from the root, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = {name for name in listed.stdout.decode("utf-8", "surrogateescape").split("\0") if name}
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """The hand-written Python files under the given top-level folders."""
    return tuple(
        Module(path, (ROOT / path).read_text(encoding="utf-8"))
        for path in tracked()
        if path.endswith(".py")
        and path.split("/")[0] in folders
        and not path.startswith(GENERATED)
        and path not in REFERENCES
    )


def report(violations: list[Violation]) -> str:
    """What a failing test prints: one line a place."""
    return "\n" + "\n".join(map(str, violations))
