"""Canonical bytes are RFC 8785 on the subset, and nothing else is parsed."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.canonical import (
    MAX_DEPTH,
    CanonicalError,
    b64u,
    canonical,
    digest,
    pae,
    parse_strict,
    sha256_text,
    unb64u,
)
from tests.vectors import load

_keys = st.text(st.characters(codec="ascii"), max_size=8)
_leaves = st.one_of(
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(st.characters(codec="utf-8"), max_size=30),
)
_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_keys, inner, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(_values)
def test_canonical_is_rfc8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(_keys, _values, max_size=5))
def test_parse_strict_is_the_inverse(value: dict[str, Any]) -> None:
    assert parse_strict(canonical(value)) == value


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(_keys, _values, max_size=3), st.data())
def test_no_other_bytes_mean_the_same(value: dict[str, Any], data: st.DataObject) -> None:
    payload = canonical(value)
    place = data.draw(st.integers(0, len(payload) - 1))
    byte = data.draw(st.integers(0, 255))
    changed = payload[:place] + bytes([byte]) + payload[place + 1 :]
    try:
        parsed = parse_strict(changed)
    except CanonicalError:
        return
    assert (parsed == value) is (changed == payload)


@pytest.mark.parametrize("case", load("canonical")["cases"], ids=lambda case: case["name"])
def test_vectors(case: dict[str, Any]) -> None:
    assert canonical(case["value"]).decode() == case["canonical"]
    assert sha256_text(case["canonical"].encode()) == "sha256:" + case["sha256"]
    assert parse_strict(case["canonical"].encode()) == case["value"]


@pytest.mark.parametrize("case", load("canonical")["refused"], ids=lambda case: case["name"])
def test_refused_vectors(case: dict[str, Any]) -> None:
    with pytest.raises(CanonicalError):
        parse_strict(unb64u(case["payload"]))


@pytest.mark.parametrize(
    "value",
    [
        None,
        1.0,
        {"a": None},
        [1.5],
        2**53,
        -(2**53),
        {"ä": 1},
        {1: 2},
        "\ud800",
        b"x",
        bytearray(b"x"),
        {1, 2},
    ],
    ids=repr,
)
def test_values_outside_the_subset_are_refused(value: object) -> None:
    with pytest.raises(CanonicalError):
        canonical(value)


def test_tuples_are_arrays_and_true_is_no_integer() -> None:
    assert canonical((1, (True,), "a")) == b'[1,[true],"a"]'


def test_depth_is_bounded_on_both_ways() -> None:
    deep: Any = []
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    with pytest.raises(CanonicalError, match="deeper"):
        canonical(deep)
    with pytest.raises(CanonicalError, match="deeper"):
        parse_strict(b'{"a":' + b"[" * 40 + b"]" * 40 + b"}")


def test_parse_strict_bounds_the_bytes_first() -> None:
    payload = canonical({"a": "x" * 200})
    assert parse_strict(payload, max_bytes=len(payload))
    with pytest.raises(CanonicalError, match="more than"):
        parse_strict(payload, max_bytes=len(payload) - 1)


@pytest.mark.parametrize("case", load("digests")["cases"], ids=lambda case: case["domain"])
def test_digest_vectors(case: dict[str, Any]) -> None:
    assert digest(case["domain"], case["value"]) == case["digest"]


def test_the_domain_parts_digests() -> None:
    assert digest("dd0c.intent.v1", {"a": 1}) != digest("dd0c.document.v1", {"a": 1})


@pytest.mark.parametrize("case", load("signatures")["pae"], ids=lambda case: case["payloadType"] or "empty")
def test_pae_vectors(case: dict[str, str]) -> None:
    assert pae(case["payloadType"], unb64u(case["payload"])).decode() == case["pae"]


@given(st.binary(max_size=50))
def test_base64url_goes_both_ways(content: bytes) -> None:
    text = b64u(content)
    assert "=" not in text
    assert unb64u(text) == content


@pytest.mark.parametrize("text", ["a", "ab==", "a+b/", "ab\n", "é", "aB", "AAB"])
def test_base64url_has_one_form(text: str) -> None:
    with pytest.raises(CanonicalError):
        unb64u(text)
