"""The journal: nothing that was recorded is forgotten, whatever a crash or a bad disk leaves behind."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import journal as journal_module
from agent import records
from agent.journal import Journal, JournalDamaged, JournalFailed, read_records, set_aside
from agent.records import Attempt, JournalState, Result, Started, snapshot
from base.ids import new_id

FORGET_US = 1_000


def _attempt(execution: UUID | None = None, epoch: int = 1) -> Attempt:
    return Attempt(
        id=new_id(),
        status=records.INTENT,
        forget_us=FORGET_US,
        execution=execution or new_id(),
        epoch=epoch,
        gate=str(new_id()),
        risk="caution",
        timeout_ms=1000,
        output_limit=10,
        secrets=("A:0123",),
        at_us=5,
    )


def _result() -> Result:
    return Result(0, None, False, False, 3, "ab" * 32, 6, 7)


def _fill(journal: Journal) -> list[Attempt]:
    """One attempt in every state, an epoch, a tombstone, a panic."""
    attempts = [_attempt() for _ in range(4)]
    for attempt in attempts:
        journal.append(records.intent_record(attempt))
    for attempt in attempts[1:]:
        journal.append(records.started_record(attempt.id, Started(10, 20, "boot", 6)))
    journal.append(records.ended_record(attempts[2].id, records.FINISHED, _result()))
    journal.append(records.ended_record(attempts[3].id, records.LOST, _result()))
    journal.append({"kind": records.REPORT_ACKED, "id": str(attempts[2].id)})
    refused = _attempt(epoch=9)
    journal.append(records.refused_record(refused.id, "expired", refused))
    journal.append(records.tombstone_record(new_id(), "cancelled", FORGET_US))
    journal.append({"kind": records.PANIC, "epoch": 4})
    journal.append({"kind": records.PANIC_CLEAR, "epoch": 3})
    return attempts


def _open(path: Path) -> Journal:
    return Journal.open(path, new_id())


def test_a_journal_says_after_a_restart_what_it_said_before(tmp_path: Path) -> None:
    journal = _open(tmp_path / "journal")
    _fill(journal)
    before, instance = journal.state, journal.instance
    journal.close()
    again = _open(tmp_path / "journal")
    assert again.state == before
    assert again.instance == instance
    assert again.state.is_panicked
    again.close()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    journal = _open(tmp_path / "journal")
    with pytest.raises(BlockingIOError):
        _open(tmp_path / "journal")
    journal.close()


def _record_ends(raw: bytes) -> list[int]:
    """The offset after the magic and after each record, by the lengths that the records say."""
    ends = [len(b"dd0c-journal-1\n")]
    while ends[-1] < len(raw):
        ends.append(ends[-1] + 24 + int.from_bytes(raw[ends[-1] : ends[-1] + 4], "big"))
    assert ends[-1] == len(raw)
    return ends


def test_f04_the_last_record_cut_at_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = _open(path)
    _fill(journal)
    journal.close()
    whole = path.read_bytes()
    *_, before_last, end = _record_ends(whole)
    assert end == len(whole)
    for length in range(before_last, end):
        with path.open("r+b") as file:
            file.truncate(length)
        cut = _open(path)
        assert cut.state.panic_epoch == 4
        assert len(cut.state.attempts) == 5
        cut.append({"kind": records.PANIC_CLEAR, "epoch": 3})  # and it goes on from there
        cut.close()
        assert path.read_bytes() == whole


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_f04_no_flipped_bit_is_ever_believed_or_skipped(data: st.DataObject) -> None:
    raw = bytearray(_SAMPLE)
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(JournalDamaged, match="journal"):
        read_records(bytes(raw), "the journal")


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, 10_000), tail=st.integers(0, 300))
def test_f04_a_torn_tail_gives_a_true_beginning(cut: int, tail: int) -> None:
    """Cut anywhere, and zeros behind the cut as some file systems leave them: never an invented record."""
    all_records = read_records(_SAMPLE, "j")[0]
    kept = _SAMPLE[: min(cut, len(_SAMPLE))]
    found, _, _ = read_records(kept, "j")
    assert found == all_records[: len(found)]
    ends = _record_ends(_SAMPLE)
    if len(kept) in ends and tail:
        assert read_records(kept + bytes(tail), "j")[0] == found


def test_records_swapped_or_left_out_are_seen() -> None:
    ends = _record_ends(_SAMPLE)
    first, second, third = ends[2], ends[3], ends[4]
    left_out = _SAMPLE[:first] + _SAMPLE[second:]
    swapped = _SAMPLE[:first] + _SAMPLE[second:third] + _SAMPLE[first:second] + _SAMPLE[third:]
    for raw in (left_out, swapped):
        with pytest.raises(JournalDamaged):
            read_records(raw, "j")


def test_r04_a_damaged_journal_stops_the_agent_and_set_aside_begins_another_instance(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = _open(path)
    instance = journal.instance
    _fill(journal)
    journal.close()
    raw = bytearray(path.read_bytes())
    raw[200] ^= 1
    path.write_bytes(raw)
    with pytest.raises(JournalDamaged, match="--new-journal"):
        _open(path)
    aside = set_aside(path)
    assert aside is not None
    assert aside.read_bytes() == bytes(raw)
    fresh = _open(path)
    assert fresh.instance != instance
    assert not fresh.state.attempts
    fresh.close()


def test_r04_a_copied_or_restored_journal_is_another_instance(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = _open(path)
    instance = journal.instance
    _fill(journal)
    journal.close()
    copied = tmp_path / "clone" / "journal"
    copied.parent.mkdir()
    shutil.copy2(path, copied)
    clone = _open(copied)
    assert clone.instance != instance
    assert not clone.state.attempts
    clone.close()
    assert (copied.parent / "journal.set-aside-1").exists()


def test_r04_a_journal_of_another_machine_is_another_instance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal"
    journal = _open(path)
    instance = journal.instance
    journal.close()
    monkeypatch.setattr(journal_module, "machine_id", lambda: "another")
    other = _open(path)
    assert other.instance != instance
    other.close()


def test_r39_a_write_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal"
    journal = _open(path)
    size = path.stat().st_size
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: real(fd, data[: len(data) // 2], at))
    attempt = _attempt()
    with pytest.raises(JournalFailed, match="full"):
        journal.append(records.intent_record(attempt))
    assert attempt.id not in journal.state.attempts
    assert path.stat().st_size == size
    monkeypatch.setattr(os, "pwrite", real)
    journal.append(records.intent_record(attempt))
    journal.close()
    again = _open(path)
    assert attempt.id in again.state.attempts
    again.close()


def test_r39_after_a_failed_sync_nothing_more_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = _open(tmp_path / "journal")

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(JournalFailed, match="synced"):
        journal.append(records.intent_record(_attempt()))
    monkeypatch.undo()
    with pytest.raises(JournalFailed, match="earlier"):
        journal.append(records.intent_record(_attempt()))
    journal.close()


def test_a_rewrite_keeps_everything_that_may_be_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "COMPACT_BYTES", 1)
    path = tmp_path / "journal"
    journal = _open(path)
    _fill(journal)
    for _ in range(200):
        journal.append({"kind": records.PANIC, "epoch": 4})
    size, before = path.stat().st_size, journal.state
    assert journal.compact(FORGET_US - 1)
    assert path.stat().st_size < size
    assert not journal.compact(FORGET_US - 1)
    journal.append({"kind": records.PANIC, "epoch": 5})
    instance = journal.instance
    journal.close()
    again = _open(path)
    assert again.instance == instance
    assert again.state == before
    again.close()


def test_r06_an_id_is_known_at_least_while_a_grant_may_name_it() -> None:
    state = JournalState()
    for record in read_records(_SAMPLE, "j")[0]:
        state.apply(record)
    known = set(state.attempts)
    state.forget(FORGET_US)
    assert set(state.attempts) == known
    state.forget(FORGET_US + records.KEEP_US + 1)
    assert {item.status for item in state.attempts.values()} == {
        records.INTENT,
        records.STARTED,
        records.LOST,
        records.REFUSED,
    }  # only what the controller acknowledged is forgotten
    assert state.panic_epoch == 4


def test_a_snapshot_folds_into_the_same_state() -> None:
    state = JournalState()
    for record in read_records(_SAMPLE, "j")[0]:
        state.apply(record)
    again = JournalState(instance=state.instance)
    for record in snapshot(state):
        again.apply(record)
    assert again == state


def _sample() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        journal = _open(path)
        _fill(journal)
        journal.close()
        return path.read_bytes()


_SAMPLE = _sample()
