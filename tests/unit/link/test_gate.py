"""The panic gate: closed by default, closes at once, stays closed over a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from controller.link.gate import PanicGate

TENANT = UUID("01900000-0000-7000-8000-000000000001")
OTHER = UUID("01900000-0000-7000-8000-000000000002")


class HandClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 22, 19, 50, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def test_a_gate_is_closed_until_the_tenants_state_was_read(tmp_path: Path, clock: HandClock) -> None:
    gate = PanicGate(tmp_path, clock)
    assert not gate.is_open(TENANT)
    assert gate.settle(TENANT, "normal", 0)
    assert gate.is_open(TENANT)
    assert not gate.is_open(OTHER)


@pytest.mark.parametrize("mode", ["panic", "party", "something else"])
def test_any_mode_but_normal_closes(tmp_path: Path, clock: HandClock, mode: str) -> None:
    gate = PanicGate(tmp_path, clock)
    gate.settle(TENANT, "normal", 0)
    assert not gate.settle(TENANT, mode, 7)
    assert not gate.is_open(TENANT)


def test_closing_touches_one_tenant(tmp_path: Path, clock: HandClock) -> None:
    gate = PanicGate(tmp_path, clock)
    gate.settle(TENANT, "normal", 0)
    gate.settle(OTHER, "normal", 0)
    gate.close_now(TENANT, "member:x", "api", "fire")
    assert not gate.is_open(TENANT)
    assert gate.is_open(OTHER)


def test_r74_a_latch_on_disk_survives_a_restart_and_a_database_that_does_not_know_it(
    tmp_path: Path, clock: HandClock
) -> None:
    gate = PanicGate(tmp_path, clock)
    gate.settle(TENANT, "normal", 3)
    latch = gate.close_now(TENANT, "member:x", "api", "fire")
    gate.write_latch(latch)

    again = PanicGate(tmp_path, clock)
    assert again.latch(TENANT) == latch
    assert not again.settle(TENANT, "normal", 3)
    assert not again.settle(TENANT, "panic", latch.epoch)
    assert again.settle(TENANT, "normal", latch.epoch)
    assert PanicGate(tmp_path, clock).latches() == []


def test_r74_a_damaged_latch_file_still_latches(tmp_path: Path, clock: HandClock) -> None:
    gate = PanicGate(tmp_path, clock)
    latch = gate.close_now(TENANT, "member:x", "api", "fire")
    gate.write_latch(latch)
    (tmp_path / str(TENANT) / str(latch.epoch)).write_bytes(b'{"actor":')
    again = PanicGate(tmp_path, clock)
    assert not again.settle(TENANT, "normal", 0)
    found = again.latch(TENANT)
    assert found is not None
    assert found.epoch == latch.epoch


def test_epochs_rise_even_where_the_clock_goes_back(tmp_path: Path, clock: HandClock) -> None:
    gate = PanicGate(tmp_path, clock)
    first = gate.close_now(TENANT, "member:x", "api", "").epoch
    gate.settle(TENANT, "normal", first)
    clock.instant -= timedelta(hours=1)
    assert gate.close_now(TENANT, "member:x", "api", "").epoch == first + 1


def test_a_second_panic_keeps_the_first_epoch(tmp_path: Path, clock: HandClock) -> None:
    gate = PanicGate(tmp_path, clock)
    first = gate.close_now(TENANT, "member:x", "api", "one")
    clock.instant += timedelta(seconds=5)
    assert gate.close_now(TENANT, "member:y", "api", "two") == first


def test_a_new_panic_is_not_undone_by_a_late_reading_of_the_old_state(
    tmp_path: Path, clock: HandClock
) -> None:
    gate = PanicGate(tmp_path, clock)
    old = gate.close_now(TENANT, "member:x", "api", "").epoch
    gate.settle(TENANT, "normal", old)
    clock.instant += timedelta(seconds=5)
    new = gate.close_now(TENANT, "member:x", "api", "")
    gate.write_latch(new)
    assert not gate.settle(TENANT, "normal", old)
    assert (tmp_path / str(TENANT) / str(new.epoch)).exists()


def test_a_late_message_about_a_cleared_panic_is_ignored(tmp_path: Path, clock: HandClock) -> None:
    gate = PanicGate(tmp_path, clock)
    epoch = gate.close_now(TENANT, "member:x", "api", "").epoch
    gate.settle(TENANT, "normal", epoch)
    assert gate.close(TENANT, epoch, "member:x", "api", "") is None
    assert gate.is_open(TENANT)
    newer = gate.close(TENANT, epoch + 1, "member:x", "api", "")
    assert newer is not None
    assert not gate.is_open(TENANT)


def test_watchers_hear_every_change_once(tmp_path: Path, clock: HandClock) -> None:
    gate = PanicGate(tmp_path, clock)
    heard: list[tuple[UUID, bool]] = []
    gate.watch(lambda tenant, is_open: heard.append((tenant, is_open)))
    gate.settle(TENANT, "normal", 0)
    gate.settle(TENANT, "normal", 0)
    gate.settle(TENANT, "panic", 5)
    gate.settle(TENANT, "normal", 5)
    assert heard == [(TENANT, True), (TENANT, False), (TENANT, True)]
