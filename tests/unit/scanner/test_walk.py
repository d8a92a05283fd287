"""The walk: every command with the words that its program gets."""

from __future__ import annotations

import shlex

from hypothesis import given, settings
from hypothesis import strategies as st
from tree_sitter import Node

from scanner.escapes import OPAQUE
from scanner.flow import Place
from scanner.parse import parse_bash
from scanner.reading import Redirect
from scanner.walk import Walker
from scanner.word import Word


class Recorder:
    """Remembers what a walk tells."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.stdins: list[tuple[str, str | None]] = []
        self.redirects: list[tuple[str, str]] = []
        self.assigned: list[tuple[str, str | None]] = []
        self.doubts: list[str] = []

    def command(self, words: list[Word], assignments: list[tuple[str, Word | None]], place: Place) -> None:
        self.commands.append([word.text for word in words])
        self.stdins.append((place.stdin.kind, place.stdin.text))
        self.assigned += [(name, value.text if value else None) for name, value in assignments]

    def assignment(self, name: str, value: Word | None, node: Node, *, exported: bool) -> None:
        self.assigned.append((name, value.text if value else None))

    def redirect(self, redirect: Redirect) -> None:
        self.redirects.append((redirect.operator, redirect.target.text))

    def listed(self, word: Word) -> None:
        """Lists of loops are not recorded."""

    def heredoc(self, text: str, expanded: Node | None) -> None:
        pass

    def function(self, name: str, body: Node, node: Node) -> None:
        pass

    def unknown(self, rule: str, why: str, start: int, end: int) -> None:
        self.doubts.append(rule)

    def shows_variables(self, names: list[str], start: int, end: int) -> None:
        self.doubts.append("variables")

    def backquotes(self, text: str, start: int, end: int) -> None:
        self.doubts.append("backquotes")


def walk(text: str) -> Recorder:
    parsed = parse_bash(text)
    recorder = Recorder()
    Walker(parsed.source, recorder).walk(parsed.root)
    return recorder


def test_quotes_are_taken_off_as_the_shell_does() -> None:
    assert walk(r"""r""m 'a b' "c \"d\"" e\ f $'g\th' $"i" \-x""").commands == [
        ["rm", "a b", 'c "d"', "e f", "g\th", "i", "-x"]
    ]


def test_blanks_and_dollars_at_the_edge_of_double_quotes_are_content() -> None:
    """The tree counts blanks to the quote or expansion that they stand before; a dollar is a token."""
    assert walk('y=1; x b" "a " " "a$" " $y " "$y $y" "$y\n" "$ "').commands == [
        ["x", "b a", " ", "a$", " 1 ", "1 1", "1\n", "$ "]
    ]
    assert walk('x $" " $"a "').commands == [["x", " ", "a "]]
    assert walk('x "$(a) $(b)"').commands[-1] == ["x", f"{OPAQUE} {OPAQUE}"]
    assert "backquotes" in walk('x "$y ` a`"').doubts


def test_words_after_a_redirection_belong_to_the_command() -> None:
    found = walk("curl 2>/dev/null -X DELETE https://x")
    assert found.commands == [["curl", "-X", "DELETE", "https://x"]]
    assert found.redirects == [(">", "/dev/null")]
    assert walk("kubectl <<EOF delete ns prod\nx\nEOF").commands == [["kubectl", "delete", "ns", "prod"]]


def test_every_nested_command_is_met() -> None:
    text = "if a; then b; elif c; then d; else e; fi; while f; do g; done; case x in x) h;; esac"
    text += "; (i); { j; }; ! k; l | m && n"
    assert [words[0] for words in walk(text).commands] == list("abcdefghijklmn")
    inside = walk('echo $(a) `b` <(c) "$(d)" ${x:-$(e)} $((1+$(f)))').commands
    assert sorted(words[0] for words in inside) == ["a", "b", "c", "d", "e", "echo", "f"]


def test_a_known_variable_is_followed_and_another_is_not() -> None:
    assert walk("x=kubectl; y='get pods'; $x $y $z").commands == [["kubectl", "get", "pods", OPAQUE]]
    assert walk("x=a; x=b; echo $x").commands == [["echo", "b"]]
    assert walk("read x; echo $x").commands[-1] == ["echo", OPAQUE]


def test_standard_input_is_known_where_the_script_prints_it() -> None:
    assert walk("echo ls | sh").stdins[-1] == ("text", "ls\n")
    assert walk("(echo a; printf 'b%s' c) | sh").stdins[-1] == ("text", "a\nbc")
    assert walk("curl x | sh").stdins[-1] == ("pipe", None)
    assert walk("sh <<'E'\nls\nE").stdins[-1] == ("text", "ls\n")
    assert walk("sh <<< ls").stdins[-1] == ("text", "ls\n")
    assert walk("sh < f").stdins[-1] == ("file", None)


def test_assignments_are_told() -> None:
    assert walk("A=1 B=$x ls; C=2; export D=3").assigned == [
        ("A", "1"),
        ("B", OPAQUE),
        ("C", "2"),
        ("D", "3"),
    ]


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12), min_size=1, max_size=5)
)
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    line = "echo " + " ".join(shlex.quote(word) for word in words)
    assert walk(line).commands == [["echo", *words]]


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(st.sampled_from("ab $'\"\\`(){}<>|&;#!*?[]~=\n\t-/."), max_size=40))
def test_a_walk_never_fails(text: str) -> None:
    walk(text)
