"""Scripts that are read without a tree: what is read is what the walk over the tree tells, or nothing is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.flow import Place
from scanner.parse import parse_bash
from scanner.plain import _GRAMMAR, _OWN_WAY, MAX_PLAIN_CHARACTERS, plain_commands
from scanner.walk import Walker
from scanner.word import Word
from tests.unit.scanner.test_walk import Recorder

_ARGUMENTS = (
    "a -la --x=1 a=b x+=1 2 10 -1 * ? . .. / ~ ~/a a~ + - -- @ % ^ , : ?= a@b +x ?x x* [ ! {} # true != -eq "
    "-p 1a 1.5 0x1 08 10#5 %1 *.log a:b:c http://x?a=b user@host: @x ^a HEAD~1 HEAD^^ a%b $x $ == =~ =x x\\ "
    "y if in do done then time read let export echo cat '' 'c\td' >f 2>&1 <f & &"
).split(" ")
_QUOTED = (
    '"a b"',
    "'c d'",
    '""',
    "''",
    'a"b"c',
    "'x'\"y\"",
    "--f='z w'",
    "'{}'",
    "a'{}'b",
    ",'{x}'",
    'a,b"{c}"',
    "..'{}'",
    '"{a,b}"',
    "'*'",
    "a'*'*",
    "'a \"b\" c'",
    '"it\'s"',
    "'#'",
    "'!'",
    '"!"',
    "'|'",
    '"|;&"',
    "'$(x)'",
    "'`'",
    "'<<E'",
    "'\\'",
    "'a\\'",
    '"$x"',
    '"$"',
    '"a\\"b"',
    "$'\\x41'",
    "'{x}>'",
    'b" "a',
    "' '",
)
_NAMES = (
    "ls",
    "kubectl",
    "/bin/x",
    "./a.sh",
    "git",
    "echo",
    "cat",
    "x.y",
    "_a",
    "1a",
    "-",
    "a@b",
    "a=b",
    "x%",
    ":",
)
_JOINS = (" | ", " && ", " || ", "; ", "|", "&&", "||", ";", " |& ", " & ", "\n")


class Complete(Recorder):
    """Remembers each command with its words in full and its place."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[list[Word], Place]] = []

    def command(self, words: list[Word], assignments: list[tuple[str, Word | None]], place: Place) -> None:
        super().command(words, assignments, place)
        self.told.append((words, place))


def assert_as_the_tree_has_it(text: str) -> bool:
    """Compare the two readings; gives whether the text was read without a tree at all."""
    plain = plain_commands(text)
    if plain is None:
        return False
    parsed, recorder = parse_bash(text), Complete()
    Walker(parsed.source, recorder).walk(parsed.root)
    assert parsed.complete
    assert plain == recorder.told
    assert (recorder.assigned, recorder.redirects, recorder.doubts) == ([], [], [])
    return True


_command = st.builds(
    lambda name, words, blank: blank.join([name, *words]),
    st.sampled_from(_NAMES),
    st.lists(st.sampled_from((*_ARGUMENTS, *_QUOTED)), max_size=4),
    st.sampled_from((" ", " ", "  ", "\t")),
)
_script = st.builds(
    lambda first, rest, end: first + "".join(join + command for join, command in rest) + end,
    _command,
    st.lists(st.tuples(st.sampled_from(_JOINS), _command), max_size=3),
    st.sampled_from(("", "", " ", "\n", " \n\n")),
)


def test_its_words_have_every_field_of_a_word() -> None:
    found = [plain_commands(text) or [] for text in ("ls x", "ls 'a b' | grep x")]
    words = [word for commands in found for given, _ in commands for word in given]
    assert {len(word) for word in words} == {len(Word._fields)}


@given(_script)
def test_a_script_of_words_and_joins_is_read_as_the_tree_has_it(text: str) -> None:
    assert_as_the_tree_has_it(text)


@given(st.text("abzAZ09./:=_,@%+~^*?-'\" \t|&;{}$\\#!(<>[\n", max_size=12))
def test_any_text_is_read_as_the_tree_has_it_or_not_at_all(text: str) -> None:
    assert_as_the_tree_has_it(text)


@pytest.mark.parametrize(
    "text",
    [
        "kubectl get pods -n prod",
        "  systemctl status nginx\n",
        "grep -r 'a b' /var/log/*.log | wc -l",
        "git fetch && git rebase origin/main || git rebase --abort; git status",
        "echo 'rm -rf /' | sh",
        "curl -H \"Accept: a\"'b' https://x/y?z=1",
    ],
)
def test_the_commonest_scripts_need_no_tree(text: str) -> None:
    assert assert_as_the_tree_has_it(text)


@pytest.mark.parametrize(
    "form",
    ["x {}", "x a {} -b", "x {} | y {}", "x 'a' {} && y {} b", "x {} a=b; y", "x {}-{} {}1"],
)
def test_what_sets_names_as_a_command_is_a_word_as_an_argument(form: str) -> None:
    for word in sorted(_OWN_WAY - _GRAMMAR):
        assert assert_as_the_tree_has_it(form.replace("{}", word)), word


@pytest.mark.parametrize(
    "text",
    [
        "A=b ls",
        "a@b x",
        "a% x",
        "- a=b",
        "ls > f",
        "ls 2>&1",
        "ls & rm x",
        "ls |& rm x",
        "ls\nrm x",
        "echo $x",
        'echo "$x"',
        'echo "a\\b"',
        "echo `x`",
        "echo {a,b}",
        "echo a\\ b",
        "echo ü",
        "echo 'ü'",
        "ls # x",
        "! ls",
        "[ -f x ]",
        "test a == b",
        "test a =~ b",
        "ls;",
        "ls ;; ls",
        "| ls",
        "a | b | c && d",
        "",
        "echo '{x}>'",
        "echo 'a",
        *(f"x {word}" for word in sorted(_GRAMMAR)),
        *(f"{word} x" for word in sorted(_OWN_WAY)),
        "x " * MAX_PLAIN_CHARACTERS,
    ],
)
def test_what_may_be_more_than_words_is_left_to_the_tree(text: str) -> None:
    assert plain_commands(text) is None
