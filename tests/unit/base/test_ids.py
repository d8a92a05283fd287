"""Ids: UUIDv7 in order, their shown form, and tokens that name their tenant."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import epoch_microseconds
from base.ids import (
    PARTS_MAX,
    PREFIXES,
    TOKEN_PREFIXES,
    IdFactory,
    InvalidId,
    decode_base32,
    encode_base32,
    new_id,
    new_token,
    new_whole_id,
    parse_id,
    parse_token,
    part_id,
    show_id,
    token_sha256,
    whole_id,
)

START = datetime(2026, 11, 22, 19, 50, tzinfo=UTC)
UUIDS = st.integers(min_value=0, max_value=2**128 - 1).map(lambda number: UUID(int=number))


class StepClock:
    """A clock that shows the given offsets in milliseconds, then stands still."""

    def __init__(self, *offsets_ms: int) -> None:
        self._offsets = itertools.chain(offsets_ms, itertools.repeat(offsets_ms[-1]))

    def now(self) -> datetime:
        return START + timedelta(milliseconds=next(self._offsets))

    def monotonic(self) -> float:
        return 0.0


def repeated(byte: int) -> Callable[[int], bytes]:
    return lambda count: bytes([byte]) * count


def millisecond(value: UUID) -> int:
    return value.int >> 80


@given(st.binary(min_size=8, max_size=8))
def test_the_layout_is_that_of_rfc_9562(noise: bytes) -> None:
    value = IdFactory(StepClock(0), lambda count: noise[:count]).new()
    assert value.version == 7
    assert value.variant == "specified in RFC 4122"
    assert millisecond(value) == epoch_microseconds(START) // 1000
    assert value.int & ((1 << 62) - 1) == int.from_bytes(noise, "big") & ((1 << 62) - 1)


def test_the_example_of_rfc_9562_has_our_layout() -> None:
    example = UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    assert example.version == 7
    assert millisecond(example) == epoch_microseconds(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)) // 1000


@given(st.lists(st.integers(min_value=-5, max_value=5), min_size=1, max_size=50), st.integers(0, 255))
def test_ids_of_one_factory_increase_whatever_the_clock_does(offsets: list[int], byte: int) -> None:
    factory = IdFactory(StepClock(*offsets), repeated(byte))
    made = [factory.new() for _ in range(len(offsets) + 10)]
    assert all(one < other for one, other in itertools.pairwise(made))


@given(st.integers(-3, 20), st.integers(0, 255), st.integers(0, 3))
def test_several_ids_are_those_that_come_one_after_the_other(count: int, byte: int, before: int) -> None:
    one, other = (IdFactory(StepClock(0), repeated(byte)) for _ in range(2))
    for _ in range(before):
        assert one.new() == other.new()
    assert one.several(count) == [other.new() for _ in range(count)]
    assert one.new() == other.new()


def test_more_ids_than_the_counter_holds_in_one_millisecond_still_increase() -> None:
    factory = IdFactory(StepClock(0), repeated(255))
    made = [factory.new() for _ in range(10_000)]
    assert all(one < other for one, other in itertools.pairwise(made))
    assert millisecond(made[-1]) - millisecond(made[0]) <= 3


def test_ids_of_many_threads_are_distinct_and_each_thread_sees_them_increase() -> None:
    seen: list[list[UUID]] = [[] for _ in range(8)]

    def make(into: list[UUID]) -> None:
        into.extend(new_id() for _ in range(500))

    threads = [threading.Thread(target=make, args=(into,)) for into in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({value for into in seen for value in into}) == 8 * 500
    assert all(into == sorted(into) for into in seen)


@given(UUIDS)
def test_base32_survives_a_round_trip(value: UUID) -> None:
    text = encode_base32(value)
    assert len(text) == 26
    assert decode_base32(text) == value


@given(UUIDS, UUIDS)
def test_shown_ids_sort_as_the_ids(one: UUID, other: UUID) -> None:
    assert (encode_base32(one) < encode_base32(other)) == (one < other)


def test_base32_of_known_values() -> None:
    assert encode_base32(UUID(int=0)) == "0" * 26
    assert encode_base32(UUID(int=2**128 - 1)) == "7" + "z" * 25
    assert encode_base32(UUID(int=32)) == "0" * 24 + "10"


@pytest.mark.parametrize(
    "text", ["", "0" * 25, "0" * 27, "8" + "0" * 25, "0" * 25 + "i", "0" * 25 + "Z", "0" * 25 + "é", " " * 26]
)
def test_malformed_base32_is_refused(text: str) -> None:
    with pytest.raises(InvalidId):
        decode_base32(text)


@given(st.text(max_size=30))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    try:
        value = decode_base32(text)
    except InvalidId:
        return
    assert encode_base32(value) == text


@pytest.mark.parametrize("prefix", sorted(PREFIXES))
def test_a_shown_id_is_parsed_under_its_own_prefix_only(prefix: str) -> None:
    value = new_id()
    text = show_id(prefix, value)
    assert text.startswith(prefix + "_")
    assert parse_id(prefix, text) == value
    for other in PREFIXES - {prefix}:
        with pytest.raises(InvalidId):
            parse_id(other, text)


def test_an_unknown_prefix_and_a_bare_id_are_refused() -> None:
    with pytest.raises(ValueError, match="prefix"):
        show_id("foo", new_id())
    with pytest.raises(InvalidId):
        parse_id("exe", encode_base32(new_id()))


@pytest.mark.parametrize("prefix", sorted(TOKEN_PREFIXES))
def test_a_token_names_its_tenant_and_is_stored_as_its_digest(prefix: str) -> None:
    tenant = uuid4()
    token = new_token(prefix, tenant)
    assert parse_token(prefix, token) == (tenant, hashlib.sha256(token.encode()).digest())
    assert new_token(prefix, tenant) != token
    assert len(bytes.fromhex(token.rpartition("_")[2])) == 32


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: token.replace("ddt_", "dde_"),
        lambda token: token.replace("_", "-"),
        lambda token: token[:4] + "u" * 26 + token[30:],
        lambda token: "",
    ],
)
def test_a_malformed_token_is_refused_without_being_repeated(spoil: Callable[[str], str]) -> None:
    token = new_token("ddt", uuid4())
    with pytest.raises(InvalidId) as refusal:
        parse_token("ddt", spoil(token))
    assert token[31:] not in str(refusal.value)


def test_an_unknown_kind_of_token_is_not_made() -> None:
    with pytest.raises(ValueError, match="prefix"):
        new_token("ddx", uuid4())


@given(st.text())
def test_the_digest_of_any_text_has_32_bytes(text: str) -> None:
    assert len(token_sha256(text)) == 32


def test_a_lone_surrogate_in_a_token_is_no_crash() -> None:
    assert len(token_sha256("\ud800")) == 32


@given(UUIDS, st.integers(1, PARTS_MAX))
def test_a_part_has_the_id_of_the_whole_and_its_number(value: UUID, number: int) -> None:
    whole = whole_id(value)
    part = part_id(whole, number)
    assert (whole_id(part), part.int - whole.int) == (whole, number)
    assert str(part) == str(whole)[:32] + f"{number:04x}", "as the database reads it"


@pytest.mark.parametrize("number", [0, -1, PARTS_MAX + 1])
def test_there_are_only_so_many_parts(number: int) -> None:
    with pytest.raises(AssertionError):
        part_id(new_whole_id(), number)


def test_an_id_without_room_has_no_parts() -> None:
    with pytest.raises(AssertionError):
        part_id(UUID(int=1), 1)


def test_a_whole_id_is_of_the_same_kind() -> None:
    assert new_whole_id().version == 7
