"""What the local model has learned: a table of tools, their subcommands and options, and a few weights.

`local_model.txt` is written by `python -m bench.advisor.train`: a line of JSON with weights, then one line a
tool, `name<TAB>JSON`, each read when it is first asked for. Its labels come from published documentation
and access levels, never from the scanner.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ingest.advisor.forms import Form

MODEL_FILE: Final = "local_model.txt"


@dataclass(frozen=True)
class Node:
    """A tool or one of its subcommands. `described` is the log odds, from its documentation, that it
    only reads; `published` is +1 or -1 where its access level is published; `group` says that it has
    subcommands; `says` is +1 where its documentation begins with a verb that reads and has none that
    acts, -1 for one that acts; `taught` that the model has learned from labelled commands of just this path,
    of which most read and none acts.
    """

    described: float
    published: int
    group: bool
    runs: bool
    says: int
    taught: bool


TAUGHT: Final = 16
"""The bit among a node's flags."""


@dataclass(frozen=True)
class Option:
    """An option: whether it takes a value, and the log odds, from its documentation, that it only reads."""

    takes: bool
    described: float


_ODDS: Final = {"!": -3.0, "?": 2.0}
"""How strongly the verb of an option's description speaks: acts, reads."""


def _options(spelled: str) -> dict[str, Option]:
    """`-a --file= --delete! --list?`: `=` takes a value, `!` acts, `?` reads."""
    found = {}
    for spelling in spelled.split():
        odds = _ODDS.get(spelling[-1], 0.0) if len(spelling) > 1 else 0.0
        name = spelling[:-1] if spelling[-1] in _ODDS and spelling != "-?" else spelling
        found[name.removesuffix("=")] = Option(name.endswith("="), odds if name != spelling else 0.0)
    return found


class Tool:
    """One tool's line."""

    def __init__(self, line: Mapping[str, Any]) -> None:
        self._nodes: Mapping[str, Sequence[int]] = line["n"]
        self._spelled: Mapping[str, str] = line.get("o", {})
        self._options: dict[str, dict[str, Option]] = {}
        self._alias: Mapping[str, str] = line.get("a", {})
        self.by_service: bool = bool(line.get("s"))
        self.knows_options: bool = not line.get("x")
        self.forms: Sequence[Form] = [Form(*form) for form in line.get("r", ())]
        """What is documented to only read, one by one."""
        self.described: bool = bool(self._nodes)
        """Whether more is known of it than these forms."""

    def child(self, path: str, word: str) -> str | None:
        """The path of the subcommand `word` below `path`; None where there is none."""
        wanted = f"{path} {word}" if path else word
        wanted = self._alias.get(wanted, wanted)
        return wanted if wanted in self._nodes else None

    def node(self, path: str) -> Node:
        """What is known of one path."""
        described, published, flags = self._nodes.get(path, (0, 0, 0))
        says = int(bool(flags & 4)) - int(bool(flags & 8))
        return Node(described / 16, published, bool(flags & 1), bool(flags & 2), says, bool(flags & TAUGHT))

    def option(self, path: str, name: str) -> Option | None:
        """An option of a path or of what stands above it."""
        while True:
            if path not in self._options:
                self._options[path] = _options(self._spelled.get(path, ""))
            found = self._options[path].get(name)
            if found is not None:
                return found
            if not path:
                return None
            path = path.rpartition(" ")[0]


class Lexicon:
    """The model's file, read once; tools are taken apart when first asked for."""

    def __init__(self, content: str) -> None:
        head, _, rest = content.partition("\n")
        self.weights: Mapping[str, Any] = json.loads(head)
        self._lines = dict(line.split("\t", 1) for line in rest.split("\n") if line)
        self._tools: dict[str, Tool] = {}

    @property
    def version(self) -> str:
        """Which model this is."""
        return str(self.weights["version"])

    @property
    def documented(self) -> float:
        """How often a documented form only reads, as counted on examples of another source."""
        return float(self.weights.get("documented", 0.5))

    def tool(self, name: str) -> Tool | None:
        """The tool of that name, None where the model has never seen it."""
        found = self._tools.get(name)
        if found is None and (line := self._lines.get(name)) is not None:
            found = self._tools[name] = Tool(json.loads(line))
        return found

    def verb(self, words: Sequence[str]) -> float:
        """The log odds that a subcommand only reads, from the words of its name."""
        learned: Mapping[str, float] = self.weights["verbs"]
        pieces = [piece for word in words[-2:] for piece in word.lower().split("-") if piece]
        if not pieces:
            return 0.0
        first = words[-1].lower().split("-")[0]
        score = learned.get("^" + first, 0.0) + sum(learned.get(piece, 0.0) for piece in pieces)
        return max(-6.0, min(6.0, score))

    def option(self, name: str) -> Option | None:
        """A long option that several tools document alike."""
        found: Sequence[float] | None = self.weights["options"].get(name)
        return None if found is None else Option(bool(found[0]), found[1])

    def function(self, name: str) -> str | None:
        """`read` or `act` for a published function of a database; None where it is not published."""
        published: Mapping[str, str] = self.weights["functions"]
        return published.get(name)


@cache
def lexicon() -> Lexicon:
    """The model that is shipped."""
    return Lexicon(files("ingest.advisor").joinpath(MODEL_FILE).read_text("utf-8"))
