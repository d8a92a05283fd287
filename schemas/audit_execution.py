"""Audit payloads of `execution.*`, `step.*` and `divergence.*`. `version` is the execution's, after the
change.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.audit_base import AuditPayload, Code, Reason, Short
from schemas.ids import (
    AgentId,
    AlertId,
    ApprovalId,
    DivergenceId,
    ExecutionId,
    GateId,
    ProposalId,
    RepositoryId,
    RunbookId,
    StepExecutionId,
    VersionId,
)
from schemas.model import CommitOid, Count, Digest, Instant, StrictBool, StrictInt, UuidText
from schemas.names import RunbookName, StepName
from schemas.risk import EffectiveRisk

StepKind = Literal["forward", "rollback"]
_ExitCode = Annotated[StrictInt, Field(ge=-255, le=255)]


class _Versioned(AuditPayload):
    version: Count


class ExecutionStarted(_Versioned):
    """Somebody started a run of one runbook version, with its policy and flags pinned."""

    EVENT_TYPE = "execution.started"
    runbook: RunbookId
    runbook_version: VersionId
    name: RunbookName
    commit: CommitOid
    content_sha256: Digest
    trust_level: Annotated[StrictInt, Field(ge=0, le=2)]
    governance: Literal["strict", "audit"]
    policy_sha256: Digest | None = None
    flags_sha256: Digest | None = None
    variables_sha256: Digest | None = None
    alert: AlertId | None = None
    parent: ExecutionId | None = None


class ExecutionPaused(_Versioned):
    """The run stands still; `resume_to` is the state it came from."""

    EVENT_TYPE = "execution.paused"
    code: Code
    resume_to: Code
    reason: Reason = ""


class ExecutionResumed(_Versioned):
    """The run goes on; `held_result` where an attempt ended while it stood still."""

    EVENT_TYPE = "execution.resumed"
    state: Code
    held_result: StrictBool = False


class ExecutionCompleted(_Versioned):
    """No step is left."""

    EVENT_TYPE = "execution.completed"
    steps_done: Count
    steps_skipped: Count
    steps_failed: Count
    duration_ms: Count


class ExecutionAborted(_Versioned):
    """Given up by a member, or never started in time."""

    EVENT_TYPE = "execution.aborted"
    code: Code
    state: Code
    reason: Reason = ""


class ExecutionNeedsHuman(_Versioned):
    """`manual_intervention`; `unknown` where nobody knows whether the command ran."""

    EVENT_TYPE = "execution.needs_human"
    code: Code
    unknown: StrictBool
    step: StepName | None = None
    reason: Reason = ""


class _OfStep(_Versioned):
    step: StepName


class StepReady(_OfStep):
    """A step's turn has come."""

    EVENT_TYPE = "step.ready"
    kind: Literal["command", "manual"]
    risk: EffectiveRisk | None = None


class StepApprovalRequested(_OfStep):
    """A gate opened."""

    EVENT_TYPE = "step.approval_requested"
    gate: GateId
    round: Count
    kind: StepKind
    intent_sha256: Digest
    risk: EffectiveRisk
    quorum: Count
    typed: StrictBool
    forced: StrictBool
    expires_at: Instant


class StepApproved(_OfStep):
    """A member approved exactly this intent. `typed` where the resource name was typed."""

    EVENT_TYPE = "step.approved"
    gate: GateId
    approval: ApprovalId
    kind: StepKind
    intent_sha256: Digest
    risk: EffectiveRisk
    role: Code
    source: Literal["api", "cli", "web", "slack"]
    typed: StrictBool
    approvals: Count
    quorum: Count


class StepApprovalRefused(_OfStep):
    """A member said no."""

    EVENT_TYPE = "step.approval_refused"
    gate: GateId
    reason: Reason = ""


class StepApprovalExpired(_OfStep):
    """Nobody decided in time."""

    EVENT_TYPE = "step.approval_expired"
    gate: GateId
    round: Count


class StepApprovalRevoked(_OfStep):
    """A gate or its approvals were voided before anything ran."""

    EVENT_TYPE = "step.approval_revoked"
    gate: GateId
    code: Code


class StepApprovalMismatch(_OfStep):
    """The digest that was sent, or that would run, is not the one that the gate shows."""

    EVENT_TYPE = "step.approval_mismatch"
    gate: GateId
    expected_sha256: Digest
    given_sha256: Digest


