"""The local model's reader: a line of plain words takes a shorter way to the same answer."""

from __future__ import annotations

import itertools

from ingest.advisor.words import Simple, Unlike, _Reader, split

PARTS = ("df", "-h", "FOO=1", "a+=b", "time", "for", "in", "x=", "=", "+", "\t", "if", "N:9/_@%,.=")
"""What a line of plain words may be made of: what assigns, what begins a construct, and the rest."""


def read(text: str) -> list[Simple] | str:
    """As the reader reads it, sign by sign."""
    try:
        return [each for each in _Reader(text, 0).read() if not each.empty]
    except Unlike as unlike:
        return str(unlike)


def read_short(text: str) -> list[Simple] | str:
    try:
        return split(text)
    except Unlike as unlike:
        return str(unlike)


def test_the_short_way_says_what_the_long_one_says() -> None:
    texts = [" ".join(parts) for parts in itertools.product(PARTS, repeat=3)]
    assert [read_short(text) for text in texts] == [read(text) for text in texts]
    assert [len(found) for found in map(read, ["FOO=1 df -h", "time", ""])] == [1, 0, 0]
