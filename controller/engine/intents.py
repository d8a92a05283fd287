"""Intents: exactly what would run, complete before a gate opens (CONTRACTS.md §3).

The command is filled, scanned again, and it is that text that people approve, that is granted and run. No
LLM is asked during a run: advice counts only where it was given on exactly this text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from base.limits import STEP_GRACE_MS
from controller.db.unit_of_work import UnitOfWork
from controller.engine.context import Prepared, Target
from controller.engine.documents import Version
from controller.engine.filling import Filled, Filling, make_filling
from controller.engine.judgements import Judgements
from controller.engine.plan import step_risk
from controller.engine.states import Execution, Kind
from controller.engine.walk import pinned_of
from controller.link import agents
from controller.link.agents import AgentView
from schemas.errors import NotFound, Unprocessable
from schemas.grant import EnvSecret, EnvValue, Intent, RunbookRef, ScannerRef, intent_digest
from schemas.holes import fill_text
from schemas.merge import merge
from schemas.risk import Risk, effective, worse
from schemas.runbook import Runbook
from schemas.step import Step
from schemas.text import CommandText
from schemas.verdict import Finding, Verdict

_COMMAND: Final[TypeAdapter[str]] = TypeAdapter(CommandText)
RESOURCES_MAX: Final = 256
"""The schema's bound on `Intent.resources`."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A command as it would run: its text, finding and verdict, and the risk that counts."""

    text: str
    finding: Finding
    verdict: Verdict
    risk: Risk


@dataclass(frozen=True, slots=True)
class Built:
    """A prepared intent: what `decide` needs of it, and the whole."""

    prepared: Prepared
    intent: Intent


def template_of(step: Step, kind: Kind) -> str:
    """The document's command for a target; Unprocessable where there is none."""
    if kind is Kind.ROLLBACK:
        command = step.rollback.command if step.rollback is not None else None
    else:
        command = step.command
    if command is None:
        raise Unprocessable(f"The step {step.id} has no command to run here.", code="no_command")
    return command


def filling_of(execution: Execution, version: Version, target: Target) -> Filling:
    """A target's command with what fills it, ready to be judged. Raises Unprocessable."""
    template = template_of(version.runbook.step(target.step), target.kind)
    text = template if target.edited is None else _own_text(target.edited)
    return make_filling(execution.tenant, text, version.runbook.spec.variables, dict(execution.bindings))


def judge(version: Version, target: Target, filled: Filled) -> Judged:
    """What a target's command comes to, once it is filled and scanned. Pure.

    The risk is the worst of what the document declares, what its text was judged to be, what the filled text
    is, and what an agent found; a text that nobody advised on is at least caution.
    """
    step = version.runbook.step(target.step)
    template = template_of(step, target.kind)
    text, finding = filled.text, filled.finding
    verdict = version.verdicts.get(step.id) if target.kind is Kind.FORWARD else None
    advice = verdict.advice if verdict is not None and text == template else None
    judged = merge(finding, advice)
    risk = judged.shown
    if target.kind is Kind.FORWARD:
        risk = worse(risk, step_risk(step.declared_risk, verdict))
    if target.raised is not None:
        risk = worse(risk, target.raised)
    return Judged(text, finding, judged, risk)


def _own_text(text: str) -> str:
    """A person's own command, under the rules of any command text. Raises Unprocessable."""
    try:
        return _COMMAND.validate_python(text)
    except ValidationError as error:
        message = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise Unprocessable(f"This command can't be run: {message}.", code="command_text") from error


def confirm_text(step: Step, kind: Kind, judged: Judged, values: Mapping[str, str]) -> str | None:
    """What must be typed: the document's text; else, if dangerous, its first resource or its step."""
    if kind is Kind.FORWARD and step.confirm is not None:
        return fill_text(step.confirm, values)
    if effective(judged.risk) is not Risk.DANGEROUS:
        return None
    return next((name for name in judged.finding.resources if name.strip()), step.id)


