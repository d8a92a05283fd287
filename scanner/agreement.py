"""Whether the tree of a script and the second reading of its raw text show the same live signs.

A grammar that takes `E;` for the marker of a here-document, or backquotes for plain letters, hides commands
in a tree without an error. Where the two differ, nobody knows what the shell makes of the text.
"""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Language, Node, Query, QueryCursor

from scanner.heredocs import Heredoc, Unsure
from scanner.marks import Marks
from scanner.signs import Signs

_TRIGGERS: Final = re.compile(rb"(?<!<)<<(?!<)|`|[$<>]\(|\[[\[ \t\n]|\$\{(?!\w+\})|\$['\"]|=[=~]|[])}]\#")
"""Without any of these the tree was never seen to hide a command."""
_MAY_TRIGGER: Final = Signs(r"<<|`|[$<>]\(|\[[\[ \t\n]|\$\{|\$['\"]|=[=~]|[\])}]#")
"""The same, whatever stands beside them."""
_MORE: Final = re.compile(rb"[\s;&|<>()`$]")
"""What no word of a command may hold: behind `==` the grammar takes the rest of a group for one pattern."""
_QUERY: Final = """
(command_substitution) @substitution
(process_substitution) @process
(arithmetic_expansion) @sum
(heredoc_redirect) @heredoc
[(raw_string) (ansi_c_string) (string)] @string
(comment) @comment
(command (regex) @regex)
(test_command "[[" @test)
(command "$" @dollar)
(concatenation "$" @dollar)
(case_item "$" @dollar)
[";" ";;" ";&" ";;&" "&" "&&" "|" "|&" "||"] @operator
["<" ">" ">>" ">|" "&>" "&>>" "<&" ">&" "<&-" ">&-" "<<<" ">=" "<="] @redirect
"""


class Agreement:
    """Compares trees of one language with the raw text."""

    def __init__(self, language: Language) -> None:
        self._query = Query(language, _QUERY)

    def holds(self, root: Node, source: bytes) -> bool:
        """Whether both readings agree; so they do, too, where a text holds none of what may be misread."""
        if not _MAY_TRIGGER.stand_in(source) or _TRIGGERS.search(source) is None:
            return True
        try:
            marks = Marks(source)
        except Unsure:
            return False
        found = QueryCursor(self._query).captures(root)
        if not (
            _places(found.get("substitution", [])) == marks.substitutions
            and _places(found.get("process", [])) == marks.processes
            and _places(found.get("sum", [])) == marks.sums
            and _places(found.get("string", [])) <= marks.strings
            and _places(found.get("comment", [])) <= marks.comments
            and {node.start_byte for node in found.get("test", [])} == marks.tests
        ):
            return False
        if any(_MORE.search(source, node.start_byte, node.end_byte) for node in found.get("regex", [])):
            return False
        if any(source[node.start_byte : node.end_byte].strip() != b"$" for node in found.get("dollar", [])):
            return False  # `-a$"b"`: the letters before the sign are a part of it, and of no word
        operators = {(node.start_byte, node.type) for node in found.get("operator", [])}
        if not marks.operators <= operators:
            return False
        if not marks.redirects <= {node.start_byte for node in found.get("redirect", [])}:
            return False
        return _same_bodies(found.get("heredoc", []), marks.heredocs, source)


def _places(nodes: list[Node]) -> set[tuple[int, int]]:
    return {(node.start_byte, node.end_byte) for node in nodes}


def _same_bodies(nodes: list[Node], heredocs: list[Heredoc], source: bytes) -> bool:
    """Each here-document has the same marker, body and end in both."""
    if len(nodes) != len(heredocs):
        return False
    by_marker = {heredoc.marker: heredoc for heredoc in heredocs}
    for node in nodes:
        parts = {child.type: child for child in node.children}
        start, last, body = (parts.get(f"heredoc_{part}") for part in ("start", "end", "body"))
        if start is None or last is None:
            return False
        heredoc = by_marker.get((start.start_byte, start.end_byte))
        if heredoc is None or heredoc.last != (last.start_byte, last.end_byte):
            return False
        if body is not None and not _same_body(body, heredoc, source):
            return False
    return True


def _same_body(body: Node, heredoc: Heredoc, source: bytes) -> bool:
    """The tree leaves out blanks before a body, and takes the tabs before its end for a part of it."""
    start = heredoc.body[0]
    before = source[start : body.start_byte]
    return start <= body.start_byte and body.end_byte <= heredoc.last[0] and not before.strip(b" \t\n")
