"""Holes in commands: where they may stand, and how they are filled so that a value never becomes code.

Three locks (CONTRACTS.md §1): 1. the value matches its variable's pattern; 2. the hole is (part of) an
argument word; 3. the filled command's syntax tree equals the template's but for that word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from tree_sitter import Node

from base.limits import (
    COMMAND_LEAST_HOLES,
    COMMAND_MAX_BYTES,
    COMMAND_MAX_HOLE_CHARACTERS,
    COMMAND_MAX_HOLES,
)
from scanner import environment
from scanner.bash import BashJudge
from scanner.parse import Parsed, parse_bash
from scanner.text import hidden_character
from schemas.errors import Place, Unprocessable
from schemas.holes import DEFAULT_PATTERN, Hole, check_value, holes

_WORD_KINDS: Final = frozenset(
    {"word", "number", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation"}
)
_SAME_KIND: Final = {"number": "word", "file_descriptor": "word"}
_DYNAMIC: Final = frozenset({"shell.dynamic"})


class Variable(Protocol):
    """What is needed of a runbook's variable."""

    @property
    def name(self) -> str:
        """The name that holes use."""
        ...

    @property
    def pattern(self) -> str | None:
        """Its RE2 pattern; None for the default one."""
        ...

    @property
    def secret(self) -> bool:
        """Whether it may only reach a command through the environment."""
        ...


@dataclass(frozen=True, slots=True)
class Filled:
    """A command with every hole filled: the text that is scanned, approved, granted and run."""

    text: str


def fill_command(template: str, variables: Sequence[Variable], values: Mapping[str, str]) -> Filled:
    """Fill a command through the three locks. Raises Unprocessable with the place of what stops it."""
    known = {variable.name: variable for variable in variables}
    problems = check_template(template, variables)  # lock 2
    if problems:
        raise Unprocessable(
            f"The command can't be filled: {problems[0].message}", places=problems, code="hole_place"
        )
    for name in dict.fromkeys(hole.name for hole in holes(template)):
        if name not in values:
            raise Unprocessable(f"The variable `{name}` has no value.", code="variable_missing")
        check_value(known[name], values[name])  # lock 1
    text = _replaced(template, [values[hole.name] for hole in holes(template)])
    if len(text.encode("utf-8", "replace")) > COMMAND_MAX_BYTES or hidden_character(text) is not None:
        raise Unprocessable(
            "The filled command is too long, or holds a character that can't be seen.", code="hole_text"
        )
    marks = _marks(template)
    if not _same_tree(
        _replaced(template, marks), text, marks, [values[hole.name] for hole in holes(template)]
    ):
        raise Unprocessable(  # lock 3
            "A value changes how the command is read, not only one of its arguments.",
            hint="Give values without blanks, quotes, or characters that mean something to the shell.",
            code="hole_structure",
        )
    return Filled(text)


