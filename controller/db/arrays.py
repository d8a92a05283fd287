"""Columns of many rows as PostgreSQL's binary arrays, written at once.

psycopg asks for a dumper and packs a length for each element: with half a million of them that is a quarter
of a large sync's time in this process. Here a column's type is known, and most of it is one join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format

_HEAD: Final = Struct("!iiIii")
"""Dimensions, whether some are NULL, the elements' type, how many, the first index."""
_EMPTY: Final = Struct("!iiI")
_LENGTH: Final = Struct("!i")
_NULL: Final = _LENGTH.pack(-1)
_TRUE: Final = _LENGTH.pack(1) + b"\1"
_FALSE: Final = _LENGTH.pack(1) + b"\0"
_UUID: Final = _LENGTH.pack(16)
_INTEGER: Final = Struct("!ii")


@dataclass(frozen=True, slots=True)
class Column:
    """An array parameter as the server reads it."""

    data: bytes


class Texts(Column):
    """A text[]."""


class Uuids(Column):
    """A uuid[]."""


class Blobs(Column):
    """A bytea[]."""


class Integers(Column):
    """An int4[]."""


class Booleans(Column):
    """A boolean[]."""


def texts(values: Sequence[str | bytes | None]) -> Texts:
    """Raises UnicodeEncodeError for a lone surrogate; a NUL is refused by the server. Bytes are UTF-8."""
    return Texts(_array("text", values, _lengths([v.encode() if isinstance(v, str) else v for v in values])))


def blobs(values: Sequence[bytes | None]) -> Blobs:
    """Bytes as they are."""
    return Blobs(_array("bytea", values, _lengths(values)))


def uuids(values: Sequence[UUID | None]) -> Uuids:
    """Ids, or none."""
    return Uuids(_array("uuid", values, [_NULL if v is None else _UUID + v.bytes for v in values]))


def integers(values: Sequence[int | None]) -> Integers:
    """Raises struct.error for one beyond 32 bits."""
    return Integers(_array("int4", values, [_NULL if v is None else _INTEGER.pack(4, v) for v in values]))


def booleans(values: Sequence[bool]) -> Booleans:
    """True or false."""
    return Booleans(_array("bool", values, [_TRUE if v else _FALSE for v in values]))


def _lengths(values: Sequence[bytes | None]) -> list[bytes]:
    pack = _LENGTH.pack
    return [_NULL if value is None else pack(len(value)) + value for value in values]


def _array(element: str, values: Sequence[object], parts: list[bytes]) -> bytes:
    oid = types[element].oid
    if not parts:
        return _EMPTY.pack(0, 0, oid)
    return _HEAD.pack(1, None in values, oid, len(parts), 1) + b"".join(parts)


class _ColumnDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> bytes:
        return obj.data


def _dumper(element: str) -> type[Dumper]:
    return type(f"_{element}_dumper", (_ColumnDumper,), {"oid": types[element].array_oid})


_DUMPERS: Final = {
    Texts: _dumper("text"),
    Uuids: _dumper("uuid"),
    Blobs: _dumper("bytea"),
    Integers: _dumper("int4"),
    Booleans: _dumper("bool"),
}


def register(connection: AsyncConnection) -> None:
    """Statements of this connection take columns."""
    for kind, dumper in _DUMPERS.items():
        connection.adapters.register_dumper(kind, dumper)
