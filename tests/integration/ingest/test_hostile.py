"""A hostile paste of up to a megabyte costs seconds at most: a refusal or a preview, no quadratic walk."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from ingest.pipeline import preview
from schemas.errors import Dd0cError
from tests.unit.ingest.hostile_texts import TEXTS

SECONDS = 5.0
"""Of processor time. Generous: each takes under two."""


@pytest.mark.parametrize("name", TEXTS)
def test_r47_hostile_pastes_are_bounded(name: str) -> None:
    started = time.process_time()
    with suppress(Dd0cError):
        preview(TEXTS[name])
    assert time.process_time() - started < SECONDS
