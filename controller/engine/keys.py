"""What is said of a command's risk where it is shown: the two keys, the reasons, the gate. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from controller.engine import reasons, views
from controller.engine.context import Target
from controller.engine.intents import Judged
from controller.engine.judgements import NotJudged
from controller.engine.states import Execution, Gate, Kind, StepState
from controller.engine.store import Loaded
from controller.engine.walk import held_back_by, pinned_of
from controller.governance.policy import Hindrance, Latches
from schemas.grant import Intent
from schemas.risk import Risk, effective, worse
from schemas.verdict import Verdict

NOT_NOW: Final = "It can't be judged at this moment: look again in a few seconds."
"""In the place of a reason, for people."""

Judgements: TypeAlias = Mapping[Target, Judged | NotJudged | None]
"""What is shown was judged to be; None what can't be filled, NotJudged what nobody can say now."""


def keys_view(verdict: Verdict) -> views.KeysView:
    """What each key said, and which rule merged them."""
    advice = verdict.advice
    return views.KeysView(
        scanner=verdict.finding.risk,
        scanner_why=verdict.finding.why,
        advisor=None if advice is None else advice.risk,
        advisor_why="" if advice is None else advice.reasoning,
        rule=verdict.rule.value,
        spans=verdict.finding.spans,
    )


def looked_at(loaded: Loaded, intent: Intent | None) -> tuple[Target, ...]:
    """What must be judged to show an execution: the open gate's command, and what was edited or raised."""
    x = loaded.execution
    found = [] if intent is None or x.gate is None else [gate_target(x, x.gate, undo=_undoes(intent))]
    if not loaded.undoes:
        anew = (state for state in x.steps if state.edited is not None or state.raised is not None)
        found.extend(_step_target(state) for state in anew)
    return tuple(dict.fromkeys(found))


def gate_target(x: Execution, gate: Gate, *, undo: bool) -> Target:
    """The command that a gate asks about; `undo`: it is the step's rollback command."""
    state = x.step(gate.step)
    return Target(gate.step, Kind.ROLLBACK, raised=state.raised) if undo else _step_target(state)


def _undoes(intent: Intent) -> bool:
    return intent.kind == "rollback"


def _step_target(state: StepState) -> Target:
    return Target(state.id, Kind.FORWARD, edited=state.edited, raised=state.raised)


def judged_anew(
    loaded: Loaded, state: StepState, judgements: Judgements, risk: Risk, why: str
) -> tuple[Risk, str, views.KeysView | None]:
    """Risk and reason of what would run now: a person's edit, or a text that an agent found riskier."""
    target = _step_target(state)
    judged = judgements[target]
    if isinstance(judged, NotJudged):
        return unknown_now(risk, state.raised), NOT_NOW, None
    if judged is None:
        return (risk if state.raised is None else worse(risk, state.raised)), why, None
    return judged.risk, _why_judged(loaded, target, judged), keys_view(judged.verdict)


def is_judged(judgements: Judgements, state: StepState) -> bool:
    """Whether a step that was edited, or raised by an agent, could be judged anew."""
    return not isinstance(judgements.get(_step_target(state)), NotJudged)


def unknown_now(risk: Risk, raised: Risk | None = None) -> Risk:
    """The risk of a command that can't be judged now: what is known of it, and never less than unknown."""
    return worse(Risk.UNKNOWN, risk if raised is None else worse(risk, raised))


def _why_judged(loaded: Loaded, target: Target, judged: Judged) -> str:
    forward = target.kind is Kind.FORWARD
    return reasons.why(
        judged.verdict,
        declared=loaded.version.runbook.step(target.step).declared_risk if forward else None,
        own=loaded.version.verdicts.get(target.step) if forward else None,
        raised=target.raised,
    )


def _gate_judged(
    loaded: Loaded, gate: Gate, intent: Intent, judgements: Judgements
) -> tuple[Risk, str, views.KeysView | None]:
    """How risky the gate's command is and why; by the document's text where that can't be told anew."""
    target = gate_target(loaded.execution, gate, undo=_undoes(intent))
    judged = judgements[target]
    if isinstance(judged, NotJudged):
        return unknown_now(gate.risk), NOT_NOW, None
    if judged is not None and judged.text == intent.command and _same_risk(judged, gate):
        return gate.risk, _why_judged(loaded, target, judged), keys_view(judged.verdict)
    verdict = loaded.version.verdicts.get(gate.step) if target.kind is Kind.FORWARD else None
    return gate.risk, (verdict.reason if verdict is not None else ""), None


def _same_risk(judged: Judged, gate: Gate) -> bool:
    return effective(judged.risk) is effective(gate.risk)


def barred(x: Execution, gate: Gate) -> tuple[UUID, ...]:
    """Under four eyes: who asked for the run or for the rollback, and who edited the command."""
    if not pinned_of(x).four_eyes:
        return ()
    editor = x.step(gate.step).edited_by if gate.kind is Kind.FORWARD else None
    members = (x.requester, gate.requested_by, editor)
    return tuple(sorted({member for member in members if member is not None}))


def gate_view(
    loaded: Loaded,
    gate: Gate,
    intent: Intent,
    judgements: Judgements,
    approvals: tuple[views.ApprovalView, ...],
    agent_names: Mapping[UUID, str],
    opened_at: datetime | None,
) -> views.GateView:
    """The open gate as people see it. `judgements` of everything `looked_at`."""
    x = loaded.execution
    plain = [views.EnvView(name=item.name, value=item.value) for item in intent.env]
    secret = [views.EnvView(name=item.name, secret=item.secret) for item in intent.secret_env]
    held: tuple[Hindrance, ...] = ()
    if gate.kind is Kind.FORWARD and not gate.lapsed:
        held = held_back_by(x, loaded.plan, gate.step, gate.risk, Latches())
    risk, why, keys = _gate_judged(loaded, gate, intent, judgements)
    return views.GateView(
        id=gate.id,
        round=gate.round,
        step=gate.step,
        kind=intent.kind,
        intent_sha256=gate.intent_sha256,
        risk=risk,
        why=why,
        keys=keys,
        not_judged=isinstance(judgements[gate_target(x, gate, undo=_undoes(intent))], NotJudged),
        confirm=gate.confirm,
        command=intent.command,
        env=tuple(sorted((*plain, *secret), key=lambda item: item.name)),
        agent=gate.agent,
        agent_name=agent_names.get(gate.agent, ""),
        resources=intent.resources,
        timeout_ms=gate.timeout_ms,
        max_attempts=gate.max_attempts,
        quorum=gate.quorum,
        least_role=pinned_of(x).by_risk(gate.risk).role,
        barred=barred(x, gate),
        lapsed=gate.lapsed,
        opened_at=opened_at,
        expires_at=gate.expires_at,
        held_by=tuple(reason.value for reason in held),
        approvals=approvals,
    )
