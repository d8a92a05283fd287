"""Executions as the API shows them, and the bodies of the human events of CONTRACTS.md §5."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from base.limits import COMMAND_MAX_BYTES, REASON_MAX_CHARACTERS, VARIABLE_VALUE_MAX_CHARACTERS
from controller.api.shapes.inputs import Input
from schemas.model import CommitOid, Digest, Instant, Model
from schemas.risk import EffectiveRisk

RiskWord = Literal["safe", "caution", "dangerous", "unknown"]
Why = Annotated[str, StringConstraints(min_length=1, max_length=REASON_MAX_CHARACTERS)]
StepId = Annotated[str, StringConstraints(max_length=63)]


class RunbookRef(Model):
    """The pinned runbook version."""

    id: str
    name: str
    title: str
    version_id: str
    content_sha256: Digest
    commit: CommitOid
    service: str


class AgentRef(Model):
    """An agent by id and name."""

    id: str
    name: str | None = None


class VariableState(Model):
    """A variable and what it is bound to. A secret is only ever named."""

    name: str
    value: str | None = None
    bound: bool
    secret: bool
    pattern: str = Field(description="RE2; the whole value must match.")
    example: str | None = None


class PrerequisiteState(Model):
    """Something that must be true before the first step."""

    id: str
    text: str
    check: str | None = Field(None, description="A command that shows whether it holds; you run it.")
    ticked: bool


class Problem(Model):
    """What the preflight misses, and what to do."""

    code: str
    name: str
    text: str


class ApprovalShape(Model):
    """One member's word at a gate."""

    member: str
    email: str | None = None
    name: str | None = None
    role: str
    decision: str = Field(description="approve or refuse")
    source: str
    at: Instant
    asked_at: Instant | None = Field(None, description="When the gate opened.")
    typed: str | None = None


class DecidingSpan(Model):
    """Characters `[start, end)` of a command, in Unicode code points, that a rule looked at."""

    start: int
    end: int
    rule_id: str


class KeysShape(Model):
    """What the two keys said of one command."""

    scanner: RiskWord
    scanner_why: str
    advisor: RiskWord | None = Field(None, description="Absent where there is no second key.")
    advisor_why: str | None = None
    rule: str = Field(description="The merge rule that decided.")
    spans: tuple[DecidingSpan, ...] = Field((), description="Of exactly the command that is shown beside it.")


class AttemptShape(Model):
    """One step execution: an attempt at a step's command or its rollback, or a manual step's report."""

    id: str = Field(examples=["stx_01jd3q6x0000000000000000aa"])
    kind: Literal["forward", "rollback", "manual"]
    number: int
    status: str
    agent: AgentRef | None = None
    exit_code: int | None = None
    signal: int | None = None
    refusal: str | None = None
    leaked_process: bool = False
    output_bytes: int = Field(0, description="What the command wrote in all.")
    stored_bytes: int = Field(0, description="What of it is kept.")
    approvals: tuple[ApprovalShape, ...] = ()
    late_result: bool = Field(False, description="A result came after its end; see the audit trail.")
    asked_at: Instant | None = Field(None, description="When its gate opened.")
    dispatched_at: Instant | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None


class StepState(Model):
    """A step of the execution."""

    id: str
    title: str
    command: str | None = Field(None, description="The template of the document, or a person's edit.")
    manual: str | None = None
    answers: tuple[str, ...] = ()
    risk: EffectiveRisk
    unknown: bool = False
    why: str | None = None
    keys: KeysShape | None = None
    not_judged: bool = Field(
        False, description="What would run can't be judged now: `risk` is the least that is known of it."
    )
    needs: tuple[str, ...] = ()
    conditional: bool = Field(False, description="It runs only under a condition: a branch begins here.")
    rollback: str | None = Field(None, description="The command that undoes it.")
    rollback_impossible: str | None = Field(None, description="Why no command undoes it.")
    irreversible: bool = Field(False, description="Behind it lies the point of no return.")
    expect: str | None = None
    notes: str | None = None
    status: str
    exit_code: int | None = None
    answer: str | None = None
    edited: bool = False
    rolled_back: bool = False
    attempts: tuple[AttemptShape, ...] = ()


class IntentShape(Model):
    """Exactly what would run, where and with which bounds: what is approved by its digest."""

    command: str
    agent: AgentRef
    env: dict[str, str] = Field(default_factory=dict)
    secret_env: dict[str, str] = Field(default_factory=dict, description="Environment name → secret's name.")
    timeout_ms: int
    max_attempts: int
    resources: tuple[str, ...] = ()


