"""Advice that raised a command stays with it: storing the command again does not lower it by itself.

An LLM's answers live in the process that got them. After a restart, or where it did not answer, a document
would be stored on one key, and what the LLM called dangerous before would be caution. So what an advisor last
said about a command in a runbook, whichever scanner looked beside it, stands there until the same advisor
says otherwise there. What another runbook or another advisor says takes nothing away: of several advisors the
strictest counts. Advice that says safe is not carried: it was given in its context. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from controller.db import arrays, queries
from controller.db.unit_of_work import QueryRows
from controller.governance.documents import JudgedStep
from controller.sync.by_command import Document, by_command, commands_of
from schemas.merge import advised_risk, merge
from schemas.risk import Risk, worse
from schemas.verdict import Advice

_QUERIES: Final = queries.load("runbooks")


Kept = Mapping[bytes, Sequence[Advice]]
"""Command's SHA-256 → what the advisors last said about it in one runbook."""


class AdviceRow(NamedTuple):
    """What an advisor last said about a command in a runbook."""

    runbook_id: UUID
    command_sha256: bytes
    advice: dict[str, Any]


def advice_query(documents: Sequence[Document]) -> QueryRows:
    """What stands of the commands of documents in the runbooks that they may be stored in. What an advisor
    said before that says something now is not read: `kept_steps` would leave it alone.
    """
    advisors: dict[tuple[UUID, bytes], set[str | None]] = {}
    for runbook_id, command, verdict in commands_of(documents):
        said = None if verdict.advice is None else verdict.advice.advisor
        advisors.setdefault((runbook_id, command), set()).add(said)
    by_runbook: dict[UUID, set[str | None]] = {}
    for (runbook_id, _), names in advisors.items():
        by_runbook.setdefault(runbook_id, set()).update(names)
    again = [(*place, said.pop()) for place, said in advisors.items() if len(said) == 1 and None not in said]
    settled = [(each, said.pop()) for each, said in by_runbook.items() if len(said) == 1 and None not in said]
    return QueryRows(
        _QUERIES["newest_advice"],
        AdviceRow,
        {
            "runbook_ids": arrays.uuids(list({runbook_id for runbook_id, _ in advisors})),
            "commands": arrays.blobs(list({command for _, command in advisors})),
            "again_runbook_ids": arrays.uuids([runbook_id for runbook_id, _, _ in again]),
            "again_commands": arrays.blobs([command for _, command, _ in again]),
            "again_advisors": arrays.texts([advisor for _, _, advisor in again]),
            "settled_runbook_ids": arrays.uuids([runbook_id for runbook_id, _ in settled]),
            "settled_advisors": arrays.texts([advisor for _, advisor in settled]),
        },
    )


def kept_advice(rows: Iterable[AdviceRow]) -> Mapping[UUID, Kept]:
    """The rows by runbook and by command."""
    return by_command(rows, Advice.from_json)


def kept_steps(steps: Iterable[JudgedStep], kept: Kept) -> tuple[JudgedStep, ...]:
    """The steps, each with the strictest of what is said now and what other advisors said before."""
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
