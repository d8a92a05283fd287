"""Compile `scanner/knowledge/*.yaml` into the one JSON file that the scanner loads; `--check` only compares.

The agent has no YAML reader, so the compiled form is checked in and a test keeps it up to date.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import re2
from ruamel.yaml import YAML

from scanner.tables import OPEN_OPTIONS

ROOT: Final = Path(__file__).resolve().parent.parent
KNOWLEDGE: Final = ROOT / "scanner" / "knowledge"
COMPILED: Final = KNOWLEDGE / "compiled.json"

_RULE_KEYS: Final = frozenset(
    {
        "id",
        "risk",
        "why",
        "options",
        "values",
        "attached",
        "raise",
        "lower",
        "modes",
        "exec",
        "arguments",
        "max_arguments",
        "over",
        "opaque",
        "writes",
        "inner",
        "resources",
        "reversibility",
        "inverse",
        "handler",
        "network",
        "harmless",
        "verbs",
        "bare",
        "other",
        "table",
        "tools",
        "examples",
        "counter",
    }
)
_TOOL_KEYS: Final = frozenset(
    {
        "names",
        "values",
        "attached",
        "flags",
        "raise",
        "exec",
        "rule",
        "rules",
        "table",
        "single_dash",
        "first_only",
        "fold_case",
        "options_anywhere",
        "dash_verbs",
        "examples",
        "counter",
    }
)
_USED_KEYS: Final = frozenset({"use", "verbs", "bare", "other", "tools", "examples", "counter"})
"""What a tool may say of a rule that it shares."""
_NOT_COMPILED: Final = frozenset({"id", "verbs", "bare", "other", "table", "tools", "examples", "counter"})


_WRAPPER_KEYS: Final = frozenset(
    {
        "names",
        "flags",
        "values",
        "raise",
        "exec",
        "skip",
        "assignments",
        "floor",
        "bare",
        "always",
        "handler",
        "single_dash",
        "examples",
    }
)
_WORDS: Final = (
    "names", "tools", "flags", "options", "values", "attached", "modes", "exec", "verbs", "examples",
    "counter",
)  # fmt: skip
"""Keys that hold words; one word of `OPEN_OPTIONS` may stand for `options` and `flags`."""
_NAMED: Final = ("raise", "lower", "inverse")
"""Keys that map an option or verb to what it means."""


class KnowledgeError(Exception):
    """A table that does not hold together; the message says which and why."""


@cache
def load(path: Path) -> dict[str, Any]:
    """One YAML file as plain data, read once a process: nobody changes what this gives."""
    data: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    if not data.get("source") or not data.get("date"):
        raise KnowledgeError(f"{path.name}: `source` and `date` are needed")
    return data


def sources() -> list[Path]:
    """The tables in the order in which they are read."""
    return sorted(KNOWLEDGE.glob("*.yaml"))


def examples(path: Path) -> list[tuple[str, list[str], list[str]]]:
    """`(rule id, examples, counter-examples)` of every rule of a table that has some; for the tests."""
    return [
        (_id(rule), rule.get("examples", []), rule.get("counter", []))
        for tool in load(path).get("tools", ())
        for rule in _rules(tool)
        if "id" in rule or rule.get("examples")
    ]


def wrapper_examples() -> list[tuple[str, str, str]]:
    """`(wrapper, command, risk)` of every wrapper that has examples; for the tests."""
    return [
        (wrapper["names"][0], command, risk)
        for path in sources()
        for wrapper in load(path).get("wrappers", ())
        for command, risk in wrapper.get("examples", {}).items()
    ]


def _rules(tool: dict[str, Any]) -> list[dict[str, Any]]:
    if isinstance(tool.get("rule"), str):
        used: dict[str, Any] = {"use": tool["rule"]}
        used.update((key, tool[key]) for key in ("examples", "counter") if key in tool)
        return [used]
    return [tool["rule"]] if "rule" in tool else list(tool["rules"])


def _check_keys(kind: str, name: str, found: dict[str, Any], allowed: frozenset[str]) -> None:
    odd = set(found) - allowed
    if odd:
        raise KnowledgeError(f"{kind} {name}: unknown keys {sorted(odd)}")
    _check_words(kind, name, found)


def _check_words(kind: str, name: str, found: dict[str, Any]) -> None:
    """An unquoted `-4` or `true` of YAML is no text: the scanner would compare words with a number."""
    words = [word for key in _WORDS if found.get(key) not in OPEN_OPTIONS for word in found.get(key, ())]
    words += [word for key in _NAMED for word in found.get(key, {})]
    odd = [word for word in words if not isinstance(word, str)]
    if odd:
        raise KnowledgeError(f"{kind} {name}: {odd[0]!r} is not a text: quote it")


def _rule(rule: dict[str, Any], compiled: dict[str, Any]) -> None:
    if "use" in rule:
        _check_keys("use of", rule["use"], rule, _USED_KEYS)
        if not rule.get("examples") and not rule.get("verbs"):
            raise KnowledgeError(f"a use of {rule['use']} has no example")
        return
    _check_keys("rule", rule["id"], rule, _RULE_KEYS)
    if rule["id"] in compiled["rules"]:
        raise KnowledgeError(f"rule {rule['id']} stands twice")
    if not rule.get("examples"):
        raise KnowledgeError(f"rule {rule['id']} has no example")
    compiled["rules"][rule["id"]] = {key: value for key, value in rule.items() if key not in _NOT_COMPILED}


def _id(rule: dict[str, Any]) -> str:
    """The id of a rule, or of the rule that a tool shares."""
    return str(rule.get("id") or rule["use"])


def _verbs(name: str, rules: list[dict[str, Any]]) -> dict[str, str]:
    verbs: dict[str, str] = {}
    for rule in rules:
        for verb in rule.get("verbs", ()):
            if verb in verbs:
                raise KnowledgeError(f"{name} {verb}: in {verbs[verb]} and {_id(rule)}")
            verbs[verb] = _id(rule)
    return verbs


_NOT_OF_A_SPEC: Final = ("names", "rule", "rules", "examples", "counter")


def _by_rules(tool: dict[str, Any]) -> dict[tuple[int, ...], list[str]]:
    """The names of one entry by the places of the rules about them: a rule may be about some names only."""
    names: list[str] = tool["names"]
    found: dict[tuple[int, ...], list[str]] = {}
    for rule in _rules(tool):
        strange = set(rule.get("tools", ())) - set(names)
        if strange:
            raise KnowledgeError(f"rule {_id(rule)}: {sorted(strange)} are no names of its tool")
    for name in names:
        places = tuple(at for at, rule in enumerate(_rules(tool)) if name in rule.get("tools", names))
        found.setdefault(places, []).append(name)
    return found


def _tool(tool: dict[str, Any], compiled: dict[str, Any]) -> None:
    _check_keys("tool", str(tool["names"]), tool, _TOOL_KEYS)
    for rule in _rules(tool):
        _rule(rule, compiled)
    for places, names in _by_rules(tool).items():
        spec: dict[str, Any] = {key: value for key, value in tool.items() if key not in _NOT_OF_A_SPEC}
        rules = [_rules(tool)[at] for at in places]
        if not rules:
            raise KnowledgeError(f"no rule speaks about {names}")
        for rule in rules:
            spec |= {place: _id(rule) for place in ("bare", "other") if rule.get(place) or "rule" in tool}
        verbs = _verbs(names[0], rules)
        if verbs:
            spec["verbs"] = verbs
        compiled["tool_specs"].append(spec)
        for name in names:
            if name in compiled["tools"]:
                raise KnowledgeError(f"the tool {name} stands twice")
            compiled["tools"][name] = len(compiled["tool_specs"]) - 1


def _published(compiled: dict[str, Any]) -> None:
    for name in ("aws", "redis"):
        data = load(KNOWLEDGE / "published" / f"{name}.yaml")
        compiled["bulk"][name] = {"rules": data["rules"], "entries": data["entries"]}
    functions = load(KNOWLEDGE / "published" / "postgresql.yaml")
    more = compiled["sql_functions"]
    lists = {
        risk: set(functions[risk].split()) | set(more[f"{risk}_more"])
        for risk in ("safe", "caution", "dangerous")
    }
    lists["safe"] -= lists["caution"] | lists["dangerous"]
    lists["caution"] |= lists["dangerous"] & set(more["caution_more"])
    lists["dangerous"] -= set(more["caution_more"])
    lists["caution"] -= set(more["dangerous_more"])
    for risk, names in lists.items():
        compiled["names"][f"sql_functions_{risk}"] = sorted(names)
    compiled["sql_functions"] = {"why": more["why"]}


def _check_uses(compiled: dict[str, Any]) -> None:
    """Every rule that a tool names exists: one may stand in another file."""
    for name, index in compiled["tools"].items():
        spec = compiled["tool_specs"][index]
        used = [*spec.get("verbs", {}).values(), *(spec[key] for key in ("bare", "other") if key in spec)]
        lost = [rule for rule in used if rule not in compiled["rules"]]
        if lost:
            raise KnowledgeError(f"{name}: there is no rule {lost[0]}")


def _check_patterns(compiled: dict[str, Any]) -> None:
    for entries in compiled["patterns"].values():
        for pattern in entries:
            re2.compile(pattern)
    for key in ("destructive_text", "destructive_code"):
        for pattern, _ in compiled[key]:
            re2.compile(pattern)
    for rule in compiled["rules"].values():
        for pattern, _, _ in rule.get("arguments", ()):
            re2.compile(pattern)


def compile_knowledge() -> str:
    """The compiled JSON text. Raises KnowledgeError."""
    compiled: dict[str, Any] = {
        "rules": {},
        "tools": {},
        "tool_specs": [],
        "wrappers": {},
        "bulk": {},
        "names": {},
    }
    for path in sources():
        data = load(path)
        for tool in data.get("tools", ()):
            _tool(tool, compiled)
        for wrapper in data.get("wrappers", ()):
            _check_keys("wrapper", str(wrapper["names"]), wrapper, _WRAPPER_KEYS)
            spec = {key: value for key, value in wrapper.items() if key not in ("names", "examples")}
            for name in wrapper["names"]:
                if name in compiled["wrappers"]:
                    raise KnowledgeError(f"the wrapper {name} stands twice")
                compiled["wrappers"][name] = spec
        for key in ("patterns", "destructive_text", "destructive_code", "sql_keywords", "sql_functions"):
            if key in data:
                compiled[key] = data[key]
        compiled["names"].update(data.get("names", {}))
        for key in ("sql_small_objects", "sql_client_reads", "sql_not_functions"):
            if key in data:
                compiled["names"][key] = sorted(set(data[key]))
    _check_uses(compiled)
    _published(compiled)
    _check_patterns(compiled)
    return json.dumps(compiled, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def main() -> int:
    """Write the compiled form, or with `--check` say whether it is up to date (exit 1 where not)."""
    text = compile_knowledge()
    if "--check" in sys.argv[1:]:
        current = COMPILED.read_text(encoding="utf-8") if COMPILED.exists() else ""
        if current != text:
            print("scanner/knowledge/compiled.json is not up to date: run scripts/compile_knowledge.py")
            return 1
        return 0
    COMPILED.write_text(text, encoding="utf-8")
    print(f"wrote {COMPILED.relative_to(ROOT)}: {len(text)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
