"""What a command reads of its shell and what it leaves there for the next one: names, folder, exports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from ingest.extract.command_forms import ANGLED
from ingest.variables import assigned_names
from scanner.parse import parse_bash
from schemas.holes import holes

_USED: Final = re.compile(rb"\$\{?[!#]?([A-Za-z_][A-Za-z0-9_]*)")
_RECKONED: Final = re.compile(rb"\(\((.{0,300}?)\)\)", re.DOTALL)
_WORD: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_FILLED_BY: Final = re.compile(
    r"\b(?:mapfile|readarray)\s+(?:-\S{1,20}\s+){0,8}([A-Za-z_]\w*)|\bprintf\s+-v\s+([A-Za-z_]\w*)|"
    r"\bgetopts\s+\S{1,200}\s+([A-Za-z_]\w*)|(?:^|[\s;&|])([A-Za-z_]\w*)(?:\[[^\]\s]{0,80}\])?\+?="
)
_CHANGES: Final = frozenset(
    "cd pushd popd source . eval alias unalias conda nvm rvm pyenv module workon deactivate umask ulimit "
    "shopt trap".split()
)
"""Programs of the shell, or put into it, that change what the commands behind them do."""
_SWITCHES: Final = re.compile(r"set\s+(?:[-+]\w*[af]\w*|[-+]o\s+(?:allexport|noglob))\b|exec\s+(?:\d?|&)[<>]")
"""What is exported, how names of files are read, and where all that is printed goes."""
_NEEDS_NOTHING: Final = re.compile(r"(?:cd|pushd)\s+[\"']?[/~]|(?:umask|ulimit|shopt|set|exec)\s")
_AS_IT_IS: Final = frozenset({"popd", "eval", "alias", "trap"})
"""Said again these do something else, or nothing."""
_COMPUTED: Final = frozenset({"command_substitution", "process_substitution", "special_variable_name"})
_MOVES: Final = re.compile(
    r"\$\{?(?:RANDOM|SRANDOM|SECONDS|EPOCH\w*|LINENO|PWD|OLDPWD|BASH\w*|[0-9@*#?$!_-])"
)
"""What gives another value in another shell, or a second later."""
_FUNCTION: Final = re.compile(
    r"(?m)(?:^|[;&|{]\s*)(?:function\s+([\w-]+)\s*(?:\(\s*\))?|([\w-]+)\s*\(\s*\))\s*\{"
)
_ASSIGNMENTS: Final = frozenset({"variable_assignment", "variable_assignments"})


@dataclass(frozen=True)
class Told:
    """`uses`: the names that it reads and has not surely set itself before, quoted or not; `indirect`: it may
    read any name. `calls`: the programs that it runs, as functions are named here: `f()`. `inside`: what the
    functions that it only defines read and call. `sets`, `exports`, `other` (the folder, files of settings):
    what it leaves. `kept`: where in the text the statements stand that leave it (bytes); `pure`: they are all
    there is; `alone`: but for what is done where they fail; `same`: they say the same whenever they are said
    again; `plain`: and need nothing that was set before but what they name.
    """

    uses: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    indirect: bool = False
    sets: frozenset[str] = frozenset()
    exports: bool = False
    other: bool = False
    kept: tuple[tuple[int, int], ...] = ()
    pure: bool = False
    alone: bool = False
    same: bool = False
    plain: bool = False


def without_holes(command: str) -> str:
    """The command with a word of the same length for each hole, so that every place stays where it is."""
    for hole in holes(command):
        command = command[: hole.start] + "v" * (hole.end - hole.start) + command[hole.end :]
    return command


def named(text: str) -> frozenset[str]:
    """Every name that a text reads, in whatever quotes."""
    return frozenset(name for name, _ in _read(text.encode()))


def set_by(text: str) -> frozenset[str]:
    """Every name that a text may set, for itself or for what is behind it; `f()` is that of a function."""
    more = [name for found in _FILLED_BY.findall(text) for name in found if name]
    more += [f"{found[1] or found[2]}()" for found in _FUNCTION.finditer(text)]
    return assigned_names([text]) | frozenset(more)


def only_sets(text: str) -> bool:
    """Whether a command, with its placeholders as written, does nothing but set the same values each time."""
    told = told_to_shell(ANGLED.sub(lambda found: "v" * len(found[0]), text))
    return told.pure and told.same


def told_to_shell(text: str) -> Told:
    """What a command without holes says to its shell; without a sound tree, what it may read."""
    parsed = parse_bash(text)
    indirect = "${!" in text
    if not parsed.complete or parsed.too_large:
        return Told(named(text), indirect=indirect)
    statements = list(_statements(parsed.root))
    kept = [node for node in statements if _keeps(node)]
    source = text.encode()
    whole = [node for node in parsed.root.named_children if node.type != "comment"] == kept and bool(kept)
    same = bool(kept) and all(_is_the_same(node) for node in kept)
    read = frozenset(_read_from_outside(source, statements))
    called = _called(parsed.root, statements)
    defines = whole and all(node.type == "function_definition" for node in kept)
    return Told(
        uses=frozenset() if defines else read,
        calls=frozenset() if defines else called,
        inside=read | called if defines else frozenset(),
        indirect=indirect,
        sets=frozenset(name for node in kept for name in _names(node)),
        exports=any(_word(node) == "export" for node in kept),
        other=any(node.type in ("command", "redirected_statement") for node in kept),
        kept=tuple((node.start_byte, node.end_byte) for node in kept),
        pure=whole,
        alone=bool(kept) and len(kept) == len(statements),
        same=same,
        plain=whole and same and all(_needs_nothing(node) for node in kept),
    )


def _statements(root: Node) -> Iterator[Node]:
    """What surely runs at the top of a text, in order: the parts of `a && b`, of `a || b` the first."""
    waiting = [node for node in reversed(root.named_children) if node.type != "comment"]
    while waiting:
        node = waiting.pop()
        if node.type != "list":
            yield node
            continue
        parts = [part for part in node.named_children if part.type != "comment"]
        both = any(part.type == "&&" for part in node.children)
        waiting.extend(reversed(parts if both else parts[:1]))


def _keeps(node: Node) -> bool:
    if node.type in _ASSIGNMENTS or node.type in ("declaration_command", "unset_command"):
        return _word(node) != "local"
    if node.type in ("function_definition", "redirected_statement"):
        return node.type == "function_definition" or _SWITCHES.match(_text(node)) is not None
    return node.type == "command" and (_word(node) in _CHANGES or _SWITCHES.match(_text(node)) is not None)


def _needs_nothing(node: Node) -> bool:
    in_command = node.type in ("command", "redirected_statement")
    return not in_command or _NEEDS_NOTHING.match(_text(node)) is not None


def _is_the_same(node: Node) -> bool:
    text = _text(node)
    if node.type == "function_definition":
        return True  # what it reads is read where it is called
    if node.type == "unset_command" or _word(node) in _AS_IT_IS or _MOVES.search(text) is not None:
        return False
    return not any(
        part.type in _COMPUTED or (part.type == "variable_assignment" and b"+=" in (part.text or b"")[:80])
        for part in _walk(node)
    )


def _read_from_outside(source: bytes, statements: Iterable[Node]) -> Iterator[str]:
    """The names that are read before the text has set them itself, for sure."""
    own: dict[str, int] = {}
    for node in statements:
        for name, place in _set_for_sure(node):
            own.setdefault(name, place)
    nowhere = len(source) + 1
    for name, place in _read(source):
        if place < own.get(name, nowhere):
            yield name


def _set_for_sure(node: Node) -> Iterator[tuple[str, int]]:
    """The names that a statement sets, each with the place behind which it holds."""
    if node.type in _ASSIGNMENTS or node.type == "declaration_command":
        yield from ((name, node.end_byte) for name in _names(node))
    elif node.type == "for_statement":
        variable = node.child_by_field_name("variable")
        if variable is not None:
            yield _text(variable), variable.end_byte
    elif node.type == "command" and _word(node) in ("read", "mapfile", "readarray"):
        yield from ((word.decode(), node.end_byte) for word in _WORD.findall(node.text or b"")[1:])


def _read(source: bytes) -> Iterator[tuple[str, int]]:
    for found in _USED.finditer(source):
        yield found[1].decode(), found.start()
    for part in _RECKONED.finditer(source):
        for word in _WORD.finditer(source, part.start(1), part.end(1)):
            yield word[0].decode(), word.start()


def _called(root: Node, statements: Sequence[Node]) -> frozenset[str]:
    """The programs that a text runs, as functions are named here, without the functions of its own."""
    called = {f"{_text(node)}()" for node in _walk(root) if node.type == "command_name"}
    return frozenset(called).difference(*(_names(node) for node in statements))


def _names(node: Node) -> Iterator[str]:
    if node.type == "function_definition":
        name = node.child_by_field_name("name")
        yield from () if name is None else (f"{_text(name)}()",)
    if node.type == "unset_command":
        yield from (_text(child) for child in node.named_children if child.type == "variable_name")
    for part in (node, *node.named_children):
        if part.type == "variable_assignment":
            name = part.child_by_field_name("name")
            if name is not None:
                yield _text(name).split("[", 1)[0]


def _word(node: Node) -> str:
    """The first word of a statement."""
    if node.type in _ASSIGNMENTS:
        return ""
    return (_text(node).split(None, 1) or [""])[0]


def _walk(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.named_children))


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
