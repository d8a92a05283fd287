"""Redirections, here-documents and here-strings: what they read and write, and whose words hang on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tree_sitter import Node

from scanner.escapes import OPAQUE
from scanner.expansions import hidden_in
from scanner.flow import EMPTY_FILE, FILE, INHERITED, PIPE, Place, Stdin
from scanner.reading import CUT_IN_TWO, Reading, Redirect
from scanner.word import Piece, Word
from scanner.words import SUBSTITUTED_FILE, UnreadableWord, WordReader, descendants

WORDS: Final = frozenset(
    {
        "word",
        "number",
        "string",
        "raw_string",
        "ansi_c_string",
        "translated_string",
        "concatenation",
        "simple_expansion",
        "expansion",
        "command_substitution",
        "process_substitution",
        "arithmetic_expansion",
        "brace_expression",
        "extglob_pattern",
        "regex",
        "test_operator",
    }
)
"""Nodes that stand for a word."""
_FILE_OPERATORS: Final = frozenset({">", ">>", ">|", "<", "<>", "&>", "&>>", ">&", "<&"})
_READS: Final = frozenset({"<", "<>", "<&"})
_COMPARES: Final = {">=": ">", "<=": "<"}
"""Comparisons that single brackets don't know: the sign opens a file whose name begins with `=`."""
_OPENED: Final = re.compile(rb"\[\[?(?:[ \t\n]|\\\n)|\[\[\(|\(\(")
"""How a test begins: what is glued to a bracket makes another word of it."""
_DUPLICATES: Final = frozenset({">&-", "<&-"})


def _substitutions(text: str) -> int:
    return text.count("$(") - text.count("\\$(")


_EXPANSIONS: Final = frozenset(
    {"expansion", "command_substitution", "process_substitution", "arithmetic_expansion"}
)
_SHOWN: Final = _EXPANSIONS | {"simple_expansion"}
_MARKER: Final = re.compile(r"([\"']?)[\w.,:!@%+=-]+\1|\\?[\w.,:!@%+=-]+|")
"""The parser takes what stands right behind a marker for a part of it: `<<E;reboot`, `<<E>f`, `<<E"F"`."""
_OVER_TWO_LINES: Final = re.compile(r"\$[{\w@#!*]*\\\n")
"""A name or an expansion that goes on in the next line of a here-document."""


_OF_BODY: Final = frozenset({"heredoc_body", "heredoc_end"})


def _ends_there(marker: str, body: str, end: str, *, dashed: bool) -> bool:
    """Whether no line of a body is its end marker, and what the parser takes for it is."""
    plain = marker.strip("\"'\\")
    lines = body.split("\n")
    if "\\\n" in body:
        lines += body.replace("\\\n", "").split("\n")
    if dashed:
        lines, end = [line.lstrip("\t") for line in lines], end.lstrip("\t")
    return plain not in lines and end.strip("\n") == plain


def _count(node: Node, kind: str) -> int:
    return (node.type == kind) + sum(_count(child, kind) for child in node.children)


