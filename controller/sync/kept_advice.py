"""Advice that raised a command stays with it: storing the command again does not lower it by itself.

An LLM's answers live in the process that got them. After a restart, or where it did not answer, a document
would be stored on one key, and what the LLM called dangerous before would be caution. So what an advisor last
said about a command in a runbook, whichever scanner looked beside it, stands there until the same advisor
says otherwise there. What another runbook or another advisor says takes nothing away: of several advisors the
strictest counts. Advice that says safe is not carried: it was given in its context.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.documents import JudgedStep
from controller.sync.by_command import by_command, with_steps
from controller.sync.plan import NewVersion
from schemas.merge import advised_risk, merge
from schemas.risk import Risk, worse
from schemas.verdict import Advice

_QUERIES: Final = queries.load("runbooks")


Kept = Mapping[bytes, Sequence[Advice]]
"""Command's SHA-256 → what the advisors last said about it in one runbook."""


class _Row(NamedTuple):
    runbook_id: UUID
    command_sha256: bytes
    advice: dict[str, Any]


async def with_kept_advice(uow: UnitOfWork, versions: Sequence[NewVersion]) -> tuple[NewVersion, ...]:
    """The versions, each step merged with what raised its command before in the same runbook."""
    wanted = {step.command_sha256 for version in versions for step in _judged(version.runbook.steps)}
    if not wanted:
        return tuple(versions)
    rows = await uow.all(
        _QUERIES["newest_advice"],
        _Row,
        commands=list(wanted),
        runbook_ids=list({version.runbook_id for version in versions}),
    )
    kept = by_command(rows, Advice.from_json)
    return tuple(
        with_steps(version, kept_steps(version.runbook.steps, kept.get(version.runbook_id, {})))
        for version in versions
    )


def kept_steps(steps: Iterable[JudgedStep], kept: Kept) -> tuple[JudgedStep, ...]:
    """Pure: the steps, each with the strictest of what is said now and what other advisors said before."""
    return tuple(_kept(step, kept.get(step.command_sha256 or b"", ())) for step in steps)


def _kept(step: JudgedStep, before: Sequence[Advice]) -> JudgedStep:
    if step.verdict is None:
        return step
    now = step.verdict.advice
    strictest = now
    for advice in before:
        if advised_risk(advice) is Risk.SAFE or (now is not None and now.advisor == advice.advisor):
            continue
        if strictest is None or _is_stricter(advice, strictest):
            strictest = advice
    return step if strictest is now else replace(step, verdict=merge(step.verdict.finding, strictest))


def _is_stricter(one: Advice, other: Advice) -> bool:
    risk = advised_risk(other)
    return worse(advised_risk(one), risk) is not risk


def _judged(steps: Iterable[JudgedStep]) -> list[JudgedStep]:
    return [step for step in steps if step.verdict is not None]
