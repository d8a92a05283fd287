"""Secrets in output: masked in every form, across every chunk border, and nothing else."""

from __future__ import annotations

import base64
import json
import shlex
import urllib.parse

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.masking import MASK, Masker

SECRET = "p4ss/w0rd<&>'\"$x y"
LINES = "-----BEGIN KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END KEY-----"


def _stream(masker: Masker, data: bytes, cuts: list[int]) -> bytes:
    """Feed the data in pieces that end at `cuts`, giving back what was held each time."""
    out = b""
    held = b""
    borders = sorted({cut % (len(data) + 1) for cut in cuts})
    start = 0
    for border in [*borders, len(data)]:
        piece = held + data[start:border]
        start = border
        masked, used = masker.mask(piece, is_end=border == len(data))
        out += masked
        held = piece[used:]
    assert held == b""
    return out


_JSON = json.dumps(SECRET)[1:-1]
_FORMS = {
    "raw": SECRET,
    "json": json.dumps(SECRET)[1:-1],
    "go json": json.dumps(SECRET)[1:-1]
    .replace("<", "\\u003c")
    .replace(">", "\\u003e")
    .replace("&", "\\u0026"),
    "url": urllib.parse.quote(SECRET, safe=""),
    "url plus": urllib.parse.quote_plus(SECRET),
    "shell": shlex.quote(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "hex": SECRET.encode().hex(),
}


@pytest.mark.parametrize("form", list(_FORMS))
@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.integers(0, 500), max_size=6))
@example(cuts=list(range(500)))
def test_r36_every_form_is_masked_across_every_border(form: str, cuts: list[int]) -> None:
    text = _FORMS[form].encode()
    data = b"before " + text + b" between " + text + text + b" after\n"
    assert _stream(Masker([SECRET]), data, cuts) == b"before *** between ****** after\n"


@settings(max_examples=100, deadline=None)
@given(
    prefix=st.binary(max_size=7), suffix=st.binary(max_size=7), cuts=st.lists(st.integers(0, 200), max_size=4)
)
def test_r36_a_secret_inside_a_base64_text_is_masked(prefix: bytes, suffix: bytes, cuts: list[int]) -> None:
    text = base64.b64encode(prefix + SECRET.encode() + suffix)
    masked = _stream(Masker([SECRET]), text, cuts)
    assert MASK in masked
    left = masked.split(MASK)
    assert all(len(part) <= 16 for part in left), masked


def test_r36_each_line_of_a_long_secret_is_masked() -> None:
    data = b"".join(b"| %s |\n" % line.encode() for line in LINES.split("\n"))
    assert _stream(Masker([LINES]), data, list(range(200))) == b"| *** |\n" * 4


@settings(max_examples=200, deadline=None)
@given(
    secrets=st.lists(st.text(alphabet="abc", min_size=6, max_size=9), min_size=1, max_size=3),
    data=st.text(alphabet="abc", max_size=120),
    cuts=st.lists(st.integers(0, 120), max_size=5),
)
def test_r36_no_secret_is_left_and_cuts_change_nothing(
    secrets: list[str], data: str, cuts: list[int]
) -> None:
    masked = _stream(Masker(secrets), data.encode(), cuts)
    assert not any(secret.encode() in masked for secret in secrets)
    assert masked == _stream(Masker(secrets), data.encode(), [])


@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=5))
@settings(deadline=None)
def test_r35_other_bytes_pass_as_they_are(data: bytes, cuts: list[int]) -> None:
    assert _stream(Masker([]), data, cuts) == data
    if not any(byte in data for byte in b"ZZ"):
        assert _stream(Masker(["ZZtopZZ"]), data, cuts) == data


def test_nothing_is_held_back_that_is_no_beginning() -> None:
    masker = Masker(["hunter2hunter2"])
    assert masker.mask(b"tail of a line", is_end=False) == (b"tail of a line", 14)
    assert masker.mask(b"tail of a hunt", is_end=False) == (b"tail of a ", 10)


def test_a_masker_that_withholds_says_so_once() -> None:
    masker = Masker((), withheld=b"[withheld]")
    assert masker.mask(b"secret", is_end=False) == (b"[withheld]", 6)
    assert masker.mask(b"secret", is_end=True) == (b"", 6)
