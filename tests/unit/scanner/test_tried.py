"""Commands that were made to break the scanner: each has an effect, shows a secret, or leads elsewhere.

`data/tried.txt` holds one a line, `⏎` for a line break. A change of the tables that makes one of them safe
needs an argument, and takes its line away with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from scanner import scan
from schemas.risk import Risk

TRIED: Final = (Path(__file__).parent / "data" / "tried.txt").read_text(encoding="utf-8").splitlines()


def test_none_of_them_is_safe() -> None:
    assert len(TRIED) > 3_000
    found = [text for text in TRIED if scan(text.replace("⏎", "\n")).risk is Risk.SAFE]
    assert found == []
