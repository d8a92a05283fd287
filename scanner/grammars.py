"""How the options of a tool are read: of the tool alone, and behind one of its verbs. Kept by name."""

from __future__ import annotations

from functools import cache

from scanner.options import Grammar, long_names
from scanner.tables import Raise, Rule, Tool, tool
from scanner.tables import rule as table_entry


def tool_grammar(found: Tool) -> Grammar:
    """How options are read as long as the verb is not known."""
    return _kept_tool_grammar(found.name) or Grammar()


@cache
def _kept_tool_grammar(name: str) -> Grammar | None:
    """The same by name, kept."""
    found = tool(name)
    if found is None:
        return None
    values = found.values | found.exec | _bounded(found.raises)
    return Grammar(
        values, attached=found.attached, single_dash=found.single_dash, long_names=long_names(values)
    )


def grammar_of(found: Tool, rule: Rule) -> Grammar:
    """How a tool reads the options of one rule."""
    return _kept_grammar(found.name, rule.id) or Grammar()


@cache
def _kept_grammar(name: str, rule_id: str) -> Grammar | None:
    """The same by name, kept, since it is asked for with every command."""
    found, rule = tool(name), table_entry(rule_id)
    if found is None:
        return None
    values = rule.values | found.values - (rule.options or frozenset())
    known = (rule.options or frozenset()) | (found.flags or frozenset()) | set(rule.raises) | set(rule.lowers)
    known |= set(found.raises)
    values |= rule.exec | found.exec | _bounded(rule.raises) | _bounded(found.raises)
    if rule.resources.startswith("option:"):
        values |= set(rule.resources.removeprefix("option:").split(","))
    return Grammar(
        values,
        known - values,
        rule.attached | found.attached,
        single_dash=found.single_dash,
        first_only=found.first_only,
        long_names=long_names(known, values),
    )


def _bounded(raises: dict[str, Raise]) -> set[str]:
    """The options of which only some values count: they take a value."""
    return {name for name, entry in raises.items() if entry.when is not None}
