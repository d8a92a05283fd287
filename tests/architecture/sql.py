"""No SQL in Python: queries live in `controller/db/queries/*.sql` and are passed by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.tree import Module, Violation

CURSOR_METHODS = frozenset({"execute", "executemany"})
"""First arguments of these are statements, whatever the receiver is called."""

UNIT_METHODS = frozenset({"one", "all", "value", "run", "run_many", "copy", "stream"})
"""Of a unit of work or cursor; too common as names to be checked on every receiver."""

UNIT_NAMES = frozenset("uow unit unit_of_work work connection conn cursor cur transaction".split())

_STATEMENT = re.compile(
    r"""^\s*(?:
        select\s+(?:.*\bfrom\s+[a-z_."]+|[a-z_.]+\s*\(|\d+\s*;?\s*$)
      | insert\s+into\s | delete\s+from\s+[a-z_."]+ | merge\s+into\s
      | truncate\s+(?:table\s)?[a-z_."]+\s*;?\s*$
      | update\s+[a-z_."]+\s+set\s | with\s+(?:recursive\s+)?[a-z_]+\s+as\s+(?:materialized\s+)?\(
      | (?:create|alter|drop)\s+(?:or\s+replace\s+|unique\s+|if\s+)*
        (?:table|index|role|user|database|schema|function|policy|trigger|extension|view|sequence|type)\s
      | grant\s+.*\sto\s | revoke\s+.*\sfrom\s
      | set\s+(?:local|session|role)\s | set_config\s*\( | reset\s+(?:role|all)\b
      | lock\s+table\s | copy\s+.*\s(?:from\s+stdin|to\s+stdout)\b
      | (?:listen|unlisten|notify)\s+[a-z_"]+\s*;?\s*$
      | savepoint\s | vacuum\b | do\s+\$
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_SHOUTED = re.compile(r"^\s*(?:listen|unlisten|notify)\s", re.IGNORECASE)


def looks_like_sql(text: str) -> bool:
    """Whether a text is a statement rather than prose.

    LISTEN and NOTIFY count only in capitals; BEGIN, COMMIT and ROLLBACK are left to `unnamed_calls`.
    """
    if not _STATEMENT.match(text):
        return False
    return not _SHOUTED.match(text) or text.split()[0].rstrip(";").isupper()


def _docstrings(tree: ast.Module) -> set[int]:
    """The ids of string nodes that stand alone as a statement."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _texts(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Every literal with its text; a hole of an f-string reads as one name."""
    inside = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node, "".join(str(p.value) if isinstance(p, ast.Constant) else "hole" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node, node.value
        elif isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            yield node, node.value.decode("latin-1")


def literals(module: Module, exceptions: frozenset[tuple[str, str]] = frozenset()) -> list[Violation]:
    """Each literal that is an SQL statement; `exceptions` are (path, first 40 characters)."""
    documentation = _docstrings(module.tree)
    return [
        module.violation(node, f"SQL in Python: {text.strip()[:60]!r}")
        for node, text in _texts(module.tree)
        if id(node) not in documentation
        and looks_like_sql(text)
        and (module.path, text.strip()[:40]) not in exceptions
    ]


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return _last_name(node.func) if isinstance(node, ast.Call) else ""


def _takes_statement(call: ast.Call) -> bool:
    if _last_name(call.func) == "QueryRows":  # one of several that `UnitOfWork.several` sends together
        return bool(call.args or call.keywords)
    if not isinstance(call.func, ast.Attribute) or not (call.args or call.keywords):
        return False
    if call.func.attr in CURSOR_METHODS:
        return True
    receiver = _last_name(call.func.value).lstrip("_")
    return call.func.attr in UNIT_METHODS and (receiver in UNIT_NAMES or receiver.endswith("_uow"))


def _is_named(node: ast.expr, function: ast.AST, tree: ast.Module, depth: int = 0) -> bool:
    """`QUERIES["name"]`, a constant in capitals, or a name that holds nothing else.

    The parameter of a private function counts where every call in the module passes a named query.
    """
    if depth > 3:
        return False
    if isinstance(node, ast.Subscript):
        holder = _last_name(node.value).lstrip("_")
        return holder.isupper() or holder.endswith("queries") or holder == "load"
    if isinstance(node, ast.Attribute):
        return node.attr.lstrip("_").isupper()
    if isinstance(node, ast.IfExp):
        return all(_is_named(part, function, tree, depth + 1) for part in (node.body, node.orelse))
    if not isinstance(node, ast.Name):
        return False
    if node.id.lstrip("_").isupper():
        return True
    values = [value for name, value in _assignments(function) if name == node.id]
    passed = _passed(node.id, function, tree)
    return bool(values or passed) and all(
        _is_named(value, inside, tree, depth + 1)
        for value, inside in [*((value, function) for value in values), *passed]
    )


def _passed(name: str, function: ast.AST, tree: ast.Module) -> list[tuple[ast.expr, ast.AST]]:
    """What the module's calls of a private function pass for one of its parameters, and where."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or not function.name.startswith("_"):
        return []
    parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args) if a.arg != "self"]
    found: list[tuple[ast.expr, ast.AST]] = []
    for outer in ast.walk(tree):
        if not isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in ast.walk(outer):
            if isinstance(call, ast.Call) and _last_name(call.func) == function.name:
                given = dict(zip(parameters, call.args, strict=False))
                given |= {word.arg: word.value for word in call.keywords if word.arg}
                found.append((given.get(name, ast.Constant(None)), outer))
    return found


def _assignments(function: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(function):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets = [node.target]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                yield target.id, value


def unnamed_calls(module: Module, exceptions: frozenset[tuple[str, str]] = frozenset()) -> list[Violation]:
    """Each statement passed to a cursor or unit of work otherwise than by its name.

    `exceptions` are (path, function): the few places that run the query which their caller named.
    """
    found = []
    functions = [n for n in module.nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    owner: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    for function in functions:  # outer functions come first, so that the innermost one wins
        owner.update({id(node): function for node in ast.walk(function)})
    for call in (node for node in module.nodes if isinstance(node, ast.Call)):
        if not _takes_statement(call):
            continue
        inside = owner.get(id(call))
        statement = call.args[0] if call.args else call.keywords[0].value
        if _is_named(statement, inside or module.tree, module.tree):
            continue
        if (module.path, inside.name if inside else "") not in exceptions:
            found.append(module.violation(call, f"{ast.unparse(call)[:70]}: pass a query by its name"))
    return found
