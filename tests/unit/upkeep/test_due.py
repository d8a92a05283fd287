"""What is due is asked in the same words where it is counted and where it is taken."""

from __future__ import annotations

from controller.db import queries


def test_what_is_counted_as_due_is_what_is_taken() -> None:
    found = queries.load("reclassifications")
    taken, counted = (
        found[name][found[name].index("AND (EXISTS (") :].partition(" ORDER BY r.id")[0].split()
        for name in ("to_reclassify", "count_due")
    )
    assert taken == counted
