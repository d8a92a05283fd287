"""A preview as the API and the command line show it: every part with its place in the source text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ingest.blocks import Normalized
from ingest.building import BuiltStep, unmasked
from ingest.coverage import Coverage
from ingest.document import Built
from ingest.extract.conditions import Condition
from ingest.kinds import kind_of
from ingest.questions import Answers, question_json
from ingest.trace import Span, Writer
from scanner.redact import MASK
from schemas.holes import holes
from schemas.merge import NO_ADVICE
from schemas.no_return import is_final
from schemas.patterns import DEFAULT_PATTERN
from schemas.risk import Risk
from schemas.runbook import Variable
from schemas.verdict import NoAdvice, Verdict

KEYS_ASKED_OF: Final = 2


def preview_json(
    normalized: Normalized,
    built: Built,
    cases: Sequence[Condition],
    coverage: Coverage,
    answers: Answers,
    asked: int,
) -> dict[str, Any]:
    """`asked`: how many keys looked at each command."""
    runbook = built.runbook
    steps = [_step(item, order, built) for order, item in enumerate(built.steps, 1)]
    _mark_no_return(built.steps, steps)
    shown = {
        "name": runbook.name,
        "title": runbook.metadata.title,
        "service": runbook.metadata.service,
        "alerts": [str(matcher.labels["alertname"]) for matcher in runbook.spec.alerts],
        "format": normalized.form,
        "sourceSha256": normalized.sha256,
        "sourceText": normalized.text,
        "steps": steps,
        "tally": dict(Counter(_badge(step) for step in steps)),
        "variables": [
            _variable(item, built.variable_spans.get(item.name, ())) for item in runbook.spec.variables
        ],
        "prerequisites": [
            {**item.to_json(), "spans": [built.prerequisite_spans[item.id].to_json()]}
            for item in runbook.spec.prerequisites
        ],
        "branches": [_branch(case, built) for case in cases],
        "ambiguities": [question_json(item.key, item.question, item.step) for item in built.asked],
        "answered": [
            {
                **question_json(item.key, item.question, _step_of(item.question.draft, built)),
                "answer": item.answer.to_json(),
                "effect": item.effect,
            }
            for item in answers.settled.values()
        ],
        "unused": [*answers.unused(), *(f"variables.{name}" for name in built.unused_variables)],
        "coverage": coverage.to_json(),
        "masked": _masked(normalized, built),
        "repairs": [
            {**item.span.to_json(), "line": item.line, "was": item.was, "now": item.now, "kind": item.kind}
            for item in normalized.repairs
        ],
        "setAside": coverage.set_aside(),
        "keys": {"asked": asked, "of": KEYS_ASKED_OF},
        "canPropose": {"ok": True, "reason": _held_open(len(built.asked))},
    }
    return {key: value for key, value in shown.items() if value is not None}


def _branch(case: Condition, built: Built) -> dict[str, Any]:
    """A case of the text, and the steps that it leads to."""
    return {
        "if": case.text,
        "span": case.span.to_json(),
        "then": list(dict.fromkeys(built.by_draft[index] for index in case.then)),
        "else": list(dict.fromkeys(built.by_draft[index] for index in case.otherwise)),
    }


def _held_open(questions: int) -> str:
    if not questions:
        return "The pull request will hold no open question."
    return f"The pull request will hold {questions} open question{'s' if questions > 1 else ''}."


def _step_of(draft: int | None, built: Built) -> str | None:
    return None if draft is None else built.by_draft[draft]


def _step(item: BuiltStep, order: int, built: Built) -> dict[str, Any]:
    step = item.step
    shown: dict[str, Any] = {
        "id": step.id,
        "order": order,
        "title": step.title,
        "titledBy": item.titled_by or None,
        "kind": "command" if step.command is not None else "manual",
        "source": {"line": item.line, "endLine": item.end_line},
        "spans": [span.to_json() for span in item.spans],
        "commandSpan": item.command_span.to_json() if item.command_span else None,
        "when": step.when.to_json() if step.when else None,
        "needs": list(step.needs) if step.needs is not None else None,
        "env": dict(step.env) or None,
        "repeats": list(item.repeats) or None,
        "warning": item.warning or None,
        "openQuestions": [one.id for one in built.runbook.open_ambiguities(step.id)],
    }
    if step.manual is not None:
        shown |= {"manual": step.manual, "answers": list(step.answers)}
    if item.dialect != "shell":
        shown |= {"typed": unmasked(item.written or ""), "dialect": item.dialect}
    if item.verdict is not None:
        shown |= _judged(item, item.verdict)
    return {key: value for key, value in shown.items() if value is not None}


def _judged(item: BuiltStep, verdict: Verdict) -> dict[str, Any]:
    step, finding = item.step, verdict.finding
    return {
        "command": step.command,
        "risk": verdict.risk.value,
        "unknown": verdict.unknown,
        "scannerRisk": finding.risk.value,
        "why": finding.why,
        "ruleIds": list(finding.rule_ids),
        "riskSpans": _risk_spans(item, verdict),
        "keys": _keys(verdict),
        "confirm": step.confirm,
        "rollback": step.rollback.to_json() if step.rollback else None,
    }


def _keys(verdict: Verdict) -> dict[str, Any]:
    """What each key said, or why the second said nothing, where there is one."""
    advice, scanner = verdict.advice, verdict.finding.risk.value
    if advice is None:
        missing = verdict.no_advice
        shown = {"given": 1, "of": KEYS_ASKED_OF, "scanner": scanner}
        if missing is None or missing is NoAdvice.OFF:
            return shown
        return shown | {"noAdvice": missing.value, "missing": NO_ADVICE[missing]}
    return {
        "given": 2,
        "of": KEYS_ASKED_OF,
        "scanner": scanner,
        "advisor": advice.risk.value,
        "confidence": advice.confidence,
        "advisorWhy": advice.reasoning,
        "by": verdict.advisor_version,
    }


def _risk_spans(item: BuiltStep, verdict: Verdict) -> list[dict[str, Any]]:
    """The finding is of the filled command; its spans are told in the one with holes."""
    command = item.step.command or ""
    template, place = Writer(), 0
    filled = 0
    found = holes(command)
    for number, hole in enumerate(found):
        template.put(command[place : hole.start], place)
        filled += hole.start - place
        following = (
            command[hole.end : found[number + 1].start] if number + 1 < len(found) else command[hole.end :]
        )
        end = item.filled.find(following, filled) if following else len(item.filled)
        value = item.filled[filled : end if end > filled else filled + 1]
        template.put(value, hole.start, hole.end - hole.start)
        filled += len(value)
        place = hole.end
    template.put(command[place:], place)
    return [
        {
            **template.trace.span(span.start, span.end).to_json(),
            "rule": span.rule_id,
            "why": verdict.finding.why,
        }
        for span in verdict.finding.spans
    ]


def _mark_no_return(built: Sequence[BuiltStep], steps: list[dict[str, Any]]) -> None:
    """The first step that can't be undone."""
    for item, shown in zip(built, steps, strict=True):
        verdict = item.verdict
        looked_at = (None, Risk.SAFE) if verdict is None else (verdict.finding.reversibility, verdict.risk)
        if is_final(item.step, *looked_at):
            shown["pointOfNoReturn"] = True
            return


