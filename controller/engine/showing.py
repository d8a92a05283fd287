"""From an execution in memory and its rows to what is shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from controller.engine import events as ev
from controller.engine import reasons, views
from controller.engine.birth import undoable_steps
from controller.engine.keys import (
    Judgements,
    gate_view,
    is_judged,
    judged_anew,
    keys_view,
)
from controller.engine.permissions import NEEDED
from controller.engine.rules import rules_for
from controller.engine.states import Execution, Kind, State, StepStatus
from controller.engine.store import Loaded
from controller.engine.walk import pinned_of, rollable
from schemas.errors import Conflict, Unprocessable
from schemas.grant import Intent
from schemas.holes import DEFAULT_PATTERN, fill_text
from schemas.ids import member_of
from schemas.no_return import is_final
from schemas.risk import Risk, effective
from schemas.step import Step


@dataclass(frozen=True, slots=True)
class Facts:
    """What the execution's row says beside the fold."""

    id: UUID
    requested_by: str
    source: str
    alert_id: UUID | None
    parent_execution_id: UUID | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown beside the fold, from other rows, and what commands were judged to be anew."""

    emails: Mapping[UUID, str]
    agent_names: Mapping[UUID, str]
    judgements: Judgements = field(default_factory=dict)
    gate_opened_at: datetime | None = None
    undone_by: UUID | None = None


def show(
    loaded: Loaded,
    facts: Facts,
    attempts: Sequence[views.AttemptView],
    approvals: Sequence[tuple[str, views.ApprovalView]],
    intent: Intent | None,
    problems: Sequence[views.ProblemView],
    beside: Beside,
) -> views.ExecutionView:
    """The page of one execution. `approvals` come with the step of their gate."""
    x, version = loaded.execution, loaded.version
    steps = tuple(
        _step(
            loaded,
            place,
            [attempt for attempt in attempts if attempt.step == step.id],
            [approval for step_id, approval in approvals if step_id == step.id],
            beside.judgements,
        )
        for place, step in enumerate(loaded.plan.steps)
    )
    gate = _open_gate(loaded, approvals, intent, beside)
    return views.ExecutionView(
        id=x.id,
        version=x.version,
        state=x.state.value,
        kind=x.kind.value,
        runbook=views.RunbookRef(
            id=version.runbook_id,
            version=version.version_id,
            name=version.name,
            title=version.title,
            service=version.service,
            commit=version.commit,
            content_sha256=version.content_sha256,
        ),
        title=version.title,
        trust=x.trust if x.started_at is not None else version.runbook.spec.trust_level,
        governance=pinned_of(x).governance,
        panic=x.panic,
        unknown=x.unknown,
        resume_to=x.resume_to.value if x.resume_to is not None else None,
        reason=_reason(x, beside.emails),
        step=x.target if x.rolling else x.cursor,
        attempt=x.attempt.id if x.attempt is not None else None,
        steps=steps,
        gate=gate,
        variables=_variables(loaded),
        prerequisites=_prerequisites(loaded),
        problems=tuple(problems),
        actions=actions(x, loaded, judged=gate is None or not gate.not_judged),
        requested_by=facts.requested_by,
        requester=requester_of(facts.requested_by, beside.emails),
        source=facts.source,
        parent=facts.parent_execution_id,
        undone_by=beside.undone_by,
        undoable=undoable(loaded),
        created_at=facts.created_at,
        updated_at=facts.updated_at,
        started_at=x.started_at,
        ended_at=x.ended_at,
    )


def _open_gate(
    loaded: Loaded,
    approvals: Sequence[tuple[str, views.ApprovalView]],
    intent: Intent | None,
    beside: Beside,
) -> views.GateView | None:
    gate = loaded.execution.gate
    if loaded.execution.state is not State.AWAIT_APPROVAL or gate is None or intent is None:
        return None
    given = tuple(approval for _, approval in approvals if approval.gate == gate.id)
    return gate_view(
        loaded, gate, intent, beside.judgements, given, beside.agent_names, beside.gate_opened_at
    )


def undoable(loaded: Loaded) -> int:
    """How many steps of a completed execution a new one could roll back."""
    if loaded.execution.state is not State.COMPLETED or loaded.undoes:
        return 0
    try:
        return len(undoable_steps(loaded))
    except Conflict:
        return 0


def requester_of(actor: str, emails: Mapping[UUID, str]) -> str | None:
    """The address of who asked, where that was a member."""
    member = member_of(actor)
    return None if member is None else emails.get(member)


def _reason(x: Execution, emails: Mapping[UUID, str]) -> str:
    """Why it stands where it stands; what a member said about a lost command, with who that was."""
    if x.told_by is None:
        return x.reason
    return f"{emails.get(x.told_by, 'a member')} says: {x.reason}"


def actions(x: Execution, loaded: Loaded, *, judged: bool = True) -> tuple[str, ...]:
    """The human events that the table lists for this state, without those that plainly can't apply now.

    `judged`: whether the open gate's command could be; nobody approves one that could not.
    """
    names = [kind.__name__ for kind in NEEDED if rules_for(x.state, kind)]
    gate = x.gate
    hidden: set[str] = set()
    if x.state is State.AWAIT_APPROVAL and gate is not None:
        hidden |= {"Approve"} if gate.lapsed else {"AskAgain"}
        hidden |= set() if judged else {"Approve"}
        if x.kind is Kind.ROLLBACK:
            hidden |= {"Edit", "Skip", "DoneByHand", "RequestRollback"}
    if x.state is State.MANUAL_INTERVENTION:
        hidden |= {"Retry", "Edit", "Skip", "DoneByHand", "RequestRollback"} if x.unknown else {"Resolve"}
    if x.steps and rollable(x, loaded.plan) is None:
        hidden.add("RequestRollback")
    if x.state is State.PAUSED and x.panic:
        hidden.add("Resume")
    return tuple(name for name in names if name not in hidden)


def _step(
    loaded: Loaded,
    place: int,
    attempts: list[views.AttemptView],
    approvals: list[views.ApprovalView],
    judgements: Judgements,
) -> views.StepView:
    x, plan_step = loaded.execution, loaded.plan.steps[place]
    step = loaded.version.runbook.step(plan_step.id)
    state = x.steps[place] if x.steps else None
    verdict = loaded.version.verdicts.get(step.id) if not plan_step.undo_of else None
    command = None if plan_step.manual else _command(x, step, undo=plan_step.undo_of)
    edited = state is not None and state.edited is not None
    anew = state is not None and not plan_step.undo_of and (edited or state.raised is not None)
    risk, why = (
        plan_step.risk,
        reasons.why(verdict, declared=step.declared_risk) if verdict is not None else "",
    )
    keys = None if verdict is None else keys_view(verdict)
    if state is not None and anew:
        risk, why, keys = judged_anew(loaded, state, judgements, risk, why)
    rollback = None if plan_step.undo_of else step.rollback
    return views.StepView(
        id=step.id,
        title=f"Roll back: {step.title}" if plan_step.undo_of else step.title,
        status=state.status.value if state is not None else StepStatus.WAITING.value,
        current=x.cursor == step.id or x.target == step.id,
        manual=plan_step.manual,
        risk=effective(risk),
        unknown=risk is Risk.UNKNOWN,
        why=why,
        not_judged=state is not None and anew and not is_judged(judgements, state),
        # The spans are of the document's text: where another one is shown, they would mark other words.
        keys=keys if keys is None or command == step.command else keys.model_copy(update={"spans": ()}),
        command=state.edited if edited and state is not None else command,
        instruction=_filled(x, step.manual),
        answers=plan_step.answers,
        expect=step.expect.text if step.expect is not None else None,
        needs=plan_step.needs,
        conditional=plan_step.when is not None,
        rollback=_filled(x, rollback.command) if rollback is not None else None,
        rollback_impossible=rollback.impossible if rollback is not None else None,
        irreversible=not plan_step.undo_of
        and is_final(step, None if verdict is None else verdict.finding.reversibility, risk),
        notes=step.notes,
        exit_code=state.exit_code if state is not None else None,
        answer=state.answer if state is not None else None,
        edited=edited,
        rolled_back=state.rolled_back if state is not None else False,
        attempts=tuple(attempts),
        approvals=tuple(approvals),
    )


def _command(x: Execution, step: Step, *, undo: bool) -> str | None:
    if undo:
        return _filled(x, step.rollback.command) if step.rollback is not None else None
    return _filled(x, step.command)


def _filled(x: Execution, text: str | None) -> str | None:
    """The text with the values that are known; with its holes where one is missing. For people only."""
    if text is None:
        return None
    try:
        return fill_text(text, dict(x.bindings))
    except Unprocessable:
        return text


def _variables(loaded: Loaded) -> tuple[views.VariableView, ...]:
    x = loaded.execution
    return tuple(
        views.VariableView(
            name=variable.name,
            secret=variable.secret,
            bound=variable.secret or x.binding(variable.name) is not None,
            value=None if variable.secret else x.binding(variable.name),
            pattern=variable.pattern or DEFAULT_PATTERN,
            example=variable.example,
            source=variable.source,
        )
        for variable in loaded.version.runbook.spec.variables
    )


def _prerequisites(loaded: Loaded) -> tuple[views.PrerequisiteView, ...]:
    x = loaded.execution
    items = () if loaded.undoes else loaded.version.runbook.spec.prerequisites
    return tuple(
        views.PrerequisiteView(
            id=item.id,
            text=item.text,
            check=item.check.command if item.check is not None else None,
            ticked=item.id in x.ticked,
        )
        for item in items
    )


def problems_of(event: ev.Event | None) -> tuple[views.ProblemView, ...]:
    """What the last preflight missed."""
    if not isinstance(event, ev.PreflightFailed):
        return ()
    return tuple(views.ProblemView(code=p.code, name=p.name, text=p.text) for p in event.problems)


def history_data(event: dict[str, Any]) -> dict[str, object]:
    """The open part of a stored event, without what the item says already."""
    return {name: value for name, value in event.items() if name not in ("kind", "v", "by")}
