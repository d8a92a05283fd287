"""Time comes in as an argument: a protocol, the system's clock, and the one text form of an instant."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a shell asks for time. Pure modules take the value instead."""

    def now(self) -> datetime:
        """The wall time, timezone-aware, UTC, microseconds."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; for deadlines inside one process."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def format_instant(instant: datetime) -> str:
    """The text of an instant: `2026-11-22T19:50:00.000000Z`.

    Raises ValueError for a naive datetime: a time without a zone is a bug where it was made.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """The inverse of `format_instant`; raises ValueError for any other form."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def epoch_microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00:00Z, without a float in between."""
    delta = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
