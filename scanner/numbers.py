"""Which variables of a script can hold nothing but numbers: a look over the whole tree before the walk."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from tree_sitter import Node

from scanner.arithmetic import NUMBER, NUMERIC_NAMES, read_expression
from scanner.numeric_output import prints_numbers, text_of
from scanner.signs import Signs

_SETTERS: Final = frozenset(
    {"read", "mapfile", "readarray", "getopts", "printf", "wait", "vared", "local", "eval"}
)
"""Commands that may give any name in their words a value."""
_ENDS_NAME: Final = (b"", b" ", b"\t", b"\n", b";", b"|", b"&", b")", b"}", b"<", b">")
_SCOPES: Final = frozenset({"declare", "typeset", "local"})
"""Declarations that make a name an array of one kind or another."""
_NUMBERS_ONLY: Final = frozenset("?#$!")


_SETS_SOMETHING: Final = Signs(
    r"[=(][\s\v]*\(|=|\b(?:for|select|let|declare|typeset|local|readonly|export|unset)\b|\$\["
)
"""Without any of these no name can hold a number, nor be a map or an integer, nor is one unset."""


@dataclass(slots=True)
class Facts:
    """What assignments there are in a script: how often a name is set, and what kind of value it can take."""

    counts: Counter[str] = field(default_factory=Counter)
    loops: Counter[str] = field(default_factory=Counter)
    """How many of these are lists of loops."""
    copies: dict[str, set[str]] = field(default_factory=dict)
    """For a name, the other names that it is set from."""
    other: set[str] = field(default_factory=set)
    """Names that are set to something that need not be a number."""
    maps: set[str] = field(default_factory=set)
    """Names that are declared as associative arrays and as nothing else: their subscripts are texts."""
    lettered: set[str] = field(default_factory=set)
    """Names declared with -l, -u or -c: they hold other letters than they are given."""
    unset: set[str] = field(default_factory=set)
    """Names of variables and functions that are unset somewhere; an empty one where it may be any."""
    integers: set[str] = field(default_factory=set)
    """Names declared with -i: what is assigned to them is evaluated."""
    anything: bool = False
    """Some name that can't be told is set, or a name stands for another."""

    def numeric(self, steered: frozenset[str] = frozenset()) -> frozenset[str]:
        """The names that are set, and only to numbers; `steered` are set by another text, too."""
        if self.anything:
            return frozenset()
        uses: dict[str, list[str]] = {}
        for name, sources in self.copies.items():
            for source in sources:
                uses.setdefault(source, []).append(name)
        odd = self.other | steered
        pending = [*odd, *(source for source in uses if source not in self.counts)]
        while pending:
            for name in uses.get(pending.pop(), ()):
                if name not in odd:
                    odd.add(name)
                    pending.append(name)
        return frozenset(self.counts) - odd


_NOTHING_SET: Final = Facts()
"""Shared by the scripts that set nothing; nobody writes into it."""


def collect(root: Node, source: bytes) -> Facts:
    """Read every assignment of a script, in one pass."""
    if not _SETS_SOMETHING.stand_in(source):
        return _NOTHING_SET
    facts = Facts()
    cursor = root.walk()
    while True:
        node = cursor.node
        reader = _READERS.get(node.type) if node is not None else None
        if reader is not None and node is not None:
            reader(node, source, facts)
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return facts


def name_of(node: Node, source: bytes) -> str:
    """The name that an assignment sets, without its subscript."""
    for child in node.children:
        if child.type == "variable_name":
            return text_of(child, source)
        if child.type == "subscript":
            return name_of(child, source)
    return ""


def _set(facts: Facts, name: str, *values: Node, source: bytes) -> None:
    facts.counts[name] += 1
    for value in values:
        kind = value_kind(value, source)
        if kind is None:
            facts.other.add(name)
        elif kind:
            facts.copies.setdefault(name, set()).add(kind)


def _assignment(node: Node, source: bytes, facts: Facts) -> None:
    name = name_of(node, source)
    parent = node.parent
    values = [child for child in node.named_children if child.type not in ("variable_name", "subscript")]
    if parent is not None and parent.type == "c_style_for_statement":
        facts.counts[name] += 1
    elif values and values[0].type == "array":
        _set(facts, name, *values[0].named_children, source=source)
    else:
        _set(facts, name, *values[:1], source=source)


def _for(node: Node, source: bytes, facts: Facts) -> None:
    named = node.named_children
    name = text_of(named[0], source)
    values = [child for child in named[1:] if child.type not in ("do_group", "compound_statement", "comment")]
    listed = any(child.type == "in" for child in node.children) and node.children[0].type != "select"
    _set(facts, name, *values, source=source)
    facts.loops[name] += listed
    if not listed:
        facts.other.add(name)


def _expression(node: Node, source: bytes, facts: Facts) -> None:
    if node.type == "compound_statement" and node.children[0].type != "((":
        return
    for name in read_expression(text_of(node, source)).sets:
        facts.counts[name] += 1


