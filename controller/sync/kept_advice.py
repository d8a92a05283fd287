"""Advice that raised a command stays with it: storing the command again without advice does not lower it.

An LLM's answers live in the process that got them. After a restart, or where it did not answer, a document
would be stored on one key, and what the LLM called dangerous before would be caution. So the newest advice on
the same command, of the same scanner and knowledge, stands until there is newer advice. Advice that says safe
is not carried: it was given in its context.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.documents import JudgedStep
from controller.sync.plan import NewVersion
from scanner import SCANNER_VERSION, knowledge_version
from schemas.merge import advised_risk, merge
from schemas.risk import Risk
from schemas.verdict import Advice

_QUERIES: Final = queries.load("runbooks")


class _Row(NamedTuple):
    command_sha256: bytes
    advice: dict[str, Any]


async def with_kept_advice(uow: UnitOfWork, versions: Sequence[NewVersion]) -> tuple[NewVersion, ...]:
    """The versions, each step without advice merged with what raised its command before."""
    wanted = {step.command_sha256 for version in versions for step in _on_one_key(version.runbook.steps)}
    if not wanted:
        return tuple(versions)
    rows = await uow.all(
        _QUERIES["newest_advice"],
        _Row,
        commands=list(wanted),
        scanner_version=SCANNER_VERSION,
        knowledge_version=knowledge_version(),
    )
    kept = {bytes(row.command_sha256): Advice.from_json(row.advice) for row in rows}
    return tuple(
        replace(version, runbook=replace(version.runbook, steps=kept_steps(version.runbook.steps, kept)))
        for version in versions
    )


def kept_steps(steps: Iterable[JudgedStep], kept: dict[bytes, Advice]) -> tuple[JudgedStep, ...]:
    """Pure: the steps, those on one key with the advice on their command that is not safe."""
    return tuple(_kept(step, kept) for step in steps)


def _kept(step: JudgedStep, kept: dict[bytes, Advice]) -> JudgedStep:
    advice = kept.get(step.command_sha256 or b"")
    if step.verdict is None or step.verdict.advice is not None or advice is None:
        return step
    if advised_risk(advice) is Risk.SAFE:
        return step
    return replace(step, verdict=merge(step.verdict.finding, advice))


def _on_one_key(steps: Iterable[JudgedStep]) -> list[JudgedStep]:
    return [step for step in steps if step.verdict is not None and step.verdict.advice is None]