class GateShape(Model):
    """The open gate."""

    id: str
    step: StepId
    kind: Literal["forward", "rollback"]
    round: int
    risk: EffectiveRisk
    unknown: bool = False
    why: str | None = None
    keys: KeysShape | None = None
    not_judged: bool = Field(
        False,
        description="Its command can't be judged now, so `risk` is the least that is known of it and nobody "
        "can approve it. It passes: look again in a few seconds.",
    )
    confirm: str | None = Field(None, description="The text to type, compared exactly.")
    quorum: int
    least_role: str = Field(description="Who may approve: this role, or one that includes it.")
    held_by: tuple[str, ...] = Field((), description="Why it does not run by itself.")
    barred: tuple[str, ...] = Field((), description="Members who may not approve it, under four eyes.")
    approvals: tuple[ApprovalShape, ...] = ()
    lapsed: bool
    opened_at: Instant | None = None
    expires_at: Instant
    intent_sha256: Digest = Field(description="Send it back with the approval.")
    intent: IntentShape | None = Field(None, description="Absent where its content was erased.")


class ExecutionItem(Model):
    """An execution in a list."""

    id: str = Field(examples=["exe_01jd3q6x0000000000000000aa"])
    runbook: str
    runbook_id: str
    title: str
    state: str
    step: StepId | None = None
    steps: int = 0
    ended: int = Field(0, description="Steps that are over.")
    version: int = Field(description="Send it as If-Match with every change.")
    panic: bool = False
    unknown: bool = Field(False, description="The fate of its last command is not known.")
    gate_risk: RiskWord | None = Field(None, description="Of the open gate.")
    requested_by: str
    requester: str | None = Field(None, description="The address of the member who asked.")
    parent_id: str | None = Field(None, description="The execution that this one rolls back.")
    created_at: Instant
    started_at: Instant | None = None
    ended_at: Instant | None = None


class ExecutionShape(Model):
    """One execution, whole."""

    id: str
    version: int
    state: str
    runbook: RunbookRef
    trust_level: int
    governance: Literal["strict", "audit"]
    cursor: StepId | None = None
    kind: Literal["forward", "rollback"]
    panic: bool = False
    unknown: bool = Field(
        False, description="The fate of the last command is not known: a person must find out."
    )
    resume_to: str | None = None
    reason: str | None = None
    requested_by: str
    requester: str | None = Field(None, description="The address of the member who asked.")
    source: str = "api"
    variables: tuple[VariableState, ...] = ()
    prerequisites: tuple[PrerequisiteState, ...] = ()
    problems: tuple[Problem, ...] = ()
    steps: tuple[StepState, ...]
    gate: GateShape | None = None
    running: AttemptShape | None = None
    actions: tuple[str, ...] = Field(description="The events that this state takes, as path words.")
    parent_id: str | None = None
    undone_by_id: str | None = Field(None, description="The execution that rolls this one back.")
    undoable: int = Field(0, description="How many steps an execution with `rollbackOf` would undo.")
    created_at: Instant
    updated_at: Instant
    started_at: Instant | None = None
    ended_at: Instant | None = None


class HistoryItem(Model):
    """One stored event."""

    version: int
    event: str
    actor: str
    from_state: str
    to_state: str
    passed: tuple[str, ...] = ()
    at: Instant


class CreateRequest(Input):
    """Ask for an execution of a runbook's version in service."""

    runbook: str = Field(description="Id or name.", max_length=64)
    variables: dict[str, Annotated[str, StringConstraints(max_length=VARIABLE_VALUE_MAX_CHARACTERS)]] = Field(
        default_factory=dict, max_length=64, description="Bound at once; each must match its pattern."
    )
    ticked: tuple[StepId, ...] = Field((), max_length=64, description="Prerequisites that are met.")
    start: bool = Field(True, description="False: it waits, pending, for `start`; values are bound after it.")
    rollback_of: str | None = Field(None, description="A completed execution whose steps are to be undone.")


class BindBody(Input):
    """A variable's value."""

    name: Annotated[str, StringConstraints(max_length=63)]
    value: Annotated[str, StringConstraints(max_length=VARIABLE_VALUE_MAX_CHARACTERS)]


class TickBody(Input):
    """A prerequisite that is met."""

    prerequisite: StepId


class ApproveBody(Input):
    """The digest of the intent that you saw, and the text that a dangerous step asks for."""

    intent_sha256: Digest
    typed: Annotated[str, StringConstraints(max_length=200)] | None = None


class ReasonBody(Input):
    """Why; sealed, and erasable with the execution."""

    reason: Why


class NoteBody(Input):
    """What was done or found."""

    note: Why


def _not_blank(command: object) -> object:
    if isinstance(command, str) and not command.strip():
        raise PydanticCustomError("blank", "a blank command runs nothing: give another one, or skip the step")
    return command


class EditBody(Input):
    """Another command for this step; scanned again and always at a gate."""

    command: Annotated[
        str, StringConstraints(min_length=1, max_length=COMMAND_MAX_BYTES), BeforeValidator(_not_blank)
    ]
    reason: Why


class ReportBody(Input):
    """What came of a manual step."""

    ok: bool
    answer: Annotated[str, StringConstraints(max_length=200)] | None = None
    exit_code: int | None = Field(None, ge=0, le=255)
    note: Annotated[str, StringConstraints(max_length=REASON_MAX_CHARACTERS)] = ""


class ResolveBody(Input):
    """What became of a command whose fate was unknown."""

    outcome: Literal["ran_ok", "ran_and_failed", "did_not_run"]
    note: Why
