"""Judgements as bytes: how they come from a parsing process, and how they are kept.

Verdicts are most of them. They go as JSON, which is read in two thirds of the time, and the last ones are
kept: a change leaves most commands of a runbook as they were.

Unpacked only where they were packed by a process of ours: bytes from anywhere else would run as code.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NewType

from controller.governance.documents import FileKind, JudgedFile, judge_file
from ingest.advisor.advising import ONE_KEY, Advising
from schemas.verdict import Verdict

Packed = NewType("Packed", bytes)
"""One JudgedFile, as `pack` made it in a process of this very version."""

_PROTOCOL: Final = 5


def judge_packed(items: Sequence[tuple[str, FileKind, bytes]], advising: Advising = ONE_KEY) -> list[Packed]:
    """Judge some files; one that can't be judged is an error of that file, never of the others."""
    return [pack(judge_file(path, kind, content, advising)) for path, kind, content in items]


def pack(file: JudgedFile) -> Packed:
    """One judgement as bytes."""
    packed = io.BytesIO()
    _Packer(packed, _PROTOCOL).dump(file)
    return Packed(packed.getvalue())


def unpack(packed: Packed) -> JudgedFile:
    """The judgement that was packed."""
    found: JudgedFile = pickle.loads(packed)  # noqa: S301  # from a process of ours, as pebble's own answers
    return found


@lru_cache(maxsize=1_024)
def _verdict_of(text: bytes) -> Verdict:
    """The verdict that `_text_of` wrote; one object for those that are the same."""
    return Verdict.model_validate_json(text, by_alias=False, by_name=True)


def _text_of(verdict: Verdict) -> tuple[Callable[[bytes], Verdict], tuple[bytes]]:
    text = Verdict.__pydantic_serializer__.to_json(verdict, by_alias=False, exclude_defaults=True)
    return _verdict_of, (text,)


class _Packer(pickle.Pickler):
    """Writes verdicts its own way, once each."""

    dispatch_table = copyreg.dispatch_table | {Verdict: _text_of}
