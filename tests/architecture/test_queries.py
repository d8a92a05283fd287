"""Every query that Python names exists, and every query that exists is named."""

from __future__ import annotations

from pathlib import PurePosixPath

from tests.architecture.queries import mentions, missing, names, unused, uses
from tests.architecture.tree import ROOMS, ROOT, Module, modules, report, tracked

FOLDER = "controller/db/queries"


def files() -> dict[str, frozenset[str]]:
    paths = [PurePosixPath(path) for path in tracked() if path.startswith(FOLDER) and path.endswith(".sql")]
    return {path.stem: names((ROOT / path).read_text(encoding="utf-8")) for path in paths}


def test_every_query_that_is_named_exists() -> None:
    found = missing([use for module in modules(*ROOMS) for use in uses(module)], files())
    assert not found, report(found)


def test_every_query_is_used() -> None:
    everywhere = [
        use
        for module in modules(*ROOMS, "tests", "bench")
        for found in (uses(module), mentions(module))
        for use in found
    ]
    left = unused(everywhere, files())
    assert not left, f"nothing runs these queries: {left}"


SOURCE = """
from controller.db.queries import load
_QUERIES = load("executions")
OTHERS: Final = load("gates")
x = _QUERIES["lock"], OTHERS["close"], load("steps")["start"], unrelated["nothing"]
"""


def test_uses_are_found_in_each_form() -> None:
    found = {(use.aggregate, use.name) for use in uses(Module("controller/x.py", SOURCE))}
    assert found == {("executions", "lock"), ("gates", "close"), ("steps", "start")}


def test_a_query_passed_on_by_its_name_is_a_use() -> None:
    source = "_Q = load('gates')\n\ndef f(name):\n    return _Q[name]\n\nf('close')\n"
    used = list(mentions(Module("controller/x.py", source)))
    assert unused(used, {"gates": frozenset({"close", "open"})}) == ["gates.open"]


def test_a_name_without_a_query_and_a_query_without_a_use_are_found() -> None:
    text = "-- lock --\n-- Prose.\nselect 1\n\n-- spare --\n-- Prose.\nselect 2\n"
    there = {"executions": names(text), "gates": frozenset({"close"})}
    used = list(uses(Module("controller/x.py", SOURCE)))
    assert [str(found) for found in missing(used, there)] == [
        "controller/x.py:5: there is no query 'start' in steps.sql"
    ]
    assert unused(used, there) == ["executions.spare"]
