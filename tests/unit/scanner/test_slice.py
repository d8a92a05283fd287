"""A sample of labelled commands (data/ATTRIBUTION.md): what hides is found, the harmless stays harmless."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner import scan
from schemas.risk import Risk

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "commands.jsonl").read_text(encoding="utf-8").splitlines()
]
_RANK = {"safe": 0, "caution": 1, "unknown": 1, "dangerous": 2}

DISAGREED = {
    "echo $(whoami)@$(hostname)": "prints who and where one is",
    'echo "$VAR" test': "prints a variable",
    "echo 'hello\nworld'": "prints two lines",
}
"""Rows whose policy asks for a person, where the command can do no harm (decision 0072)."""


def rows(source: str) -> list[dict[str, Any]]:
    return [row for row in ROWS if row["from"] == source]


def name(row: dict[str, Any]) -> str:
    return str(row["command"])[:60]


@pytest.mark.parametrize("row", rows("bypasses"), ids=name)
def test_r46_a_command_that_hides_what_it_does_is_not_safe(row: dict[str, Any]) -> None:
    finding = scan(row["command"], row["language"])
    assert _RANK[finding.risk] >= _RANK[row["min"]], finding.why


@pytest.mark.parametrize("row", rows("benign"), ids=name)
def test_a_harmless_command_stays_within_its_bound(row: dict[str, Any]) -> None:
    finding = scan(row["command"], row["language"])
    assert _RANK[finding.risk] <= _RANK[row["max"]], finding.why


@pytest.mark.parametrize("row", [row for row in rows("suites") if row["min"] != "safe"], ids=name)
def test_what_other_guards_stop_is_not_safe(row: dict[str, Any]) -> None:
    if row["command"] not in DISAGREED:
        assert scan(row["command"], row["language"]).risk is not Risk.SAFE
