"""A part of each hostile paste is answered in a part of the time; tests/integration/ingest has them whole."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from ingest.pipeline import preview
from schemas.errors import Dd0cError
from tests.unit.ingest.hostile_texts import TEXTS

PART = 16
SECONDS = 1.0
"""Of processor time. Generous: each takes under a sixth of a second."""


@pytest.mark.parametrize("name", TEXTS)
def test_r47_a_part_of_a_hostile_paste_is_bounded(name: str) -> None:
    text = TEXTS[name][: len(TEXTS[name]) // PART]
    started = time.process_time()
    with suppress(Dd0cError):
        preview(text)
    assert time.process_time() - started < SECONDS
