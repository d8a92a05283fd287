"""Ids in signed documents and audit payloads: UUIDs in Python, `exe_…` in the bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from base.ids import InvalidId, parse_id, show_id


def _reader(prefix: str) -> Callable[[object], object]:
    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return parse_id(prefix, value)
        except InvalidId as error:
            raise PydanticCustomError(
                "id", "not an id that begins with {prefix}_", {"prefix": prefix}
            ) from error

    return read


def _shower(prefix: str) -> Callable[[UUID], str]:
    def show(value: UUID) -> str:
        return show_id(prefix, value)

    return show


def _markers(prefix: str) -> tuple[Any, Any, Any]:
    return (
        BeforeValidator(_reader(prefix)),
        PlainSerializer(_shower(prefix), return_type=str, when_used="json"),
        WithJsonSchema({"type": "string", "pattern": f"^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"}),
    )


TenantId = Annotated[UUID, *_markers("ten")]
MemberId = Annotated[UUID, *_markers("mem")]
RepositoryId = Annotated[UUID, *_markers("rpo")]
RunbookId = Annotated[UUID, *_markers("rbk")]
VersionId = Annotated[UUID, *_markers("ver")]
ClassificationId = Annotated[UUID, *_markers("cls")]
ReclassificationId = Annotated[UUID, *_markers("rcl")]
ProposalId = Annotated[UUID, *_markers("pro")]
AgentId = Annotated[UUID, *_markers("agt")]
ExecutionId = Annotated[UUID, *_markers("exe")]
StepExecutionId = Annotated[UUID, *_markers("stx")]
GateId = Annotated[UUID, *_markers("gat")]
ApprovalId = Annotated[UUID, *_markers("apr")]
DispatchId = Annotated[UUID, *_markers("dsp")]
AlertId = Annotated[UUID, *_markers("alt")]
DivergenceId = Annotated[UUID, *_markers("div")]
EventId = Annotated[UUID, *_markers("evt")]
SyncId = Annotated[UUID, *_markers("syn")]
KeyId = Annotated[UUID, *_markers("key")]

_ACTOR: Final = r"^(?:member:mem_[0-9a-z]{26}|agent:agt_[0-9a-z]{26}|system:[a-z][a-z0-9_.-]{0,62})$"
ActorText = Annotated[str, StringConstraints(strict=True, pattern=_ACTOR)]
"""Who did it: `member:mem_…`, `agent:agt_…` or `system:<part>`."""


def member_actor(member_id: UUID) -> str:
    """`member:mem_…`."""
    return f"member:{show_id('mem', member_id)}"


def agent_actor(agent_id: UUID) -> str:
    """`agent:agt_…`."""
    return f"agent:{show_id('agt', agent_id)}"


def member_of(actor: str) -> UUID | None:
    """The member behind `member:mem_…`; None for all others, also for people whom only git knows."""
    return _id_of(actor, "member:", "mem")


def agent_of(actor: str) -> UUID | None:
    """The agent behind `agent:agt_…`; None for all others."""
    return _id_of(actor, "agent:", "agt")


def _id_of(actor: str, kind: str, prefix: str) -> UUID | None:
    if not actor.startswith(kind):
        return None
    try:
        return parse_id(prefix, actor.removeprefix(kind))
    except InvalidId:
        return None


def system_actor(part: str) -> str:
    """`system:<part>`: the product itself (timers, sync, engine …)."""
    return f"system:{part}"
