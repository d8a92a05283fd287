"""The audit trail: one typed payload for each event name of DESIGN.md §7, the record, and the chain's hash.

The payload classes live in `audit_execution.py`, `audit_runbook.py` and `audit_tenant.py`; import them
from here.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from schemas.audit_base import AuditPayload as AuditPayload
from schemas.audit_execution import DivergenceDetected as DivergenceDetected
from schemas.audit_execution import DivergenceProposed as DivergenceProposed
from schemas.audit_execution import ExecutionAborted as ExecutionAborted
from schemas.audit_execution import ExecutionCompleted as ExecutionCompleted
from schemas.audit_execution import ExecutionNeedsHuman as ExecutionNeedsHuman
from schemas.audit_execution import ExecutionPaused as ExecutionPaused
from schemas.audit_execution import ExecutionResumed as ExecutionResumed
from schemas.audit_execution import ExecutionStarted as ExecutionStarted
from schemas.audit_execution import StepApprovalExpired as StepApprovalExpired
from schemas.audit_execution import StepApprovalMismatch as StepApprovalMismatch
from schemas.audit_execution import StepApprovalRefused as StepApprovalRefused
from schemas.audit_execution import StepApprovalRequested as StepApprovalRequested
from schemas.audit_execution import StepApprovalRevoked as StepApprovalRevoked
from schemas.audit_execution import StepApproved as StepApproved
from schemas.audit_execution import StepAutoExecuted as StepAutoExecuted
from schemas.audit_execution import StepDispatched as StepDispatched
from schemas.audit_execution import StepDoneByHand as StepDoneByHand
from schemas.audit_execution import StepEdited as StepEdited
from schemas.audit_execution import StepExecuted as StepExecuted
from schemas.audit_execution import StepFailed as StepFailed
from schemas.audit_execution import StepLateResult as StepLateResult
from schemas.audit_execution import StepLost as StepLost
from schemas.audit_execution import StepReady as StepReady
from schemas.audit_execution import StepRetried as StepRetried
from schemas.audit_execution import StepRollbackOffered as StepRollbackOffered
from schemas.audit_execution import StepRolledBack as StepRolledBack
from schemas.audit_execution import StepSkipped as StepSkipped
from schemas.audit_execution import StepTimedOut as StepTimedOut
from schemas.audit_execution import StepUnlisted as StepUnlisted
from schemas.audit_runbook import AlertMatched as AlertMatched
from schemas.audit_runbook import AlertReceived as AlertReceived
from schemas.audit_runbook import AlertUnmatched as AlertUnmatched
from schemas.audit_runbook import RiskCounts as RiskCounts
from schemas.audit_runbook import RunbookClassified as RunbookClassified
from schemas.audit_runbook import RunbookLoweringAccepted as RunbookLoweringAccepted
from schemas.audit_runbook import RunbookParsed as RunbookParsed
from schemas.audit_runbook import RunbookProposed as RunbookProposed
from schemas.audit_runbook import RunbookReclassified as RunbookReclassified
from schemas.audit_runbook import RunbookRejected as RunbookRejected
from schemas.audit_runbook import RunbookRetired as RunbookRetired
from schemas.audit_runbook import RunbookReviewed as RunbookReviewed
from schemas.audit_runbook import RunbookSynced as RunbookSynced
from schemas.audit_runbook import StepClassified as StepClassified
from schemas.audit_runbook import StepReclassified as StepReclassified
from schemas.audit_tenant import AgentCertificateRotated as AgentCertificateRotated
from schemas.audit_tenant import AgentConnected as AgentConnected
from schemas.audit_tenant import AgentDisconnected as AgentDisconnected
from schemas.audit_tenant import AgentEnrolled as AgentEnrolled
from schemas.audit_tenant import AgentRefused as AgentRefused
from schemas.audit_tenant import AgentRevoked as AgentRevoked
from schemas.audit_tenant import AuditExported as AuditExported
from schemas.audit_tenant import FlagChanged as FlagChanged
from schemas.audit_tenant import FlagDisabled as FlagDisabled
from schemas.audit_tenant import MemberAdded as MemberAdded
from schemas.audit_tenant import MemberRemoved as MemberRemoved
from schemas.audit_tenant import MemberRoleChanged as MemberRoleChanged
from schemas.audit_tenant import PanicCleared as PanicCleared
from schemas.audit_tenant import PanicDrilled as PanicDrilled
from schemas.audit_tenant import PanicTriggered as PanicTriggered
from schemas.audit_tenant import PartyModeEntered as PartyModeEntered
from schemas.audit_tenant import PartyModeLeft as PartyModeLeft
from schemas.audit_tenant import PolicyChanged as PolicyChanged
from schemas.audit_tenant import PolicySourceNamed as PolicySourceNamed
from schemas.audit_tenant import RepositoryAdded as RepositoryAdded
from schemas.audit_tenant import RepositoryLetGo as RepositoryLetGo
from schemas.audit_tenant import RepositoryPushChanged as RepositoryPushChanged
from schemas.audit_tenant import RepositoryRemoved as RepositoryRemoved
from schemas.audit_tenant import RepositoryRewritten as RepositoryRewritten
from schemas.audit_tenant import SecurityRefused as SecurityRefused
from schemas.audit_tenant import SyncBadgeChanged as SyncBadgeChanged
from schemas.audit_tenant import TenantCreated as TenantCreated
from schemas.audit_tenant import TokenCreated as TokenCreated
from schemas.audit_tenant import TokenRevoked as TokenRevoked
from schemas.canonical import CanonicalError, canonical
from schemas.ids import ActorText

CHAIN_DOMAIN: Final = b"dd0c.audit.v1\n"
CHAIN_START: Final = bytes(32)
"""The `prev` of a tenant's first event."""

