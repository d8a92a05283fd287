"""The knowledge tables, in the form that `scripts/compile_knowledge.py` writes from `knowledge/*.yaml`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import re2

from schemas.risk import Risk
from schemas.verdict import Reversibility

COMPILED: Final = Path(__file__).parent / "knowledge" / "compiled.json"
OPEN_OPTIONS: Final = ("any", "handled", "text")
"""What stands for a list of options where there is none: any option at all; the handler of the rule knows
them; the tool has none, a word with a hyphen is text like any other."""


@dataclass(frozen=True, slots=True)
class Raise:
    """An option or argument that changes the risk, and what to say; `when` bounds it to some values."""

    risk: Risk
    why: str
    when: Any = None
    reversibility: Reversibility = Reversibility.UNKNOWN


@dataclass(frozen=True, slots=True)
class Rule:
    """What one verb of a tool (or a tool without verbs) does. Fields as in `knowledge/README.md`."""

    id: str
    risk: Risk
    why: str
    options: frozenset[str] | None
    values: frozenset[str]
    attached: frozenset[str]
    """Options whose value, if they have one, stands in the same word; they are among `options` too."""
    raises: dict[str, Raise]
    lowers: dict[str, Raise]
    modes: frozenset[str]
    """Options of which the last one that is given counts."""
    exec: frozenset[str]
    arguments: tuple[tuple[Any, Raise], ...]
    max_arguments: int | None
    over: Raise
    opaque: bool
    writes: str
    inner: bool
    resources: str
    reversibility: Reversibility
    inverse: dict[str, str]
    handler: str | None
    network: bool
    harmless: bool
    """No option of its tools does more than read, known or not."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One program: its global options, its verbs as word tuples, and how unknown verbs are looked up."""

    name: str
    values: frozenset[str]
    attached: frozenset[str]
    flags: frozenset[str] | None
    raises: dict[str, Raise]
    exec: frozenset[str]
    verbs: dict[str, Rule]
    bare: Rule | None
    """Called with options only."""
    other: Rule | None
    """Called with a first word that is no known verb."""
    table: str | None
    single_dash: bool
    first_only: bool
    options_anywhere: bool
    fold_case: bool
    beginnings: frozenset[str]
    """Verb words with which a longer verb begins, joined by blanks."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A program that runs another one: how many words stand before it, and what its own options mean."""

    name: str
    flags: frozenset[str]
    values: frozenset[str]
    raises: dict[str, Raise]
    exec: frozenset[str]
    skip: int
    assignments: bool
    floor: Risk
    bare: Raise
    always: Raise | None
    """What it does by itself, whatever it runs."""
    handler: str | None
    single_dash: bool


@cache
def knowledge() -> dict[str, Any]:
    """The compiled tables as read from disk, once a process."""
    loaded: dict[str, Any] = json.loads(COMPILED.read_bytes())
    return loaded


@cache
def knowledge_version() -> str:
    """`sha256:` of the compiled tables: what a finding names as its knowledge."""
    return "sha256:" + hashlib.sha256(COMPILED.read_bytes()).hexdigest()


def _raise(value: list[str]) -> Raise:
    when = re2.compile(value[2]) if len(value) > 2 else None
    undone = Reversibility(value[3]) if len(value) > 3 else Reversibility.UNKNOWN
    return Raise(Risk(value[0]), value[1], when, undone)


def _raises(value: dict[str, list[str]]) -> dict[str, Raise]:
    return {name: _raise(entry) for name, entry in value.items()}


@cache
def rule(rule_id: str) -> Rule:
    """A rule by its id."""
    raw = knowledge()["rules"][rule_id]
    options, attached = raw.get("options", []), frozenset(raw.get("attached", ()))
    return Rule(
        id=rule_id,
        risk=Risk(raw["risk"]),
        why=raw["why"],
        options=None if options in OPEN_OPTIONS else frozenset(options) | attached,
        values=frozenset(raw.get("values", ())),
        attached=attached,
        raises=_raises(raw.get("raise", {})),
        lowers=_raises(raw.get("lower", {})),
        modes=frozenset(raw.get("modes", ())),
        exec=frozenset(raw.get("exec", ())),
        arguments=tuple(
            (re2.compile(pattern), Raise(Risk(risk), why)) for pattern, risk, why in raw.get("arguments", ())
        ),
        max_arguments=raw.get("max_arguments"),
        over=_raise(
            raw.get("over", ["unknown", "more arguments than the reading form of this command takes"])
        ),
        opaque=raw.get("opaque", False),
        writes=raw.get("writes", ""),
        inner=raw.get("inner", False),
        resources=raw.get("resources", "arguments"),
        reversibility=Reversibility(raw.get("reversibility", "unknown")),
        inverse=raw.get("inverse", {}),
        handler=raw.get("handler"),
        network=raw.get("network", False),
        harmless=raw.get("harmless", False),
    )


