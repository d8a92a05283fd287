"""Names that a script itself gives words that begin with a hyphen: what they hold may be an option.

A name that only whoever runs the script gives is theirs. One that the script sets in one place or another,
that a loop goes through, or that a function is called with, holds what stands in the text, though it is not
known which. A look over the whole tree, in no order, and only where such a name is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

from tree_sitter import Node

from scanner.numeric_output import text_of
from scanner.read_inputs import spread
from scanner.read_names import READS_NAMES, canonical
from scanner.signs import Signs

_HYPHEN: Final = re.compile(r"(?:^|[\s\"'({,\\])-|\$'")
"""A word that begins with a hyphen, or may by an escape, somewhere in a value."""
_GIVES: Final = Signs(r"=|\(\)|\b(?:function|for|select|read|mapfile|readarray|vared)\b")
"""Without any of these a script gives no name anything."""
_NAMES: Final = re.compile(r"\$\{?!?(\w+|[@*])")
_SAYS: Final = re.compile(r"(?:\$\(|`)\s*(?:echo|printf)(?:\s+-[neE]+)*(?:\s+--)?(?=\s)")
_SUBSTITUTIONS: Final = frozenset({"command_substitution", "process_substitution", "arithmetic_expansion"})
_BODIES: Final = frozenset({"do_group", "compound_statement"})
_INPUTS: Final = frozenset({"herestring_redirect", "heredoc_redirect"})
_WORD: Final = re.compile(r"[A-Za-z_]\w*")


class GivenOptions:
    """Which names may hold an option by the text of a script, or of those around it; asked like a set."""

    def __init__(self, root: Node, source: bytes, around: tuple[Container[str], ...] = ()) -> None:
        self._root = root
        self._source = source
        self._around = around
        self._names: set[str] | None = None

    def __contains__(self, name: object) -> bool:
        if self._names is None:
            gives = _GIVES.stand_in(self._source)
            self._names = _collected(self._root, self._source) if gives else set()
        if not isinstance(name, str):
            return False
        return canonical(name) in self._names or any(name in given for given in self._around)


class _Found:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.options: set[str] = set()
        self.made_of: dict[str, set[str]] = {}
        self.functions: set[str] = set()
        self.calls: list[tuple[str, list[Node]]] = []

    def take(self, name: str, values: list[Node]) -> None:
        """A name is given what these nodes say."""
        text = " ".join(_said(value, self.source) for value in values)
        if _HYPHEN.search(text) is not None:
            self.options.add(name)
        self.made_of.setdefault(name, set()).update(canonical(one) for one in _NAMES.findall(text))


def _collected(root: Node, source: bytes) -> set[str]:
    found = _Found(source)
    cursor = root.walk()
    while True:
        node = cursor.node
        reader = _READERS.get(node.type) if node is not None else None
        if reader is not None and node is not None:
            reader(node, found)
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                for name, given in found.calls:
                    if name in found.functions:
                        found.take("@", given)
                spread(found.options, found.made_of)
                return found.options


def _said(node: Node, source: bytes) -> str:
    """The text of a value; of what commands in it print only what echo and printf are told to say."""
    if node.type in _SUBSTITUTIONS:
        text = text_of(node, source)
        says = _SAYS.match(text)
        return text[says.end() :] if says is not None else ""
    inside = [child for child in node.named_children if _substitutes(child)]
    if not inside:
        return text_of(node, source)
    parts, at = [], node.start_byte
    for child in inside:
        parts += [source[at : child.start_byte].decode("utf-8", "replace"), _said(child, source)]
        at = child.end_byte
    return "".join([*parts, source[at : node.end_byte].decode("utf-8", "replace")])


def _substitutes(node: Node) -> bool:
    return node.type in _SUBSTITUTIONS or node.named_child_count > 0


def _assignment(node: Node, found: _Found) -> None:
    first, *values = node.named_children
    name = _WORD.match(text_of(first, found.source))
    if name is not None:
        found.take(name.group(), values)


def _for(node: Node, found: _Found) -> None:
    name, *values = node.named_children
    listed = [value for value in values if value.type not in _BODIES]
    found.take(text_of(name, found.source), listed)
    if not listed:
        found.made_of.setdefault(text_of(name, found.source), set()).add("@")


def _expansion(node: Node, found: _Found) -> None:
    """`${x:=value}`."""
    if any(child.type in (":=", "=") for child in node.children) and node.named_children:
        found.take(text_of(node.named_children[0], found.source), node.named_children[1:])


def _function(node: Node, found: _Found) -> None:
    found.functions.add(text_of(node.named_children[0], found.source))


def _command(node: Node, found: _Found) -> None:
    words = [child for child in node.named_children if child.type != "variable_assignment"]
    if len(words) > 1:
        found.calls.append((text_of(words[0], found.source), words[1:]))
    _read(node, words, found, node.named_children)


def _redirected(node: Node, found: _Found) -> None:
    """`read x <<< text`: the names that are read are made of what stands there."""
    body = node.named_children[0] if node.named_children else None
    if body is not None and body.type == "command":
        _read(body, body.named_children, found, node.named_children)


def _read(_: Node, words: list[Node], found: _Found, around: list[Node]) -> None:
    inputs = [one for one in around if one.type in _INPUTS]
    if not inputs or not words or text_of(words[0], found.source) not in READS_NAMES:
        return
    given = [text_of(word, found.source) for word in words[1:] if word.type not in _INPUTS]
    for name in (*(text for text in given if _WORD.fullmatch(text)), "REPLY", "MAPFILE"):
        found.take(name, inputs)


_READERS: Final = {
    "variable_assignment": _assignment,
    "for_statement": _for,
    "expansion": _expansion,
    "function_definition": _function,
    "command": _command,
    "redirected_statement": _redirected,
}
