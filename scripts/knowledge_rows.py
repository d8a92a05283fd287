"""The rows of the scanner's tables, one by one: what each is called, how it is taken away, what shows it.

A row is the smallest piece of knowledge that can decide a risk: a verb, an option, a name, a pattern. The
pins in `tests/unit/scanner/data/rows.tsv` name every row, with a command whose finding the row decides.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import re2

from scanner import argv, call, globs, grammars, interpreters, scan, sqlinside, tables, text
from scripts.compile_knowledge import ROOT, examples, sources, wrapper_examples

PINS: Final = ROOT / "tests" / "unit" / "scanner" / "data" / "rows.tsv"
_OPTION_KEYS: Final = ("raise", "lower", "modes", "exec", "options", "values", "attached")
_WRAPPER_KEYS: Final = ("raise", "exec", "flags", "values")
_VALUES: Final = (
    "",
    "x",
    "0",
    "0+",
    "host",
    "ALL",
    "delete",
    "create",
    "all",
    "file",
    "/tmp/x",
    "false",
    "-1",
)
_MORE: Final = ("rm -rf /data", "/etc/passwd", "$(cat ~/.ssh/id_rsa)", "x y z")
_LISTS: Final = ("patterns", "names")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name, the place that holds it, and commands that may show it, the likeliest first."""

    key: str
    holder: Any
    index: Any
    probes: tuple[str, ...] = field(default=())


def rows() -> Iterator[Row]:
    """Every row of the tables in force."""
    compiled = tables.knowledge()
    shown: dict[str, list[str]] = {}
    for rule, given, counter in (row for path in sources() for row in examples(path)):
        shown.setdefault(rule, []).extend([*given, *counter])
    yield from _tool_rows(compiled, shown)
    yield from _rule_rows(compiled, shown)
    yield from _wrapper_rows(compiled)
    for name in compiled["sql_keywords"]:
        yield Row(
            f"sql keyword {name}", compiled["sql_keywords"], name, (f"psql -c {shlex.quote(name + ' x')}",)
        )
    for kind in _LISTS:
        for name, entries in compiled[kind].items():
            yield Row(f"{kind} {name} {_digest(entries)}", compiled[kind][name], slice(None))
    for key in ("destructive_text", "destructive_code"):
        for at, (pattern, _) in enumerate(compiled[key]):
            yield Row(f"{key} {_digest([pattern])}", compiled[key], at)
    for table, bulk in compiled["bulk"].items():
        for group, risks in bulk["entries"].items():
            for risk, listed in risks.items():
                yield Row(f"bulk {table} {group} {risk} {_digest(listed.split())}", risks, risk)


def _digest(entries: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(map(str, entries))).encode()).hexdigest()[:10]


