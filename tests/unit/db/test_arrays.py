"""Columns are the bytes that psycopg itself writes for the same lists."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from psycopg.adapt import PyFormat, Transformer
from psycopg.postgres import types
from psycopg.pq import Format

from controller.db import arrays

MANY = list(range(300))


@pytest.mark.parametrize(
    ("made", "element", "values"),
    [
        (arrays.texts, "text", ["", "a", "größe 🟢", "x" * 5_000]),
        (arrays.texts, "text", ["a", None, ""]),
        (arrays.blobs, "bytea", [b"", b"\0\xff", b"x" * 70_000]),
        (arrays.blobs, "bytea", [None, b"a"]),
        (arrays.uuids, "uuid", [UUID(int=number) for number in MANY]),
        (arrays.uuids, "uuid", [UUID(int=1), None]),
        (arrays.integers, "int4", [0, 1, -1, 70_000, 2**31 - 1, -(2**31)]),
        (arrays.integers, "int4", [None, 70_000]),
        (arrays.booleans, "bool", [True, False]),
    ],
)
def test_a_column_is_what_psycopg_writes(
    made: Callable[[Sequence[Any]], arrays.Column], element: str, values: list[Any]
) -> None:
    ours = made(values).data
    assert read(element, ours) == values
    if element != "int4":  # psycopg chooses the width of integers by their size
        theirs = Transformer().get_dumper(values, PyFormat.BINARY).dump(values)
        assert theirs is not None
        if element == "text":  # psycopg leaves the elements' type open, as for any text
            theirs = bytes(theirs[:8]) + struct.pack("!I", types["text"].oid) + bytes(theirs[12:])
        assert ours == bytes(theirs)


def test_what_is_utf_8_already_is_a_text_as_it_is() -> None:
    assert arrays.texts(["größe".encode(), "a", None, b""]) == arrays.texts(["größe", "a", None, ""])


def test_none_are_an_empty_column_and_what_is_no_value_is_refused() -> None:
    assert read("uuid", arrays.uuids([]).data) == []
    with pytest.raises(UnicodeEncodeError):
        arrays.texts(["\ud800"])
    with pytest.raises(struct.error):
        arrays.integers([2**31])


def read(element: str, data: bytes) -> Any:
    return Transformer().get_loader(types[element].array_oid, Format.BINARY).load(data)