_NO_EXECUTION: Final = UUID(int=0)
_NUL_TEXT: Final = "\\u0000"
_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""As canonical JSON writes one: after a backslash that is itself escaped the same characters are a text."""

_actor: Final[TypeAdapter[str]] = TypeAdapter(ActorText)


def _events(base: type[AuditPayload]) -> Iterator[tuple[str, type[AuditPayload]]]:
    for kind in base.__subclasses__():
        if "EVENT_TYPE" in kind.__dict__:
            yield kind.EVENT_TYPE, kind
        yield from _events(kind)


PAYLOADS: Final[dict[str, type[AuditPayload]]] = dict(_events(AuditPayload))
"""Every event name and the class of its data."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One event before it is stored; time and place in the chain are the database's.

    `sealed` is ciphertext already (key id, nonce, AES-256-GCM under AAD tenant and event id), so whoever
    seals chooses `event_id` first; without one the unit of work makes it. Raises ValueError for a
    malformed actor.
    """

    data: AuditPayload
    actor_id: str
    execution_id: UUID | None = None
    sealed: bytes | None = None
    event_id: UUID | None = None

    def __post_init__(self) -> None:
        _actor.validate_python(self.actor_id)
        if PAYLOADS.get(self.event_type) is not type(self.data):
            raise ValueError(f"{type(self.data).__name__} is no registered payload")

    @property
    def event_type(self) -> str:
        """The dotted name, taken from the payload's class."""
        return self.data.EVENT_TYPE

    def data_text(self) -> str:
        """`event_data` as it is stored and hashed: the canonical text of the payload.

        Raises CanonicalError where it holds a NUL, which JSON can say and the database can't read: as the
        trail is append-only, each page with such an event would fail from then on.
        """
        return _without_nul(canonical(self.data.to_json()).decode("utf-8"))


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """An event whose canonical text was put together from the texts of checked payloads, where making the
    payload anew takes most of the time: in a large sync (`audit_texts`). Otherwise as `AuditRecord`.
    """

    event_type: str
    text: str
    actor_id: str
    execution_id: UUID | None = None
    sealed: bytes | None = None
    event_id: UUID | None = None

    def data_text(self) -> str:
        """As `AuditRecord.data_text`."""
        return _without_nul(self.text)


def _without_nul(text: str) -> str:
    if _NUL_TEXT in text and _NUL.search(text):  # looking for the six characters first is 100 times as fast
        raise CanonicalError("a NUL")
    return text


def read_data(event_type: str, data: object) -> AuditPayload:
    """The typed payload of a stored event. Readers ignore unknown fields (DESIGN.md §4).

    Raises KeyError for an unknown event name, pydantic.ValidationError for a payload that lacks what it
    must have.
    """
    kind = PAYLOADS[event_type]
    return kind.model_validate(data, by_alias=True, by_name=False, extra="ignore")


def chain_hash(
    prev: bytes,
    seq: int,
    tenant: UUID,
    event_id: UUID,
    created_us: int,
    event_type: str,
    actor: str,
    execution: UUID | None,
    event_data_text: str,
    sealed: bytes | None,
) -> bytes:
    """The 32 bytes that link one event to the chain: exactly what `dd0c.audit_link()` computes
    (CONTRACTS.md §3).

    `created_us` are microseconds since 1970, `event_data_text` is the text as stored.
    """
    if len(prev) != 32:
        raise ValueError("a chain hash has 32 bytes")
    return hashlib.sha256(
        b"".join(
            (
                CHAIN_DOMAIN,
                prev,
                struct.pack(">q", seq),
                tenant.bytes,
                event_id.bytes,
                struct.pack(">q", created_us),
                _prefixed(event_type.encode("utf-8")),
                _prefixed(actor.encode("utf-8")),
                (execution or _NO_EXECUTION).bytes,
                _prefixed(event_data_text.encode("utf-8")),
                _prefixed(b"" if sealed is None else hashlib.sha256(sealed).digest()),
            )
        )
    ).digest()


def _prefixed(content: bytes) -> bytes:
    return struct.pack(">i", len(content)) + content