def _variable(variable: Variable, spans: Sequence[Span]) -> dict[str, Any]:
    kind = "secret" if variable.secret else kind_of(variable.name).type
    pattern = "" if variable.secret else variable.pattern or DEFAULT_PATTERN
    label = None if variable.secret else kind_of(variable.name).label
    shown = {
        **variable.to_json(),
        "type": kind,
        "pattern": pattern,
        "secret": variable.secret,
        "alertField": f"alert.labels.{label}" if label else None,
        "spans": [span.to_json() for span in sorted(set(spans))],
    }
    return {key: value for key, value in shown.items() if value is not None}


def _masked(normalized: Normalized, built: Built) -> list[dict[str, Any]]:
    read = {span for name in _secret_names(built) for span in built.variable_spans.get(name, ())}
    names: Mapping[Span, str] = {item.span: item.env for item in built.secrets if item.span in read}
    return [
        {
            **item.span.to_json(),
            "kind": item.kind,
            "now": "${" + names[item.span] + "}" if item.span in names else MASK,
        }
        for item in normalized.masked
    ]


def _secret_names(built: Built) -> list[str]:
    return [item.name for item in built.runbook.spec.variables if item.secret]


def _badge(step: dict[str, Any]) -> str:
    if step["kind"] == "manual":
        return "manual"
    return "unknown" if step["unknown"] else str(step["risk"])
