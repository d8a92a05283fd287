"""Judgements as bytes: how they come from a parsing process, and how they are kept.

Unpacked only where they were packed by a process of ours: bytes from anywhere else would run as code.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Final, NewType

from controller.governance.documents import FileKind, JudgedFile, judge_file
from ingest.advisor.advising import ONE_KEY, Advising

Packed = NewType("Packed", bytes)
"""One JudgedFile, as `pack` made it in a process of this very version."""

_PROTOCOL: Final = 5


def judge_packed(items: Sequence[tuple[str, FileKind, bytes]], advising: Advising = ONE_KEY) -> list[Packed]:
    """Judge some files; one that can't be judged is an error of that file, never of the others."""
    return [pack(judge_file(path, kind, content, advising)) for path, kind, content in items]


def pack(file: JudgedFile) -> Packed:
    """One judgement as bytes."""
    return Packed(pickle.dumps(file, _PROTOCOL))


def unpack(packed: Packed) -> JudgedFile:
    """The judgement that was packed."""
    found: JudgedFile = pickle.loads(packed)  # noqa: S301  # from a process of ours, as pebble's own answers
    return found
