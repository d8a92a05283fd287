"""Intent and grant, and the other orders to an agent (CONTRACTS.md §3).

A person approves the digest of an intent; a grant is the signed permission to run that intent once. The bytes
that travel are the canonical bytes that were signed: an agent parses them strictly, rejects what it does not
know, and checks that the canonical form of what it read is what it received.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from base.limits import (
    COMMAND_MAX_BYTES,
    GRANT_WINDOW_MAX_SECONDS,
    OUTPUT_MAX_BYTES,
    STEP_MAX_RETRIES,
    STEP_TIMEOUT_MAX_MS,
)
from schemas.canonical import INTENT_DOMAIN, digest
from schemas.envelope import Payload as Payload
from schemas.envelope import PayloadError as PayloadError
from schemas.envelope import Signature as Signature
from schemas.envelope import SignedEnvelope as SignedEnvelope
from schemas.ids import (
    ActorText,
    AgentId,
    ExecutionId,
    GateId,
    MemberId,
    RepositoryId,
    StepExecutionId,
    TenantId,
)
from schemas.model import CommitOid, Count, Digest, Instant, Model, StrictBool, StrictInt, UuidText
from schemas.risk import EffectiveRisk

GRANT_TYPE: Final = "dd0c.grant.v1"
CANCEL_TYPE: Final = "dd0c.cancel.v1"
FREEZE_TYPE: Final = "dd0c.freeze.v1"
THAW_TYPE: Final = "dd0c.thaw.v1"
PANIC_TYPE: Final = "dd0c.panic.v1"
PANIC_CLEAR_TYPE: Final = "dd0c.panic-clear.v1"
KEYS_TYPE: Final = "dd0c.keys.v1"
CHECKPOINT_TYPE: Final = "dd0c.checkpoint.v1"

SHELL: Final = "/bin/bash --noprofile --norc -eo pipefail"
"""The one interpreter (CONTRACTS.md §1): the scanner reads bash, so nothing but bash may run a command."""

_Text = Annotated[str, Field(strict=True, max_length=COMMAND_MAX_BYTES)]
_Short = Annotated[str, Field(strict=True, max_length=512)]
_Name = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9-]{0,62}$")]
_EnvName = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
_SecretName = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z][A-Z0-9_]{0,62}$")]


class EnvValue(Model):
    """One environment variable with a plain value."""

    name: _EnvName
    value: _Text


class EnvSecret(Model):
    """One environment variable whose value the agent's host resolves by the secret's name."""

    name: _EnvName
    secret: _SecretName


class RunbookRef(Model):
    """Which version of which runbook the step was taken from."""

    repository: RepositoryId
    name: _Name
    commit: CommitOid
    content_sha256: Digest


class ScannerRef(Model):
    """Which scanner judged the command."""

    version: _Short
    knowledge: _Short


def _sorted_by_name(items: tuple[Any, ...], what: str) -> tuple[Any, ...]:
    names = [item.name for item in items]
    if names != sorted(set(names)):
        raise PydanticCustomError("unsorted", "{what} must be sorted by name, each name once", {"what": what})
    return items


class Intent(Model):
    """Exactly what would run, where, as whom, with which bounds: what a person approves, by its digest.

    Times in milliseconds, `output_limit_bytes` in bytes; `user` is the login name on the agent's host,
    `cwd` an absolute path there; empty texts mean the agent's own. Sets are sorted, each member once.
    """

    tenant: TenantId
    agent: AgentId
    execution: ExecutionId
    gate: GateId
    step: _Name
    kind: Literal["forward", "rollback"]
    runbook: RunbookRef
    command: Annotated[_Text, Field(min_length=1)]
    shell: Literal["/bin/bash --noprofile --norc -eo pipefail"] = SHELL
    env: Annotated[tuple[EnvValue, ...], Field(max_length=64)]
    secret_env: Annotated[tuple[EnvSecret, ...], Field(max_length=64)]
    cwd: _Short
    user: _Short
    timeout_ms: Annotated[StrictInt, Field(ge=1, le=STEP_TIMEOUT_MAX_MS)]
    grace_ms: Annotated[StrictInt, Field(ge=0, le=600_000)]
    output_limit_bytes: Annotated[StrictInt, Field(ge=0, le=100 * OUTPUT_MAX_BYTES)]
    max_attempts: Annotated[StrictInt, Field(ge=1, le=1 + STEP_MAX_RETRIES)]
    risk: EffectiveRisk
    confirm: _Short
    resources: Annotated[tuple[_Short, ...], Field(max_length=256)]
    scanner: ScannerRef

    @field_validator("env", "secret_env")
    @classmethod
    def _sorted_env(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        return _sorted_by_name(value, "the environment")

    @field_validator("resources")
    @classmethod
    def _sorted_resources(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if list(value) != sorted(set(value)):
            raise PydanticCustomError("unsorted", "resources must be sorted, each once")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if {item.name for item in self.env} & {item.name for item in self.secret_env}:
            raise PydanticCustomError("env_twice", "a name stands in env and in secretEnv")
        return self


def intent_digest(intent: Intent) -> str:
    """`sha256:<hex>` under the domain `dd0c.intent.v1`: shown short at the gate, sent back by the click."""
    return digest(INTENT_DOMAIN, intent.to_json())


class GrantApproval(Model):
    """One recorded human approval. `typed` is the text that was typed, empty where none was asked for.

    `evidence` is reserved for a passkey assertion over the intent's digest (base64url).
    """

    member: MemberId
    role: Literal["responder", "approver", "author", "maintainer", "owner"]
    source: Literal["api", "cli", "web", "slack"]
    at: Instant
    typed: _Short
    evidence: Annotated[str, Field(strict=True, max_length=8192)] | None = None


class AutoRule(Model):
    """Why no human approved: the policy, at its commit, and the rule in it that allowed the run."""

    policy_commit: CommitOid
    rule: _Short


class Grant(Payload):
    """The signed permission to run one intent once. Exactly one of `approvals` (not empty) and `auto`."""

    PAYLOAD_TYPE = GRANT_TYPE

    intent: Intent
    step_execution: StepExecutionId
    attempt: Annotated[StrictInt, Field(ge=1)]
    epoch: Annotated[Count, Field(ge=1)]
    agent_instance: UuidText
    not_before: Instant
    not_after: Instant
    approvals: Annotated[tuple[GrantApproval, ...], Field(max_length=16)]
    auto: AutoRule | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.attempt > self.intent.max_attempts:
            raise PydanticCustomError("attempt", "the attempt is beyond maxAttempts")
        seconds = (self.not_after - self.not_before).total_seconds()
        if not 0 < seconds <= GRANT_WINDOW_MAX_SECONDS:
            raise PydanticCustomError(
                "window", "the window must be longer than zero and at most five minutes"
            )
        if bool(self.approvals) == (self.auto is not None):
            raise PydanticCustomError("one_of", "give approvals or auto, and not both")
        members = [approval.member for approval in self.approvals]
        if members != sorted(set(members)):
            raise PydanticCustomError("unsorted", "approvals must be sorted by member, each once")
        return self


class _Order(Payload):
    """What cancel, freeze and thaw have in common: which attempt, of which execution, on which agent."""

    tenant: TenantId
    agent: AgentId
    agent_instance: UuidText
    execution: ExecutionId
    step_execution: StepExecutionId
    epoch: Annotated[Count, Field(ge=1)]
    at: Instant


class Cancel(_Order):
    """Stop this attempt; one that has not begun must never begin (it leaves a tombstone)."""

    PAYLOAD_TYPE = CANCEL_TYPE


class Freeze(_Order):
    """Stop the process group where it stands; its deadline stops with it."""

    PAYLOAD_TYPE = FREEZE_TYPE


class Thaw(_Order):
    """Let a frozen process group go on."""

    PAYLOAD_TYPE = THAW_TYPE


class Panic(Payload):
    """Halt everything of the tenant; `epoch` is the tenant's panic epoch. `drill` freezes nothing."""

    PAYLOAD_TYPE = PANIC_TYPE

    tenant: TenantId
    epoch: Annotated[Count, Field(ge=1)]
    at: Instant
    by: ActorText
    drill: StrictBool = False