@cache
def programs() -> frozenset[str]:
    """The names of all tools and wrappers."""
    return frozenset({*knowledge()["tools"], *knowledge()["wrappers"]})


def tool(name: str) -> Tool | None:
    """A tool by the name it is called by, or None."""
    return _tool(name) if name in knowledge()["tools"] else None


@cache
def _tool(name: str) -> Tool:
    """The same of a name that is in the tables: only these are kept, so nobody's words can push them out."""
    raw = knowledge()["tool_specs"][knowledge()["tools"][name]]
    flags, attached = raw.get("flags", []), frozenset(raw.get("attached", ()))
    return Tool(
        name=name,
        values=frozenset(raw.get("values", ())),
        attached=attached,
        flags=None if flags == "any" else frozenset(flags) | attached,
        raises=_raises(raw.get("raise", {})),
        exec=frozenset(raw.get("exec", ())),
        verbs={verb: rule(rule_id) for verb, rule_id in raw.get("verbs", {}).items()},
        bare=rule(raw["bare"]) if "bare" in raw else None,
        other=rule(raw["other"]) if "other" in raw else None,
        table=raw.get("table"),
        single_dash=raw.get("single_dash", False),
        first_only=raw.get("first_only", False),
        options_anywhere=raw.get("options_anywhere", True),
        fold_case=raw.get("fold_case", False),
        beginnings=frozenset(_beginnings(raw.get("verbs", {}))),
    )


def _beginnings(verbs: Iterable[str]) -> Iterator[str]:
    for verb in verbs:
        words = verb.split(" ")
        yield from (" ".join(words[:count]) for count in range(1, len(words)))


def wrapper(name: str) -> Wrapper | None:
    """A wrapper by name, or None."""
    return _wrapper(name) if name in knowledge()["wrappers"] else None


@cache
def _wrapper(name: str) -> Wrapper:
    raw = knowledge()["wrappers"][name]
    return Wrapper(
        name=name,
        flags=frozenset(raw.get("flags", ())),
        values=frozenset(raw.get("values", ())),
        raises=_raises(raw.get("raise", {})),
        exec=frozenset(raw.get("exec", ())),
        skip=raw.get("skip", 0),
        assignments=raw.get("assignments", False),
        floor=Risk(raw.get("floor", "safe")),
        bare=_raise(raw.get("bare", ["unknown", f"{name} starts something that is not named here"])),
        always=_raise(raw["always"]) if "always" in raw else None,
        handler=raw.get("handler"),
        single_dash=raw.get("single_dash", False),
    )


def table_rule(table: str, path: tuple[str, ...]) -> Rule | None:
    """A rule from one of the bulk tables (cloud operations, data store commands) by verb words."""
    bulk = knowledge()["bulk"][table]
    group, name = (path[0], path[1]) if len(path) == 2 else ("", path[0])
    if group not in bulk["entries"]:
        return None
    risk = _group(table, group).get(name)
    return None if risk is None else rule(bulk["rules"][risk])


@cache
def _group(table: str, group: str) -> dict[str, str]:
    """The operations of one group of a bulk table, each with its risk; the first that is listed counts."""
    found: dict[str, str] = {}
    for risk, listed in knowledge()["bulk"][table]["entries"][group].items():
        for name in listed.split(" "):
            found.setdefault(name, risk)
    return found


def table_knows(table: str, path: tuple[str, ...]) -> bool:
    """Whether a path is an entry of a bulk table, or the group of some."""
    if len(path) > 2:
        return False
    if table_rule(table, path) is not None:
        return True
    return len(path) == 1 and has_group(table, path[0])


def has_group(table: str, name: str) -> bool:
    """Whether a bulk table has operations below a name."""
    return name in knowledge()["bulk"][table]["entries"]


class Patterns:
    """One list of patterns as RE2 automata: of a whole text, and of any line of one.

    A set of one pattern answers in a quarter of the time that a match object takes to be made.
    """

    __slots__ = ("_lines", "_whole")

    def __init__(self, listed: list[str]) -> None:
        joined = "(?:" + "|".join(listed) + ")"
        self._whole = re2.Set.FullMatchSet()
        self._whole.Add(joined)
        self._whole.Compile()
        self._lines = re2.Set.SearchSet()
        self._lines.Add(f"(?m)^{joined}$")
        self._lines.Compile()

    def fits(self, text: str) -> bool:
        """Whether one of them fits the whole text."""
        return bool(self._whole.Match(text.encode()))

    def fits_a_line(self, text: str) -> bool:
        """Whether one of them fits a line of the text as a whole."""
        return bool(self._lines.Match(text.encode()))


@cache
def patterns(name: str) -> Patterns:
    """One of the path and name pattern lists."""
    return Patterns(knowledge()["patterns"][name])


@cache
def names(name: str) -> frozenset[str]:
    """One of the plain word lists."""
    return frozenset(knowledge()["names"][name])
