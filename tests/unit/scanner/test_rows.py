"""Rule mutation, the slice that gates a change: every row is pinned, and taking one away is noticed."""

from __future__ import annotations

import random

from scripts.knowledge_rows import pins, rows
from scripts.mutate import SEED, survivors

SAMPLE = 150
"""Rows taken away here; `make mutate` takes all."""


def test_every_row_of_the_tables_is_pinned_and_every_pin_has_its_row() -> None:
    named = {row.key for row in rows()}
    assert named == set(pins()), "run `python -m scripts.mutate --pin` and read its diff"


def test_a_row_that_is_gone_is_missed() -> None:
    alive, told = survivors(random.Random(SEED).sample(list(rows()), SAMPLE), pins())
    assert alive == []
    assert told["by the finding of its command"] > SAMPLE // 2
