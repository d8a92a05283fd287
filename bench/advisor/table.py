"""The table of tools with their subcommands and options, as the local model keeps it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bench.advisor.descriptions import Row, option_odds, says
from bench.advisor.documented import forms
from bench.advisor.groups import SAME_AS
from ingest.advisor.calls import Call, calls
from ingest.advisor.words import Unlike, split

_BY_SERVICE: Final = {"aws", "az", "gcloud"}
_PLAIN: Final = re.compile(r"[a-z][a-z0-9-]*")


def _spelled(item: tuple[str, tuple[int, float]]) -> str:
    name, (takes, odds) = item
    return name + "=" * takes + ("!" if odds < 0 else "?" if odds > 0 else "")


# ---------------------------------------------------------------- the table of tools


def _only_call(command: str) -> Call | None:
    try:
        found = [call for simple in split(command) for call in calls(simple)]
    except Unlike:
        return None
    return found[0] if len(found) == 1 and found[0].sql is None else None


def _plain_words(call: Call) -> list[str]:
    """The first one or two words that look like subcommands; tldr writes what is to be filled in with `_`."""
    plain: list[str] = []
    for word in call.words:
        if word.opaque or not _PLAIN.fullmatch(word.text) or len(plain) == 2:
            break
        plain.append(word.text)
    return plain


def _subcommands_of_examples(published: Iterable[Row]) -> dict[str, set[str]]:
    """Tool → first words of its examples, where most of its examples begin with one."""
    all_words: dict[str, list[str]] = defaultdict(list)
    for row in published:
        if row.kind == "example" and (call := _only_call(row.path)) is not None:
            all_words[call.tool].append((_plain_words(call) or [""])[0])
    return {
        tool: set(words) - {""}
        for tool, words in all_words.items()
        if sum(map(bool, words)) >= 0.5 * len(words) and len(set(words)) >= 2
    }


class Table:
    """The lines of the model: tools with nodes and options."""

    def __init__(self, published: Sequence[Row], texts: Mapping[str, float]) -> None:
        self._texts = texts
        self._nodes: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        self._options: dict[str, dict[str, dict[str, tuple[int, float]]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        self._alias: dict[str, dict[str, str]] = defaultdict(dict)
        for row in published:
            if row.kind in ("node", "group"):
                self._node(row)
            elif row.kind.startswith("option") and row.source in ("fig", "man"):
                self._option(row)
        firsts = _subcommands_of_examples(published)
        for row in published:
            if row.kind == "example" and row.label:
                self._example(row, firsts)

    def _node(self, row: Row) -> None:
        tool, path = row.tool, row.path
        if len(path.rpartition(" ")[2]) == 1:
            return  # letters of a tool's own language, as sed's
        if tool in _BY_SERVICE and path:
            service, _, path = path.partition(" ")
            self._nodes[tool][service] = []
            tool = f"{tool} {service}"
        self._nodes[tool][path].append(row)
        above, _, last = path.rpartition(" ")
        for name in row.names.split("|") if path else ():
            if name and name != last:
                self._alias[tool][f"{above} {name}".strip()] = path

    def _option(self, row: Row) -> None:
        odds = option_odds(row.text)
        kept = self._options[row.tool][row.path]
        for name in row.names.split("|"):
            if name.startswith("-"):
                takes, before = kept.get(name, (0, odds))
                kept[name] = (max(takes, int(row.kind == "option=")), min(before, odds))

    def _example(self, row: Row, firsts: Mapping[str, set[str]]) -> None:
        """A subcommand that only tldr documents."""
        call = _only_call(row.path)
        if call is None or (call.tool in _BY_SERVICE):
            return
        plain = _plain_words(call)
        nodes = (
            self._nodes.setdefault(call.tool, defaultdict(list))
            if call.tool in firsts
            else self._nodes.get(call.tool)
        )
        for word in call.words:
            name = word.text.partition("=")[0]
            if re.fullmatch(r"--[a-z-]+|-[A-Za-z]", name) and nodes is not None:
                self._options[call.tool][""].setdefault(name, (0, 0.0))
        if nodes is None:
            nodes = self._nodes[call.tool]
        if call.tool not in firsts and all(each.source == "tldr" for each in nodes.get("", ())):
            nodes[""].append(Row("tldr", "node", call.tool, "", "", "", row.text))
        if not plain or plain[0] not in firsts.get(call.tool, ()):
            return
        has = nodes.get(plain[0], ())
        if all(each.source == "tldr" for each in has):
            nodes[plain[0]].append(Row("tldr", "node", call.tool, plain[0], "", "", row.text))
        both = " ".join(plain)
        grouped = not has or any(each.kind == "group" or each.source == "tldr" for each in has)
        if len(plain) > 1 and grouped and all(each.source == "tldr" for each in nodes.get(both, ())):
            nodes[both].append(Row("tldr", "node", call.tool, both, "", "", row.text))

    def lines(self) -> dict[str, dict[str, Any]]:
        """Tool → what its line holds."""
        found: dict[str, dict[str, Any]] = {}
        for tool, nodes in self._nodes.items():
            children = {path.rpartition(" ")[0] for path in nodes if path}
            line: dict[str, Any] = {
                "n": {path: self._entry(tool, path, has, path in children) for path, has in nodes.items()}
            }
            line["n"].setdefault("", [0, 0, int("" in children)])
            if self._options.get(tool):
                line["o"] = {
                    path: " ".join(map(_spelled, sorted(has.items())))
                    for path, has in self._options[tool].items()
                }
            if self._alias.get(tool):
                line["a"] = self._alias[tool]
            if tool in _BY_SERVICE:
                line["s"] = 1
                line["n"] = {"": line["n"][""]}
            if tool.partition(" ")[0] in _BY_SERVICE and " " in tool:
                line["x"] = 1
            found[tool] = line
        for other, tool in SAME_AS.items():
            if tool in found:
                found.setdefault(other, found[tool])
        for tool, documented in forms().items():
            found[tool] = {**found.get(tool, {"n": {}}), "r": documented}
        return found

    def _entry(self, tool: str, path: str, has: Sequence[Row], group: bool) -> list[int]:
        odds = [self._texts[row.text] for row in has if row.text and row.kind == "node"]
        labels = {row.label for row in has if row.label in ("read", "act")}
        published = {frozenset({"read"}): 1, frozenset({"act"}): -1}.get(
            frozenset(labels), -1 if labels else 0
        )
        said = {says(row.text) for row in has if row.text and row.kind == "node"}
        flags = 4 * (said in ({1}, {1, 0})) + 8 * (-1 in said)
        flags += int(group or any(row.kind == "group" for row in has)) + 2 * any(
            row.label == "runs" for row in has
        )
        mean = (min(odds) + sum(odds) / len(odds)) / 2 if odds else 0.0
        return [round(max(-7.0, min(7.0, mean)) * 16), published, flags]


def compose(lines: Mapping[str, Any], weights: Mapping[str, Any]) -> str:
    """The model's file."""
    head = json.dumps(weights, separators=(",", ":"), sort_keys=True)
    body = [
        f"{tool}\t{json.dumps(line, separators=(',', ':'), sort_keys=True)}"
        for tool, line in sorted(lines.items())
    ]
    return "\n".join([head, *body]) + "\n"
