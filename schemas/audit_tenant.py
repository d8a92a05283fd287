"""Audit payloads of agents, panic and party mode, policy, flags, members, tokens, refusals and exports."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.audit_base import AuditPayload, Code, Hex, Reason, Short
from schemas.ids import (
    AgentId,
    ExecutionId,
    MemberId,
    RepositoryId,
    StepExecutionId,
    SyncId,
)
from schemas.model import CommitOid, Count, Digest, Instant, StrictBool, UuidText

Role = Literal["viewer", "responder", "approver", "author", "maintainer", "owner"]
_Path = Annotated[str, Field(strict=True, max_length=512)]


class AgentEnrolled(AuditPayload):
    """An agent got its first certificate."""

    EVENT_TYPE = "agent.enrolled"
    agent: AgentId
    name: Short
    serial: Hex
    not_after: Instant


class AgentConnected(AuditPayload):
    """A stream was opened. `code`: first, rotation, reconnect, or clone (another instance while one was
    live).
    """

    EVENT_TYPE = "agent.connected"
    agent: AgentId
    instance: UuidText
    stream_epoch: Count
    agent_version: Short
    scanner_version: Short
    read_only: StrictBool
    code: Code


class AgentDisconnected(AuditPayload):
    """A stream ended."""

    EVENT_TYPE = "agent.disconnected"
    agent: AgentId
    stream_epoch: Count
    code: Code


class AgentRefused(AuditPayload):
    """An agent was turned away, or refused a grant itself (then with its step execution)."""

    EVENT_TYPE = "agent.refused"
    code: Code
    agent: AgentId | None = None
    serial: Hex | None = None
    step_execution: StepExecutionId | None = None


class AgentCertificateRotated(AuditPayload):
    """An agent got a new certificate over its stream."""

    EVENT_TYPE = "agent.certificate_rotated"
    agent: AgentId
    serial: Hex
    previous_serial: Hex
    not_after: Instant


class AgentRevoked(AuditPayload):
    """An agent or one of its certificates is no longer trusted."""

    EVENT_TYPE = "agent.revoked"
    agent: AgentId
    serial: Hex | None = None
    reason: Reason = ""


class PanicTriggered(AuditPayload):
    """Everything of the tenant was halted."""

    EVENT_TYPE = "panic.triggered"
    epoch: Count
    source: Code
    reason: Reason = ""
    executions: Count = 0
    agents: Count = 0
    unreachable: Annotated[tuple[AgentId, ...], Field(max_length=1000)] = ()


class PanicCleared(AuditPayload):
    """The halt was lifted, and by whom."""

    EVENT_TYPE = "panic.cleared"
    epoch: Count
    members: Annotated[tuple[MemberId, ...], Field(min_length=1, max_length=8)]
    reason: Reason = ""


class PanicDrilled(AuditPayload):
    """The halt was tried without halting."""

    EVENT_TYPE = "panic.drilled"
    epoch: Count
    took_ms: Count
    agents: Count
    unreachable: Annotated[tuple[AgentId, ...], Field(max_length=1000)] = ()


class PartyModeEntered(AuditPayload):
    """A broken safety invariant locked the tenant."""

    EVENT_TYPE = "party_mode.entered"
    invariant: Code
    execution: ExecutionId | None = None
    reason: Reason = ""


class PartyModeLeft(AuditPayload):
    """The lock was taken off."""

    EVENT_TYPE = "party_mode.left"
    members: Annotated[tuple[MemberId, ...], Field(min_length=1, max_length=8)]
    reason: Reason = ""


class PolicyChanged(AuditPayload):
    """Another policy is in force; `after` is missing where the built-in default applies again."""

    EVENT_TYPE = "policy.changed"
    repository: RepositoryId | None = None
    commit: CommitOid | None = None
    before: Digest | None = None
    after: Digest | None = None


class PolicySourceNamed(AuditPayload):
    """From now on this repository's policy may allow something; those of the others only tighten."""

    EVENT_TYPE = "policy.source_named"
    repository: RepositoryId


class RepositoryAdded(AuditPayload):
    """A repository is looked at from now on; what it holds comes with its first sync."""

    EVENT_TYPE = "repository.added"
    repository: RepositoryId
    name: Short
    forge: Short
    branch: Short
    prefix: Short
    environment: Short | None = None


class RepositoryRemoved(AuditPayload):
    """A repository is looked at no more, and so many of its runbooks went out of service."""

    EVENT_TYPE = "repository.removed"
    repository: RepositoryId
    name: Short
    runbooks: Count


class RepositoryRewritten(AuditPayload):
    """The commit that was in service is not in the history of the one that was synced: a force-push."""

    EVENT_TYPE = "repository.rewritten"
    repository: RepositoryId
    sync: SyncId
    before: CommitOid
    commit: CommitOid


class RepositoryLetGo(AuditPayload):
    """An owner let runbooks go whose files are gone from git and that were held back."""

    EVENT_TYPE = "repository.let_go"
    repository: RepositoryId
    runbooks: Count


class RepositoryPushChanged(AuditPayload):
    """Maintainers may push to the synced branch past pull requests now, or may no longer."""

    EVENT_TYPE = "repository.push_changed"
    repository: RepositoryId
    direct: StrictBool


class SyncBadgeChanged(AuditPayload):
    """Another address shows the state of a repository to whoever has it, or none does any more."""

    EVENT_TYPE = "sync.badge_changed"
    repository: RepositoryId
    shown: StrictBool


class FlagChanged(AuditPayload):
    """A flag was switched, by git or by an operator; or it is off for other services. Those are named where
    it is not off for all.
    """

    EVENT_TYPE = "flag.changed"
    name: Short
    before: StrictBool
    after: StrictBool
    commit: CommitOid | None = None
    services_before: Annotated[tuple[Short, ...], Field(max_length=100)] = ()
    services_after: Annotated[tuple[Short, ...], Field(max_length=100)] = ()


class FlagDisabled(AuditPayload):
    """A flag counts as off: unknown, unreadable, expired."""

    EVENT_TYPE = "flag.disabled"
    name: Short
    code: Code


class TenantCreated(AuditPayload):
    """The first event of every chain."""

    EVENT_TYPE = "tenant.created"
    slug: Short


class MemberAdded(AuditPayload):
    """A member joined; the e-mail address is sealed."""

    EVENT_TYPE = "member.added"
    member: MemberId
    role: Role


class MemberRemoved(AuditPayload):
    """A member left."""

    EVENT_TYPE = "member.removed"
    member: MemberId


class MemberRoleChanged(AuditPayload):
    """A member may do more or less than before."""

    EVENT_TYPE = "member.role_changed"
    member: MemberId
    before: Role
    after: Role


class TokenCreated(AuditPayload):
    """A credential was made; `token` is the head of the SHA-256 under which it is stored."""

    EVENT_TYPE = "token.created"
    token: Hex
    kind: Code
    member: MemberId | None = None
    scopes: Annotated[tuple[Short, ...], Field(max_length=64)] = ()
    expires_at: Instant | None = None


class TokenRevoked(AuditPayload):
    """A credential no longer works."""

    EVENT_TYPE = "token.revoked"
    token: Hex
    kind: Code
    member: MemberId | None = None


class SecurityRefused(AuditPayload):
    """Something was refused that only an attacker or a broken client sends."""

    EVENT_TYPE = "security.refused"
    code: Code
    surface: Code
    subject: Short = ""


class AuditExported(AuditPayload):
    """The trail left the house."""

    EVENT_TYPE = "audit.exported"
    first_seq: Count
    last_seq: Count
    sha256: Digest
