"""A second parser sees no command that our walk does not see, unless the text is called doubtful anyway."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from scanner import scan
from schemas.risk import Risk
from tests.unit.scanner.mutations import disguised
from tests.unit.scanner.shfmt_oracle import our_commands, their_commands

SHFMT = Path(sys.executable).with_name("shfmt")
ROWS = Path(__file__).parent / "data" / "commands.jsonl"
SEED = 20261128


def sample() -> list[str]:
    lines = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    commands = [row["command"] for row in lines if row["language"] == "bash"]
    return [*random.Random(SEED).sample(commands, 60), *disguised(60, SEED)]


def test_no_command_is_lost() -> None:
    compared = 0
    for text in sample():
        theirs = their_commands(SHFMT, text)
        if theirs is None:
            continue
        compared += 1
        if theirs - our_commands(text).at:
            assert scan(text).risk is not Risk.SAFE, text
    assert compared > 80
