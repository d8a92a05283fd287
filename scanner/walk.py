"""The walk over a syntax tree: every simple command, assignment and redirect, each with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from tree_sitter import Node

from scanner.flow import INHERITED, PIPE, Place, Stdin, Values
from scanner.reading import REDIRECTS, Sink
from scanner.redirection import WORDS, RedirectReading
from scanner.words import Word, unescape_bare

_CONTAINERS: Final = frozenset(
    {
        "program",
        "list",
        "compound_statement",
        "subshell",
        "do_group",
        "if_statement",
        "elif_clause",
        "else_clause",
        "while_statement",
        "negated_command",
        "case_item",
        "command_substitution",
        "process_substitution",
    }
)
_MAYBE: Final = frozenset(
    {
        "if_statement",
        "elif_clause",
        "else_clause",
        "while_statement",
        "case_item",
        "subshell",
        "command_substitution",
        "process_substitution",
    }
)
_EXPRESSIONS: Final = frozenset(
    {
        "binary_expression",
        "unary_expression",
        "postfix_expression",
        "parenthesized_expression",
        "ternary_expression",
        "test_command",
        "subscript",
        "array",
    }
)
_DECLARES: Final = frozenset({"variable_assignment", "variable_name"})
_TWO_LINES: Final = "two lines that the parser takes for one command"
_NOTHING: Final = frozenset({"comment", "variable_name", "heredoc_body", "heredoc_end"})


class Walker(RedirectReading):
    """Walks one script once and tells a sink. Holds the values of variables on the way."""

    def __init__(self, source: bytes, sink: Sink, values: Values | None = None) -> None:
        super().__init__(source, sink, values)
        self._handlers: dict[str, Callable[[Node, Place], None]] = {
            "command": lambda node, place: self._command(node, place, []),
            "pipeline": lambda node, place: self._pipeline(node, place, None),
            "redirected_statement": self._redirected,
            "variable_assignment": self._assignments,
            "variable_assignments": self._assignments,
            "declaration_command": self._assignments,
            "unset_command": self._assignments,
            "for_statement": self._loop_or_case,
            "c_style_for_statement": self._loop_or_case,
            "case_statement": self._loop_or_case,
            "function_definition": self._function,
            **dict.fromkeys(_CONTAINERS, self._container),
            **dict.fromkeys(_EXPRESSIONS, self._expression),
            **dict.fromkeys(WORDS - _CONTAINERS, lambda node, _place: self._only_word(node)),
            **dict.fromkeys(_NOTHING, lambda _node, _place: None),
        }

    def walk(self, root: Node) -> None:
        """Tell the sink everything, in document order."""
        counts = Counter(name for node in _assigned(root) if (name := _name_of(node, self._source)))
        self._values.repeated_names = frozenset(name for name, count in counts.items() if count > 1)
        self._statement(root, self._place)

    def _only_word(self, node: Node) -> None:
        self._word(node)

    # -- statements

    def _statement(self, node: Node, place: Place) -> None:
        """One node that stands where a statement can; anything without a handler is unknown."""
        self._place = place
        self._handlers.get(node.type, self._unreadable)(node, place)

    def _unreadable(self, node: Node, place: Place) -> None:
        self._sink.unknown(
            "shell.unparsed", "a part of the text could not be parsed", node.start_byte, node.end_byte
        )
        for child in node.named_children:
            if child.type in _CONTAINERS or child.type in ("command", "pipeline", "redirected_statement"):
                self._statement(child, replace(place, conditional=True, repeated=True))

    def _container(self, node: Node, place: Place) -> None:
        inner = replace(place, conditional=place.conditional or node.type in _MAYBE)
        if node.type == "while_statement":
            inner = replace(inner, repeated=True)
        if node.type == "command_substitution" and self.text(node).startswith("`"):
            self._check_backquotes(node)
        for index, child in enumerate(node.named_children):
            later = node.type == "list" and index > 0
            self._statement(child, replace(inner, conditional=True) if later else inner)

    def _check_backquotes(self, node: Node) -> None:
        raw = self.text(node)
        if "\n" in raw or raw[1:2] in (" ", "\t") or "`" in raw[1:-1]:
            self._sink.backquotes(raw, node.start_byte, node.end_byte)

    def _loop_or_case(self, node: Node, place: Place) -> None:
        inner = replace(place, conditional=True, repeated=True)
        for child in node.named_children:
            if child.type == "variable_name":
                self._values.forget(self.text(child))
            else:
                self._statement(child, inner)

    def _expression(self, node: Node, place: Place) -> None:
        """Tests and arithmetic: only substitutions inside them run; `-v` of an odd name may too."""
        for child in node.named_children:
            if child.type in _EXPRESSIONS:
                self._expression(child, place)
            elif child.type == "variable_assignment":
                self._assign(child, place, exported=False)
            elif child.type in WORDS:
                word = self._word(child)
                if "[" in word.text and ("$(" in word.text or "`" in word.text):
                    self._unknown(child, "a subscript that is evaluated when the test runs")
            elif child.type in ("command", "list", "pipeline", "negated_command"):
                self._statement(child, replace(place, conditional=True))
            elif child.type not in ("variable_name", "comment"):
                self._unreadable(child, place)

    def _function(self, node: Node, place: Place) -> None:
        body = node.named_children[-1]
        self._sink.function(self.text(node.named_children[0]), body, node)
        for child in node.named_children[1:]:
            self._statement(child, replace(place, conditional=True, repeated=True))

    # -- commands

    def _command(self, node: Node, place: Place, extra: list[Word]) -> None:
        words: list[Word] = []
        assignments: list[tuple[str, Word | None]] = []
        stdin = place.stdin
        named = False
        for child in node.children:
            if child.type == "variable_assignment" and not named:
                assignments.append(self._assignment_value(child))
            elif child.type in REDIRECTS:
                more, stdin = self._redirect(child, stdin, place)
                words.extend(more)
            elif self.text(child).startswith("\n") and words:
                self._sink.unknown("shell.construct", _TWO_LINES, child.start_byte, child.end_byte)
                self._sink.command(words, assignments, replace(place, stdin=stdin))
                words, assignments, named = self._from_line_break(child), [], True
            elif child.type == "command_name" or child.type in WORDS:
                named = named or child.type == "command_name"
                self._place = place
                words.extend(self._words([child]))
            elif child.is_named and child.type != "comment":
                self._unreadable(child, place)
            elif not child.is_named and not self._locale_mark(child):
                words.append(Word(self.text(child), child.start_byte, child.end_byte))
        words.extend(extra)
        self._place = place
        if words:
            self._sink.command(words, assignments, replace(place, stdin=stdin))
        for name, value in assignments if not words else ():
            self._sink.assignment(name, value, node, exported=False)

    def _locale_mark(self, node: Node) -> bool:
        """The dollar of `$"…"`, which is no word."""
        following = node.next_sibling
        return (
            node.type == "$"
            and following is not None
            and following.type == "string"
            and (following.start_byte == node.end_byte)
        )

    def _from_line_break(self, node: Node) -> list[Word]:
        """The parser takes `\\name` at the beginning of a line for a word of the line above."""
        text, _, _ = unescape_bare(self.text(node).lstrip("\n"))
        return [Word(text, node.start_byte, node.end_byte)]

    def _pipeline(self, node: Node, place: Place, before: Node | None) -> None:
        previous = before
        for child in node.named_children:
            if child.type == "comment":
                continue
            here = place if previous is None else replace(place, stdin=self._piped(previous))
            self._statement(child, here)
            previous = child

    def _piped(self, node: Node) -> Stdin:
        text = self._constant(node)
        return PIPE if text is None else Stdin("text", text)

    def _redirected(self, node: Node, place: Place) -> None:
        redirects = [child for child in node.named_children if child.type in REDIRECTS]
        bodies = [
            child for child in node.named_children if child.type not in REDIRECTS and child.type != "comment"
        ]
        extra: list[Word] = []
        stdin = place.stdin
        for redirect in redirects:
            more, stdin = self._redirect(redirect, stdin, place)
            extra.extend(more)
        inner = replace(place, stdin=stdin)
        for body in bodies:
            if body.type == "command":
                self._command(body, inner, extra)
                continue
            self._statement(body, inner)
            if extra:
                self._unknown(body, "words after a redirection belong to one command of several")
        for redirect in redirects:
            if redirect.type == "heredoc_redirect":
                self._after_heredoc(redirect, bodies[0] if bodies else None, inner)
        if not bodies and extra:
            self._sink.command(extra, [], inner)

    def _after_heredoc(self, node: Node, body: Node | None, place: Place) -> None:
        """`cat <<E | sh`, `cat <<E && rm …`: what follows the marker on its line."""
        for child in node.named_children:
            if child.type == "pipeline":
                text = place.stdin.text if body is not None and self.text(body).strip() == "cat" else None
                self._pipeline_from(
                    child, replace(place, stdin=PIPE if text is None else Stdin("text", text))
                )
            elif child.type in ("command", "list", "redirected_statement", "negated_command", "subshell"):
                self._statement(child, replace(place, stdin=INHERITED, conditional=True))

    def _pipeline_from(self, node: Node, place: Place) -> None:
        for index, child in enumerate(node.named_children):
            self._statement(child, place if index == 0 else replace(place, stdin=PIPE))

    # -- assignments

    def _assignments(self, node: Node, place: Place) -> None:
        if node.type == "variable_assignment":
            self._assign(node, place, exported=False)
            return
        exported = node.type == "declaration_command"
        if exported and not any(child.type in _DECLARES for child in node.named_children):
            self._sink.shows_variables(node.start_byte, node.end_byte)
        for child in node.children:
            if child.type == "variable_assignment":
                self._assign(child, place, exported=exported)
            elif child.type == "variable_name" and node.type == "unset_command":
                self._values.forget(self.text(child))
                self._sink.assignment(self.text(child), None, child, exported=False)
            elif child.type in REDIRECTS:
                self._redirect(child, INHERITED, place)
            elif child.type in WORDS:
                word = self._word(child)
                if not exported and ("[" in word.text or not word.literal):
                    self._unknown(child, "a subscript that is evaluated when the variable is unset")
                if exported and (
                    not word.literal or word.text in ("-n", "-f", "-F", "-i") or set("=[") & set(word.text)
                ):
                    self._values.forget_all()
                    self._unknown(child, "a declaration that can rename, run or compute")

    def _assignment_value(self, node: Node) -> tuple[str, Word | None]:
        name = _name_of(node, self._source)
        values = [child for child in node.named_children if child.type not in ("variable_name", "subscript")]
        for child in node.named_children:
            if child.type in ("subscript", "array"):
                self._expression(child, self._place)
        if not values:
            return name, Word("", node.start_byte, node.end_byte)
        return name, None if values[0].type == "array" else self._word(values[0])

    def _assign(self, node: Node, place: Place, *, exported: bool) -> None:
        name, value = self._assignment_value(node)
        plain = any(child.type == "=" for child in node.children)
        known = value.text if value is not None and value.known and not value.pattern and plain else None
        certain = value is not None and value.certain and not place.conditional
        if known is not None and ("$(" in known or "`" in known):
            self._unknown(node, "a text with a command in it is kept for later")
        self._values.assign(name, known, certain=certain)
        self._sink.assignment(name, value, node, exported=exported)


def _assigned(node: Node) -> Iterator[Node]:
    if node.type == "variable_assignment":
        yield node
    for child in node.children:
        yield from _assigned(child)


def _name_of(node: Node, source: bytes) -> str:
    for child in node.children:
        if child.type == "variable_name":
            return source[child.start_byte : child.end_byte].decode("utf-8", "replace")
        if child.type == "subscript":
            return _name_of(child, source)
    return ""
