"""From a history to the execution: one fold, the same for recovery, for live running and for CI. Pure.

A stored event carries what the decision knew beside it (time, ids, latches, prepared intents, roles), so that
deciding it again gives the same execution. A history that this engine no longer replays to the states that
it recorded is `ReplayDiverged`: the build fails, and no such execution is moved by the new code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from base.clock import format_instant, parse_instant
from controller.engine.context import Context, Prepared
from controller.engine.decide import decide
from controller.engine.events import Event, decode, encode, kind_of
from controller.engine.plan import Plan
from controller.engine.states import Execution, Kind, State
from controller.engine.transition import Decision
from controller.governance.policy import ByRisk, Latches, Pinned
from schemas.risk import Risk

ENGINE_VERSION: Final = 1
"""Raised when a stored history would replay differently: the version gate of PROMISES.md 12."""


BY_RISK: Final = ("safe", "caution", "dangerous")


class ReplayDiverged(AssertionError):
    """The history says one thing and this engine another."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of `execution_events`: what happened, what was known, and what came of it."""

    version: int
    event_key: str
    event: Event
    known: dict[str, Any]
    state: State
    path: tuple[int, ...]


def begin(execution_id: UUID, tenant_id: UUID) -> Execution:
    """The value of a new execution: pending, version 0."""
    return Execution(id=execution_id, tenant=tenant_id)


def step(execution: Execution, plan: Plan, recorded: Recorded) -> Execution:
    """Apply one recorded event. Raises ReplayDiverged where it does not lead where it led."""
    decision = decide(execution, recorded.event, read_context(recorded.known, plan))
    where = f"version {recorded.version}, {kind_of(recorded.event)}"
    if not isinstance(decision, Decision):
        raise ReplayDiverged(f"{where}: refused now: {decision.code}")
    found = (decision.execution.version, decision.execution.state, decision.path)
    if found != (recorded.version, recorded.state, recorded.path):
        raise ReplayDiverged(f"{where}: leads to {found}, not to {recorded.state} by {recorded.path}")
    return decision.execution


def fold(execution: Execution, plan: Plan, history: Iterable[Recorded]) -> Execution:
    """The execution after a whole history. Raises ReplayDiverged."""
    for recorded in history:
        execution = step(execution, plan, recorded)
    return execution


def write_context(context: Context) -> dict[str, Any]:
    """What must be stored with an event so that it decides the same again; plain JSON without null."""
    known: dict[str, Any] = {
        "now": format_instant(context.now),
        "gate": str(context.gate_id),
        "attempt": str(context.attempt_id),
    }
    on = [name for name in Latches.__slots__ if getattr(context.latches, name)]
    optional = {
        "latches": on,
        "prepared": [_write_prepared(prepared) for prepared in context.prepared.values()],
        "roles": {str(member): role for member, role in context.roles.items()},
        "intentSha256": context.intent_sha256,
        "outOfService": not context.in_service,
        "pinned": None if context.pinned is None else write_pinned(context.pinned),
    }
    return known | {name: value for name, value in optional.items() if value}


def read_context(known: dict[str, Any], plan: Plan) -> Context:
    """The inverse of `write_context`; fields that it does not know are ignored."""
    prepared = [_read_prepared(item) for item in known.get("prepared", ())]
    return Context(
        plan=plan,
        now=parse_instant(known["now"]),
        gate_id=UUID(known["gate"]),
        attempt_id=UUID(known["attempt"]),
        latches=Latches(**{name: True for name in known.get("latches", ()) if name in Latches.__slots__}),
        prepared={(item.step, item.kind): item for item in prepared},
        roles={UUID(member): role for member, role in known.get("roles", {}).items()},
        intent_sha256=known.get("intentSha256"),
        in_service=not known.get("outOfService", False),
        pinned=_read_pinned(known["pinned"]) if "pinned" in known else None,
    )


def _write_prepared(prepared: Prepared) -> dict[str, Any]:
    found: dict[str, Any] = {
        "step": prepared.step,
        "kind": prepared.kind.value,
        "intentSha256": prepared.intent_sha256,
        "risk": prepared.risk.value,
        "agent": str(prepared.agent),
        "maxAttempts": prepared.max_attempts,
        "timeoutMs": prepared.timeout_ms,
    }
    if prepared.confirm is not None:
        found["confirm"] = prepared.confirm
    return found


def _read_prepared(found: dict[str, Any]) -> Prepared:
    return Prepared(
        step=found["step"],
        kind=Kind(found["kind"]),
        intent_sha256=found["intentSha256"],
        risk=Risk(found["risk"]),
        confirm=found.get("confirm"),
        agent=UUID(found["agent"]),
        max_attempts=found["maxAttempts"],
        timeout_ms=found["timeoutMs"],
    )


def write_pinned(pinned: Pinned) -> dict[str, Any]:
    """A pinned policy as plain JSON."""
    found = {name: getattr(pinned, name) for name in Pinned.__slots__}
    for risk in BY_RISK:
        asked: ByRisk = found[risk]
        found[risk] = [asked.quorum, asked.role]
    return found | {"flags_off": list(pinned.flags_off)}


def _read_pinned(found: dict[str, Any]) -> Pinned:
    fields = {name: value for name, value in found.items() if name in Pinned.__slots__}
    for risk in BY_RISK:
        if risk in fields:
            fields[risk] = ByRisk(*fields[risk])
    return Pinned(**(fields | {"flags_off": tuple(fields.get("flags_off", ()))}))


def write_recorded(recorded: Recorded) -> dict[str, Any]:
    """A whole row as plain JSON, sealed fields in the open: for recorded histories in tests only."""
    public, secret = encode(recorded.event)
    return {
        "version": recorded.version,
        "eventKey": recorded.event_key,
        "event": public,
        "sealed": secret,
        "known": recorded.known,
        "state": recorded.state.value,
        "path": list(recorded.path),
    }


def read_recorded(row: dict[str, Any]) -> Recorded:
    """The inverse of `write_recorded`; unknown fields are ignored."""
    return Recorded(
        version=row["version"],
        event_key=row["eventKey"],
        event=decode(row["event"], row.get("sealed")),
        known=row["known"],
        state=State(row["state"]),
        path=tuple(row["path"]),
    )
