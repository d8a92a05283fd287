"""Arithmetic in a walk: what is evaluated must be numbers, and what it sets must steer nothing.

`(( ))`, `$(( ))`, `let`, `[[ a -gt b ]]`, subscripts, offsets and variables declared with -i evaluate text as
an expression, the values of its names too. `[ a -gt b ]` takes integers only and evaluates nothing.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from itertools import pairwise
from typing import Final

from tree_sitter import Node

from scanner.arithmetic import NUMERIC_NAMES, read_expression
from scanner.escapes import GLOB, OPAQUE
from scanner.expansions import unshown
from scanner.globs import secret_part
from scanner.loops import runs_free
from scanner.numbers import Facts, value_kind
from scanner.redirection import RedirectReading
from scanner.word import Word
from scanner.words import descendants

_COMPARES: Final = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_EXPANSIONS: Final = frozenset(
    {
        "simple_expansion",
        "expansion",
        "command_substitution",
        "process_substitution",
        "arithmetic_expansion",
        "ansi_c_string",
    }
)
_PASSES: Final = frozenset({"command", "builtin", "time"})
_ARITHMETIC: Final = frozenset({"arithmetic_expansion"})
_INDIRECT: Final = re.compile(r"\$\{!([^}]*)\}")
_KEYS: Final = re.compile(r"\w+(?:\[[@*]\]|[@*])")
_PATH_BEGINS: Final = re.compile(r"[/~]|(?<=[-+=?%#])[\w.\"']")
"""Where a path may begin in `${…}` behind its name."""
_REPLACED: Final = re.compile(r"\$\{(\w+)//?([^/*?\[\\{}$`]+)(?:/([^{}$`]*))?\}")
"""`${x/a/b}` and `${x/a}` without a pattern or an expansion in it."""
_CUT: Final = re.compile(r"\$\{(\w+)(?:[#%:^,@]|//?)")
"""Other forms that make a text of a name's value: a part of it, or it in other letters."""
MAX_PATHS: Final = 20
"""Places in one `${…}` at which a path is looked for."""
_FILE_VARIABLE: Final = re.compile(rb"(?<!\$)\{([A-Za-z_]\w*)(\[[^{}]*\])?\}(?=[<>])")
"""`{name}> file` gives a name the number of an open file; the parser shows a word."""
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w*")
_WHY: Final = "evaluates a value that is not known to be a number, and runs the commands that may stand in it"
_READS_NAMES: Final = {
    "read": "dinNptu",
    "mapfile": "dnOsuCc",
    "readarray": "dnOsuCc",
    "vared": "pr",
}
"""Commands whose operands are names to set, with the letters of their options that take another value."""


_WITHOUT_NAME: Final = {"read": "REPLY", "mapfile": "MAPFILE", "readarray": "MAPFILE"}
"""What they set where they are given no name."""