def environment(
    runbook: Runbook, step: Step, values: Mapping[str, str]
) -> tuple[tuple[EnvValue, ...], tuple[EnvSecret, ...]]:
    """A step's declared variables: plain values, and names of secrets that the agent's host resolves."""
    plain, secret = [], []
    for name, variable_name in sorted(step.env.items()):
        variable = runbook.variable(variable_name)
        if variable.secret:
            if variable.secret_name is None:
                raise Unprocessable(f"The secret {variable.name} names no source.", code="secret_source")
            secret.append(EnvSecret(name=name, secret=variable.secret_name))
        else:
            plain.append(EnvValue(name=name, value=values.get(variable.name, "")))
    return tuple(plain), tuple(secret)


def build_intent(
    execution: Execution,
    version: Version,
    target: Target,
    filled: Filled,
    *,
    gate: UUID,
    agent: UUID,
    output_limit: int,
) -> Built:
    """The intent of a target at a gate. Pure; raises Unprocessable."""
    step = version.runbook.step(target.step)
    values = dict(execution.bindings)
    judged = judge(version, target, filled)
    confirm = confirm_text(step, target.kind, judged, values)
    plain, secret = environment(version.runbook, step, values)
    forward = target.kind is Kind.FORWARD
    intent = Intent(
        tenant=execution.tenant,
        agent=agent,
        execution=execution.id,
        gate=gate,
        step=step.id,
        kind="forward" if forward else "rollback",
        runbook=RunbookRef(
            repository=version.repository_id,
            name=version.name,
            commit=version.commit,
            content_sha256=version.content_sha256,
        ),
        command=judged.text,
        env=plain,
        secret_env=secret,
        cwd="",
        user="",
        timeout_ms=min(step.timeout_ms, pinned_of(execution).max_timeout_ms),
        grace_ms=STEP_GRACE_MS,
        output_limit_bytes=output_limit,
        max_attempts=step.max_attempts if forward and step.idempotent else 1,
        risk=effective(judged.risk),
        confirm=confirm or "",
        resources=tuple(sorted({name[:512] for name in judged.finding.resources if name})[:RESOURCES_MAX]),
        scanner=ScannerRef(
            version=judged.finding.scanner_version, knowledge=judged.finding.knowledge_version
        ),
    )
    prepared = Prepared(
        step=step.id,
        kind=target.kind,
        intent_sha256=intent_digest(intent),
        risk=judged.risk,
        confirm=confirm,
        agent=agent,
        max_attempts=intent.max_attempts,
        timeout_ms=intent.timeout_ms,
    )
    return Built(prepared, intent)


async def choose_agent(uow: UnitOfWork, chosen: UUID | None, version: Version, step_id: str) -> UUID | None:
    """The agent for a step: the one of the preflight while it is online, else an online one with the labels.

    Where none is online it is the one of the preflight, offline or revoked, so that the gate can still open
    and people can skip, do it by hand, or ask again: a dispatch to an agent that is gone is never sent, and
    is taken back when its time is over. None where none is online and the preflight found none, or one that
    is unknown by now.
    """
    if chosen is not None:
        try:
            if (await agents.view_agent(uow, chosen)).status == "online":
                return chosen
        except NotFound:
            chosen = None
    found = await find_agent(uow, version, step_id)
    return found.id if found is not None else chosen


async def find_agent(uow: UnitOfWork, version: Version, step_id: str) -> AgentView | None:
    """An online agent that carries all labels of the step's target."""
    target = version.runbook.target_of(step_id)
    return await agents.choose(uow, target.labels if target is not None else {})


async def prepare(
    uow: UnitOfWork,
    judgements: Judgements,
    execution: Execution,
    version: Version,
    target: Target,
    *,
    gate: UUID,
    chosen: UUID | None,
    undo: bool,
    output_limit: int,
) -> Built:
    """The intent that a transition asked for. Raises Unprocessable where it can't be complete;
    JudgementWanted for a long command that was not judged yet.

    `chosen` is the agent of the preflight. `undo`: the execution rolls another one back, so that a step's
    command is its rollback command.
    """
    agent = await choose_agent(uow, chosen, version, target.step)
    if agent is None:
        raise Unprocessable(
            f"No agent is there for the step {target.step}.",
            hint="Connect an agent that carries the labels of the step's target.",
            code="no_agent",
        )
    meant = replace(target, kind=Kind.ROLLBACK) if undo else target
    filled = judgements.at_once(filling_of(execution, version, meant))
    built = build_intent(execution, version, meant, filled, gate=gate, agent=agent, output_limit=output_limit)
    return Built(replace(built.prepared, kind=target.kind), built.intent)
