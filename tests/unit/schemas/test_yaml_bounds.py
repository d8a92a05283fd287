"""PROMISES 42: hostile YAML is refused at once, and nothing is built from it."""

from __future__ import annotations

import hashlib
import time
import tracemalloc

import pytest

from base.limits import DOCUMENT_MAX_BYTES, YAML_MAX_DEPTH, YAML_MAX_NODES
from schemas import yaml_read
from schemas.errors import DocumentInvalid
from schemas.yaml_codec import check_document, document_sha256, load_runbook
from schemas.yaml_read import read_yaml, resolve_plain
from tests.unit.schemas.broken import HEAD, STEP

MILLISECONDS = 100
BYTES = 50 * 1024 * 1024


def _bomb(levels: int) -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, levels)]
    return "\n".join(lines).encode()


HOSTILE = {
    "alias bomb of nine levels": _bomb(9),
    "alias without anchor": b"a: *b\n",
    "a hundred megabytes": b"a: " + b"x" * 100_000_000,
    "ten thousand open brackets": b"[" * 10_000,
    "ten thousand open braces": b"{a: " * 10_000,
    "ten thousand brackets with blanks": b"[ " * 10_000,
    "ten thousand dashes": b"- " * 10_000,
    "ten thousand question marks": b"? " * 10_000,
    "ten thousand levels of indentation": b"".join(b" " * n + b"a:\n" for n in range(900)),
    "duplicate keys": b"a: 1\na: 2\n",
    "a custom tag": b"a: !!python/object/apply:os.system [id]\n",
    "a local tag": b"a: !secret b\n",
    "a tag directive": b"%TAG ! tag:example.com,2000:\n---\na: 1\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_r42_hostile_yaml_is_refused_at_once(name: str) -> None:
    data = HOSTILE[name]
    check_document(b"a: 1\n")
    tracemalloc.start()
    try:
        took = _milliseconds(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < BYTES
    # Tracing memory slows Python down severalfold: the time is taken without it, the best of three.
    assert min(_milliseconds(data) for _ in range(3)) < MILLISECONDS, took


def _milliseconds(data: bytes) -> float:
    start = time.thread_time()
    checked = check_document(data)
    took = (time.thread_time() - start) * 1000
    assert checked.runbook is None
    assert checked.errors
    return took


def test_r42_size_is_checked_before_anything_else() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        read_yaml(b"\xff" * (DOCUMENT_MAX_BYTES + 1))
    assert caught.value.places[0].code == "document_size"
    with pytest.raises(DocumentInvalid) as caught:
        read_yaml(b"\xff" * DOCUMENT_MAX_BYTES)
    assert caught.value.places[0].code == "encoding"


def test_depth_at_the_bound_is_read() -> None:
    good = "[" * YAML_MAX_DEPTH + "]" * YAML_MAX_DEPTH
    assert read_yaml(good.encode()).places == []
    with pytest.raises(DocumentInvalid, match="nested deeper"):
        read_yaml(f"[{good}]".encode())
    block = "".join(f"{' ' * n}a:\n" for n in range(YAML_MAX_DEPTH)) + " " * YAML_MAX_DEPTH + "a\n"
    assert read_yaml(block.encode()).places == []
    with pytest.raises(DocumentInvalid, match="nested deeper"):
        read_yaml(b"b:\n" + b"".join(b" " + line for line in block.encode().splitlines(keepends=True)))


def test_nodes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert YAML_MAX_NODES < DOCUMENT_MAX_BYTES / 4
    monkeypatch.setattr(yaml_read, "YAML_MAX_NODES", 100)
    assert len(read_yaml(b"- a\n" * 99).value) == 99
    with pytest.raises(DocumentInvalid, match="more than 100"):
        read_yaml(b"- a\n" * 100)


def test_the_largest_document_is_read_in_time() -> None:
    steps = "".join(
        f"    - {{id: s{n}, title: Step {n}, command: 'echo {n}', timeout: 20s, idempotent: true}}\n"
        for n in range(300)
    )
    start = time.thread_time()
    runbook = load_runbook((HEAD + "  steps:\n" + steps).encode())
    assert len(runbook.spec.steps) == 300
    assert len(runbook.order()) == 300
    assert time.thread_time() - start < 5


def test_more_steps_than_the_bound_are_refused() -> None:
    steps = "".join(f"    - {{id: s{n}, title: t, command: c}}\n" for n in range(301))
    places = check_document((HEAD + "  steps:\n" + steps).encode()).errors
    assert [place.code for place in places] == ["too_long"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_byte_order_mark_do_not_matter(end: str) -> None:
    text = HEAD + STEP.replace("uname -a", "|\n        uname -a\n        df -h")
    found = load_runbook(("\ufeff" + text.replace("\n", end)).encode())
    assert found.spec.steps[0].command == "uname -a\ndf -h"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("2026-11-22", "2026-11-22"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0123", 123),
        ("-7", -7),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("1.0", 1.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.INF", float("-inf")),
        ("12345678901234567890", float("inf")),
    ],
)
def test_plain_scalars_are_those_of_yaml_12(text: str, value: object) -> None:
    found = resolve_plain(text)
    assert found == value
    assert type(found) is type(value)


def test_content_digest_is_of_the_bytes() -> None:
    assert document_sha256(b"abc") == "sha256:" + hashlib.sha256(b"abc").hexdigest()