def _names(compiled: dict[str, Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for name, index in compiled["tools"].items():
        found.setdefault(index, []).append(name)
    return found


def _tool_rows(compiled: dict[str, Any], shown: dict[str, list[str]]) -> Iterator[Row]:
    for index, called in _names(compiled).items():
        spec = compiled["tool_specs"][index]
        verbs = spec.get("verbs", {})
        ids = [*dict.fromkeys(verbs.values()), *(spec[place] for place in ("bare", "other") if place in spec)]
        given = [example for rule in ids for example in shown.get(rule, [])]
        given = [example for example in given if example.split(" ")[0] in called] or given
        for name in called:
            forms = [f"{name} {next(iter(verbs))}"] if verbs else []
            forms += [" ".join([name, *example.split(" ")[1:]]) for example in given[:4]]
            yield Row(f"tool {name}", compiled["tools"], name, (*forms, name))
        first = called[0]
        for verb in verbs:
            yield Row(f"verb {first} {verb}", verbs, verb, (f"{first} {verb}", f"{first} {verb} x"))
        for place in ("bare", "other"):
            if place in spec and verbs:
                yield Row(f"{place} {first}", spec, place, (first, f"{first} zz", f"{first} -x"))
        for key in ("raise", "exec", "values", "attached", "flags"):
            yield from _options(f"{key} of {first}", spec, key, given)


def _rule_rows(compiled: dict[str, Any], shown: dict[str, list[str]]) -> Iterator[Row]:
    for rule, raw in compiled["rules"].items():
        given = shown.get(rule, [])
        for key in _OPTION_KEYS:
            yield from _options(f"{key} of {rule}", raw, key, given)
        for at, (pattern, _, _) in enumerate(raw.get("arguments", ())):
            yield Row(f"argument of {rule} {pattern}", raw["arguments"], at, tuple(given))
        for key in ("handler", "max_arguments", "writes", "inner", "network"):
            if key in raw:
                forms = [f"{given[0]} {more}" for more in _MORE] if given else []
                yield Row(f"{key} of {rule}", raw, key, (*given[:4], *forms))


def _options(title: str, holder: dict[str, Any], key: str, given: list[str]) -> Iterator[Row]:
    listed = holder.get(key, ())
    if listed in tables.OPEN_OPTIONS:
        return
    for option in list(listed):
        own = [example for example in given if option in example]
        value = _matching(listed[option]) if isinstance(listed, dict) else ""
        forms = [f"{example} {option}{end}" for example in given[:3] for end in _ends(value)]
        index = option if isinstance(listed, dict) else list(listed).index(option)
        yield Row(f"{title} {option}", holder[key], index, (*own, *forms))


def _matching(entry: Any) -> str:
    """A value that the pattern of an entry speaks about, if one of the usual ones is."""
    if not isinstance(entry, list) or len(entry) < 3:
        return ""
    pattern = re2.compile(entry[2])
    return next((value for value in _VALUES if pattern.fullmatch(value) is not None), "")


def _ends(value: str) -> tuple[str, ...]:
    return (f"={value}", f" {value}") if value else ("", " x", " rm")


def _wrapper_rows(compiled: dict[str, Any]) -> Iterator[Row]:
    seen: set[int] = set()
    given: dict[str, list[str]] = {}
    for name, command, _ in wrapper_examples():
        given.setdefault(name, []).append(command)
    for name, spec in compiled["wrappers"].items():
        yield Row(f"wrapper {name}", compiled["wrappers"], name, (f"{name} id", f"{name} x id", name))
        if id(spec) in seen:
            continue
        seen.add(id(spec))
        for key in _WRAPPER_KEYS:
            listed = spec.get(key, ())
            for at, option in enumerate(list(listed)):
                forms = (
                    *(command for command in given.get(name, ()) if option in command.split()),
                    f"{name} {option} -c id",
                    f"{name} {option} x -c id",
                    f"{name} {option} id",
                    f"{name} {option} x id",
                    f"{name} {option}=x id",
                    f"{name} {option} x y id",
                )
                index = option if isinstance(listed, dict) else at
                more = given.get(name, ())
                yield Row(f"{key} of wrapper {name} {option}", spec[key], index, (*forms, *more))
        for key in ("always", "floor", "handler", "skip", "assignments"):
            if key in spec:
                yield Row(
                    f"{key} of wrapper {name}", spec, key, (f"{name} x id", f"{name} id", f"{name} X=1 id")
                )


CACHES: Final[tuple[Callable[..., Any], ...]] = (
    tables.rule, tables._tool, tables._wrapper, tables._group, tables.patterns, tables.names,
    text._compiled, interpreters._acts, sqlinside._sets,
    globs._samples, globs._relative, globs._may_be_secret,
    grammars._kept_grammar, grammars._kept_tool_grammar, call._listed, tables.programs, argv._plain_names,
)  # fmt: skip


def forget() -> None:
    """Empty what was kept of the tables."""
    for cached in CACHES:
        cached.cache_clear()  # type: ignore[attr-defined]  # functools.cache and lru_cache have it


@contextmanager
def without(row: Row) -> Iterator[None]:
    """The tables without one row, for as long as the block runs."""
    holder, index = row.holder, row.index
    kept = list(holder) if isinstance(holder, list) else dict(holder)
    del holder[index]
    forget()
    try:
        yield
    finally:
        if isinstance(holder, list):
            holder[:] = kept
        else:
            holder.clear()
            holder.update(kept)
        forget()


def outcome(command: str) -> str:
    """What a pin compares: the risk, and the rules that speak."""
    finding = scan(command)
    return f"{finding.risk} {','.join(finding.rule_ids)}"


def showing(row: Row) -> str | None:
    """The first command whose finding changes when the row is gone."""
    probes = list(dict.fromkeys(row.probes))[:8]
    before = [outcome(probe) for probe in probes]
    with without(row):
        for probe, known in zip(probes, before, strict=True):
            try:
                changed = outcome(probe) != known
            except KeyError:
                changed = True
            if changed:
                return probe
    return None


def pins(path: Path = PINS) -> dict[str, tuple[str, str]]:
    """`row → (command, risk)`; both empty where the row is only named."""
    found: dict[str, tuple[str, str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, command, risk = line.split("\t")
        found[key] = (command, risk)
    return found
