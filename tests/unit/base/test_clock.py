"""The one text form of an instant, and whole microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import SystemClock, epoch_microseconds, format_instant, parse_instant

FIRST, LAST = datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("9999-12-30")
INSTANTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


def test_an_instant_is_written_in_utc_with_microseconds() -> None:
    noon_in_vienna = datetime(2026, 11, 22, 20, 50, tzinfo=timezone(timedelta(hours=1)))
    assert format_instant(noon_in_vienna) == "2026-11-22T19:50:00.000000Z"


@given(INSTANTS)
def test_an_instant_survives_its_text(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant


@given(INSTANTS, INSTANTS)
def test_texts_sort_as_their_instants(one: datetime, other: datetime) -> None:
    assert (format_instant(one) < format_instant(other)) == (one < other)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        format_instant(FIRST)


@pytest.mark.parametrize(
    "text",
    ["2026-11-22T19:50:00Z", "2026-11-22T19:50:00.000000+00:00", "2026-11-22 19:50:00.000000Z", "", "now"],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_instant(text)


@given(INSTANTS, st.integers(min_value=1, max_value=10**9))
def test_microseconds_are_exact(instant: datetime, more: int) -> None:
    later = instant + timedelta(microseconds=more) if instant.year < 9000 else instant
    difference = epoch_microseconds(later) - epoch_microseconds(instant)
    assert difference == (more if instant.year < 9000 else 0)


def test_microseconds_of_a_known_instant() -> None:
    assert epoch_microseconds(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert epoch_microseconds(datetime(2026, 11, 22, 19, 50, 0, 123_456, tzinfo=UTC)) == 1_795_377_000_123_456


def test_the_system_clock_is_aware_and_its_monotonic_time_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    times = [clock.monotonic() for _ in range(1000)]
    assert times == sorted(times)
