"""The walk over a syntax tree: every simple command, assignment and redirect, each with its place."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import combinations
from typing import Final

from tree_sitter import Node

from scanner.escapes import unescape_bare
from scanner.flow import INHERITED, PIPE, Place, Stdin
from scanner.listing import adds_what_it_reads, listed_by
from scanner.numbers import collect
from scanner.numeric_output import words_of_command
from scanner.printed import COMPLAINTS
from scanner.read_names import NO_READ_NAMES, ReadNames
from scanner.reading import CUT_IN_TWO, REDIRECTS
from scanner.redirection import WORDS
from scanner.turns import Turns
from scanner.word import Word, without

_CONTAINERS: Final = frozenset(
    {
        "program",
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
    "binary_expression unary_expression postfix_expression parenthesized_expression ternary_expression "
    "test_command subscript array".split()
)
_BACKGROUND: Final = re.compile(rb"(?<![&>])&(?![&>])")
_SEVERAL: Final = frozenset({"list", "pipeline", "negated_command"})
"""Commands of which only one has the redirection that stands behind them."""
MAX_ABSENT: Final = 2
"""Words of one command that may be none: it is judged with each of them, and without."""
_MAY_MOVE: Final = "more words that may be none than are tried"
_TWO_LINES: Final = "two lines that the parser takes for one command"
_NOTHING: Final = frozenset({"comment", "variable_name", "heredoc_body", "heredoc_end"})


_HANDLERS: Final[dict[str, str]] = {
    "list": "_list",
    "command": "_command",
    "pipeline": "_pipeline",
    "redirected_statement": "_redirected",
    "variable_assignment": "_assignments",
    "variable_assignments": "_assignments",
    "declaration_command": "_assignments",
    "unset_command": "_assignments",
    "for_statement": "_loop_or_case",
    "c_style_for_statement": "_loop_or_case",
    "case_statement": "_loop_or_case",
    "function_definition": "_function",
    **dict.fromkeys(_CONTAINERS, "_container"),
    **dict.fromkeys(_EXPRESSIONS, "_expression"),
    **dict.fromkeys(WORDS - _CONTAINERS, "_only_word"),
    **dict.fromkeys(_NOTHING, "_nothing"),
}
"""Who walks a node, by its kind."""


class Walker(Turns):
    """Walks one script once and tells a sink. Holds the values of variables on the way."""

    _background = False
    """Something in it runs beside the rest, in a shell of its own."""
    _hands_on = False
    """A program in it makes arguments of what it reads."""

    def walk(self, root: Node, read: ReadNames = NO_READ_NAMES, given: Container[str] = ()) -> None:
        """Tell the sink everything, in order. `read`: the names that data decides, `given`: options."""
        self.read_names = read
        self._background = b"&" in self._source and _BACKGROUND.search(self._source) is not None
        self._hands_on = adds_what_it_reads(self._source)
        self.facts = collect(root, self._source)
        self.numeric = self.facts.numeric(self._values.steered)
        self.given, self.lettered = given, self.facts.lettered
        counts = self.facts.counts
        self._values.repeated_names = frozenset(name for name, count in counts.items() if count > 1)
        self._not_shown(root)
        self._statement(root, self._place)

    def _only_word(self, node: Node, _place: Place) -> None:
        self._word(node)

    def _nothing(self, _node: Node, _place: Place) -> None:
        """A node in which nothing runs."""

    # -- statements

    def _statement(self, node: Node, place: Place) -> None:
        """One node that stands where a statement can; anything without a handler is unknown."""
        self._place = place
        getattr(self, _HANDLERS.get(node.type, "_unreadable"))(node, place)

    def _unreadable(self, node: Node, place: Place) -> None:
        self._sink.unknown(
            "shell.unparsed", "a part of the text could not be parsed", node.start_byte, node.end_byte
        )
        for child in node.named_children:
            if child.type in _CONTAINERS | {"command", "list", "pipeline", "redirected_statement"}:
                self._statement(child, place._replace(conditional=True, repeated=True))

    def _container(self, node: Node, place: Place) -> None:
        maybe = node.type in _MAYBE
        inner = place._replace(conditional=True) if maybe and not place.conditional else place
        if node.type == "while_statement":
            self._repeats(node)
            inner = inner._replace(repeated=True)
        if node.type == "command_substitution" and self.text(node).lstrip().startswith("`"):
            self._check_backquotes(node)
        if self._source.startswith((b"((", b"$(("), node.start_byte):  # the tree may show subshells in it
            self._calculated(node)
        before = started = self._values.mark()
        for child in node.children if self._background else node.named_children:
            if child.type == "&":
                self._values.back_to(started)
            elif child.is_named:
                if child.type in ("elif_clause", "else_clause"):
                    self._values.back_to(before)
                started = self._values.mark()
                self._statement(child, inner)
        if maybe:
            self._values.back_to(before)

    def _list(self, node: Node, place: Place) -> None:
        """`a && b || c`: what a sets stays set, what the others set is sure only behind `&&`."""
        self._values.back_to(self._list_steps(node, place))

    def _list_steps(self, node: Node, place: Place) -> int:
        """Walk a list; gives the mark up to which its first command has surely set names."""
        sure = self._values.mark()
        either = any(child.type == "||" for child in node.children)
        for index, child in enumerate(node.named_children):
            if index == 0 and child.type == "list":
                sure = self._list_steps(child, place)
            elif index == 0:
                self._statement(child, place)
                sure = self._values.mark()
            else:
                self._values.back_to(sure if either else self._values.mark())
                self._statement(child, place._replace(conditional=True))
        return sure

    def _check_backquotes(self, node: Node) -> None:
        raw = self.text(node).lstrip()
        if "\n" in raw or raw[1:2] in (" ", "\t") or "`" in raw[1:-1]:
            self._sink.backquotes(raw, node.start_byte, node.end_byte)

    def _expression(self, node: Node, place: Place) -> None:
        """Tests and arithmetic: substitutions inside them run, and what a comparison evaluates."""
        before = self._evaluates
        if node.type == "test_command":
            self._evaluates = node.children[0].type == "[["
            self._brackets(node)
        self._compared(node, place)
        self._evaluates = before

    def _compared(self, node: Node, place: Place) -> None:
        if node.type == "subscript":
            self._subscript(node)
        self._tested(node)
        for child in node.named_children:
            if child.type in _EXPRESSIONS:
                self._expression(child, place)
            elif child.type == "variable_assignment":
                self._assign(child, place, exported=False)
            elif child.type in WORDS:
                self._operands(child, node.type)
            elif child.type in ("command", "list", "pipeline", "negated_command"):
                self._statement(child, place._replace(conditional=True))
            elif child.type not in ("variable_name", "comment"):
                self._unreadable(child, place)

    def _operands(self, node: Node, around: str) -> None:
        for word in self._kept(node) if around == "array" else [self._word(node)]:
            self._operand(node, word, tested=around not in ("array", "subscript"))

    def _operand(self, node: Node, word: Word, *, tested: bool) -> None:
        """A word in a test: in single brackets it is split, and `-v NAME` evaluates a subscript."""
        globbed = word.may_be_option and (word.pattern or word.read or word.named) and node.type != "string"
        if (word.unbound or globbed) and tested and not self._evaluates:
            self._unknown(node, "data without quotes may be a test that evaluates it")
        if "[" in word.text and ("$(" in word.text or "`" in word.text):
            self._unknown(node, "a subscript that is evaluated when the test runs")

    # -- commands

    def _command(self, node: Node, place: Place, extra: Sequence[Word] = ()) -> None:
        words: list[Word] = []
        assignments: list[tuple[str, Word | None]] = []
        stdin = place.stdin
        named = False
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment" and not named:
                assignments.append(self._assignment_value(child))
            elif kind in REDIRECTS:
                more, stdin = self._redirect(child, stdin, place)
                words.extend(more)
            elif words and self._source.startswith(b"\n", child.start_byte, child.end_byte):
                self._sink.unknown("shell.construct", _TWO_LINES, child.start_byte, child.end_byte)
                self._sink.command(words, assignments, place._replace(stdin=stdin))
                words, assignments, named = self._from_line_break(child), [], True
            elif kind == "command_name" or kind in WORDS:
                named = named or kind == "command_name"
                self._place = place
                self._add_word(words, child)
            elif child.is_named and kind != "comment":
                self._unreadable(child, place)
            elif not child.is_named and not self._locale_mark(child):
                words.append(Word(self.text(child), child.start_byte, child.end_byte))
        words.extend(extra)
        self._place = place
        if words:
            self._set_by_command(words, node)
            here = place if stdin is place.stdin else place._replace(stdin=stdin)
            self._tell(words, assignments, here)
            self._tell_without([word for word in words if word.other is not None], words, here)
        for name, value in assignments if not words else ():
            self._sink.assignment(name, value, node, exported=False)

    def _tell_without(self, absent: list[Word], words: list[Word], place: Place) -> None:
        """The same command without what may be nothing in its words: where one is none, others move."""
        places = list(dict.fromkeys(word.start for word in absent))
        if len(places) > MAX_ABSENT:
            self._sink.unknown("shell.construct", _MAY_MOVE, words[0].start, words[-1].end)
            return
        for gone in (some for count in range(len(places)) for some in combinations(places, count + 1)):
            if left := [found for word in words if (found := without(word, gone)) is not None]:
                self._tell(left, [], place)

    def _add_word(self, words: list[Word], node: Node) -> None:
        if words and words[-1].end == node.start_byte:
            self._unknown(node, CUT_IN_TWO)
        words.extend(self._words([node]))

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

    def _pipeline(self, node: Node, place: Place) -> None:
        previous: Node | None = None
        here = place
        mark = self._values.mark()
        for child in node.named_children:
            if child.type == "comment":
                continue
            if previous is not None:
                here = place._replace(stdin=self._piped(previous, here.stdin))
            self._statement(child, here)
            self._values.back_to(mark)
            previous = child

    def _piped(self, node: Node, before: Stdin) -> Stdin:
        text = self._constant(node)
        if text is not None:
            return Stdin("text", text)
        if not self._hands_on:
            return PIPE
        return Stdin("pipe", None, listed_by(self._told_apart(node), before.listed))

    def _told_apart(self, node: Node) -> Sequence[Word]:
        """The words of a simple command, its complaints put away; none for anything else."""
        if node.type == "redirected_statement":
            body, *redirects = node.named_children
            if not all(COMPLAINTS.fullmatch(self.text(redirect)) for redirect in redirects):
                return []
            node = body
        return words_of_command(node, self._source)

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
        inner = place._replace(stdin=stdin)
        for body in bodies:
            if body.type == "command":
                self._command(body, inner, extra)
                continue
            self._statement(body, inner)
            if extra:
                self._unknown(body, "words after a redirection belong to one command of several")
            if body.type in _SEVERAL:
                self._opened_at_the_end(redirects)
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
                    child, place._replace(stdin=PIPE if text is None else Stdin("text", text))
                )
            elif child.type in ("command", "list", "redirected_statement", "negated_command", "subshell"):
                self._statement(child, place._replace(stdin=INHERITED, conditional=True))

    def _pipeline_from(self, node: Node, place: Place) -> None:
        for index, child in enumerate(node.named_children):
            self._statement(child, place if index == 0 else place._replace(stdin=PIPE))
