"""No pattern of the import costs much on one piece said over and over: a page of it is read at once."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path

import ingest

PIECES = (
    "a ",
    "the ",
    "then now ",
    " ",
    "*",
    "- ",
    "_",
    "1",
    ".",
    "a.b",
    "a-",
    "/a",
    "if ",
    "a: ",
    "`a ",
    "x=",
    "|",
)
LENGTH = 500
"""Characters."""
WORST = 0.01
"""Seconds of processor time. The worst takes a quarter of it; those that started anew at every blank 0.03."""
DEEP = 3


def patterns_in(value: object, depth: int = 0) -> Iterator[re.Pattern[str]]:
    """The patterns in a value of a module: itself, or what its tuples and tables hold."""
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif depth < DEEP and isinstance(value, tuple | list | frozenset | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from patterns_in(item, depth + 1)


def patterns() -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """Each compiled pattern of the import with its name, and whether it is only asked at one place."""
    seen: set[str] = set()
    for found in pkgutil.walk_packages(ingest.__path__, "ingest."):
        module = importlib.import_module(found.name)
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        for name, value in vars(module).items():
            for pattern in patterns_in(value):
                if pattern.pattern not in seen:
                    seen.add(pattern.pattern)
                    uses = re.findall(rf"(?<![\w.]){name}\b(?!: Final)(?:\.(\w+))?", source)
                    yield (
                        f"{found.name}.{name}",
                        pattern,
                        {*uses} in ({"match"}, {"fullmatch"}, {"match", "fullmatch"}),
                    )


def seconds(pattern: re.Pattern[str], text: str, *, at_one_place: bool) -> float:
    started = time.process_time()
    (pattern.match if at_one_place else pattern.search)(text)
    return time.process_time() - started


def test_r47_no_pattern_starts_anew_at_every_place() -> None:
    texts = [f"{(piece * LENGTH)[:LENGTH]}!x" for piece in PIECES]
    slow, count = {}, 0
    for name, pattern, at_one_place in patterns():
        count += 1
        for text in texts:
            if seconds(pattern, text, at_one_place=at_one_place) > WORST:
                again = min(seconds(pattern, text, at_one_place=at_one_place) for _ in range(3))
                if again > WORST:
                    slow[name, text[:12]] = round(again, 3)
    assert slow == {}
    assert count > 500