def _declaration(node: Node, source: bytes, facts: Facts) -> None:
    words = [text_of(child, source) for child in node.named_children if child.type == "word"]
    flags = "".join(word[1:] for word in words if word[:1] in ("-", "+"))
    names = [name_of(child, source) for child in node.named_children if child.type == "variable_assignment"]
    names += [text_of(child, source) for child in node.named_children if child.type == "variable_name"]
    if "i" in flags:
        facts.integers.update(names)
    if not {"l", "u", "c"}.isdisjoint(flags):
        facts.lettered.update(names)
    if text_of(node.children[0], source) in _SCOPES:
        signs = {letter for word in words if word.startswith("-") for letter in word[1:]}
        (facts.maps if "A" in signs and not signs & {"a", "n"} else facts.unset).update(names)
    known = ("word", "variable_assignment", "variable_name", "comment", "number")
    facts.anything = facts.anything or "n" in flags or any(c.type not in known for c in node.named_children)


def _unset(node: Node, source: bytes, facts: Facts) -> None:
    """`unset a b[1]`: an element leaves the array, a word that is not known may be any name."""
    for child in node.named_children:
        text = text_of(child, source).strip("\"'")
        if child.type == "variable_name":
            behind = source[child.end_byte : child.end_byte + 1]
            facts.unset.update(() if behind == b"[" else (text,) if behind in _ENDS_NAME else ("",))
        elif re.fullmatch(r"-[fvn]+|\w+\[[^$`]*\]|\[[^$`]*\]", text) is None:
            facts.unset.add(text if re.fullmatch(r"[\w.:-]+", text) else "")


def _command(node: Node, source: bytes, facts: Facts) -> None:
    """read, mapfile …: any word may be a name that is set; let: an expression."""
    given = [child for child in node.named_children if child.type != "variable_assignment"]
    words = [text_of(child, source) for child in given]
    while words and words[0].lstrip("\\") in ("command", "builtin"):
        words = words[1:]
    name = words[0].lstrip("\\") if words else ""
    if name == "let":
        for word in words[1:]:
            facts.counts.update(read_expression(word.strip("\"'")).sets)
    elif name == "unset":
        facts.unset.update(
            word.strip("\"'") if re.fullmatch(r"[\"'\w-]+", word) else "" for word in words[1:]
        )
    elif name in _SETTERS:
        for word in words[1:]:
            match = re.match(r"(?:-[a-zA-Z]*)?([A-Za-z_]\w*)", word.strip("\"'"))
            if match is not None:
                facts.counts[match.group(1)] += 1
                facts.other.add(match.group(1))
            elif "$" in word and name not in ("printf", "wait", "eval"):
                facts.anything = True
        facts.other.update(("REPLY", "MAPFILE", "OPTARG"))


def _expansion(node: Node, source: bytes, facts: Facts) -> None:
    """`${x:=value}`."""
    if any(child.type in (":=", "=") for child in node.children):
        facts.counts[name_of(node, source)] += 1
        facts.other.add(name_of(node, source))


def header_text(node: Node, source: bytes) -> str:
    """What stands between the double parentheses of a C-style for."""
    ends = [child for child in node.children if child.type in ("((", "))")]
    if len(ends) < 2:
        return text_of(node, source)
    return source[ends[0].end_byte : ends[1].start_byte].decode("utf-8", "replace")


def _header(node: Node, source: bytes, facts: Facts) -> None:
    facts.counts.update(read_expression(header_text(node, source)).sets)


_READERS: Final = {
    "variable_assignment": _assignment,
    "for_statement": _for,
    "compound_statement": _expression,
    "arithmetic_expansion": _expression,
    "c_style_for_statement": _header,
    "declaration_command": _declaration,
    "unset_command": _unset,
    "command": _command,
    "expansion": _expansion,
}


def value_kind(node: Node, source: bytes) -> str | None:
    """`""` for what can only be a number, a name for a copy of that variable, None for anything else."""
    text = text_of(node, source)
    if node.type == "string" and node.named_child_count == 1 and text[1:2] == "$":
        child = node.named_children[0]
        return value_kind(child, source) if child.end_byte == node.end_byte - 1 else None
    if node.type in ("word", "number", "string", "raw_string") and NUMBER.fullmatch(text.strip("\"'")):
        return ""
    if text in ('""', "''") or node.type == "arithmetic_expansion":
        return ""
    if node.type == "brace_expression":
        return "" if re.fullmatch(r"\{-?\d+\.\.-?\d+(?:\.\.-?\d+)?\}", text) else None
    if node.type in ("simple_expansion", "expansion"):
        return _expansion_kind(text)
    if node.type == "command_substitution":
        return "" if prints_numbers(node, source) else None
    return None


def _expansion_kind(text: str) -> str | None:
    bare = re.fullmatch(r"\$\{?(\w+|[?#$!])\}?", text)
    if bare is not None:
        name = bare.group(1)
        if name in _NUMBERS_ONLY or name in NUMERIC_NAMES:
            return ""
        return None if name.isdigit() else name
    if re.fullmatch(r"\$\{#[^{}$`]+\}", text):
        return ""
    defaulted = re.fullmatch(r"\$\{([A-Za-z_]\w*)(?::?-\d*|(?:%%?|##?|//?)[^$`{}]*)\}", text)
    if defaulted is not None:
        return defaulted.group(1)
    element = re.fullmatch(r"\$\{([A-Za-z_]\w*)\[[^$`{}]*\]\}", text)
    if element is not None:
        return "" if element.group(1) in NUMERIC_NAMES else element.group(1)
    return None
