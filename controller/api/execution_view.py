"""From the engine's view of an execution to what the API shows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal, cast
from uuid import UUID

from base.ids import show_id
from controller.api.shapes.executions import (
    AgentRef,
    ApprovalShape,
    AttemptShape,
    DecidingSpan,
    ExecutionItem,
    ExecutionShape,
    GateShape,
    HistoryItem,
    IntentShape,
    KeysShape,
    PrerequisiteState,
    Problem,
    RiskWord,
    RunbookRef,
    StepState,
    VariableState,
)
from controller.engine import views
from schemas.risk import EffectiveRisk, Risk, effective

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS: Final = {"Reported": "report"}
"""Events whose word in a path is not simply their name."""

_Kind = Literal["forward", "rollback"]


def event_word(event: str) -> str:
    """The word of a human event in a path: `AskAgain` → `ask-again`."""
    return _WORDS.get(event) or _HUMP.sub("-", event).lower()


def execution_shape(view: views.ExecutionView) -> ExecutionShape:
    """One execution, whole."""
    steps = tuple(_step(step) for step in view.steps)
    return ExecutionShape(
        id=show_id("exe", view.id),
        version=view.version,
        state=view.state,
        runbook=RunbookRef(
            id=show_id("rbk", view.runbook.id),
            name=view.runbook.name,
            title=view.runbook.title,
            version_id=show_id("ver", view.runbook.version),
            content_sha256=view.runbook.content_sha256,
            commit=view.runbook.commit,
            service=view.runbook.service,
        ),
        trust_level=view.trust,
        governance=cast(Literal["strict", "audit"], view.governance),
        cursor=view.step,
        kind=cast(_Kind, view.kind),
        panic=view.panic,
        unknown=view.unknown,
        resume_to=view.resume_to,
        reason=view.reason or None,
        requested_by=view.requested_by,
        requester=view.requester,
        source=view.source,
        variables=tuple(
            VariableState(
                name=item.name,
                value=item.value,
                bound=item.bound,
                secret=item.secret,
                pattern=item.pattern,
                example=item.example,
            )
            for item in view.variables
        ),
        prerequisites=tuple(
            PrerequisiteState(id=item.id, text=item.text, check=item.check, ticked=item.ticked)
            for item in view.prerequisites
        ),
        problems=tuple(Problem(code=item.code, name=item.name, text=item.text) for item in view.problems),
        steps=steps,
        gate=None if view.gate is None else _gate(view.gate),
        running=_running(steps, view.attempt),
        actions=tuple(event_word(name) for name in view.actions),
        parent_id=None if view.parent is None else show_id("exe", view.parent),
        undone_by_id=None if view.undone_by is None else show_id("exe", view.undone_by),
        undoable=view.undoable,
        created_at=view.created_at,
        updated_at=view.updated_at,
        started_at=view.started_at,
        ended_at=view.ended_at,
    )


def execution_item(summary: views.ExecutionSummary) -> ExecutionItem:
    """An execution in a list."""
    return ExecutionItem(
        id=show_id("exe", summary.id),
        runbook=summary.runbook_name,
        runbook_id=show_id("rbk", summary.runbook),
        title=summary.title,
        state=summary.state,
        step=summary.step,
        steps=summary.steps,
        ended=summary.ended,
        version=summary.version,
        panic=summary.panic,
        unknown=summary.unknown,
        gate_risk=None if summary.gate_risk is None else _word(summary.gate_risk),
        requested_by=summary.requested_by,
        requester=summary.requester,
        parent_id=None if summary.parent is None else show_id("exe", summary.parent),
        created_at=summary.created_at,
        started_at=summary.started_at,
        ended_at=summary.ended_at,
    )


def history_item(item: views.HistoryItem) -> HistoryItem:
    """One stored event."""
    return HistoryItem(
        version=item.version,
        event=item.event,
        actor=item.actor,
        from_state=item.from_state,
        to_state=item.to_state,
        passed=item.passed,
        at=item.at,
    )


def _step(step: views.StepView) -> StepState:
    return StepState(
        id=step.id,
        title=step.title,
        command=step.command,
        manual=step.instruction,
        answers=step.answers,
        risk=_risk(step.risk),
        unknown=step.unknown,
        why=step.why or None,
        keys=_keys(step.keys),
        not_judged=step.not_judged,
        needs=step.needs,
        conditional=step.conditional,
        rollback=step.rollback,
        rollback_impossible=step.rollback_impossible,
        irreversible=step.irreversible,
        expect=step.expect,
        notes=step.notes,
        status=step.status,
        exit_code=step.exit_code,
        answer=step.answer,
        edited=step.edited,
        rolled_back=step.rolled_back,
        attempts=tuple(_attempt(attempt, step.approvals) for attempt in step.attempts),
    )


def _attempt(attempt: views.AttemptView, approvals: Iterable[views.ApprovalView]) -> AttemptShape:
    agent = None
    if attempt.agent is not None:
        agent = AgentRef(id=show_id("agt", attempt.agent), name=attempt.agent_name)
    return AttemptShape(
        id=show_id("stx", attempt.id),
        kind=cast(Literal["forward", "rollback", "manual"], attempt.kind),
        number=attempt.attempt,
        status=attempt.status,
        agent=agent,
        exit_code=attempt.exit_code,
        signal=attempt.signal,
        refusal=attempt.refusal,
        leaked_process=attempt.leaked_process,
        output_bytes=attempt.output_bytes,
        stored_bytes=attempt.stored_bytes,
        approvals=tuple(
            _approval(item)
            for item in approvals
            if views.same(item.gate, attempt.gate) and item.decision == "approve"
        ),
        late_result=attempt.late_result is not None,
        asked_at=attempt.asked_at,
        dispatched_at=attempt.dispatched_at,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
    )


def _running(steps: Iterable[StepState], attempt_id: UUID | None) -> AttemptShape | None:
    """The attempt that may be running now."""
    if attempt_id is None:
        return None
    wanted = show_id("stx", attempt_id)
    attempts = (attempt for step in steps for attempt in step.attempts)
    return next((item for item in attempts if item.id == wanted and item.ended_at is None), None)


def _approval(approval: views.ApprovalView) -> ApprovalShape:
    return ApprovalShape(
        member=show_id("mem", approval.member),
        email=approval.email,
        name=approval.name or None,
        role=approval.role,
        decision=approval.decision,
        source=approval.source,
        at=approval.at,
        asked_at=approval.asked_at,
        typed=approval.typed,
    )


def _gate(gate: views.GateView) -> GateShape:
    return GateShape(
        id=show_id("gat", gate.id),
        step=gate.step,
        kind=cast(_Kind, gate.kind),
        round=gate.round,
        risk=_risk(gate.risk),
        unknown=gate.risk is Risk.UNKNOWN,
        why=gate.why or None,
        keys=_keys(gate.keys),
        not_judged=gate.not_judged,
        confirm=gate.confirm,
        quorum=gate.quorum,
        least_role=gate.least_role,
        held_by=gate.held_by,
        barred=tuple(show_id("mem", member) for member in gate.barred),
        approvals=tuple(_approval(item) for item in gate.approvals),
        lapsed=gate.lapsed,
        opened_at=gate.opened_at,
        expires_at=gate.expires_at,
        intent_sha256=gate.intent_sha256,
        intent=IntentShape(
            command=gate.command,
            agent=AgentRef(id=show_id("agt", gate.agent), name=gate.agent_name or None),
            env={item.name: item.value for item in gate.env if item.value is not None},
            secret_env={item.name: item.secret for item in gate.env if item.secret is not None},
            timeout_ms=gate.timeout_ms,
            max_attempts=gate.max_attempts,
            resources=gate.resources,
        ),
    )


def _keys(keys: views.KeysView | None) -> KeysShape | None:
    if keys is None:
        return None
    return KeysShape(
        scanner=_word(keys.scanner),
        scanner_why=keys.scanner_why,
        advisor=None if keys.advisor is None else _word(keys.advisor),
        advisor_why=keys.advisor_why or None,
        rule=keys.rule,
        spans=tuple(
            DecidingSpan(start=span.start, end=span.end, rule_id=span.rule_id) for span in keys.spans
        ),
    )


def _word(risk: Risk) -> RiskWord:
    return risk.value


def _risk(risk: Risk) -> EffectiveRisk:
    return effective(risk)
