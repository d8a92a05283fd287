"""Named SQL: every query text of the product lives in `queries/<aggregate>.sql`, none in Python.

A file is a list of

    -- name --
    -- One line of prose or more: what it does, who calls it.
    SELECT … WHERE id = %(execution_id)s

Parameters are always bound by name; a literal percent sign is written `%%`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, LiteralString

FOLDER: Final = Path(__file__).parent / "queries"

_HEADING: Final = re.compile(r"^-- ([a-z][a-z0-9_]*) --[ \t]*$", re.MULTILINE)


class MalformedQueries(ValueError):
    """A query file that is not in the form above: a name twice, no prose, no statement."""


class Queries(Mapping[str, LiteralString]):
    """The queries of one aggregate by name. The texts are files of ours, hence LiteralString."""

    def __init__(self, aggregate: str, texts: Mapping[str, LiteralString]) -> None:
        self.aggregate = aggregate
        self._texts = dict(texts)

    def __getitem__(self, name: str) -> LiteralString:
        try:
            return self._texts[name]
        except KeyError:
            raise KeyError(f"there is no query {name!r} in queries/{self.aggregate}.sql") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def parse(aggregate: str, text: str) -> Queries:
    """Split the text of a query file; raises MalformedQueries."""
    parts = _HEADING.split(text)
    texts: dict[str, str] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name in texts:
            raise MalformedQueries(f"{aggregate}.sql has {name!r} twice")
        prose, statement = _split_prose(body)
        if not prose or not statement:
            raise MalformedQueries(f"{aggregate}.sql: {name!r} needs a line of prose and a statement")
        texts[name] = statement
    return Queries(aggregate, texts)


def _split_prose(body: str) -> tuple[str, str]:
    lines = body.strip().splitlines()
    count = 0
    while count < len(lines) and lines[count].startswith("--"):
        count += 1
    statement = "\n".join(lines[count:]).strip().rstrip(";").rstrip()
    return "\n".join(lines[:count]), statement


@cache
def load(aggregate: str) -> Queries:
    """The queries of `queries/<aggregate>.sql`; raises FileNotFoundError, MalformedQueries."""
    return parse(aggregate, (FOLDER / f"{aggregate}.sql").read_text(encoding="utf-8"))


def aggregates() -> list[str]:
    """The names of all query files, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.sql"))