class PanicClear(Payload):
    """Undo the panic of exactly this epoch; `by` are the members who cleared it, sorted."""

    PAYLOAD_TYPE = PANIC_CLEAR_TYPE

    tenant: TenantId
    epoch: Annotated[Count, Field(ge=1)]
    at: Instant
    by: Annotated[tuple[MemberId, ...], Field(min_length=1, max_length=8)]

    @field_validator("by")
    @classmethod
    def _sorted_members(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        if list(value) != sorted(set(value)):
            raise PydanticCustomError("unsorted", "members must be sorted, each once")
        return value


class PublicKey(Model):
    """A verifying key: `public_key` is base64url of the 32 bytes of Ed25519."""

    key_id: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
    alg: Literal["ed25519"]
    public_key: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{43}$")]


class Keys(Payload):
    """The grant keys that an agent of this tenant trusts from now on, signed by one it trusts already."""

    PAYLOAD_TYPE = KEYS_TYPE

    tenant: TenantId
    generation: Annotated[Count, Field(ge=1)]
    at: Instant
    keys: Annotated[tuple[PublicKey, ...], Field(min_length=1, max_length=16)]

    @field_validator("keys")
    @classmethod
    def _sorted_keys(cls, value: tuple[PublicKey, ...]) -> tuple[PublicKey, ...]:
        ids = [key.key_id for key in value]
        if ids != sorted(set(ids)):
            raise PydanticCustomError("unsorted", "keys must be sorted by keyId, each once")
        return value


class Checkpoint(Payload):
    """The head of a tenant's audit chain, signed as an outside witness. `hash` is 64 hex digits."""

    PAYLOAD_TYPE = CHECKPOINT_TYPE

    tenant: TenantId
    seq: Count
    hash: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]
    at: Instant


PAYLOADS: Final[dict[str, type[Payload]]] = {
    kind.PAYLOAD_TYPE: kind for kind in (Grant, Cancel, Freeze, Thaw, Panic, PanicClear, Keys, Checkpoint)
}
"""Every payload type that may be signed."""
