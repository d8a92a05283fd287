"""What an import remembers between two calls: what only the text decides, of one tenant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from controller.cli import bulk_notes
from controller.cli.bulk_notes import Notes

KEY = ("https://dd0c.example", "ten_1", "/docs")


def row(sha256: str, outcome: str) -> dict[str, Any]:
    return {"sha256": sha256, "outcome": outcome}


def test_what_is_read_stays_known_and_a_refusal_which_may_be_of_the_hour_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_notes, "state_folder", lambda: tmp_path)
    rows = [row("a", "ready"), row("b", "left_out"), row("c", "refused"), row("d", "imported_before")]
    Notes(*KEY).add(rows)
    assert Notes(*KEY).rows == {"a": rows[0], "b": rows[1]}
    assert Notes(KEY[0], "ten_2", KEY[2]).rows == {}
    Notes(*KEY).forget()
    assert Notes(*KEY).rows == {}
