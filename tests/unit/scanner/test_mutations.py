"""A slice of the scorecard's mutated commands: whatever the disguise, none is safe; and its figures."""

from __future__ import annotations

from itertools import islice

import pytest

from bench.scorecard.disguises import DISGUISES, WRAPS
from bench.scorecard.figures import FIGURES, Rate, by, figures, wrong
from bench.scorecard.mutations import Mutation, mutations
from bench.scorecard.page import Column, page
from bench.scorecard.rows import Row
from bench.scorecard.words import SPELLINGS
from scanner import scan
from schemas.risk import Risk

SINGLES = 68 * (len(SPELLINGS) + len(DISGUISES) + len(WRAPS))


def _sliced() -> list[Mutation]:
    """Every seventh single disguise, and two thousand pairs."""
    found = list(mutations(SINGLES + 2_000))
    return found[:SINGLES:7] + found[SINGLES:]


def test_no_disguise_makes_a_dangerous_command_safe() -> None:
    called_safe = [item for item in _sliced() if scan(item.command).risk is Risk.SAFE]
    assert called_safe == []


def test_the_same_seed_gives_the_same_commands_and_none_twice() -> None:
    first, again = list(mutations(3_000, 7)), list(mutations(3_000, 7))
    assert first == again
    assert len({item.command for item in first}) == 3_000
    assert list(islice(mutations(SINGLES + 50, 8), SINGLES, None)) != first[-50:]


def test_every_technique_is_used() -> None:
    used = {name for item in mutations(SINGLES) for name in item.techniques}
    assert used == {*SPELLINGS, *DISGUISES, *WRAPS}


@pytest.mark.parametrize(
    ("count", "total", "least", "most"),
    [(0, 1000, 0.0037, 0.0039), (0, 0, 1, 1), (10, 100, 0.17, 0.18), (5, 5, 1, 1)],
)
def test_the_upper_bound_is_wilsons(count: int, total: int, least: float, most: float) -> None:
    assert least <= Rate(count, total).bound() <= most


ROWS = [
    Row("rm -rf /", "bash", "suites", 1, 2, 2, "a", "rm"),
    Row("ls", "bash", "suites", 0, 0, 0, "a", "ls"),
    Row("\\rm x|y", "bash", "bypasses", 2, 2, 2, "quote", "rm"),
    Row("echo rm", "bash", "benign", 0, 0, 0, "prose", "echo"),
    Row("r''m x", "bash", "mutations", 1, 2, 2, "split < eval", "rm"),
]


def test_what_is_counted_as_wrong() -> None:
    risks = [Risk.SAFE, Risk.CAUTION, Risk.UNKNOWN, Risk.DANGEROUS, Risk.SAFE]
    counted = {name: (rate.count, rate.total) for name, rate in figures(ROWS, risks).items()}
    assert set(counted) == set(FIGURES)
    assert counted["false safe, destructive by policy"] == (1, 1)
    assert counted["false safe, mutations"] == (1, 1)
    assert counted["missed dangerous, bypasses"] == (1, 1)
    assert counted["safe recall, read-only"] == (0, 1)
    assert counted["false alarm, benign called dangerous"] == (1, 1)
    assert [row.command for row, _ in wrong(ROWS, risks)] == [row.command for row in ROWS]
    assert by(ROWS, risks, lambda row: row.tool)[0][1:] == (Rate(2, 3), Rate(3, 3))


def test_the_page_shows_every_classifier_and_no_markup_of_a_command() -> None:
    risks = [Risk.SAFE] * len(ROWS)
    shown = page(
        ROWS, [Column("scanner", risks, [1.0] * 5), Column("other", risks)], {"nah": "<b>"},
        {"seeds": 1, "techniques": 2, "mutations": 1, "seed": 3},
    )  # fmt: skip
    assert "| | scanner | other |" in shown
    assert "\\rm x|y" not in shown
    assert "<b>" not in shown
