"""What a step sets for those behind it: each runs in a shell of its own, so it is repeated or asked for.

A person who pastes a runbook into one terminal has `NS=prod` of the first command in the fifth one. An agent
starts a shell for each step: there `rm -rf $DATA/old` would remove `/old`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tree_sitter import Node

from ingest.extract.drafts import Draft
from ingest.variables import ENVIRONMENT, assigned_names
from scanner.parse import parse_bash
from schemas.risk import Risk
from schemas.verdict import Verdict

Path = tuple[tuple[str, bool], ...]

HEADS_MAX: Final = 8
"""So many lines a reader still sees as what is repeated, and the command below them as the step."""

_USED: Final = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_EXPORT: Final = re.compile(r"export\s+(?=[A-Za-z_][A-Za-z0-9_]*=)")
_PLACES: Final = frozenset({"cd", "pushd"})
_FILES: Final = frozenset({"source", "."})
_COMPUTED: Final = frozenset({"command_substitution", "process_substitution"})
_WITH_A_DEFAULT: Final = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?:?[-=+?]")


@dataclass(frozen=True)
class Told:
    """What a command says to its shell: the names that it uses and does not set itself, and, where it does
    nothing but set something, which names (`sets`), whether they are for programs too (`exports`), whether it
    changes the folder or reads a file (`other`), and whether other commands give the values (`computed`).
    """

    uses: frozenset[str] = frozenset()
    pure: bool = False
    sets: frozenset[str] = frozenset()
    exports: bool = False
    other: bool = False
    computed: bool = False


@dataclass(frozen=True)
class Setting:
    """A step that sets something: its id, the lines to repeat (its own last, those that it needs before), the
    secret variables that they read, the cases that it stands in and whether its commands may run again.
    """

    step: str
    told: Told
    command: str
    env: tuple[tuple[str, str], ...]
    path: Path
    again: bool
    before: tuple[Setting, ...] = ()
    everywhere: bool = False

    @property
    def line(self) -> str:
        """As it is repeated. What a command names itself need not be exported to it."""
        if self.everywhere or not self.told.exports:
            return self.command
        return _EXPORT.sub("", self.command, count=1)


@dataclass
class ShellState:
    """The settings so far, in order, and the drafts that are still to come."""

    settings: list[Setting] = field(default_factory=list)
    set_somewhere: frozenset[str] = frozenset()
    behind: Sequence[Draft] = ()

    def wanted(self, uses: Iterable[str], path: Path) -> tuple[list[Setting], list[str]]:
        """The settings to repeat before a command, in order, each behind those that it needs; and the names
        that some step sets but none that can be repeated here.
        """
        found: dict[str, Setting] = {}
        for setting in self.settings:
            if setting.everywhere and holds_in(setting.path, path):
                _add(found, setting)
        missing = []
        for name in sorted(set(uses) & self.set_somewhere):
            last = next((item for item in reversed(self.settings) if name in item.told.sets), None)
            if last is not None and last.again and holds_in(last.path, path):
                _add(found, last)
            else:
                missing.append(name)
        order = {item.step: index for index, item in enumerate(self.settings)}
        return sorted(found.values(), key=lambda item: order[item.step]), missing

    def is_for_programs(self, told: Told) -> bool:
        """Whether a setting holds for steps behind it that do not name what it sets."""
        later = [item for item in self.behind if item.kind == "command" and item.dialect == "shell"]
        if not later:
            return False
        named = {name for item in later for name in _USED.findall(item.text)}
        return told.other or (told.exports and not told.sets & named)


def _add(found: dict[str, Setting], setting: Setting) -> None:
    for item in (*setting.before, setting):
        found.setdefault(item.step, item)


def holds_in(outer: Path, inner: Path) -> bool:
    """Whether what runs in the cases `outer` has run wherever `inner` are the cases."""
    return inner[: len(outer)] == outer


def path_of(draft: Draft) -> Path:
    """The cases around a draft, the outermost first, and whether each is turned."""
    return () if draft.condition is None else (*draft.within, (draft.condition, draft.negated))


def may_run_again(told: Told, verdict: Verdict) -> bool:
    """Whether its commands only read, so that they may give the values once more."""
    return not told.computed or verdict.finding.risk is Risk.SAFE


def told_to_shell(text: str) -> Told:
    """What a command without holes says to its shell."""
    parsed = parse_bash(text)
    if not parsed.complete or parsed.too_large:
        return Told(uses=frozenset(_USED.findall(text)) - assigned_names([text]) - ENVIRONMENT)
    nodes = list(_walk(parsed.root))
    uses = frozenset(_used(nodes)) - assigned_names([text]) - ENVIRONMENT
    statements = [node for node in parsed.root.named_children if node.type != "comment"]
    if not statements or not all(_sets(node) for node in statements):
        return Told(uses=uses)
    return Told(
        uses=uses,
        pure=True,
        sets=frozenset(_names(statements)),
        exports=any(_is_export(node) for node in statements),
        other=any(node.type == "command" for node in statements),
        computed=any(node.type in _COMPUTED for node in nodes),
    )


def _walk(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.named_children))


def _used(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if node.type in ("simple_expansion", "expansion") and not _WITH_A_DEFAULT.match(_text(node)):
            yield from (_text(child) for child in node.named_children if child.type == "variable_name")


def _sets(node: Node) -> bool:
    """Whether a statement only sets variables, changes the folder or reads a file of settings."""
    if node.type in ("variable_assignment", "variable_assignments"):
        return True
    if node.type == "declaration_command":
        return _is_export(node)
    name = node.child_by_field_name("name") if node.type == "command" else None
    return name is not None and _text(name) in _PLACES | _FILES


def _is_export(node: Node) -> bool:
    return node.type == "declaration_command" and _text(node).split(None, 1)[0] == "export"


def _names(statements: Iterable[Node]) -> Iterator[str]:
    for statement in statements:
        for node in (statement, *statement.named_children):
            if node.type == "variable_assignment":
                name = node.child_by_field_name("name")
                if name is not None:
                    yield _text(name)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
