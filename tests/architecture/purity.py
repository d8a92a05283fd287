"""Pure modules decide from their arguments: no clock, no randomness, no network, no file."""

from __future__ import annotations

import ast
import re

from tests.architecture.imports import imports
from tests.architecture.tree import Module, Violation

PURE = re.compile(
    r"""^(?: scanner/.+ | schemas/merge\.py
      | controller/engine/(?:states|events|effects|table|decide|guards|replay)\.py
      | controller/engine/(?:plan|context|conditions|approvals|moves|attempts|walk|transition)\.py
      | controller/engine/(?:rules|rows|permissions)\.py
      | controller/governance/policy\.py | controller/alerts/match\.py | controller/divergence/detect\.py
      | controller/(?:.+/)?views\.py )$""",
    re.VERBOSE,
)
"""The modules that docs/architecture.md calls pure."""

READS_ITS_KNOWLEDGE = re.compile(r"^scanner/(?:knowledge(?:/__init__|/load|)|tables)\.py$")
"""The scanner's own data is the one thing that a pure module may read from disk."""

FORBIDDEN_IMPORTS = frozenset(
    """asyncio concurrent datetime.datetime.now grpc http httpx multiprocessing os.environ os.getenv
    procrastinate psycopg psycopg_pool random requests secrets socket sqlite3 ssl subprocess time
    urllib.request base.clock.SystemClock base.ids.new_id base.ids.new_token base.faults
    controller.db controller.link controller.pki""".split()
)
FORBIDDEN_CALLS = frozenset(
    """datetime.now datetime.utcnow datetime.today date.today uuid.uuid1 uuid.uuid4 uuid4 uuid1 os.urandom
    os.getenv os.environ.get ids.new_id ids.new_token clock.SystemClock""".split()
)
FILE_CALLS = frozenset({"open", "read_text", "read_bytes", "write_text", "write_bytes"})


def is_pure(path: str) -> bool:
    """Whether a file is one of those that must be pure."""
    return PURE.match(path) is not None and path.endswith(".py")


def _forbidden_import(name: str) -> bool:
    return any(name == word or name.startswith(word + ".") for word in FORBIDDEN_IMPORTS)


def _forbidden_call(call: ast.Call) -> bool:
    text = ast.unparse(call.func)
    return any(text == word or text.endswith("." + word) for word in FORBIDDEN_CALLS)


def _touches_file(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    return name in FILE_CALLS


def impurities(module: Module) -> list[Violation]:
    """What a pure module imports or calls that is not a function of its arguments."""
    found = [
        Violation(module.path, imported.line, f"a pure module may not import {imported.name}")
        for imported in imports(module)
        if _forbidden_import(imported.name)
    ]
    for node in module.nodes:
        if not isinstance(node, ast.Call):
            continue
        if _forbidden_call(node):
            found.append(module.violation(node, f"a pure module may not call {ast.unparse(node.func)}"))
        elif _touches_file(node) and not READS_ITS_KNOWLEDGE.match(module.path):
            found.append(module.violation(node, f"a pure module opens no file: {ast.unparse(node.func)}"))
    return found