def check_template(command: str, variables: Sequence[Variable], *, path: str = "command") -> list[Place]:
    """Every hole that stands where no hole may, with line and column; empty where all is well."""
    found = holes(command)
    if not found:
        return []
    room = max(COMMAND_LEAST_HOLES, COMMAND_MAX_HOLE_CHARACTERS // len(command))
    most = min(COMMAND_MAX_HOLES, room)
    if len(found) > most:
        why = f"a command of this length may hold {most} holes at most; write it as a script that takes them"
        return [_place(command, found[most].start, path, why)]
    known = {variable.name: variable for variable in variables}
    marks = _marks(command)
    plain = _replaced(command, marks)
    parsed = parse_bash(plain)
    problems: list[Place] = []
    for hole, mark in zip(found, marks, strict=True):
        message = _declared(hole, known) or _position(hole, mark, parsed, known[hole.name])
        if message is not None:
            problems.append(_place(command, hole.start, path, message))
    return problems or _as_program(command, found, marks, path)


def _declared(hole: Hole, known: Mapping[str, Variable]) -> str | None:
    variable = known.get(hole.name)
    if variable is None:
        return f"`{hole.name}` is not declared under `variables`"
    if variable.secret:
        return f"`{hole.name}` is a secret: it reaches a command only through `env`"
    return None


def _position(hole: Hole, mark: str, parsed: Parsed, variable: Variable) -> str | None:
    """What is wrong with where a hole stands in the syntax tree, or None."""
    if not parsed.complete:
        return "a command with holes must be plain enough to be read as a whole"
    at = parsed.source.find(mark.encode())
    node = parsed.root.descendant_for_byte_range(at, at + len(mark))
    if node is None or at < 0:
        return "the place of the hole can't be found in the command"
    if node.type == "comment":
        return None
    word, holder = _word_and_holder(node)
    narrow = within_default_alphabet(variable.pattern)
    if word is None or holder is None:
        return "a hole must be (part of) an argument"
    text = parsed.source[word.start_byte : word.end_byte].decode()
    return _in_holder(holder, word, text, mark, narrow=narrow)


def _word_and_holder(node: Node) -> tuple[Node | None, Node | None]:
    """The whole word around a leaf, and the node that holds the word."""
    current: Node | None = node
    while current is not None and current.parent is not None:
        parent = current.parent
        if current.type in ("heredoc_body", "heredoc_start", "comment"):
            return current, parent
        if current.type in _WORD_KINDS and parent.type not in _WORD_KINDS:
            return current, parent
        current = parent
    return None, None


def _in_holder(holder: Node, word: Node, text: str, mark: str, *, narrow: bool) -> str | None:
    needs = "its pattern must stay within letters, digits, dot, underscore and hyphen there"
    if word.type == "heredoc_start":
        return "a hole can't be the end marker of a here-document"
    if word.type == "heredoc_body" or holder.type == "herestring_redirect":
        return None if narrow else f"the hole stands in a here-document: {needs}"
    if holder.type in ("file_redirect", "heredoc_redirect"):
        return _in_redirect(holder, word)
    if holder.type == "command_name":
        return "a hole can't name the program that runs"
    if holder.type == "variable_assignment":
        name = holder.named_children[0].text or b""
        steers = environment.steers(name.decode("utf-8", "replace"))
        return None if narrow and not steers else f"the hole stands in an assignment: {needs}"
    if holder.type in ("for_statement", "test_command", "unary_expression", "binary_expression", "array"):
        return None if narrow else f"the hole stands in a list or test: {needs}"
    if holder.type not in ("command", "declaration_command"):
        return f"a hole can't stand in a {holder.type.replace('_', ' ')}"
    if text.startswith("-") and "=" not in text[: text.index(mark)]:
        return "a hole can't be part of an option's name"
    looks_like_code = re.search(r"[\s();{}|&<>$`*'\"]", text.strip("'\"")) is not None
    return (
        None
        if narrow or not looks_like_code
        else f"the hole stands in text that another program reads: {needs}"
    )


def _in_redirect(holder: Node, word: Node) -> str | None:
    """The first word after the operator is the target; the parser hangs later arguments on it too."""
    words = [child for child in holder.named_children if child.type in _WORD_KINDS]
    if holder.type == "file_redirect" and words and words[0] == word:
        return "a hole can't be the target of a redirection"
    return None


def _as_program(command: str, found: list[Hole], marks: list[str], path: str) -> list[Place]:
    """The scanner as oracle: a hole whose value is not known must become no program and no verb."""
    baseline = _dynamic_rules(_replaced(command, marks))
    problems = []
    for index, hole in enumerate(found):
        forms = list(marks)
        forms[index] = "${dd0c_hole}"
        text = _replaced(command, forms)
        if "'" in command:
            text = (
                _replaced(command, [*marks[:index], "'\"${dd0c_hole}\"'", *marks[index + 1 :]])
                if _single(command, hole)
                else text
            )
        if _dynamic_rules(text) - baseline:
            message = "a hole can't decide which program runs, or what it is asked to do"
            problems.append(_place(command, hole.start, path, message))
    return problems


def _single(command: str, hole: Hole) -> bool:
    """Whether a hole stands inside single quotes."""
    return command[: hole.start].count("'") % 2 == 1


def _dynamic_rules(text: str) -> set[str]:
    return {judgement.rule for judgement in BashJudge(text).run() if judgement.rule in _DYNAMIC}


# -- the third lock


def _same_tree(plain: str, filled: str, marks: Sequence[str], values: Sequence[str]) -> bool:
    template, result = parse_bash(plain), parse_bash(filled)
    if template.too_large or result.too_large or not result.complete:
        return False
    pairs = list(zip(marks, values, strict=True))
    return _equal(template.root, result.root, pairs)


def _equal(template: Node, result: Node, pairs: Sequence[tuple[str, str]]) -> bool:
    """Node by node: the same kinds in the same order; leaves equal, a mark standing for its value."""
    for one, other in _together(template, result):
        if one is None or other is None:
            return False
        if _SAME_KIND.get(one.type, one.type) != _SAME_KIND.get(other.type, other.type):
            return False
        if one.child_count == 0:
            text = (one.text or b"").decode("utf-8", "replace")
            for mark, value in pairs:
                text = text.replace(mark, value)
            if text != (other.text or b"").decode("utf-8", "replace"):
                return False
    return True


def _together(template: Node, result: Node) -> Iterator[tuple[Node | None, Node | None]]:
    pending: list[tuple[Node | None, Node | None]] = [(template, result)]
    while pending:
        one, other = pending.pop()
        yield one, other
        if one is None or other is None:
            return
        if one.child_count != other.child_count:
            yield None, None
            return
        pending.extend(zip(one.children, other.children, strict=True))


# -- patterns and texts

_ALPHABET_PATTERN: Final = re.compile(
    r"(?:[A-Za-z0-9_-]|\\[.dw-]|\[[A-Za-z0-9._\\d-]+\]|\((?:\?:)?|\)|\||[?*+]|\{\d+(?:,\d*)?\})+"
)


def within_default_alphabet(pattern: str | None) -> bool:
    """Whether a pattern admits only letters, digits, dot, underscore and hyphen. Errs on the side of no."""
    return pattern is None or pattern == DEFAULT_PATTERN or _ALPHABET_PATTERN.fullmatch(pattern) is not None


def _marks(template: str) -> list[str]:
    """One plain word a hole, that occurs nowhere in the template."""
    stem = "dd0chole"
    while stem in template:
        stem += "x"
    return [f"{stem}{index}z" for index, _ in enumerate(holes(template))]


def _replaced(template: str, texts: Sequence[str]) -> str:
    parts: list[str] = []
    end = 0
    for hole, text in zip(holes(template), texts, strict=True):
        parts += [template[end : hole.start], text]
        end = hole.end
    return "".join([*parts, template[end:]])


def _place(command: str, at: int, path: str, message: str) -> Place:
    line = command.count("\n", 0, at) + 1
    column = at - (command.rfind("\n", 0, at) + 1) + 1
    return Place(line, column, path, message, code="hole_place")
