"""What API, CLI and web show of an execution: frozen models, and pure functions that fill them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from schemas.ids import (
    AgentId,
    ApprovalId,
    ExecutionId,
    GateId,
    MemberId,
    RunbookId,
    StepExecutionId,
    VersionId,
)
from schemas.model import Count, Digest, Instant, Model
from schemas.risk import Risk
from schemas.verdict import Span


class RunbookRef(Model):
    """Which version of which runbook runs."""

    id: RunbookId
    version: VersionId
    name: str
    title: str
    service: str
    commit: str
    content_sha256: Digest


class ApprovalView(Model):
    """What one member said at a gate."""

    id: ApprovalId
    gate: GateId
    member: MemberId
    email: str
    name: str
    role: str
    decision: str
    source: str
    typed: str | None = None
    at: Instant
    asked_at: Instant | None = None


class KeysView(Model):
    """What the two keys said of one text. `advisor` is None where there is no second key."""

    scanner: Risk
    scanner_why: str
    advisor: Risk | None = None
    advisor_why: str = ""
    rule: str
    spans: tuple[Span, ...] = ()


class AttemptView(Model):
    """One step execution. `output_bytes` is what the command wrote, `stored_bytes` what is kept of it."""

    id: StepExecutionId
    step: str
    gate: GateId | None = None
    attempt: Count
    kind: str
    status: str
    agent: AgentId | None = None
    agent_name: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    refusal: str | None = None
    leaked_process: bool = False
    output_bytes: Count = 0
    stored_bytes: Count = 0
    output_complete: bool = False
    asked_at: Instant | None = None
    dispatched_at: Instant | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    duration_ms: Count | None = None
    late_result: dict[str, object] | None = None


class StepView(Model):
    """One step: what the document says, and what became of it. `command` is filled where values are known.

    `not_judged`: what would run in its place can't be judged now.
    """

    id: str
    title: str
    status: str
    current: bool = False
    manual: bool
    risk: Risk
    unknown: bool = False
    why: str = ""
    keys: KeysView | None = None
    not_judged: bool = False
    command: str | None = None
    instruction: str | None = None
    answers: tuple[str, ...] = ()
    expect: str | None = None
    needs: tuple[str, ...] = ()
    conditional: bool = False
    rollback: str | None = None
    rollback_impossible: str | None = None
    irreversible: bool = False
    notes: str | None = None
    exit_code: int | None = None
    answer: str | None = None
    edited: bool = False
    rolled_back: bool = False
    attempts: tuple[AttemptView, ...] = ()
    approvals: tuple[ApprovalView, ...] = ()


class EnvView(Model):
    """One environment variable: its plain value, or the name of the secret that the agent's host resolves."""

    name: str
    value: str | None = None
    secret: str | None = None


class GateView(Model):
    """The open gate: exactly what would run. A click sends `intent_sha256` back.

    `not_judged`: its command can't be judged now, and nobody can approve it until it can.
    """

    id: GateId
    round: Count
    step: str
    kind: str
    intent_sha256: Digest
    risk: Risk
    why: str = ""
    keys: KeysView | None = None
    not_judged: bool = False
    confirm: str | None = None
    command: str
    env: tuple[EnvView, ...] = ()
    agent: AgentId
    agent_name: str = ""
    resources: tuple[str, ...] = ()
    timeout_ms: Count
    max_attempts: Count
    quorum: Count
    least_role: str
    barred: tuple[MemberId, ...] = ()
    lapsed: bool
    opened_at: Instant | None = None
    expires_at: Instant
    held_by: tuple[str, ...] = ()
    approvals: tuple[ApprovalView, ...] = ()


class VariableView(Model):
    """A variable and what it is bound to; a secret never has a value here."""

    name: str
    secret: bool
    bound: bool
    value: str | None = None
    pattern: str
    example: str | None = None
    source: str | None = None


class PrerequisiteView(Model):
    """A prerequisite, and whether somebody ticked it. `check` is shown, never run."""

    id: str
    text: str
    check: str | None = None
    ticked: bool


class ProblemView(Model):
    """What the last preflight missed."""

    code: str
    name: str
    text: str


class ExecutionView(Model):
    """One execution. `version` is its ETag; `actions` are the events that a person may bring now."""

    id: ExecutionId
    version: Count
    state: str
    kind: str
    runbook: RunbookRef
    title: str
    trust: Count
    governance: str
    panic: bool
    unknown: bool
    resume_to: str | None = None
    reason: str = ""
    step: str | None = None
    attempt: StepExecutionId | None = None
    steps: tuple[StepView, ...]
    gate: GateView | None = None
    variables: tuple[VariableView, ...] = ()
    prerequisites: tuple[PrerequisiteView, ...] = ()
    problems: tuple[ProblemView, ...] = ()
    actions: tuple[str, ...] = ()
    requested_by: str
    requester: str | None = None
    source: str = "api"
    parent: ExecutionId | None = None
    undone_by: ExecutionId | None = None
    undoable: Count = 0
    created_at: Instant
    updated_at: Instant
    started_at: Instant | None = None
    ended_at: Instant | None = None


class ExecutionSummary(Model):
    """One line of a list."""

    id: ExecutionId
    version: Count
    state: str
    runbook: RunbookId
    runbook_version: VersionId
    runbook_name: str
    title: str
    trust: Count
    governance: str
    panic: bool
    unknown: bool
    reason: str = ""
    step: str | None = None
    steps: Count = 0
    ended: Count = 0
    gate_risk: Risk | None = None
    requested_by: str
    requester: str | None = None
    parent: ExecutionId | None = None
    created_at: Instant
    updated_at: Instant
    started_at: Instant | None = None
    ended_at: Instant | None = None


class HistoryItem(Model):
    """One event of the history; `version` is its place and the id of a stream. Sealed texts are left out."""

    version: Count
    event: str
    actor: str
    from_state: str
    to_state: str
    passed: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    at: Instant
    data: dict[str, object]
    last: bool = False


class OutputSlice(Model):
    """Bytes of an output from `start` on. They are untrusted: show them escaped, never render them."""

    data: bytes
    start: Count
    stored_bytes: Count
    total_bytes: Count
    complete: bool


def duration_ms(start: datetime | None, end: datetime | None) -> int | None:
    """Whole milliseconds between two instants; None where one is missing."""
    if start is None or end is None:
        return None
    return max(0, round((end - start).total_seconds() * 1000))


def same(first: UUID | None, second: UUID | None) -> bool:
    """Whether two ids are there and the same."""
    return first is not None and first == second
