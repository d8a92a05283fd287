"""Output in the spool: whole under the cap, head and tail beyond it, and the same after a restart."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import stream as stream_module
from agent.masking import Masker
from agent.outbox import CONTROL_MAX_MESSAGES, Outbox, OutputFlow, Overrun
from agent.stream import Collector
from base.limits import OUTPUT_CHUNK_MAX_BYTES
from proto.agent.v1 import agent_pb2


def _write(folder: Path, name: str, data: bytes) -> None:
    with (folder / name).open("ab") as file:
        file.write(data)


def _drain(collector: Collector) -> None:
    while collector.pump(is_end=True):
        pass


def _stored(collector: Collector, stream: int | None = None) -> bytes:
    return b"".join(c.data for c in collector.chunks(0) if stream is None or c.stream == stream)


def test_r35_up_to_the_cap_it_is_stored_byte_for_byte(tmp_path: Path) -> None:
    data = bytes(range(256)) * 400 + b"\x1b]0;title\x07\0\xff\xfe" + b"x" * 100_000
    _write(tmp_path, "stdout", data)
    _write(tmp_path, "stderr", b"oops\n")
    collector = Collector(tmp_path, 10 << 20, Masker([]))
    _drain(collector)
    assert _stored(collector, 0) == data
    assert _stored(collector, 1) == b"oops\n"
    assert collector.total_bytes == collector.stored_bytes == len(data) + 5
    assert collector.sha256 == hashlib.sha256(data + b"oops\n").digest()
    assert all(len(chunk.data) <= OUTPUT_CHUNK_MAX_BYTES for chunk in collector.chunks(0))
    collector.close()


def test_r34_beyond_the_cap_head_gap_tail_and_the_true_sums(tmp_path: Path) -> None:
    data = b"".join(b"%09d\n" % number for number in range(700_000))
    limit = 3 << 20
    collector = Collector(tmp_path, limit, Masker([]))
    for start in range(0, len(data), 500_000):
        _write(tmp_path, "stdout", data[start : start + 500_000])
        collector.pump(is_end=False)
    _drain(collector)
    stored = _stored(collector)
    head, _, rest = stored.partition(b"\n[dd0c: ")
    assert data.startswith(head)
    assert len(head) >= limit - (1 << 20) - (64 << 10)
    said, _, tail = rest.partition(b" bytes left out]\n")
    assert data.endswith(tail)
    assert len(tail) == 64 << 10
    assert int(said) == len(data) - len(head) - len(tail)
    assert collector.total_bytes == len(data)
    assert collector.sha256 == hashlib.sha256(data).digest()
    collector.close()


def test_r34_what_is_past_the_cap_is_given_back_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "PUNCH_BYTES", 1 << 20)
    collector = Collector(tmp_path, 1 << 20, Masker([]))
    piece = b"y\n" * (1 << 19)
    for _ in range(20):
        _write(tmp_path, "stdout", piece)
        collector.pump(is_end=False)
    raw = tmp_path / "stdout"
    assert raw.stat().st_size == 20 << 20
    if raw.stat().st_blocks * 512 > 15 << 20:
        pytest.skip("this file system has no holes")
    assert raw.stat().st_blocks * 512 < 5 << 20
    collector.close()
    again = Collector(tmp_path, 1 << 20, Masker([]))
    _drain(again)
    assert again.total_bytes == 20 << 20
    assert again.sha256 == b""  # what was given back can't be hashed again, and nothing is invented
    assert _stored(again).endswith(b"y\ny\n")
    again.close()


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.binary(max_size=60)), max_size=12),
    stops=st.lists(st.integers(0, 12), max_size=3),
    limit=st.sampled_from([0, 40, 150, 10_000]),
)
def test_r07_a_restart_at_any_place_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    pieces: list[tuple[str, bytes]],
    stops: list[int],
    limit: int,
) -> None:
    """Collectors that are taken down and begun again store what one that lived through stores."""
    folder = tmp_path_factory.mktemp("spool")
    masker = Masker(["secret-value"])
    collector = Collector(folder, limit, masker)
    written = {"stdout": b"", "stderr": b""}
    for place, (name, data) in enumerate(pieces):
        _write(folder, name, data)
        written[name] += data
        collector.pump(is_end=False)
        if place in stops:
            collector.close()
            collector = Collector(folder, limit, masker)
    _drain(collector)
    total = sum(map(len, written.values()))
    assert collector.total_bytes == total
    if total <= limit:
        assert _stored(collector, 0) == written["stdout"]
        assert _stored(collector, 1) == written["stderr"]
        assert collector.sha256 == hashlib.sha256(_stored(collector)).digest()
    stored, sums = _stored(collector), (collector.total_bytes, collector.sha256)
    collector.close()
    last = Collector(folder, limit, masker)
    assert last.is_complete
    assert (_stored(last), (last.total_bytes, last.sha256)) == (stored, sums)
    last.close()


def test_r36_a_secret_at_the_edge_of_a_read_is_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "READ_BYTES", 64)
    _write(tmp_path, "stdout", b"hunter2-hunter2 is hunter2-hunter2\n" * 20)
    collector = Collector(tmp_path, 1 << 20, Masker(["hunter2-hunter2"]))
    _drain(collector)
    assert _stored(collector) == b"*** is ***\n" * 20
    collector.close()


def _flow(folder: Path, data: bytes) -> OutputFlow:
    _write(folder, "stdout", data)
    collector = Collector(folder, 10 << 20, Masker([]))
    _drain(collector)
    return OutputFlow(uuid4(), collector)


def test_at_most_a_window_of_chunks_is_on_the_way(tmp_path: Path) -> None:
    flow = _flow(tmp_path, b"z" * (10 * OUTPUT_CHUNK_MAX_BYTES))
    sent = [flow.next_chunk(3) for _ in range(5)]
    assert [chunk.offset // OUTPUT_CHUNK_MAX_BYTES for chunk in sent if chunk] == [0, 1, 2]
    flow.acknowledge(OUTPUT_CHUNK_MAX_BYTES)
    chunk = flow.next_chunk(3)
    assert chunk is not None
    assert chunk.offset == 3 * OUTPUT_CHUNK_MAX_BYTES
    assert flow.next_chunk(3) is None
    flow.rewind()
    chunk = flow.next_chunk(3)
    assert chunk is not None
    assert chunk.offset == OUTPUT_CHUNK_MAX_BYTES


def test_the_end_is_said_after_everything_is_stored_and_then_it_is_done(tmp_path: Path) -> None:
    flow = _flow(tmp_path, b"hello")
    first = flow.next_chunk(16)
    assert first is not None
    assert not first.last
    assert flow.next_chunk(16) is None
    flow.acknowledge(5)
    assert not flow.is_done
    last = flow.next_chunk(16)
    assert last is not None
    assert (last.last, last.offset, last.data) == (True, 5, b"")
    flow.acknowledge(5)
    assert flow.is_done


async def test_f14_control_overtakes_output(tmp_path: Path) -> None:
    outbox = Outbox()
    outbox.open()
    flow = _flow(tmp_path, b"z" * (4 * OUTPUT_CHUNK_MAX_BYTES))
    outbox.add_flow(flow.attempt, flow.collector)
    assert (await outbox.next()).WhichOneof("body") == "output"
    for code in ("one", "two"):
        outbox.control(agent_pb2.AgentMessage(diagnostic=agent_pb2.Diagnostic(code=code)))
    following = [await outbox.next() for _ in range(3)]
    assert [message.WhichOneof("body") for message in following] == ["diagnostic", "diagnostic", "output"]
    assert [message.seq for message in following] == [2, 3, 4]


async def test_a_controller_that_never_reads_ends_the_stream() -> None:
    outbox = Outbox()
    outbox.open()
    for _ in range(CONTROL_MAX_MESSAGES):
        outbox.control(agent_pb2.AgentMessage())
    with pytest.raises(Overrun):
        outbox.control(agent_pb2.AgentMessage())
