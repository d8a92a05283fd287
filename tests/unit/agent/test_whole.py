"""Writes that the machine lets stop short: nothing of them is used."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent.identity import FILE_NAME, Identity, store_identity
from agent.shim import Spec, start_command


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As under `ulimit -f`: the write that reaches the limit stops short and raises nothing."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_half_of_a_command_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forked: list[int] = []

    def fork() -> int:
        forked.append(1)
        return os.getpid()

    monkeypatch.setattr("agent.shim.os.fork", fork)
    command = "rm -rf " + "/srv/old/" * 1000
    spec = Spec("a", str(tmp_path), command, {}, "", None, 1_000, 1_000, 1_000)
    with files_of_at_most(4096), pytest.raises(OSError, match="too large"):
        start_command(spec)
    assert not forked
    start_command(spec)
    assert forked, "and where there is room it is run"


def test_the_half_of_an_identity_takes_no_place(tmp_path: Path) -> None:
    old = Identity("t", "a", "shell-1", "key", "certificate", "roots", "localhost:1", "dd0c", {"one": "k"})
    store_identity(tmp_path, old)
    stored = (tmp_path / FILE_NAME).read_bytes()
    with files_of_at_most(256), pytest.raises(OSError, match="too large"):
        store_identity(tmp_path, replace(old, certificate="c" * 2000))
    assert (tmp_path / FILE_NAME).read_bytes() == stored
    store_identity(tmp_path, replace(old, certificate="c" * 2000))
    assert json.loads((tmp_path / FILE_NAME).read_text())["certificate"] == "c" * 2000
