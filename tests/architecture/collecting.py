"""What is read while tests are collected must be the same for every worker: no clock, randomness or new id.

pytest-xdist lets each worker collect for itself and refuses to run where the lists of tests differ.
"""

from __future__ import annotations

import ast

from tests.architecture.tree import Module, Violation

CHANGING = frozenset(
    {
        "new_id", "new_token", "uuid1", "uuid4", "uuid7", "getpid", "urandom", "mkdtemp", "mkstemp",
        "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "now", "utcnow", "today", "now_us",
        "token_hex", "token_bytes", "token_urlsafe", "randbelow", "randbits", "random", "randint",
        "randrange", "choice", "choices", "sample", "shuffle", "getrandbits", "randbytes", "free_port",
        "SystemClock",
    }
)  # fmt: skip
"""Names of functions that answer differently each time; whatever module they are called through."""


def _is_parametrize(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "parametrize"


def _called(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None


def _now(node: ast.AST) -> list[ast.AST]:
    """The nodes that are evaluated where they stand: not the bodies of lambdas."""
    found: list[ast.AST] = [node]
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Lambda):
            found += _now(child)
    return found


def _constants(module: Module) -> dict[str, ast.expr]:
    """What a module's own names stand for, to follow `parametrize("x", CASES)`."""
    found: dict[str, ast.expr] = {}
    for node in module.tree.body:
        if isinstance(node, ast.Assign):
            found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found[node.target.id] = node.value
    return found


def changing_cases(module: Module) -> list[Violation]:
    """Each call of a clock, of randomness or of a maker of ids in what `parametrize` gets."""
    constants = _constants(module)
    found: list[Violation] = []
    for call in module.nodes:
        if not isinstance(call, ast.Call) or not _is_parametrize(call):
            continue
        for node in _evaluated([*call.args, *(word.value for word in call.keywords)], constants):
            name = _called(node)
            if name in CHANGING:
                found.append(
                    module.violation(node, f"{name}() in parametrize: two workers would collect other tests")
                )
    return found


def _evaluated(roots: list[ast.expr], constants: dict[str, ast.expr]) -> list[ast.AST]:
    """Everything that the arguments evaluate, through the module's constants, each looked at once."""
    nodes: list[ast.AST] = []
    waiting: list[ast.expr] = list(roots)
    seen: set[str] = set()
    while waiting:
        for node in _now(waiting.pop()):
            nodes.append(node)
            if isinstance(node, ast.Name) and node.id in constants and node.id not in seen:
                seen.add(node.id)
                waiting.append(constants[node.id])
    return nodes
