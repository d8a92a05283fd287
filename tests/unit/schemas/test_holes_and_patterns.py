"""Holes are exactly `{{ name }}`; a value is what its pattern admits, and a pattern admits no
metacharacter.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alphabet import DEFAULT_ALPHABET, alphabet, within_default_alphabet
from schemas.errors import Unprocessable
from schemas.holes import (
    DEFAULT_PATTERN,
    TEMPLATE_WORDS,
    Hole,
    check_value,
    fill_text,
    holes,
    near_holes,
    valid_name,
)
from schemas.patterns import (
    PROBES,
    UNSAFE_CHARACTERS,
    PatternError,
    compile_pattern,
    first_probe,
    fullmatch,
    search,
)
from schemas.runbook import Variable


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ a }}", ["a"]),
        ("x{{ a }}{{ b_1 }}y", ["a", "b_1"]),
        ("{{a}} {{ a}} {{a }} {{  a  }} {{\ta }}", []),
        ("{{ A }} {{ 1a }} {{ a-b }} {{ .Items }} {{.Items}} {{end}}", []),
        ("{{ end }} {{ range }} {{ if }} {{ nil }}", []),
        ("{{{ a }}}", ["a"]),
        ("${{ a }}", ["a"]),
        ("{{ a\n}}", []),
        ("{{ " + "a" * 63 + " }}{{ " + "a" * 64 + " }}", ["a" * 63]),
    ],
)
def test_holes_of_a_text(text: str, names: list[str]) -> None:
    found = holes(text)
    assert [hole.name for hole in found] == names
    for hole in found:
        assert text[hole.start : hole.end] == "{{ " + hole.name + " }}"


def test_offsets_are_characters() -> None:
    assert holes("größe {{ a }}") == [Hole("a", 6, 13)]


def test_near_holes_are_told() -> None:
    assert [hole.name for hole in near_holes("{{a}} {{ b }} {{ C }} {{end}} {{.X}} {{ d-e }}")] == [
        "a",
        "C",
        "d-e",
    ]


def test_names() -> None:
    assert valid_name("a")
    assert valid_name("a_9")
    for name in ["", "A", "9", "_a", "a-b", "a" * 64, "ä", "a\n", *TEMPLATE_WORDS]:
        assert not valid_name(name)


def test_filling_is_done_once() -> None:
    assert fill_text("{{ a }}-{{ b }}-{{end}}", {"a": "{{ b }}", "b": "2"}) == "{{ b }}-2-{{end}}"
    with pytest.raises(Unprocessable) as caught:
        fill_text("{{ a }}", {})
    assert caught.value.reason_code == "variable_missing"


HOSTILE_VALUES = [
    "", "$(id)", "; rm -rf /", "a;id", "a b", "a\n", "a\nb", "\n", "a\0", "\0", "x" * 1_000_000,
    "\u202eabc", "a\u200bb", "-rf", "--all", "..", "*", "{a,b}", "~", "#", "!x", "`id`", "'", '"', "\\",
    "a|b", "a>b", "a&b", "é", "\ud800", "a\r",
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: repr(value[:12]))
def test_r22_hostile_values_are_refused_by_the_default_pattern(value: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        check_value(Variable(name="x"), value)
    assert caught.value.places[0].path == "variables.x"
    assert value not in caught.value.detail or not value


@pytest.mark.parametrize("value", ["a", "payments-db-2", "v1.2.3", "A_b", "x" * 128])
def test_plain_values_pass(value: str) -> None:
    check_value(Variable(name="x"), value)


def test_a_pattern_matches_the_whole_value() -> None:
    variable = Variable(name="x", pattern="[a-z]+|b")
    check_value(variable, "abc")
    for value in ["abc1", "1abc", "abc\n", ""]:
        with pytest.raises(Unprocessable):
            check_value(variable, value)


def test_the_default_pattern_matches_no_probe() -> None:
    assert first_probe(DEFAULT_PATTERN, "payments-db-2") is None
    assert all(not fullmatch(DEFAULT_PATTERN, probe) for probe in PROBES)


@pytest.mark.parametrize("character", UNSAFE_CHARACTERS, ids=lambda c: f"U+{ord(c):04X}")
def test_a_pattern_with_an_unsafe_character_is_found_open(character: str) -> None:
    escaped = "".join(f"\\x{{{ord(c):x}}}" for c in character)
    assert first_probe(f"[a{escaped}]+") is not None
    assert first_probe(f"web[0-9{escaped}]x", "web1x") is not None


@pytest.mark.parametrize(
    "pattern", ["[a-z0-9-]+", "-?[0-9]+", "(--)?x", "[a-z/.]+", "[a-z./]*", "a?", "x\n?"]
)
def test_open_patterns_are_found(pattern: str) -> None:
    assert first_probe(pattern, "x") is not None


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [
        ("abc", "abc"),
        ("a|b(c)(?:d)(?P<name>e)", "abcde"),
        ("a{2,3}b{4}c{5,}", "abc"),
        ("[a-c]x*", "abcx"),
        ("[]a]", "]a"),
        ("[a-]", "a-"),
        ("[a\\-c]", "a-c"),
        ("\\.\\/", "./"),
        ("\\d", "0123456789"),
        ("[[:digit:]_]", "0123456789_"),
        ("a{b", "a{b"),
        ("^a$", "a"),
    ],
)
def test_alphabets(pattern: str, characters: str) -> None:
    compile_pattern(pattern)
    assert alphabet(pattern) == frozenset(characters)


@pytest.mark.parametrize(
    "pattern", ["(?i)a", "\\pL", "\\x41", "[a-", "[[:punct:]]", "\\Qa\\E", "[ä-ü]", "(?P<a"]
)
def test_syntax_that_is_not_read_is_unknown(pattern: str) -> None:
    assert alphabet(pattern) is None
    assert not within_default_alphabet(pattern)


def test_default_alphabet() -> None:
    assert within_default_alphabet(None)
    assert alphabet(DEFAULT_PATTERN) == DEFAULT_ALPHABET
    assert within_default_alphabet("payments-db-[0-9]{1,2}")
    assert not within_default_alphabet("/[a-z]+")
    assert not within_default_alphabet("a.b")


_pieces = st.sampled_from(
    [
        "a",
        "b-",
        "[a-c]",
        "[^;]",
        "[^a]",
        ".",
        "\\.",
        "\\d",
        "\\w+",
        "(x|y)",
        "(?:z)?",
        "[0-9_]{1,2}",
        "[ -~]",
        "\\s",
        "/",
        "[]x]",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_pieces, min_size=1, max_size=4).map("".join), st.text("abcxyz019_-./; ;\n|]~é", max_size=6))
def test_the_alphabet_is_an_upper_bound(pattern: str, text: str) -> None:
    found = alphabet(pattern)
    if found is None or not fullmatch(pattern, text):
        return
    assert set(text) & set(UNSAFE_CHARACTERS) <= found
    if not found & set(UNSAFE_CHARACTERS):
        assert set(text) <= found


@pytest.mark.parametrize("pattern", ["(a", "[a", "a**", "(?=a)", "\\1", "x" * 513, "a\0", "\ud800"])
def test_bad_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


def test_r47_patterns_take_linear_time() -> None:
    text = "a" * 65_536 + "!"
    compile_pattern("(a+)+$")
    start = time.thread_time()
    assert not fullmatch("(a+)+", text)
    assert search("(a+)+", text)
    assert not fullmatch("(a|aa)*(a|aa)*(a|aa)*", text)
    assert time.thread_time() - start < 0.2


def test_surrogates_match_nothing() -> None:
    assert not fullmatch(".*", "\ud800")
    assert not search(".*", "\ud800")
