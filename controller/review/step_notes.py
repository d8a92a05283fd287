"""What the check says of single steps: which begin to run alone, which verdicts are stale. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from controller.governance.documents import JudgedFile, JudgedStep
from controller.governance.pinning import InForce
from controller.governance.widening import (
    Leash,
    let_alone,
    widened_flags,
    widened_policy,
    widened_runbook,
)
from controller.review.alert_reach import reaches_further
from controller.review.change import ChangedFile, Note, Serving, attention, runbook_of
from controller.review.contents import content_of
from controller.review.logged import LoggedVerdict
from controller.review.own_runs import OwnRuns, compare_own_runs
from controller.review.risky_steps import line_of
from controller.review.step_facts import Content
from schemas.flags import ALL_ON
from schemas.risk import Risk
from schemas.verdict import MergeRule, NoAdvice

_SAID_MAX: Final = 20
"""Reasons of one runbook that are told one by one; all of them are on the review page."""

# ---------------------------------------------------------------- what runs by itself


def owner_notes(file: ChangedFile, serving: Serving) -> list[Note]:
    """How a file loosens what holds back automatic runs: only an owner may let it in."""
    why = _widens(file, serving)
    return [] if why is None else [attention(file.path, "needs_owner", f"{why}: for an owner")]


def _widens(file: ChangedFile, serving: Serving) -> str | None:
    in_force = serving.in_force
    if file.deleted and file.kind == "flags":
        return widened_flags(in_force.flags, in_force.beside.all_flags(ALL_ON))
    if file.deleted and file.kind == "policy":
        return widened_policy(in_force.policy, in_force.beside.policy(None))
    if file.judged is None:
        return None
    if file.judged.policy is not None:
        return widened_policy(in_force.policy, in_force.beside.policy(file.judged.policy))
    if file.judged.flags is not None:
        return widened_flags(in_force.flags, in_force.beside.all_flags(file.judged.flags))
    runbook = runbook_of(file)
    if runbook is None:
        return None
    before = Leash.of(serving.documents.get(runbook.name, {}))
    return widened_runbook(before, Leash.of(runbook.document), in_force)


def rules_after(files: Sequence[ChangedFile], rules: InForce) -> InForce:
    """Policy and flags as they would be after the change: what its runbooks would run under. Never what the
    change is judged by. What other repositories ask for stays, so a deleted policy may take nothing away.
    """
    policy, flags, beside = rules.policy, rules.flags, rules.beside
    for file in files:
        judged = file.judged
        if judged is not None and judged.policy is not None:
            policy = beside.policy(judged.policy)
        elif judged is not None and judged.flags is not None:
            flags = beside.all_flags(judged.flags)
        elif file.deleted and file.kind == "policy":
            policy = beside.policy(None)
        elif file.deleted and file.kind == "flags":
            flags = beside.all_flags(ALL_ON)
    return replace(rules, policy=policy, flags=flags)


def widened_notes(file: ChangedFile, serving: Serving, then: InForce) -> list[Note]:
    """The steps of a runbook that begin to run by themselves, under the policy before and after: now, or with
    an answer that is still to come.
    """
    runbook = runbook_of(file)
    if file.judged is None or runbook is None or not let_alone(Leash.of(runbook.document), then):
        return []
    old = serving.judged.get(runbook.name)
    before = None if old is None else content_of(old, serving.in_force)
    after, hoped = content_of(file.judged, then), content_of(_hoped(file.judged), then)
    assert after is not None
    assert hoped is not None
    old_facts = () if before is None else before.facts()
    now = compare_own_runs(before, after, old_facts, after.facts())
    then_too = now if hoped == after else compare_own_runs(before, hoped, old_facts, hoped.facts())
    sure = {each.facts.id for each in now.begins}
    pending = OwnRuns(tuple(each for each in then_too.begins if each.facts.id not in sure))
    soon = "run without a person as soon as the advisor says safe"
    return [
        *_begins(file.judged, "widened", "begin to run without a person", now),
        *_begins(file.judged, "advice_pending", soon, pending),
        *_alerts(file, before, after),
    ]


def _alerts(file: ChangedFile, before: Content | None, after: Content) -> list[Note]:
    """Nothing starts by itself on an alert; but what is offered at 3 a.m. is started."""
    alone = sum(step.runs_by_itself for step in after.facts())
    if before is None or not alone:
        return []
    if not reaches_further(before.runbook.spec.alerts, after.runbook.spec.alerts):
        return []
    message = f"it is offered for more alerts than before; {alone} step(s) run alone once it is started"
    return [attention(file.path, "alerts", message)]


def _begins(file: JudgedFile, code: str, words: str, found: OwnRuns) -> list[Note]:
    """One note that names the steps, and one a reason why some that ran alone already do so more often."""
    steps = [each.facts for each in found.begins]
    if not steps:
        return []
    named = ", ".join(f"`{step.id}`" for step in steps[:10])
    more = f" and {len(steps) - 10} more" if len(steps) > 10 else ""
    cases = ", or in more cases than before" if found.looser else ""
    message = f"{len(steps)} step(s) {words}{cases}: {named}{more}"
    first = attention(file.path, code, message, line_of(file.content, steps[0].id) or 0)
    return [first, *(attention(file.path, code, sentence) for sentence in found.looser[:_SAID_MAX])]


def _hoped(file: JudgedFile) -> JudgedFile:
    """The file as it would be if the advisor, who has yet to answer, found everything safe: sync asks again,
    and a head is checked once.
    """
    if file.runbook is None:
        return file
    steps = tuple(_hoped_step(step) for step in file.runbook.steps)
    return replace(file, runbook=replace(file.runbook, steps=steps))


def _hoped_step(step: JudgedStep) -> JudgedStep:
    verdict = step.verdict
    if verdict is None or verdict.finding.risk is not Risk.SAFE or verdict.no_advice in {None, NoAdvice.OFF}:
        return step
    safe = {"risk": Risk.SAFE, "unknown": False, "rule": MergeRule.BOTH_SAFE}
    return replace(step, verdict=verdict.model_copy(update=safe))


# ---------------------------------------------------------------- verdicts that were written down


def stale_notes(file: ChangedFile, serving: Serving) -> list[Note]:
    """Steps whose decision log is about another command, or says another risk than today's judgement."""
    runbook = runbook_of(file)
    logged = serving.logs.get(runbook.name, {}) if runbook is not None else {}
    if file.judged is None or runbook is None or not logged:
        return []
    served = _commands(serving.documents.get(runbook.name, {}))
    now = _commands(runbook.document)
    notes = []
    for step in runbook.steps:
        said = logged.get(step.step_id)
        if said is None or step.verdict is None:
            continue
        changed = served.get(step.step_id) != now.get(step.step_id)
        why = _stale(step, said) if changed else None
        if why is not None:
            notes.append(
                attention(file.path, "stale_verdict", why, line_of(file.judged.content, step.step_id) or 0)
            )
    return notes


