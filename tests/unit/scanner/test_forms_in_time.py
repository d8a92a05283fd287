"""Words that fit the form of a command are tried in one way only: no short text keeps the scanner busy."""

from __future__ import annotations

import time

import pytest

from scanner import scan

_SECONDS = 0.5
"""Of the processor; a text of a hundred bytes that fits in two ways takes hours."""


@pytest.mark.parametrize(
    "text",
    [
        "x=$(systemctl show " + "-pId " * 26 + "a/b); cat $x",
        "x=$(ls | tr " + "- " * 30 + "1a/b); cat $x",
        "x=$(ls | sort " + "-- " * 30 + "1a/b); cat $x",
        "psql -c \"SELECT * FROM pg_settings WHERE name LIKE '" + "%" * 40 + "z'\"",
        "psql -c \"SELECT * FROM pg_settings WHERE name LIKE '" + "%n" * 40 + "z'\"",
    ],
)
def test_a_short_text_is_judged_at_once(text: str) -> None:
    begun = time.process_time()
    assert scan(text).risk != "dangerous"
    assert time.process_time() - begun < _SECONDS
