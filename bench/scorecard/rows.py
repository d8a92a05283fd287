"""The commands that are judged, each with the bounds that its label sets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

from bench.scorecard.mutations import mutations
from schemas.risk import Risk

RANK: Final = {Risk.SAFE: 0, Risk.CAUTION: 1, Risk.UNKNOWN: 1, Risk.DANGEROUS: 2}
_RISKS: Final = {"safe": 0, "caution": 1, "unknown": 1, "dangerous": 2}
Language = Literal["bash", "sql"]


@dataclass(frozen=True, slots=True)
class Row:
    """One command. `least` and `most` bound its rank (RANK); its source asks for `policy`."""

    command: str
    language: Language
    suite: str
    least: int
    most: int
    policy: int
    technique: str
    tool: str


def _read(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _tool(command: str) -> str:
    words = command.split()
    return words[0].rsplit("/", 1)[-1][:24] if words else ""


def labelled(folder: Path) -> list[Row]:
    """Rows of `suites`, `bypasses` and `benign`; where sources disagree about a row it is left out."""
    rows = [
        Row(
            item["command"], cast(Language, item["lang"]), "suites", _RISKS[item["min"]], _RISKS[item["max"]],
            _RISKS[item["soft_min"]], ", ".join(item["source"]), _tool(item["command"]),
        )
        for item in _read(folder / "suites.jsonl")
        if not item.get("conflict")
    ]  # fmt: skip
    rows += [
        Row(
            item["command"], cast(Language, item.get("lang", "bash")), "bypasses",
            _RISKS[item["expected_min_risk"]], 2, _RISKS[item["expected_min_risk"]], item["technique"],
            _tool(item["command"]),
        )
        for item in _read(folder / "bypasses.jsonl")
        if not item.get("hard")
    ]  # fmt: skip
    rows += [
        Row(
            item["command"], cast(Language, item.get("lang", "bash")), "benign", 0,
            _RISKS[item["expected_max_risk"]], 0, item["why"], _tool(item["command"]),
        )
        for item in _read(folder / "benign.jsonl")
    ]  # fmt: skip
    return rows


def mutated(count: int, seed: int) -> list[Row]:
    """Dangerous commands in disguise: never safe."""
    return [
        Row(item.command, "bash", "mutations", 1, 2, 2, " < ".join(item.techniques), item.tool)
        for item in mutations(count, seed)
    ]