def _stale(step: JudgedStep, said: LoggedVerdict) -> str | None:
    assert step.verdict is not None
    now = step.verdict.shown.value
    if step.command_sha256 is not None and said.command_sha256 not in {"", step.command_sha256.hex()}:
        return (
            f"the decision log judged another command of the step `{step.step_id}` ({said.shown} then): "
            f"classified again, it is {now}"
        )
    if (said.risk, said.unknown) != (step.verdict.risk, step.verdict.unknown):
        return (
            f"the decision log says {said.shown} of the step `{step.step_id}`: classified again, it is {now}"
        )
    return None


def _commands(document: Mapping[str, Any]) -> dict[Any, Any]:
    steps = document.get("spec", {}).get("steps", ())
    return {step.get("id"): step.get("command") for step in steps if isinstance(step, Mapping)}


# ---------------------------------------------------------------- what is not prepared


def unprepared_notes(file: ChangedFile) -> list[Note]:
    """Steps that the scanner finds dangerous and the document does not declare so: the lint can't ask for
    what must be typed, nor for a rollback.
    """
    runbook = runbook_of(file)
    if file.judged is None or runbook is None:
        return []
    given = {step["id"]: step for step in runbook.document["spec"]["steps"]}
    notes = []
    for step in runbook.steps:
        if step.risk is not Risk.DANGEROUS or step.declared is Risk.DANGEROUS:
            continue
        missing = [key for key in ("confirm", "rollback") if key not in given[step.step_id]]
        if missing:
            message = f"the step `{step.step_id}` is dangerous and has no {' and no '.join(missing)}"
            line = line_of(file.judged.content, step.step_id) or 0
            notes.append(attention(file.path, f"no_{missing[0]}", message, line))
    return notes