class Calculation(RedirectReading):
    """The part of a walk that knows which variables hold numbers."""

    facts: Facts = Facts()
    numeric: frozenset[str] = frozenset()
    _expanding = False
    """The walk stands in an expansion, whose inner ones are all looked at with it."""
    _evaluates = False
    """The walk stands in `[[ ]]`, not in `[ ]`."""

    def _is_integer(self, name: str) -> bool:
        """Whether what is assigned to a name is evaluated."""
        return name in NUMERIC_NAMES or name in self.facts.integers or name in self._values.integers

    @abstractmethod
    def _is_map(self, name: str) -> bool:
        """Whether a name is surely an associative array where the walk stands."""

    def _number(self, name: str) -> bool:
        return name in NUMERIC_NAMES or (name in self.numeric and self._values.is_set(name))

    def _not_shown(self, root: Node) -> None:
        """What is evaluated or set somewhere in a script, and is no node of the tree."""
        for match in _FILE_VARIABLE.finditer(self._source) if b"}" in self._source else ():
            if match.group(2):
                self._unknown(root, "an element of an array takes the number of a file: its key is evaluated")
            self._taken(match.group(1).decode(), root, number=True)
        for node in unshown(root, self._source):
            self._unknown(node, "an expansion that is evaluated, where the tree does not show it")

    # -- expressions

    def _calculated(self, node: Node) -> None:
        self._evaluate(node.start_byte, node.end_byte, node)

    def _evaluate(self, start: int, end: int, node: Node) -> None:
        """Judge the expression in these bytes, inside of a node."""
        self._evaluate_text(self._plain_text(start, end, node), node)

    def _evaluate_text(self, text: str, node: Node) -> None:
        found = read_expression(text)
        if found.unreadable or not all(map(self._number, found.reads)):
            self._sink.unknown("shell.arithmetic", _WHY, node.start_byte, node.end_byte)
        for name in sorted(found.sets):
            self._taken(name, node, number=True)

    def _plain_text(self, start: int, end: int, node: Node) -> str:
        """The bytes with every expansion cut out: `1` for a number, opaque for anything else."""
        parts: list[str] = []
        at = start
        inside = (
            [node] if start == node.start_byte and node.type in _EXPANSIONS - _ARITHMETIC else node.children
        )
        for inner in (found for child in inside for found in descendants(child, _EXPANSIONS)):
            if inner.start_byte < at or inner.end_byte > end:
                continue
            if inner.type == "expansion" and not self._expanding:
                self._expanded(inner)
            parts += [self._slice(at, inner.start_byte), "1" if self._is_number(inner) else OPAQUE]
            at = inner.end_byte
        text = "".join([*parts, self._slice(at, end)])
        if node.type in _ARITHMETIC:
            text = text.removeprefix("$((").removeprefix("$[")
        return re.sub(r"[\"'\\]", "", text)

    def _slice(self, start: int, end: int) -> str:
        return self._source[start:end].decode("utf-8", "replace")

    def _is_number(self, node: Node) -> bool:
        kind = value_kind(node, self._source)
        return kind == "" or (kind is not None and self._number(kind))

    # -- places where expressions stand

    def _expanded(self, node: Node) -> None:
        """`${x[i]}`, `${x:i}`, `${!x}`, `${x:=value}`, and those inside it."""
        outer, self._expanding = self._expanding, True
        self._expand(node)
        self._expanding = outer

    def _expand(self, node: Node) -> None:
        for inner in _nested(node):
            raw = self.text(inner)
            if _PATH_BEGINS.search(raw) is not None:
                self._put_together(inner, raw)
            if (cut := _CUT.match(raw)) is not None:
                self._made_from(inner, raw, cut.group(1))
            indirect = _INDIRECT.fullmatch(raw)
            if indirect is not None and _KEYS.fullmatch(indirect.group(1)) is None:
                self._indirect(inner, indirect.group(1))
            colon = False
            for child in inner.children:
                if child.type == "subscript":
                    self._subscript(child)
                elif child.type in (":=", "="):
                    self._taken(self.text(inner.named_children[0]), inner)
                elif child.type == ":" and not colon:
                    colon = True
                    self._evaluate(child.end_byte, inner.end_byte - 1, inner)

    def _repeats(self, node: Node) -> None:
        """A loop that goes on as fast as the host can."""
        if runs_free(self.text(node)):
            self._unknown(node, "a loop without a pause and without an end")

    def _evaluate_header(self, node: Node) -> None:
        """Start, condition and step, in this order: what the start sets is known to the others."""
        closing = next((child.start_byte for child in node.children if child.type == "))"), node.end_byte)
        ends = [one for one in node.children if one.type in ("((", ";", "))") and one.start_byte <= closing]
        for one, following in pairwise(ends):
            self._evaluate(one.end_byte, following.start_byte, node)

    def _put_together(self, node: Node, raw: str) -> None:
        """`${x:+/etc/x}`, `${x/a//etc/x}`: each path in it is one that something may open."""
        for at in [match.start() for match in _PATH_BEGINS.finditer(raw)][:MAX_PATHS]:
            self._may_be_opened(raw[at:-1].strip("\"'"), node)

    def _made_from(self, node: Node, raw: str, name: str) -> None:
        """`${x,,}`, `${x#a}`, `${x/a}`: a part of what the script gives, or it in other letters."""
        known = self._lookup(name)
        if known is None or known.text == OPAQUE:
            return
        replaced = _REPLACED.fullmatch(raw)
        if replaced is not None:
            for times in (1, -1):
                text = known.text.replace(replaced.group(2), replaced.group(3) or "", times)
                self._may_be_opened(text, node)
            return
        self._may_be_opened(known.text.lower(), node)
        part = secret_part(known.text.lower())
        if part is not None:
            self._may_be_opened(part, node)

    def _may_be_opened(self, text: str, node: Node) -> None:
        """Tell of a text that a script puts together, as of a word of a list: something may open it."""
        pattern = any(sign in text for sign in (*GLOB, "{", OPAQUE))
        self._sink.listed(Word(text, node.start_byte, node.end_byte, pattern=pattern))

    def _indirect(self, node: Node, name: str) -> None:
        piece = self._lookup(name)
        if piece is None or not piece.certain or _IDENTIFIER.fullmatch(piece.text) is None:
            why = "the name of a variable is known only when it runs, and its subscript would be evaluated"
            self._sink.unknown("shell.arithmetic", why, node.start_byte, node.end_byte)

    def _subscript(self, node: Node) -> None:
        """`x[i]`: an expression, but `x[@]` and the keys of associative arrays."""
        name = next((self.text(child) for child in node.children if child.type == "variable_name"), "")
        opening = next((child for child in node.children if child.type == "["), None)
        if opening is None or self._is_map(name):
            return
        if self._slice(opening.end_byte, node.end_byte - 1) not in ("@", "*"):
            self._evaluate(opening.end_byte, node.end_byte - 1, node)

    def _tested(self, node: Node) -> None:
        """`[[ a -gt b ]]` evaluates both sides; `-v x[i]` the subscript, in single brackets too."""
        operator = next((self.text(child) for child in node.children if child.type == "test_operator"), "")
        for child in node.named_children if operator == "-v" or operator in _COMPARES else ():
            if child.type == "test_operator":
                continue
            if operator == "-v":
                self._looked_up(self._word(child), child)
            elif self._evaluates:
                self._evaluate(child.start_byte, child.end_byte, child)

    def _looked_up(self, word: Word, node: Node) -> None:
        name, bracket, subscript = word.text.partition("[")
        if not word.literal and not (word.certain and word.known and bracket):
            self._sink.unknown("shell.arithmetic", _WHY, node.start_byte, node.end_byte)
        elif bracket and subscript not in ("@]", "*]") and not self._is_map(name):
            self._evaluate_text(subscript, node)

    # -- names that are set

    def _taken(self, name: str, node: Node, *, number: bool = False) -> None:
        """A name takes a value that is not followed: it may steer programs; one of numbers evaluates it."""
        if not number and self._is_integer(name):
            self._sink.unknown("shell.arithmetic", _WHY, node.start_byte, node.end_byte)
        self._values.forget(name)
        self._values.now_set(name)
        self._sink.assignment(name, None, node, exported=False)

    def _set_by_command(self, words: list[Word], node: Node) -> None:
        """read, mapfile, getopts, printf -v, wait -p, let, coproc: the names that they set."""
        while len(words) > 1 and (words[0].text in _PASSES or words[0].text.startswith("-")):
            words = words[1:]
        name = words[0].text
        targets = _targets(name, words[1:])
        if name == "let":
            for word in words[1:]:
                self._evaluate_text(re.sub(r"[\"'\\]", "", word.text), node)
        for word in targets:
            match = _IDENTIFIER.match(word.text)
            if word.literal and match is not None:
                self._taken(match.group(), node)
            else:
                self._values.forget_all()
        if name in _WITHOUT_NAME and not targets:
            self._taken(_WITHOUT_NAME[name], node)


