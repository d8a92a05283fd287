"""What serves, as it is stored: the verdicts that the engine acts on, not those that it would get today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias
from uuid import UUID

from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.documents import JudgedFile, JudgedStep
from schemas.merge import merge
from schemas.verdict import Finding, NoAdvice, Verdict, said_of

_QUERIES: Final = queries.load("runbooks")


@dataclass(frozen=True)
class _Row:
    name: str
    content_sha256: str
    step_id: str | None
    finding: dict[str, Any] | None
    advice: dict[str, Any] | None
    no_advice: str | None


@dataclass(frozen=True)
class Stored:
    """The newest verdicts of the version of a runbook that serves, by step. `content_sha256` of its file."""

    content_sha256: str
    verdicts: Mapping[str, Verdict]


StoredRunbooks: TypeAlias = Mapping[str, Stored]
"""By the name of the runbook."""


async def load_stored(
    uow: UnitOfWork, repository_id: UUID, paths: Sequence[str], names: Sequence[str]
) -> StoredRunbooks:
    """What is stored of the runbooks that serve at some paths or under some names."""
    rows = await uow.all(
        _QUERIES["serving_verdicts"],
        _Row,
        repository_id=repository_id,
        paths=list(paths),
        names=list(names),
    )
    found: dict[str, tuple[str, dict[str, Verdict]]] = {}
    for row in rows:
        _, verdicts = found.setdefault(row.name, (row.content_sha256, {}))
        if row.step_id is not None:
            verdicts[row.step_id] = merge(
                Finding.from_json(row.finding), said_of(row.advice, row.no_advice or "")
            )
    return {name: Stored(*each) for name, each in found.items()}


def as_stored(files: Sequence[JudgedFile], stored: StoredRunbooks) -> list[JudgedFile]:
    """The same files, those that serve with the verdicts that are stored. A step without one has no advice:
    the engine would not run it alone. A content that does not serve stays as it was judged. Pure.
    """
    return [_as_stored(file, stored) for file in files]


def _as_stored(file: JudgedFile, stored: StoredRunbooks) -> JudgedFile:
    known = None if file.runbook is None else stored.get(file.runbook.name)
    if file.runbook is None or known is None or _bare(known.content_sha256) != _bare(file.content_sha256):
        return file
    steps = tuple(_step(step, known.verdicts) for step in file.runbook.steps)
    return replace(file, runbook=replace(file.runbook, steps=steps))


def _step(step: JudgedStep, verdicts: Mapping[str, Verdict]) -> JudgedStep:
    if step.verdict is None:
        return step
    nobody = merge(step.verdict.finding, NoAdvice.NOT_ASKED)
    return replace(step, verdict=verdicts.get(step.step_id, nobody))


def _bare(sha256: str) -> str:
    return sha256.removeprefix("sha256:")
