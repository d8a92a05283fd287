"""SQL of 64 KiB that is made to be read again and again: bounded, and never safe beyond the bound."""

from __future__ import annotations

import time

import pytest

from base.limits import SCAN_MAX_BYTES
from scanner import scan
from scanner.sqltokens import MAX_HIDDEN, tokenize
from schemas.risk import Risk

SECONDS = 1.0
"""CPU of one scan; it took minutes before there was a bound, and takes a tenth of this now."""


@pytest.mark.parametrize(
    "piece", ["#\n", "[a'] ", "'a\\' ", "/* /* */", "[", "f(a),", "a.", "(delete ", "$a$;"]
)
def test_a_repeated_piece_is_read_in_bounded_time(piece: str) -> None:
    text = "SELECT " + piece * ((SCAN_MAX_BYTES - 7) // len(piece))
    started = time.thread_time()
    scan(text, "sql")
    assert time.thread_time() - started < SECONDS


def test_more_hidden_parts_than_are_kept_are_a_doubt() -> None:
    text = "SELECT " + ",".join(["$$;x$$"] * (MAX_HIDDEN + 5))
    read = tokenize(text)
    assert len(read.hidden) == MAX_HIDDEN
    assert read.cut and len(read.doubts) == 1
    assert scan(text, "sql").risk is Risk.UNKNOWN
    assert scan(text + ", $$; DROP TABLE users; $$", "sql").risk is Risk.DANGEROUS
