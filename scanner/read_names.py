"""Which variables of a script hold what data decides: lines that it reads, what a command prints.

A name that whoever runs the script gives is theirs to choose. One that a file or another program gives may
name any file, or be several words. A look over the whole tree, in no order: once data, always data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tree_sitter import Node

from scanner.numeric_output import prints_numbers, text_of
from scanner.printed import LISTS_FILES, Printed, printed
from scanner.read_inputs import INPUT, Inputs, spread
from scanner.signs import Signs

_MAY_READ: Final = Signs(r"\$\(|`|<\(|\b(?:read|mapfile|readarray|vared|(?:OLD)?PWD)\b")
"""Without any of these a script takes no data into a name."""
_LOOP_WORDS: Final = Signs(r"\b(?:for|select)\b|=\(")
_PATTERN: Final = re.compile(rb"[*?\[]")
"""A loop may go over names of files where there is a pattern."""
_TAKES: Final = Signs(r"=|\b(?:for|select|set|function|read|mapfile|readarray|vared|(?:OLD)?PWD)\b|\(\)")
_REDIRECTS_ALL: Final = Signs(r"\bexec\b")
READS_NAMES: Final = frozenset({"read", "mapfile", "readarray", "vared"})
"""Commands that take what they read into names."""
_LOOPS: Final = frozenset({"while_statement", "for_statement", "c_style_for_statement"})
_EXPANSIONS: Final = frozenset({"simple_expansion", "expansion"})
MAX_STEPS: Final = 64
"""Of a pipeline with more steps each may read data."""
_NO_WORDS: Final = frozenset(
    {"variable_assignment", "file_redirect", "herestring_redirect", "heredoc_redirect"}
)
_NAME: Final = re.compile(r"\$\{?!?(\w+|[@*])")
_OPTION_OR_NAME: Final = re.compile(r"(?:-[a-zA-Z]*?a)?([A-Za-z_]\w*)")
_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_FIELDS: Final = re.compile(rb"\bIFS\b")
_FIELDS_OF_ONE: Final = re.compile(
    rb"\bIFS=(?:[^\s;&|\\\"'`$(]*|'[^'\s]*'|\"[^\"\s\\`$]*\"|\$'(?:\\[a-z0-9]+|[^\s'\\])*')[ \t]+"
    rb"(?:read|mapfile|readarray)\b"
)
"""How words are parted, for one command only: what it reads may hold the blanks that the shell parts by."""
_UNQUOTED: Final = frozenset(
    {"command_substitution", "simple_expansion", "expansion", "word", "concatenation"}
)
_PATTERNS: Final = frozenset({"word", "concatenation", "extglob_pattern"})
_GLOB: Final = re.compile(r"[*?\[]")
_LOOSE: Final = re.compile(r"[^*?\[\"'\\]*")
"""What stands before an expansion without quotes, and names no files by a pattern."""
_OPEN: Final = Signs(r"/(?:tmp|dev/(?:shm|mqueue)|var/(?:crash|lock|spool)|run/lock)\b")
"""Folders in which everybody makes files: a name there may be a pattern as well, one word or not."""
_FOLDERS: Final = frozenset({"PWD", "OLDPWD"})
"""Names of files as well: a script may go to a folder by a pattern."""
FILES: Final = "/"
"""Stands among the names that a value is made of where names of files are in it; no variable is called so."""


def canonical(name: str) -> str:
    """One name for all positional parameters."""
    return "@" if name == "*" or (name.isdigit() and name != "0") else name


def any_data(nodes: Iterable[Node], source: bytes, names: set[str]) -> bool:
    """Whether one of several words is; all of them are asked, for the variables in them."""
    found = False
    for node in nodes:
        found = takes_data(node, source, names) or found
    return found


def takes_data(node: Node, source: bytes, names: set[str]) -> bool:
    """Whether a word or value is made of data; the variables in it that decide it too go to `names`."""
    kind = node.type
    if kind in ("command_substitution", "process_substitution"):
        return _prints_data(node, source, names)
    if kind == "arithmetic_expansion":
        return False
    if kind in _EXPANSIONS:
        match = _NAME.match(text_of(node, source).lstrip())
        if match is not None:
            names.add(canonical(match.group(1)))
    return any_data(node.named_children, source, names)


def _prints_data(node: Node, source: bytes, names: set[str]) -> bool:
    if prints_numbers(node, source):
        return False
    found = printed(node, source)
    if found == "given":
        if LISTS_FILES.search(text_of(node, source)) is not None:
            names.add(FILES)
        return any_data(node.named_children, source, names)
    return found != "names"


@dataclass(slots=True)
class _Sources:
    """What each name is made of."""

    source: bytes
    fed: bool
    data: set[str] = field(default_factory=set)
    made_of: dict[str, set[str]] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    calls: list[tuple[str, Node]] = field(default_factory=list)
    several: set[str] = field(default_factory=set)
    """Names that may hold several words."""
    inputs: Inputs = field(default_factory=Inputs)

    def named(self, node: Node, parts: set[str]) -> str:
        """A name for an input, made of the names in it, so that many readers of it stay cheap."""
        name = f"{INPUT}{node.id}"
        self.made_of.setdefault(name, set()).update(parts)
        return name

    def take(self, name: str, values: Iterable[Node], *, single: bool = False) -> None:
        """A name is set to words; to one at a time where it is `single`."""
        if not single:
            self.several.add(name)
        names = self.made_of.setdefault(name, set())
        if any_data(values, self.source, names):
            self.data.add(name)

    def closed(self) -> ReadNames:
        """The names that data decides, by way of others too, and which of them hold one word."""
        for name, node in self.calls:
            if name == "set" or name in self.functions:
                self.take("@", node.named_children[1:])
        spread(self.data, self.made_of)
        named = {FILES, *_FOLDERS}
        spread(named, self.made_of)
        parts = b"IFS" in self.source and _FIELDS.search(_FIELDS_OF_ONE.sub(b"", self.source)) is not None
        one = (self.data | named) - self.several - _FOLDERS - {FILES}
        single = frozenset() if parts else frozenset(one)
        if not _OPEN.stand_in(self.source):
            named -= single
        return ReadNames(frozenset(self.data), single, frozenset(named) - {FILES})


class ReadNames(NamedTuple):
    """Names of a script that data decides, `@` for all positional parameters; names of both kinds that hold
    one word, which the shell may still take for a pattern; names that hold names of files.
    """

    data: frozenset[str]
    single: frozenset[str]
    named: frozenset[str]


NO_READ_NAMES: Final = ReadNames(frozenset(), frozenset(), frozenset())


def read_names(root: Node, source: bytes, before: Iterable[str], *, fed: bool) -> ReadNames:
    """The names that data decides: `before` are known to be; `fed` says that the script is handed data."""
    known = frozenset(before)
    if not known and (not _may_take(source) or not _TAKES.stand_in(source)):
        return NO_READ_NAMES
    fed = fed or _REDIRECTS_ALL.stand_in(source)
    found = _Sources(source, fed, set(known), several=set(known))
    around = found.inputs.around
    cursor = root.walk()
    while True:
        node = cursor.node
        reader = _BY_KIND.get(node.type) if node is not None else None
        if reader is not None and node is not None:
            reader(node, found)
        if cursor.goto_first_child():
            around.append(node or root)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found.closed()
            around.pop()


def _may_take(source: bytes) -> bool:
    return _MAY_READ.stand_in(source) or (
        _PATTERN.search(source) is not None and _LOOP_WORDS.stand_in(source)
    )


def _assignment(node: Node, found: _Sources) -> None:
    name = next((child for child in node.children if child.type in ("variable_name", "subscript")), None)
    match = re.match(r"\w+", text_of(name, found.source)) if name is not None else None
    if match is not None:
        values = [child for child in node.named_children if child != name]
        found.take(match.group(), values)
        listed = [one for value in values if value.type == "array" for one in value.named_children]
        if any(one.type in _PATTERNS and _GLOB.search(text_of(one, found.source)) for one in listed):
            found.made_of[match.group()].add(FILES)


def _for(node: Node, found: _Sources) -> None:
    name, *values = node.named_children
    given = text_of(name, found.source)
    values = [value for value in values if value.type not in ("do_group", "compound_statement")]
    single = all(_LOOSE.fullmatch(text_of(value, found.source).split("$", 1)[0]) for value in values)
    if any(value.type in _PATTERNS and _GLOB.search(text_of(value, found.source)) for value in values):
        found.made_of.setdefault(given, set()).add(FILES)
    unquoted = all(value.type in _UNQUOTED for value in values)
    found.take(given, values, single=single and unquoted)
    if not any(child.type == "in" for child in node.children):
        found.made_of.setdefault(given, set()).add("@")


def _expansion(node: Node, found: _Sources) -> None:
    """`${x:=value}`."""
    match = _NAME.match(text_of(node, found.source))
    if match is not None and any(child.type in (":=", "=") for child in node.children):
        found.take(match.group(1), node.named_children[1:])


def _function(node: Node, found: _Sources) -> None:
    found.functions.add(text_of(node.named_children[0], found.source))


def _command(node: Node, found: _Sources) -> None:
    words = [child for child in node.named_children if child.type not in _NO_WORDS]
    texts = [text_of(word, found.source) for word in words]
    while len(texts) > 1 and texts[0].lstrip("\\") in ("command", "builtin"):
        words, texts = words[1:], texts[1:]
    name = texts[0].lstrip("\\") if texts else ""
    if name in READS_NAMES:
        _reads(node, texts, found)
    elif name == "printf" and "-v" in texts[:-1]:
        found.take(texts[texts.index("-v") + 1].strip("\"'"), words)
    elif name == "getopts":
        for target in (*texts[2:3], "OPTARG"):
            found.made_of.setdefault(target, set()).add("@")
    elif len(words) > 1:
        found.calls.append((name, node))


def _reads(node: Node, texts: list[str], found: _Sources) -> None:
    names: set[str] = set()
    data = any(text.startswith("-u") for text in texts) or _input_is_data(node, found, names)
    names_many = sum(_WORD.fullmatch(text) is not None for text in texts[1:]) > 1
    raw = any(re.fullmatch(r"-[a-z]*r[a-z]*", text) for text in texts)
    parted = any(child.type == "variable_assignment" for child in node.named_children)
    data = data or ((parted or names_many) and b"<<" in found.source)  # parts of a text of the script
    given = [*texts[1:], "REPLY", "MAPFILE"]
    for at, text in enumerate(given):
        match = _OPTION_OR_NAME.match(text.strip("\"'"))
        if match is not None:
            if parted or not raw or texts[0] != "read" or at >= len(texts) - 2:
                found.several.add(match.group(1))
            found.made_of.setdefault(match.group(1), set()).update(names)
            if data:
                found.data.add(match.group(1))


def _input_is_data(node: Node, found: _Sources, names: set[str]) -> bool:
    """What a command reads, by what stands around it: a redirection, a pipe; else who runs it types one line.

    The lines of a loop are a list.
    """
    looped, child = False, node
    for parent in reversed(found.inputs.around):
        redirects = found.inputs.redirects_of(parent)
        for redirect in (*found.inputs.redirects_of(node), *redirects) if child is node else redirects:
            read = _redirected(redirect, found, names)
            if read is not None:
                return read
        if parent.type == "pipeline" and parent.start_byte != child.start_byte:
            return _piped(parent, child, found, names)
        if parent.type == "function_definition" or found.source.startswith(b">(", parent.start_byte):
            return True
        looped = looped or parent.type in _LOOPS
        child = parent
    return looped or found.fed


def _redirected(node: Node, found: _Sources, names: set[str]) -> bool | None:
    """Whether a redirection brings data; None where it brings nothing. Each is looked at once."""
    if node.id not in found.inputs.brings:
        parts: set[str] = set()
        brings = _brings(node, found, parts)
        found.inputs.brings[node.id] = brings, found.named(node, parts)
    brings, name = found.inputs.brings[node.id]
    names.add(name)
    return brings


def _brings(node: Node, found: _Sources, names: set[str]) -> bool | None:
    operators = {child.type for child in node.children}
    if node.type == "file_redirect" and operators.isdisjoint(("<", "<>", "<&")):
        return None
    inside = [inner for child in node.named_children for inner in (child, *child.named_children)]
    if node.type == "file_redirect" and not any(one.type == "process_substitution" for one in inside):
        return True
    return takes_data(node, found.source, names)


def _piped(pipeline: Node, reader: Node, found: _Sources, names: set[str]) -> bool:
    """Whether a step of a pipeline reads data. Each pipeline is looked at once."""
    if pipeline.id not in found.inputs.piped:
        found.inputs.piped[pipeline.id] = _steps(pipeline, found)
    data, name = found.inputs.piped[pipeline.id].get(reader.id, (True, ""))
    if name:
        names.add(name)
    return data


def _steps(pipeline: Node, found: _Sources) -> dict[int, tuple[bool, str]]:
    """What each step reads, and the name of the names in it; nothing of a pipeline that is too long."""
    steps: dict[int, tuple[bool, str]] = {}
    children = pipeline.named_children
    if len(children) > MAX_STEPS:
        return steps
    before: Printed = "data"
    any_before, parts = False, set[str]()
    for child in children:
        if before == "given":
            steps[child.id] = any_before, found.named(child, parts)
        else:
            steps[child.id] = before != "names", ""
        before = printed(child, found.source, before)
        if before == "given" and LISTS_FILES.search(text_of(child, found.source)) is not None:
            parts.add(FILES)
        any_before = takes_data(child, found.source, parts) or any_before
    return steps


_BY_KIND: Final = {
    "variable_assignment": _assignment,
    "for_statement": _for,
    "expansion": _expansion,
    "function_definition": _function,
    "command": _command,
}
