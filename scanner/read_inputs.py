"""What stands around the commands that read, looked at once for all of them, and names made of names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tree_sitter import Node

INPUT: Final = "<"
"""How the name of an input begins; no variable is called so."""
_REDIRECTS: Final = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})


@dataclass(slots=True)
class Inputs:
    """What was found out about redirections and pipelines on the way through a tree, by the id of a node."""

    around: list[Node] = field(default_factory=list)
    """What stands around the node that is looked at, outermost first: asking a node for its parent walks
    the whole text."""
    redirects: dict[int, list[Node]] = field(default_factory=dict)
    """The redirections of each node that was asked for them."""
    brings: dict[int, tuple[bool | None, str]] = field(default_factory=dict)
    """Whether a redirection brings data, and the name that stands for the names in it."""
    piped: dict[int, dict[int, tuple[bool, str]]] = field(default_factory=dict)
    """The same for each step of a pipeline: what the steps before it print."""

    def redirects_of(self, node: Node) -> list[Node]:
        """The redirections that stand directly in a node."""
        if node.id not in self.redirects:
            self.redirects[node.id] = [child for child in node.children if child.type in _REDIRECTS]
        return self.redirects[node.id]


def spread(data: set[str], made_of: Mapping[str, set[str]]) -> None:
    """What is made of data is data: every name is looked at once. Names of inputs are left out at the end."""
    makes: dict[str, list[str]] = {}
    for name, parts in made_of.items():
        for part in parts:
            makes.setdefault(part, []).append(name)
    ahead = list(data)
    while ahead:
        for name in makes.get(ahead.pop(), ()):
            if name not in data:
                data.add(name)
                ahead.append(name)
    data -= {name for name in data if name.startswith(INPUT)}
