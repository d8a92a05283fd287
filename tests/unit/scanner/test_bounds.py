"""Hostile sizes: bounded in bytes, depth, nodes and tries, never by the clock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.limits import SCAN_MAX_BYTES
from bench.long_texts import SIZES, crossed, programs, shapes
from scanner import scan
from scanner.api import Language
from scanner.secrets import find_secrets
from scanner.tables import knowledge, patterns
from scanner.text import destructive_text
from scanner.work import MAX_COMMANDS
from schemas.risk import Risk

SIZE = SCAN_MAX_BYTES - 16
GENEROUS_SECONDS = 0.25
"""Of the processor, per text; each takes less than 0.05 s, and took up to 9 s before the bounds."""
MOST_CALLS = 450_000
"""Of functions of Python and C in one scan, and returns from them: the most that was counted is 353,000, in
30 ms. They are counted so that a busy machine changes nothing."""
EXAMPLES = settings().max_examples // 3
"""A third of those of other properties: one takes some 20 ms."""


def _repeated(piece: str) -> str:
    return piece * (SIZE // len(piece))


def _numbered(piece: str, count: int) -> str:
    return "".join(piece.replace("%d", str(at)) for at in range(count))


def _nested() -> str:
    text = "rm -rf /data"
    while len(text) < SIZE // 3:
        text = "bash -c '" + text.replace("'", "'\\''") + "'"
    return text


BASH: dict[str, Callable[[], str]] = {
    "commands": lambda: _repeated("ls;"),
    "pipes": lambda: _repeated("ls | ") + "ls",
    "parentheses": lambda: _repeated("("),
    "substitutions": lambda: "$(" * 5_000 + "ls" + ")" * 5_000,
    "shells in shells": _nested,
    "wrappers": lambda: _repeated("xargs ") + "rm",
    "sudo": lambda: _repeated("sudo ") + "rm -rf /",
    "words of an unknown program": lambda: "foo " + _repeated("bar "),
    "texts of an unknown program": lambda: "foo " + _repeated("'rm x' "),
    "unknown programs": lambda: _repeated("foo bar baz;"),
    "runs in runs": lambda: _repeated("docker run "),
    "here-documents": lambda: _repeated("cat <<A\nx\nA\n"),
    "backquotes": lambda: _repeated("`"),
    "sed": lambda: "sed '" + _repeated("s/a/b/;") + "'",
    "here-strings": lambda: _repeated("cat <<< x;"),
    "folders": lambda: "".join(f"cd d{at};cat *.x;" for at in range(150)),
    "URLs": lambda: "curl http://h/a?b=c;" * 490,
    "finds": lambda: "find / -name a;" * 490,
    "kubectl": lambda: "kubectl get a;" * 490 + "ls;" * 500,
    "braces": lambda: "echo " + "{a,b}{a,b}{a,b} " * 300,
    "arrays": lambda: "X=(" + "a " * 1_000 + ");" + 'cat "${X[@]}";' * 300,
    "awk": lambda: "awk '" + _repeated("/a/") + "'",
    "strings of awk": lambda: "awk '" + "".join(f'"{at}" ' for at in range(8_000)) + "'",
    "awk without an end": lambda: "awk '" + _repeated('"\\') + "'",
    "awk that prints": lambda: "awk '[/" + _repeated("print ") + "'",
    "signs of awk": lambda: "awk '" + _repeated(">") + "'",
    "su in su": lambda: "su -c " * 680,
    "texts of containers": lambda: "docker exec a " * 580,
    "folders and names": lambda: "find " + _numbered("/a%d ", 300) + _numbered("-name b%d* ", 140),
    "addresses and values": lambda: "curl " + _numbered("h/%d ", 290) + _numbered("--url-query a%d=b ", 150),
    "backquotes in one command": lambda: "cat " + "`ls` " * 2_600,
    "letters of a cluster": lambda: "grep -" + _repeated("abc"),
    "options of echo": lambda: "x=$(echo " + "-e " * 3_000 + ")",
    "an expression": lambda: "let " + _repeated("a=b,"),
    "a here-document of a shell": lambda: "sh <<E\n" + _repeated("! ls\n")[:-8] + "E\n",
}
SQL: dict[str, Callable[[], str]] = {
    "functions": lambda: "SELECT " + _repeated("f(x),") + "1",
    "statements": lambda: _repeated("SELECT 1;"),
    "parentheses": lambda: "SELECT " + _repeated("("),
    "deletes in deletes": lambda: "SELECT " + _repeated("(DELETE FROM x "),
    "comments": lambda: _repeated("/* "),
    "truths": lambda: "DELETE FROM t WHERE " + "(" * 9_000 + "1=1" + ")" * 9_000,
    "quotes": lambda: _repeated("SELECT '"),
}

NAMES: dict[str, Callable[[], str]] = {
    "reads": lambda: _repeated("read -r x;"),
    "reads in a loop": lambda: "cat f | while read -r x; do " + "read -r y;" * 6_000 + "done",
    "reads in a pipe": lambda: "cat f" + "| read x" * 7_000,
    "elements": lambda: "X=(" + "a " * 3_000 + ");" + 'cat "${X[@]}";' * 3_000,
    "a chain": lambda: "a0=$(cat f);" + "".join(f"a{at + 1}=$a{at};" for at in range(4_500)),
    "a chain from its end": lambda: "".join(f"a{at}=$a{at + 1};" for at in range(4_500)) + "a4500=$(cat f)",
}
"""What names hold: 13 s and more where each is looked for in the whole text, 0.3 s in one go."""
ONE_LOOK_SECONDS = 0.5


@pytest.mark.parametrize("name", NAMES)
def test_what_names_hold_is_seen_in_one_look(name: str) -> None:
    text = NAMES[name]()
    assert _fastest(lambda: scan(text), below=ONE_LOOK_SECONDS) < ONE_LOOK_SECONDS


@pytest.mark.parametrize(("last", "risk"), [("kill x", Risk.CAUTION), ("foo bar", Risk.UNKNOWN)])
def test_the_last_of_many_commands_counts(last: str, risk: Risk) -> None:
    assert scan("ls;" * (MAX_COMMANDS - 10) + last).risk is risk
    assert scan("ls;" * 600 + last).risk is Risk.UNKNOWN
    assert scan("ls;" * 5_000 + last).risk is Risk.UNKNOWN


@pytest.mark.parametrize("name", BASH)
def test_a_hostile_script_is_answered(name: str) -> None:
    text = BASH[name]()
    assert _fastest(lambda: scan(text), below=GENEROUS_SECONDS) < GENEROUS_SECONDS


@pytest.mark.parametrize("name", SQL)
def test_hostile_sql_is_answered(name: str) -> None:
    text = SQL[name]()
    assert _fastest(lambda: scan(text, "sql"), below=GENEROUS_SECONDS) < GENEROUS_SECONDS


@pytest.mark.parametrize(
    "text", ["ls " + "a" * SCAN_MAX_BYTES, "$(" * 200 + "ls" + ")" * 200, "ls;" * 20_000]
)
def test_what_is_over_a_bound_is_not_safe(text: str) -> None:
    assert scan(text).risk is Risk.UNKNOWN


def test_danger_before_and_behind_a_bound_is_seen() -> None:
    danger = "kubectl delete namespace prod;"
    assert scan("ls;" * 600 + "sudo -n " + danger).risk is Risk.DANGEROUS
    assert scan(danger + "ls;" * 20_000).risk is Risk.DANGEROUS
    assert scan("terraform destroy;" + "echo a | cat;" * 4_000).risk is Risk.DANGEROUS
    assert scan("kubectl get pods;" * 600).risk is Risk.UNKNOWN
    assert scan("".join(f"cd d{at};" for at in range(40)) + "ls").risk is Risk.UNKNOWN
    assert scan("SELECT 1" + ",1" * 3_000 + "; DROP TABLE users", "sql").risk is Risk.DANGEROUS
    assert scan("SELECT 1" + ",1" * 3_000, "sql").risk is Risk.UNKNOWN


def test_a_destructive_phrase_beyond_a_bound_still_counts() -> None:
    assert scan("ls;" * 20_000 + "rm -rf /data").risk is Risk.DANGEROUS
    assert scan("echo " + "a" * SCAN_MAX_BYTES + "; rm -rf /data").risk is Risk.DANGEROUS


ATTACKS = (
    "a" * 65_536,
    "-" * 65_536,
    "/ " * 32_768,
    "rm " * 21_000,
    "(" * 65_536,
    "=" * 65_536,
    "AKIA" * 16_384,
    "\\'" * 32_768,
)


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:4])
def test_r47_every_pattern_is_linear(text: str) -> None:
    """RE2 throughout: each pattern list over 64 KiB, the best of three tries."""
    for name in knowledge()["patterns"]:
        assert _fastest(lambda name=name: patterns(name).fits(text)) < 0.1  # type: ignore[misc]  # binds the loop's name
        assert _fastest(lambda name=name: patterns(name).fits_a_line(text)) < 0.1  # type: ignore[misc]  # the same
    assert _fastest(lambda: destructive_text(text)) < 0.5
    assert _fastest(lambda: find_secrets(text)) < 2.0


SHAPES = shapes()
PROGRAMS = programs()
SHAPED = st.builds(
    lambda shape, size: (shape.text(size), shape.language),
    st.sampled_from(SHAPES),
    st.sampled_from((SCAN_MAX_BYTES, *SIZES)),
)
CROSSED = st.builds(lambda seed: (crossed(Random(seed), PROGRAMS), "bash"), st.integers(0, 2**32))


@settings(max_examples=EXAMPLES, deadline=None)
@given(SHAPED | CROSSED)
def test_the_work_of_a_long_text_is_bounded(given: tuple[str, Language]) -> None:
    assert _calls(*given) < MOST_CALLS


def test_a_body_that_takes_nothing_is_walked_once() -> None:
    many = MAX_COMMANDS - 10
    assert scan("f() { " + "ls;" * many + " }; f a").risk is Risk.SAFE
    assert scan("f() { " + "ls;" * many + " }; echo a | f b").risk is not Risk.SAFE
    assert scan("f() { " + "ls;" * many + 'rm -rf "/$1"; }; f b').risk is Risk.DANGEROUS


def test_calls_of_the_dearest_commands() -> None:
    """As often as they just may be judged, and as a function is walked again with what it is given."""
    piece = "find / -name a -exec ls {} \\; $1;"
    assert _calls("f() { " + piece * MAX_COMMANDS + " }; f a", "bash") < 400_000


def _calls(text: str, language: Language) -> int:
    """How often functions are called in a scan, and return."""
    events = 0

    def count(_frame: object, _event: str, _argument: object) -> None:
        nonlocal events
        events += 1

    sys.setprofile(count)
    try:
        scan(text, language)
    finally:
        sys.setprofile(None)
    return events


def _fastest(work: Callable[[], object], *, below: float = 0.0) -> float:
    """The best of three tries; of fewer, where one is below what is asked."""
    seconds: list[float] = []
    while len(seconds) < 3 and min(seconds, default=below) >= below:
        started = time.thread_time()
        work()
        seconds.append(time.thread_time() - started)
    return min(seconds)
