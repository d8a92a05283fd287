"""Ids and tokens: UUIDv7 made in the application, shown as a prefix and Crockford base32."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Final
from uuid import UUID

from base.clock import Clock, SystemClock, epoch_microseconds

PREFIXES: Final = frozenset(
    "ten mem rpo rbk ver cls rcl pro agt exe stx gat apr dsp alt div evt job syn key req".split()
)
"""The kinds of rows that people see by id (CONTRACTS.md §3), and `rcl syn key req` of our own."""

TOKEN_PREFIXES: Final = frozenset({"ddt", "dde", "ddw", "dds", "ddl", "ddb"})
"""ddt: an API token. dde: an enrolment token. ddw: a webhook path. dds: a session. ddl: a sign-in link.
ddb: a badge."""

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_LENGTH: Final = 26
_PAIRS: Final = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
"""Two characters for ten bits."""
_PAIR_SHIFTS: Final = tuple(range(100, -1, -10))
_TOKEN_BYTES: Final = 32
PARTS_MAX: Final = 0xFFFF


class InvalidId(ValueError):
    """A text that is not an id or token of the expected kind."""


class IdFactory:
    """Makes UUIDv7 (RFC 9562), strictly increasing inside one process.

    The 12 bits `rand_a` hold a counter that continues inside one millisecond, so that
    ids made by one process sort in the order in which they were made. A clock that goes
    back does not bring older ids: the last millisecond is kept until it catches up.
    """

    def __init__(self, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._millisecond = -1
        self._counter = 0

    def new(self) -> UUID:
        """The next id."""
        with self._lock:
            now = epoch_microseconds(self._clock.now()) // 1000
            if now > self._millisecond:
                self._millisecond = now
                self._counter = int.from_bytes(self._random_bytes(2), "big") & 0x7FF
            else:
                self._step()
            return self._made(self._random_bytes(8))

    def several(self, count: int) -> list[UUID]:
        """The next ids, all of one moment: the clock and the random source are asked once."""
        if count < 1:
            return []
        found = [self.new()]
        tails = self._random_bytes(8 * (count - 1))
        with self._lock:
            for at in range(0, len(tails), 8):
                self._step()
                found.append(self._made(tails[at : at + 8]))
        return found

    def _step(self) -> None:
        self._counter += 1
        if self._counter > 0xFFF:
            self._millisecond += 1
            self._counter = 0

    def _made(self, random: bytes) -> UUID:
        tail = int.from_bytes(random, "big") & ((1 << 62) - 1)
        time = (self._millisecond & ((1 << 48) - 1)) << 80
        return UUID(int=time | 0x7 << 76 | self._counter << 64 | 0b10 << 62 | tail)


_system_factory = IdFactory(SystemClock(), secrets.token_bytes)


def new_id() -> UUID:
    """An id from the system's clock and random source; for shells only."""
    return _system_factory.new()


def new_ids(count: int) -> list[UUID]:
    """As many ids as `new_id` would give, one after the other."""
    return _system_factory.several(count)


def whole_id(value: UUID) -> UUID:
    """The same id with its last 16 bits free, for parts that need no id of their own making."""
    return UUID(int=value.int & ~PARTS_MAX)


def new_whole_id() -> UUID:
    """A new id that leaves room for parts."""
    return whole_id(new_id())


def part_id(whole: UUID, number: int) -> UUID:
    """The id of a part, 1 to PARTS_MAX, of what has a `whole_id`."""
    assert not whole.int & PARTS_MAX, "the id leaves no room for parts"
    assert 0 < number <= PARTS_MAX, "there is no such part"
    return UUID(int=whole.int | number)


def encode_base32(value: UUID) -> str:
    """26 characters of lower-case Crockford base32."""
    number = value.int
    return _begun(number >> 20) + _PAIRS[number >> 10 & 0x3FF] + _PAIRS[number & 0x3FF]


@lru_cache(maxsize=16)
def _begun(number: int) -> str:
    """The first 22 characters: the parts of a whole have them in common."""
    return "".join([_PAIRS[number >> shift & 0x3FF] for shift in _PAIR_SHIFTS])


def decode_base32(text: str) -> UUID:
    """The inverse of `encode_base32`, strict: 26 characters of the lower-case alphabet."""
    if len(text) != _LENGTH or text[0] > "7":
        raise InvalidId(f"not an id: {text[:40]!r}")
    number = 0
    for character in text:
        value = _VALUES.get(character)
        if value is None:
            raise InvalidId(f"not an id: {text[:40]!r}")
        number = number << 5 | value
    return UUID(int=number)


def show_id(prefix: str, value: UUID) -> str:
    """What people see: `exe_01j…`. Raises ValueError for a prefix that is not in PREFIXES."""
    if prefix not in PREFIXES:
        raise ValueError(f"unknown id prefix {prefix!r}")
    return f"{prefix}_{encode_base32(value)}"


def parse_id(prefix: str, text: str) -> UUID:
    """The inverse of `show_id`; raises InvalidId for another prefix or a malformed id."""
    head, separator, tail = text.partition("_")
    if not separator or head != prefix:
        raise InvalidId(f"expected an id that begins with {prefix}_, got {text[:40]!r}")
    return decode_base32(tail)


def new_token(prefix: str, tenant_id: UUID) -> str:
    """A credential that names its tenant and holds 256 random bits: `ddt_<tenant>_<hex>`."""
    if prefix not in TOKEN_PREFIXES:
        raise ValueError(f"unknown token prefix {prefix!r}")
    return f"{prefix}_{encode_base32(tenant_id)}_{secrets.token_hex(_TOKEN_BYTES)}"


def parse_token(prefix: str, text: str) -> tuple[UUID, bytes]:
    """The tenant that a credential names and the SHA-256 that is stored for it.

    Raises InvalidId for a malformed one; says nothing about whether it exists.
    """
    parts = text.split("_")
    if len(parts) != 3 or parts[0] != prefix or len(parts[2]) != 2 * _TOKEN_BYTES:
        raise InvalidId("malformed token")
    return decode_base32(parts[1]), token_sha256(text)


def token_sha256(text: str) -> bytes:
    """The 32 bytes under which a credential is stored and looked up."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
