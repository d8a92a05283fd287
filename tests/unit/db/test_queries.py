"""The form of query files, and of those that the product has."""

from __future__ import annotations

import pytest

from controller.db.queries import MalformedQueries, aggregates, load, parse

GOOD = """
-- first --
-- What it does.
SELECT 1;

-- second_one --
-- Two lines
-- of prose.
UPDATE x
   SET a = %(a)s -- a comment of the statement
 WHERE b LIKE 'c%%'
"""


def test_names_prose_and_statements_are_told_apart() -> None:
    queries = parse("things", GOOD)
    assert list(queries) == ["first", "second_one"]
    assert queries["first"] == "SELECT 1"
    assert queries["second_one"].startswith("UPDATE x")
    assert "-- a comment of the statement" in queries["second_one"]
    with pytest.raises(KeyError, match=r"'third' in queries/things\.sql"):
        queries["third"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-- a --\n-- prose\nSELECT 1\n-- a --\n-- prose\nSELECT 2", "twice"),
        ("-- a --\nSELECT 1", "prose"),
        ("-- a --\n-- prose only\n", "statement"),
    ],
)
def test_another_form_is_refused(text: str, reason: str) -> None:
    with pytest.raises(MalformedQueries, match=reason):
        parse("things", text)


@pytest.mark.parametrize("aggregate", aggregates())
def test_every_file_of_ours_is_well_formed(aggregate: str) -> None:
    assert len(load(aggregate)) > 0
