"""Functions and associative arrays in a walk: where one is surely what it is called."""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node

from scanner.assignments import Assignments
from scanner.flow import Place, Values
from scanner.reading import Sink
from scanner.redirection import WORDS
from scanner.work import Work

_OWN_ARRAYS: Final = frozenset(
    {"GROUPS", "DIRSTACK", "FUNCNAME", "PIPESTATUS", "MAPFILE", "COMPREPLY", "COPROC"}
)
"""Arrays of bash itself: a declaration makes no maps of them."""
_DECLARES: Final = frozenset({"variable_assignment", "variable_name"})
_OPTION: Final = re.compile(r"[-+][a-zA-Z]+|--")
_PRINTS: Final = re.compile(r"-[a-zA-Z]*p[a-zA-Z]*")
MAX_DEFINITIONS: Final = 8
"""Of one name."""
_CALL: Final = "()"
_MAP: Final = "[]"
"""Behind a name among those that are surely set: a function, an associative array."""


class Definitions(Assignments):
    """The part of a walk that knows functions and maps.

    Both count only behind a definition that has surely run in the same shell, and where nothing in the text
    takes the name away: a name that is no function is a program, a key of another array an expression.
    """

    _functions = 0
    """How many functions the walk stands in."""

    def __init__(self, source: bytes, sink: Sink, values: Values | None = None) -> None:
        super().__init__(source, sink, values)
        self.work = Work()
        self.bodies: dict[str, list[Node]] = {}
        """Of each function: one a definition."""
        self._called: set[tuple[object, ...]] = set()

    def function_names(self) -> frozenset[str]:
        """The functions that are surely defined where the walk stands."""
        names = (name[: -len(_CALL)] for name in self._values.all_set() if name.endswith(_CALL))
        return frozenset(name for name in names if not self._undone(name))

    def is_function(self, name: str) -> bool:
        """Whether a call of this name is surely one of a function."""
        return self._values.is_set(name + _CALL) and not self._undone(name)

    def _is_map(self, name: str) -> bool:
        if name.startswith("BASH_") or name in _OWN_ARRAYS:
            return False
        return name in self.facts.maps and self._values.is_set(name + _MAP) and not self._undone(name)

    def _undone(self, name: str) -> bool:
        unset = self.facts.unset
        return name in unset or "" in unset or name in self._values.steered

    def _declared(self, node: Node) -> None:
        """`declare -A m`: a map from here on, if it was no array before; `local` only within a function.

        Without a name every variable is shown.
        """
        alone = [self.text(child) for child in node.named_children if child.type == "variable_name"]
        prints = any(_PRINTS.fullmatch(self.text(child)) for child in node.named_children)
        if prints or not any(child.type in _DECLARES for child in node.named_children):
            self._sink.shows_variables(alone, node.start_byte, node.end_byte)
        local = self.text(node.children[0]) == "local"
        if any(
            child.type in WORDS and _OPTION.fullmatch(self.text(child)) is None
            for child in node.named_children
        ):
            self._unknown(node, "a declaration whose options are not written plainly")
        for child in node.named_children:
            named = child if child.type == "variable_name" else child.child_by_field_name("name")
            if named is None or child.type not in ("variable_name", "variable_assignment"):
                continue
            name = self.text(named)
            if name in self.facts.lettered:
                self._sink.assignment(name, None, node, exported=False)
            if name in self.facts.maps and (self._functions or not (local or self._values.was_set(name))):
                self._values.now_set(name + _MAP)

    def _function(self, node: Node, place: Place) -> None:
        name, body = self.text(node.named_children[0]), node.named_children[-1]
        bodies = self.bodies.setdefault(name, [])
        if body not in bodies[:MAX_DEFINITIONS]:
            bodies.append(body)
        if len(bodies) > MAX_DEFINITIONS:
            self._unknown(node, f"{name} is defined again and again")
        self._sink.function(name, body, node)
        before = self._values.mark()
        self._functions += 1
        for child in node.named_children[1:]:
            self._statement(child, place._replace(conditional=True, repeated=True))
        self._functions -= 1
        self._values.back_to(before)
        self._values.now_set(name + _CALL)
