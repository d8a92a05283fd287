"""The product's machine and the reference model reach the same executions by the same edges."""

from __future__ import annotations

import pytest

from controller.engine.rows import ROWS
from tests.unit.engine.explorer import explore, make_setup, model, slice_setups

BRANCHES = {7}
"""The one row that the model leaves out; `test_walk.py` has it."""


@pytest.mark.timeout(180)
def test_i6_product_and_model_agree_in_a_slice_and_every_row_is_gone_through() -> None:
    rows: set[int] = set()
    edges: set[tuple[str, str, str]] = set()
    for setup in slice_setups():
        found = explore(setup)
        assert found.states > 100, setup.name
        rows |= found.rows
        edges |= found.edges
    assert rows == {row.number for row in ROWS} - BRANCHES
    assert len(edges) >= 115


def test_the_model_s_own_exploration_has_the_edges_that_the_product_has() -> None:
    context = model.Ctx(model.books[1][:2], 2, True, 1)
    _, _, expected = model.explore(context)
    assert explore(make_setup(context)).edges == expected
