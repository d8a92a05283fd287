"""The three locks on values, and where holes may stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import scan
from scanner.holes import check_template, fill_command, within_default_alphabet
from schemas.errors import Unprocessable
from schemas.risk import Risk


@dataclass(frozen=True)
class Variable:
    name: str
    pattern: str | None = None
    secret: bool = False


X, NS = Variable("x"), Variable("ns")
ANY = Variable("x", pattern="(?s).*")
SECRET = Variable("x", secret=True)
HOSTILE = (
    "$(id)",
    "`id`",
    "; rm -rf /",
    "a;id",
    "a b",
    "a\nb",
    "a\0",
    "a" * 1_000_000,
    "\u202egnp.exe",
    "a\u200b",
    "{a,b}",
    "${HOME}",
    "a|b",
    "a&&b",
    "a>b",
    "<(id)",
    "'",
    '"',
    "\\",
    "EOF\nid",
    "#x",
    "a #b",
    "",
)


@pytest.mark.parametrize("value", [*HOSTILE, "--all", "-x", "..", "*", "~"])
def test_r22_the_default_pattern_admits_no_hostile_value(value: str) -> None:
    with pytest.raises(Unprocessable):
        fill_command("kubectl -n prod get pod {{ x }} -o wide", [X], {"x": value})


@pytest.mark.parametrize("value", HOSTILE)
def test_r22_without_a_pattern_the_syntax_tree_still_holds(value: str) -> None:
    with pytest.raises(Unprocessable):
        fill_command("kubectl -n prod get pod {{ x }} -o wide", [ANY], {"x": value})


def test_r22_the_filled_text_is_what_is_scanned() -> None:
    target = Variable("x", pattern="/[a-z/]+")
    filled = fill_command("cp report {{ x }}", [target], {"x": "/etc/passwd"}).text
    assert filled == "cp report /etc/passwd"
    assert scan("cp report value").risk is Risk.CAUTION
    assert scan(filled).risk is Risk.DANGEROUS


def test_every_hole_is_filled_and_values_are_not_filled_again() -> None:
    text = fill_command(
        "kubectl -n {{ ns }} get pod {{ x }}-{{ ns }}", [X, NS], {"x": "web", "ns": "prod"}
    ).text
    assert text == "kubectl -n prod get pod web-prod"
    with pytest.raises(Unprocessable, match="no value"):
        fill_command("ls {{ x }}", [X], {})


def test_a_command_without_holes_stays_as_it_is() -> None:
    text = "kubectl get pods -o go-template='{{.Items}}{{end}}'"
    assert fill_command(text, [], {}).text == text


@pytest.mark.parametrize(
    "command",
    [
        "kubectl -n {{ ns }} delete pod {{ x }}",
        "ls --path={{ x }}",
        "ls 2>/dev/null {{ x }}",
        "bash -c 'ls {{ x }}'",
        "psql -h {{ x }} -Atc 'select now()'",
        "psql -c 'select * from {{ x }}'",
        "ssh {{ x }} uptime",
        "timeout {{ x }} ls",
        "sudo -u {{ x }} ls",
        "A={{ x }} ls",
        "for i in {{ x }} b; do echo $i; done",
        "cat <<EOF\nname: {{ x }}\nEOF",
        "echo $(kubectl get pod {{ x }})",
        "ls {{ x }} # {{ ns }}",
    ],
)
def test_holes_in_argument_words_are_admitted(command: str) -> None:
    assert check_template(command, [X, NS]) == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("{{ x }} get pods", "program"),
        ("sudo {{ x }} ls", "program"),
        ("bash -c '{{ x }} a'", "program"),
        ("kubectl {{ x }} pods", "asked to do"),
        ("kubectl rollout {{ x }} deploy/a", "asked to do"),
        ("aws ec2 {{ x }}", "asked to do"),
        ("ls --{{ x }}=1", "option"),
        ("ls -{{ x }}", "option"),
        ("ls > {{ x }}", "redirection"),
        ("cat <<{{ x }}\na\n{{ x }}", "plain enough"),
        ("PATH={{ x }} ls", "assignment"),
        ("f{{ x }}() { ls; }", "function definition"),
        ("echo $(( {{ x }} ))", "argument"),
    ],
)
def test_holes_elsewhere_are_refused_with_their_place(command: str, words: str) -> None:
    problems = check_template(command, [X])
    assert problems
    assert any(words in problem.message for problem in problems), [p.message for p in problems]
    line, column = problems[0].line, problems[0].column
    assert command.split("\n")[line - 1][column - 1 :].startswith("{{ x }}")
    with pytest.raises(Unprocessable):
        fill_command(command, [X], {"x": "get"})


def test_text_for_another_language_needs_the_default_alphabet() -> None:
    for command in (
        "bash -c 'ls {{ x }}'",
        "psql -c 'select {{ x }}'",
        "jq '.a | .{{ x }}' f",
        "cat <<E\n{{ x }}\nE",
    ):
        assert check_template(command, [X]) == []
        assert check_template(command, [Variable("x", pattern="[a-z /]+")]), command


def test_secrets_and_undeclared_names_are_no_holes() -> None:
    assert "secret" in check_template("ls {{ x }}", [SECRET])[0].message
    assert "declared" in check_template("ls {{ x }}", [])[0].message


@pytest.mark.parametrize(
    ("pattern", "narrow"),
    [
        (None, True),
        ("payments-db-[0-9]{1,2}", True),
        ("(?:a|b)+\\.[a-z]{2}", True),
        ("[0-9]+", True),
        (".*", False),
        ("[^;]+", False),
        ("[a-z /]+", False),
        ("a b", False),
        ("\\S+", False),
    ],
)
def test_which_patterns_stay_in_the_default_alphabet(pattern: str | None, narrow: bool) -> None:
    assert within_default_alphabet(pattern) is narrow


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(st.sampled_from("ab1-./$`'\"\\;|&<>(){}*?[]#~! \t\n="), min_size=1, max_size=12))
def test_r22_a_value_that_passes_is_one_argument(value: str) -> None:
    try:
        text = fill_command("kubectl get pod {{ x }} -o wide", [ANY], {"x": value}).text
    except Unprocessable:
        return
    assert scan(text).risk is not Risk.DANGEROUS
    assert text == f"kubectl get pod {value} -o wide"
    plain = re.sub(r"\\[;|&<>()$`'\"\\]", "", value)  # an escaped character is a part of the argument
    assert not set(plain) & set("$`;|&<>() \n\t'\"")


def test_the_holes_of_a_command_are_bounded_before_it_is_scanned() -> None:
    variables = [Variable(name="a")]
    few, many = "echo" + " {{ a }}" * 48, "echo" + " {{ a }}" * 49
    assert check_template(few, variables) == []
    (problem,) = check_template(many, variables)
    assert "48 holes at most" in problem.message
    (long,) = check_template(f"echo {'x' * 2_000}" + " {{ a }}" * 13, variables)
    assert "11 holes at most" in long.message
    assert check_template(f"echo {'x' * 15_000} {{{{ a }}}}", variables) == []
    with pytest.raises(Unprocessable, match="48 holes"):
        fill_command(many, variables, {"a": "b"})
