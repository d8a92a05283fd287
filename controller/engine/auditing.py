"""From the records of a decision to the audit trail: the pure facts, and what only the rows know."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from base.ids import new_id
from controller.engine import events as ev
from controller.engine.intents import template_of
from controller.engine.states import Kind
from controller.engine.transition import Record
from controller.engine.work import Work
from schemas.audit import PAYLOADS, AuditRecord
from schemas.canonical import VARIABLES_DOMAIN, canonical, digest
from schemas.errors import Unprocessable
from schemas.risk import effective

_FREE_TEXTS: Final = ("reason", "note")
"""Fields of payloads that hold a sentence of ours, or what a person wrote."""

NO_COMMIT: Final = "0" * 40
"""Stands in a payload for the commit of a policy that no commit brought; never granted on."""


async def audit(work: Work) -> None:
    """Buffer one audit record for each record of the decision, in their order.

    What a person wrote goes into the record's sealed part, under the execution's data key and the audit
    event's id: the chain keeps its digest, and an erasure of the key erases the words.
    """
    words = _own_words(work.event)
    for record in work.decision.records:
        facts: dict[str, Any] = {"version": work.after.version} | dict(record.facts)
        if record.step is not None:
            facts["step"] = record.step
        extra = EXTRAS.get(record.event_type)
        if extra is not None:
            facts |= extra(work, record)
        told = {name: facts.pop(name) for name in _FREE_TEXTS if facts.get(name) in words}
        event_id, sealed = new_id(), None
        if told:
            sealed = await work.parts.sealer.seal(
                work.uow, "execution", work.after.id, canonical(told), event_id.bytes
            )
        payload = PAYLOADS[record.event_type].model_validate(facts)
        work.uow.audit(
            AuditRecord(
                data=payload,
                actor_id=work.actor,
                execution_id=work.after.id,
                sealed=sealed,
                event_id=event_id,
            )
        )


def _own_words(event: ev.Event) -> frozenset[str]:
    """The texts of an event that are declared sealed."""
    found = (getattr(event, name) for name in event.sealed)
    return frozenset(text for text in found if isinstance(text, str) and text)


def _started(work: Work, record: Record) -> dict[str, Any]:
    version, pinned = work.loaded.version, work.after.pinned
    facts: dict[str, Any] = {
        "runbook": version.runbook_id,
        "runbook_version": version.version_id,
        "name": version.name,
        "commit": version.commit,
        "content_sha256": version.content_sha256,
    }
    if pinned is not None and pinned.policy_sha256:
        facts["policy_sha256"] = pinned.policy_sha256
    if work.after.bindings:
        facts["variables_sha256"] = digest(VARIABLES_DOMAIN, dict(work.after.bindings))
    if work.loaded.row.parent_execution_id is not None:
        facts["parent"] = work.loaded.row.parent_execution_id
    return facts


def _approved(work: Work, record: Record) -> dict[str, Any]:
    return {"approval": work.facts["approval"]}


def _dispatched(work: Work, record: Record) -> dict[str, Any]:
    return {"agent_instance": work.facts["agent_instance"], "not_after": work.facts["not_after"]}


def _automatic(work: Work, record: Record) -> dict[str, Any]:
    return {"policy_commit": record.facts["policy_commit"] or NO_COMMIT}


def _edited(work: Work, record: Record) -> dict[str, Any]:
    """The digests and risks of both texts; the texts themselves stay sealed in the event."""
    assert isinstance(work.event, ev.Edit), "only an edit is recorded as one"
    assert record.step is not None, "an edit is of a step"
    before = work.before.step(record.step).edited
    if before is None:
        try:
            before = template_of(work.loaded.version.runbook.step(record.step), Kind.FORWARD)
        except Unprocessable:
            before = work.loaded.version.runbook.step(record.step).manual or ""
    previous = effective(work.loaded.plan.step(record.step).risk)
    gate = work.after.gate
    return {
        "command_sha256": _sha256(work.event.command or ""),
        "previous_command_sha256": _sha256(before),
        "risk": effective(gate.risk) if gate is not None else previous,
        "previous_risk": previous,
    }


def _sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


EXTRAS: Final[dict[str, Callable[[Work, Record], dict[str, Any]]]] = {
    "execution.started": _started,
    "step.approved": _approved,
    "step.auto_executed": _automatic,
    "step.dispatched": _dispatched,
    "step.edited": _edited,
}
"""What the rows know beyond the pure record, by event type."""
