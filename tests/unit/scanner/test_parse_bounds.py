"""The parser's work is counted: no text takes a time that grows with the square of its size."""

from __future__ import annotations

import time

import pytest

from base.limits import SCAN_MAX_BYTES
from scanner import scan
from scanner.parse import parse_bash
from schemas.risk import Risk

PIECES = (
    "seq (a)",
    "(a)",
    "| a |a",
    "<",
    "a=E\na[b]",
    "X=( ?a|b",
    "tr (a)/",
    ")",
    "|",
    "a)",
    "<<a\n",
    "${",
    "2>",
)
SECONDS = 1.0
"""Of processor time on a busy machine; without a bound most take 3 to 20."""


@pytest.mark.parametrize("piece", PIECES)
def test_a_text_whose_parse_grows_with_its_square_is_not_read(piece: str) -> None:
    text = (piece * SCAN_MAX_BYTES)[: SCAN_MAX_BYTES - 16]
    began = time.process_time()
    assert parse_bash(text).too_large
    assert time.process_time() - began < SECONDS
    assert scan(f"{text}\nrm -rf /srv").risk is Risk.DANGEROUS


@pytest.mark.parametrize(
    "line",
    [
        "kubectl get pods -n a | grep -v Running\n",
        'a=$(b "$c" d) && f "g" > h\n',
        "cat <<E\nx (y) | z\nE\n",
        "if [[ a =~ ^(b|c)+$ ]]; then x=(a b c); fi\n",
        "echo {a,b} $((1+2)) ${x:-y} <(d) 2>&1\n",
        "f() { case $x in a|b) c;; esac; }\n",
    ],
)
def test_a_long_script_is_read_whole_and_as_a_short_one_is(line: str) -> None:
    most = min(2_000 // len(line), 400 // max(1, line.count("|")))
    parsed = parse_bash(line * most)
    assert parsed.complete
    assert parsed.root.text == parsed.source
    assert not parsed.too_large
    each = parse_bash(line).root.descendant_count - 1
    assert parsed.root.descendant_count - 1 == pytest.approx(each * most, rel=0.2)