class RedirectReading(Reading):
    """The part of a walk that reads redirections."""

    def _redirect(self, node: Node, stdin: Stdin, place: Place) -> tuple[list[Word], Stdin]:
        """Tell the sink of it; gives the words that belong to the command, and what it reads now."""
        if node.type == "heredoc_redirect":
            return self._heredoc(node, place)
        if node.type == "herestring_redirect":
            return self._herestring(node)
        operator = next((child.type for child in node.children if child.type in _FILE_OPERATORS), "")
        words = [child for child in node.named_children if child.type != "file_descriptor"]
        if any(child.type in _DUPLICATES for child in node.children):
            return self._words(words), stdin
        if not operator or not words:
            self._unknown(node, "a redirection of an unknown form")
            return [], stdin
        target = self._word(words[0])
        self._sink.redirect(Redirect(operator, target, node.start_byte, node.end_byte))
        if operator in ("<", "<>"):
            empty = EMPTY_FILE if target.literal and target.text == "/dev/null" else FILE
            stdin = PIPE if target.text == SUBSTITUTED_FILE else empty
        return self._behind(words), stdin

    def _behind(self, words: list[Node]) -> list[Word]:
        """Words of the command that the parser hangs on the target of a redirection."""
        if len(words) > 1 and words[1].start_byte == words[0].end_byte:
            self._unknown(words[1], CUT_IN_TWO)
        return self._words(words[1:])

    def _opened_at_the_end(self, redirects: Sequence[Node]) -> None:
        """`cd /dev && cat < sda`: the parser hangs it on the list, but only its last command opens the file,
        from the folder and with the values that the others left. Its substitutions have been walked.
        """
        for node in redirects:
            operator = next((child.type for child in node.children if child.type in _READS), "")
            words = [child for child in node.named_children if child.type != "file_descriptor"]
            if operator and words:
                self._opened(operator, words[0], node)

    def _opened(self, operator: str, word: Node, node: Node) -> None:
        """A file that is opened, of a word that is walked elsewhere."""
        quiet = WordReader(self._source, self._lookup, lambda _: Piece(OPAQUE))
        try:
            target = quiet.word(word)
        except UnreadableWord:
            return  # said when it is walked
        self._sink.redirect(Redirect(operator, target, node.start_byte, node.end_byte))

    def _brackets(self, test: Node) -> None:
        """`[ a > b ]`: between single brackets no sign compares texts, and the word behind it is a file."""
        if _OPENED.match(self._source, test.start_byte) is None:
            self._unknown(test, "a bracket that begins a word, and no test")
        nodes = [test] if test.children[0].type == "[" else []
        while nodes:
            node = nodes.pop()
            nodes += [child for child in node.named_children if child.type not in WORDS]
            for at, child in enumerate(node.children[:-1]):
                if (operator := _COMPARES.get(child.type)) is not None:
                    target = Word("=", child.start_byte, child.end_byte)
                    self._sink.redirect(Redirect(operator, target, node.start_byte, node.end_byte))
                elif child.type in _FILE_OPERATORS:
                    word = node.children[at + 1]
                    while word.type not in WORDS and word.named_children:
                        word = word.named_children[0]
                    self._opened(child.type, word, node)

    def _herestring(self, node: Node) -> tuple[list[Word], Stdin]:
        words = [child for child in node.named_children if child.type != "file_descriptor"]
        if not words:
            return [], FILE
        value = self._word(words[0])
        self._sink.heredoc(value.text, words[0])
        text = value.text + "\n" if value.literal else None
        return self._behind(words), Stdin("text", text) if text is not None else PIPE

    def _heredoc(self, node: Node, place: Place) -> tuple[list[Word], Stdin]:
        parts = {child.type: child for child in node.children}
        start, body = parts.get("heredoc_start"), parts.get("heredoc_body")
        marker = self.text(start) if start is not None else ""
        quoted = any(quote in marker for quote in "'\"\\")
        extra = self._words([child for child in node.named_children if child.type in WORDS])
        for child in node.named_children:
            if child.type in ("file_redirect", "herestring_redirect"):
                more, _ = self._redirect(child, INHERITED, place)
                extra.extend(more)
        if _MARKER.fullmatch(marker) is None:
            self._unknown(node, "a here-document whose end marker is no plain word")
        end = parts.get("heredoc_end")
        if end is not None and self._source[end.end_byte : end.end_byte + 1] in (b" ", b"\t"):
            self._unknown(node, "a here-document whose end marker is followed by blanks does not end there")
        if body is None:
            return extra, Stdin("text", "")
        text = self.text(body)
        shown = self.text(end) if end is not None else ""
        behind = [one for one in node.named_children if one.type not in _OF_BODY]
        line = self._source[node.start_byte : behind[-1].start_byte].replace(b"\\\n", b"")
        if b"\n" in line or not _ends_there(marker, text, shown, dashed="<<-" in parts):
            self._unknown(node, "a here-document that need not end where the parser ends it")
        self._sink.heredoc(text, None if quoted else body)
        if quoted:
            return extra, Stdin("text", text)
        self._expansions_of(body)
        hidden = hidden_in(self._beside(body))
        joined = "\\\n" in text and _OVER_TWO_LINES.search(text) is not None
        if hidden or joined or _substitutions(text) > _count(body, "command_substitution"):
            self._unknown(node, "a command inside a here-document that the parser does not show")
        if "`" in text:
            self._sink.backquotes(text, body.start_byte, body.end_byte)
        return extra, Stdin("text", text) if "$" not in text and "`" not in text else PIPE

    def _expansions_of(self, body: Node) -> None:
        """What a here-document expands, as between double quotes."""
        for child in body.children:
            for inner in descendants(child, _EXPANSIONS):
                self._word(inner)

    def _beside(self, body: Node) -> str:
        """The text of a here-document without the expansions that the tree shows in it."""
        parts, at = list[str](), body.start_byte
        for child in body.children:
            for inner in descendants(child, _SHOWN):
                parts.append(self._source[at : inner.start_byte].decode("utf-8", "replace"))
                at = inner.end_byte
        return " ".join([*parts, self._source[at : body.end_byte].decode("utf-8", "replace")])