def _nested(node: Node) -> list[Node]:
    """The `${…}` at and inside a node, not those inside substituted commands."""
    found = [node] if node.type == "expansion" else []
    for child in node.children:
        if child.type not in ("command_substitution", "process_substitution"):
            found += _nested(child)
    return found


def _targets(name: str, words: list[Word]) -> list[Word]:
    if name == "getopts":
        return [*words[1:2], Word("OPTARG", 0, 0)]
    if name == "printf":
        return _after_option(words, "-v")
    if name == "wait":
        return _after_option(words, "-p")
    if name == "coproc":
        return words[:1] if len(words) > 1 and words[1].text[:1] in "({" else []
    if name not in _READS_NAMES:
        return []
    found: list[Word] = []
    index = 0
    while index < len(words):
        text = words[index].text
        index += 1
        if not text.startswith("-") or text in ("-", "--"):
            found += [] if text == "--" else [words[index - 1]]
            continue
        valued = re.match(rf"-[a-zA-Z]*?([{_READS_NAMES[name]}a])(.*)", text, re.DOTALL)
        if valued is None:
            continue
        if name == "read" and valued.group(1) == "a":
            rest = valued.group(2)
            found += (
                [Word(rest, words[index - 1].start, words[index - 1].end)]
                if rest
                else words[index : index + 1]
            )
        index += not valued.group(2)
    return found


def _after_option(words: list[Word], option: str) -> list[Word]:
    for index, word in enumerate(words):
        if word.text == option:
            return words[index + 1 : index + 2]
        if word.text.startswith(option):
            return [
                Word(word.text[len(option) :], word.start, word.end, word.quoted, word.pattern, word.certain)
            ]
        if not word.text.startswith("-"):
            return []
    return []
