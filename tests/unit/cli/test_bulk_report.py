"""The report of an import of many documents: what is left out of each is counted, and sorted by."""

from __future__ import annotations

import pytest

from controller.cli.bulk_report import Row, show_report, sorted_rows
from controller.cli.output import Printer

ROWS: list[Row] = [
    {"file": "a.md", "outcome": "ready", "title": "A", "steps": 3, "codeLeftOut": 1},
    {"file": "b.md", "outcome": "refused", "reason": "it is empty"},
    {"file": "c.md", "outcome": "ready", "title": "C", "steps": 2, "codeLeftOut": 4},
]


def test_rows_with_the_most_code_in_no_step_come_first() -> None:
    assert [row["file"] for row in sorted_rows(ROWS, "code")] == ["c.md", "a.md", "b.md"]


def test_the_table_counts_it(capsys: pytest.CaptureFixture[str]) -> None:
    show_report(Printer("table"), ROWS, 0)
    told = capsys.readouterr().out
    assert "CODE LEFT" in told
    assert [line.split()[2:4] for line in told.splitlines() if line.startswith("c.md")] == [["2", "4"]]
