"""Looks over a raw text that were made cheap say what the plain, dear ones say."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import heredocs, text
from scanner.heredocs import Heredoc, Marker, Unsure, body_of
from scanner.signs import Signs

_LINES: Final = ("E", "E\n", "\n", "\t", "\\", "\\\n", "a", "EE", "\tE\n")
_QUOTING: Final = re.compile(r"\\\n|[\\'\"`]|\$(?=['\"])")
_BLANKS: Final = re.compile(r"\$\{?IFS\}?|[\s,]+")
_SIGNS: Final = ("$", "'", '"', "\\", "\n", "`", " ", ",", "a", "IFS", "$IFS", "${IFS}", "\t", "é", "\u2003")


def _line_by_line(source: bytes, marker: Marker, start: int, end: int) -> Heredoc:
    """As bash's manual tells it."""
    at, joined = start, False
    while at < end:
        stop = source.find(b"\n", at, end)
        stop = end if stop < 0 else stop
        line = source[at:stop]
        if marker.tabs:
            line = line.lstrip(b"\t")
        if not joined and line == marker.text:
            return Heredoc((marker.start, marker.end), (start, at), (stop - len(line), stop))
        if not marker.quoted:
            before, joined = joined, (len(line) - len(line.rstrip(b"\\"))) % 2 == 1
            if joined and (before or marker.text.startswith(line[:-1])):
                raise Unsure
        at = stop + 1
    raise Unsure


@given(
    st.lists(st.sampled_from(_LINES), max_size=14).map("".join),
    st.sampled_from((b"E", b"", b"EE", b"E\\", b"\tE")),
    st.booleans(),
    st.booleans(),
    st.sampled_from((heredocs._WINDOWS, (3, 9, 1 << 16))),
)
def test_a_body_ends_where_its_first_line_ends_it(
    body: str, word: bytes, quoted: bool, tabs: bool, windows: tuple[int, ...]
) -> None:
    source, marker = b"\n" + body.encode(), Marker(0, 1, word, quoted, tabs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heredocs, "_WINDOWS", windows)
        try:
            expected = _line_by_line(source, marker, 1, len(source))
        except Unsure:
            with pytest.raises(Unsure):
                body_of(source, marker, 1, len(source))
        else:
            assert body_of(source, marker, 1, len(source)) == expected


@given(st.lists(st.sampled_from(_SIGNS), max_size=12).map("".join))
def test_a_text_without_its_quoting_is_what_patterns_make_of_it(raw: str) -> None:
    assert text._squeezed(raw) == _BLANKS.sub(" ", _QUOTING.sub("", raw))


@pytest.mark.parametrize(
    ("raw", "stand"), [("a xargs", True), ("axargs", False), ("é|xargs<", True), ("", False)]
)
def test_signs_stand_in_a_text_or_not(raw: str, stand: bool) -> None:
    signs = Signs(r"\bxargs\b")
    assert signs.stand_in(raw.encode()) is stand
    assert signs.stand_in((raw + " " * 100).encode()) is stand
