"""Braces are what bash makes of them: several words, of which each may be an option."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import scan
from scanner.braces import MAX_WORDS, UnknownBraces, atoms_of, expand
from schemas.risk import Risk

TEXTS = (
    "a{b,c}", "{a,b}{c,d}", "{{a,b}", "{a{b,c}}", "{1..3}", "{01..3}", "{a..c}", "{}", "{a}", "{a,b",
    "x,{}", "{,x}-delete", "{-1..1}", "{a,{b,c}d}", "{a,b}}", "{..}", "{z..x}", "a{b,c}{,d}e", "{1..3}{a,b}",
    "{a,b,}", "{{a..c},d}", "{3..1}",
)  # fmt: skip


def _ours(text: str) -> list[str]:
    words = ("".join(atom.text for atom in word) for word in expand(atoms_of([(text, text)])))
    return [word for word in words if word]


def _bash(text: str) -> list[str]:
    shown = subprocess.run(
        ["bash", "--norc", "-fc", f"printf '%s\\n' {text}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    return shown.stdout.splitlines()


@pytest.mark.parametrize("text", TEXTS)
def test_a_word_becomes_what_bash_makes_of_it(text: str) -> None:
    assert _ours(text) == _bash(text)


@settings(max_examples=60)
@given(st.text(alphabet="ab{},", min_size=1, max_size=9))
def test_any_word_becomes_what_bash_makes_of_it(text: str) -> None:
    try:
        ours = _ours(f"x{text}")
    except UnknownBraces:
        return
    assert ours == _bash(f"x{text}")


def test_what_is_escaped_or_quoted_expands_nothing() -> None:
    assert _ours("a\\{b,c\\}") == ["a{b,c}"]
    quoted = expand(atoms_of([("{", "{"), ("a,b", None), ("}", "}")]))
    assert ["".join(atom.text for atom in word) for word in quoted] == ["{a,b}"]


def test_too_many_words_are_refused() -> None:
    with pytest.raises(UnknownBraces):
        expand(atoms_of([("{a,b}" * 7, "{a,b}" * 7)]))
    assert len(_ours("{a,b}" * 6)) == MAX_WORDS


@pytest.mark.parametrize(
    "command",
    [
        "sort {-o,b} a",
        "sort {a,-o,b}",
        'sort {"-o",b} a',
        "sort {$X,b} a",
        "find . {-delete,-print}",
        "find . {,}-delete",
        "curl {http://h/x,-o,/etc/y}",
        "git log -n {1,--output=x}",
        "uniq {a,b}",
        "kubectl delete pod x --dry-run=client {a,--dry-run=none}",
        "kubectl delete pod x --dry-run=client -n {a,--dry-run=none}",
        "sort {-o,b} a{1..9}{1..9}",
    ],
)
def test_an_option_in_braces_is_not_overlooked(command: str) -> None:
    assert scan(command).risk is not Risk.SAFE


@pytest.mark.parametrize(
    "command",
    [
        "ls {a,b}",
        "cat /var/log/{syslog,messages}",
        "kubectl get pod {a,b} -n x",
        "echo {1..300}",
        "ls '{-a,b}'",
    ],
)
def test_operands_in_braces_are_operands(command: str) -> None:
    assert scan(command).risk is Risk.SAFE


@pytest.mark.parametrize(
    ("command", "risk"),
    [
        ("kubectl delete pod x -n $NS --dry-run=client", Risk.UNKNOWN),
        ("kubectl apply --dry-run=client -f $F", Risk.UNKNOWN),
        ('kubectl apply --dry-run=client -f "a"$F', Risk.UNKNOWN),
        ('kubectl apply --dry-run=client -f "$F"', Risk.SAFE),
        ("kubectl delete pod x --dry-run=client", Risk.SAFE),
        ('X="b -o c"; sort a$X', Risk.UNKNOWN),
        ('sort a$(echo "b -o c")', Risk.UNKNOWN),
        ('X="b"; sort a$X', Risk.SAFE),
    ],
)
def test_a_word_that_may_fall_apart_takes_a_dry_run_s_promise_away(command: str, risk: Risk) -> None:
    assert scan(command).risk is risk