class StepAutoExecuted(_OfStep):
    """A safe step ran by itself, and by which rule of which policy."""

    EVENT_TYPE = "step.auto_executed"
    gate: GateId
    intent_sha256: Digest
    policy_commit: CommitOid
    rule: Short


class StepDispatched(_OfStep):
    """A grant was made for one agent instance; `version` is the grant's epoch."""

    EVENT_TYPE = "step.dispatched"
    step_execution: StepExecutionId
    gate: GateId
    kind: StepKind
    attempt: Count
    agent: AgentId
    agent_instance: UuidText
    intent_sha256: Digest
    risk: EffectiveRisk
    not_after: Instant


class _OfAttempt(_OfStep):
    step_execution: StepExecutionId | None = None


class StepExecuted(_OfAttempt):
    """An attempt ended well, or a human reported a manual step as done (no step execution, no exit code)."""

    EVENT_TYPE = "step.executed"
    agent: AgentId | None = None
    exit_code: _ExitCode | None = None
    duration_ms: Count | None = None
    output_bytes: Count = 0
    output_sha256: Digest | None = None
    leaked_process: StrictBool = False
    answer: Short | None = None


class StepFailed(_OfAttempt):
    """An attempt ended badly, was refused by the agent, or a human reported failure."""

    EVENT_TYPE = "step.failed"
    code: Code
    agent: AgentId | None = None
    exit_code: _ExitCode | None = None
    signal: Count | None = None
    duration_ms: Count | None = None
    output_bytes: Count = 0
    output_sha256: Digest | None = None
    leaked_process: StrictBool = False


class StepTimedOut(_OfAttempt):
    """The attempt reached its deadline and was killed."""

    EVENT_TYPE = "step.timed_out"
    agent: AgentId | None = None
    timeout_ms: Count
    duration_ms: Count | None = None
    output_bytes: Count = 0
    leaked_process: StrictBool = False


class StepLost(_OfAttempt):
    """Nobody knows whether the attempt ran."""

    EVENT_TYPE = "step.lost"
    agent: AgentId | None = None
    code: Code


class StepLateResult(_OfAttempt):
    """A report that came after the state had moved on; the state did not change."""

    EVENT_TYPE = "step.late_result"
    state: Code
    code: Code
    exit_code: _ExitCode | None = None


class StepRetried(_OfAttempt):
    """Another attempt, under a new step execution; `automatic` within the approved retries."""

    EVENT_TYPE = "step.retried"
    previous: StepExecutionId | None = None
    attempt: Count
    automatic: StrictBool


class StepSkipped(_OfStep):
    """Not run: its branch was not taken, or a member decided."""

    EVENT_TYPE = "step.skipped"
    code: Code
    reason: Reason = ""


class StepEdited(_OfStep):
    """A member changed the command for this run; the texts are sealed, here are their digests."""

    EVENT_TYPE = "step.edited"
    gate: GateId | None = None
    command_sha256: Digest
    previous_command_sha256: Digest
    risk: EffectiveRisk
    previous_risk: EffectiveRisk


class StepUnlisted(_Versioned):
    """A command ran in this incident that the runbook does not list."""

    EVENT_TYPE = "step.unlisted"
    step: StepName | None = None
    agent: AgentId | None = None
    command_sha256: Digest
    risk: EffectiveRisk
    exit_code: _ExitCode | None = None


class StepDoneByHand(_OfStep):
    """A member did it outside of the product."""

    EVENT_TYPE = "step.done_by_hand"
    note: Reason = ""


class StepRollbackOffered(_OfStep):
    """A failure for which something can be undone; `step` is what failed."""

    EVENT_TYPE = "step.rollback_offered"
    candidate: StepName


class StepRolledBack(_OfAttempt):
    """The rollback command of a step ended well; no exit code where a member found out that it had."""

    EVENT_TYPE = "step.rolled_back"
    agent: AgentId | None = None
    exit_code: _ExitCode | None = None
    duration_ms: Count | None = None
    output_bytes: Count = 0
    output_sha256: Digest | None = None


class DivergenceDetected(AuditPayload):
    """What people did differs from what the runbook prescribed."""

    EVENT_TYPE = "divergence.detected"
    divergence: DivergenceId
    runbook: RunbookId
    runbook_version: VersionId
    kind: Code
    steps: Count


class DivergenceProposed(AuditPayload):
    """A pull request came of it."""

    EVENT_TYPE = "divergence.proposed"
    divergence: DivergenceId
    proposal: ProposalId
    repository: RepositoryId
    pull_number: Count
