"""Reads `documented.txt`: the forms of commands that their documentation says only read."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Final

DOCUMENTED: Final = Path(__file__).with_name("documented.txt")


def forms() -> dict[str, list[list[str]]]:
    """Tool → its forms, each (paths, needs, options, words). Raises ValueError with the line that is
    wrong."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    lines = DOCUMENTED.read_text("utf-8").splitlines()
    parts = [(at, line.split("\t")) for at, line in enumerate(lines, 1) if line and not line.startswith("#")]
    lists = {fields[0]: fields[1] for _at, fields in parts if fields[0].startswith("%")}
    for at, fields in parts:
        if fields[0].startswith("%"):
            continue
        if len(fields) != 5:
            raise ValueError(f"{DOCUMENTED.name}:{at}: {len(fields)} columns, not 5")
        tools, paths, needs, options, words = fields
        needs, options = ("" if needs == "-" else _filled(needs, lists)), _filled(options, lists)
        for name, inside in lists.items():
            words = words.replace(name, inside) if words.startswith("/") else words
        for tool in tools.split():
            found[tool].append([paths, needs, options, words])
    return dict(found)


def _filled(text: str, lists: dict[str, str]) -> str:
    return " ".join(lists.get(each, each) for each in text.split())
