"""What a text becomes in the plain form that other people's scripts read: `dd0c parse --json` and
`POST /runbooks/parse`. Its fields stay; new ones may come beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ingest.building import Asked, BuiltStep, unmasked
from ingest.code_left_out import CodeLeftOut
from ingest.command_steps import asks_who_types
from ingest.confirming import NAME
from ingest.coverage import CoverageItem
from ingest.kinds import kind_of
from ingest.pipeline import Preview
from ingest.repeating import asks_who_needs
from ingest.trace import Span
from ingest.typed_or_not import asks_if_typed
from schemas.patterns import DEFAULT_PATTERN
from schemas.runbook import AmbiguityKind, Variable

PARSED_VERSION: Final = 1


def parsed_json(found: Preview) -> dict[str, Any]:
    """Spans are offsets in code points into `source`: the text as it was read, its secrets masked, for HTML
    the page as a person sees it. `then` and `else` of a branch hold the `order` of steps. What is not there
    is left out; lists stay where they are empty.
    """
    return {key: _present(value) for key, value in _parsed(found).items() if value is not None}


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _present(item) for key, item in value.items() if item is not None}
    return [_present(item) for item in value] if isinstance(value, list) else value


def _parsed(found: Preview) -> dict[str, Any]:
    built, runbook = found.built, found.runbook
    orders = {item.step.id: order for order, item in enumerate(built.steps, 1)}
    return {
        "version": PARSED_VERSION,
        "title": runbook.metadata.title,
        "name": runbook.name,
        "service": runbook.metadata.service,
        "format": found.normalized.form,
        "source_sha256": found.normalized.sha256,
        "source": found.normalized.text,
        "steps": [_step(item, orders) for item in built.steps],
        "variables": [*_variables(found), *_open_values(found, orders)],
        "prerequisites": [
            {
                "id": item.id,
                "text": item.text,
                "check": None if item.check is None else item.check.to_json(),
                "span": _span(built.prerequisite_spans[item.id]),
            }
            for item in runbook.spec.prerequisites
        ],
        "branches": [
            {
                "if": case.text,
                "then": _steps_of(case.then, built.by_draft, orders),
                "else": _steps_of(case.otherwise, built.by_draft, orders),
                "span": _span(case.span),
            }
            for case in found.cases
        ],
        "ambiguities": [
            {
                **_asked(item, orders),
                "kind": item.question.kind.value,
                "text": item.question.text,
                "span": _span(item.question.span),
            }
            for item in built.asked
            if item.question.question != NAME
            and not asks_who_types(item.question)
            and not asks_who_needs(item.question)
            and not asks_if_typed(item.question)
            and not _asks_for_value(item)
        ],
        "shells_opened": [
            {**_asked(item, orders), "command": item.question.text}
            for item in built.asked
            if asks_who_types(item.question)
        ],
        "shell_settings": [
            {**_asked(item, orders), "command": item.question.text}
            for item in built.asked
            if asks_who_needs(item.question)
        ],
        "names_to_type": [_asked(item, orders) for item in built.asked if item.question.question == NAME],
        "notes": _notes(found),
        "coverage": _coverage(found),
        "code_left_out": [_left_out(item, orders) for item in found.code],
        "masked_secrets": [{"kind": item.kind, "span": _span(item.span)} for item in found.normalized.masked],
        "suspicious": [item.to_json() for item in found.suspicious],
        "reading": _reading(found.reading_json),
        "repairs": [
            {"kind": item.kind, "was": item.was, "now": item.now, "line": item.line, "span": _span(item.span)}
            for item in found.normalized.repairs
        ],
    }


def _left_out(item: CodeLeftOut, orders: Mapping[str, int]) -> dict[str, Any]:
    """A piece of code that is in no step; `step` where a person said that it is typed."""
    return {
        "id": item.id,
        "text": unmasked(item.text),
        "line": item.line,
        "span": _span(item.span),
        "reason": item.reason,
        "reads_like_command": item.reads_like_command,
        "asked": item.asked,
        "said": item.said or None,
        "step": None if item.step is None else orders[item.step],
    }


def _asked(item: Asked, orders: Mapping[str, int]) -> dict[str, Any]:
    """What every question tells: its step is the one that waits for the answer."""
    return {
        "id": item.key,
        "question": item.question.question,
        "step": orders.get(item.step or ""),
        "candidates": [one.label for one in item.question.options if one.act != "keep"],
    }


def _reading(shown: dict[str, Any] | None) -> dict[str, Any] | None:
    """What an LLM reads otherwise; absent where none is asked on this installation."""
    if shown is None:
        return None
    found = [
        {("can_take" if key == "canTake" else key): value for key, value in item.items()}
        for item in shown["differences"]
    ]
    more = {"not_listed": shown["notListed"]} if "notListed" in shown else {}
    return {
        **{key: value for key, value in shown.items() if key != "notListed"},
        "differences": found,
        **more,
    }


def _step(item: BuiltStep, orders: Mapping[str, int]) -> dict[str, Any]:
    """`command` as the source writes it after the recorded repairs; `template` as the runbook holds it, none
    where no agent may run it, behind what the steps `repeats` set; `dialect` says what reads it (`shell`,
    `sql`, `redis-cli` …).
    """
    step, verdict = item.step, item.verdict
    written = None if item.written is None else unmasked(item.written)
    return {
        "order": orders[step.id],
        "id": step.id,
        "kind": "manual" if written is None else "command",
        "intent": step.title,
        "titled_by": item.titled_by or None,
        "command": written,
        "template": step.command,
        "repeats": [orders[name] for name in item.repeats],
        "manual": step.manual,
        "warning": item.warning or None,
        "dialect": None if written is None else item.dialect,
        "risk": None if verdict is None else ("unknown" if verdict.unknown else verdict.risk.value),
        "scanner_risk": None if verdict is None else verdict.finding.risk.value,
        "why": None if verdict is None else verdict.finding.why,
        "rollback": None if step.rollback is None else step.rollback.to_json(),
        "rules": [] if verdict is None else list(verdict.finding.rule_ids),
        "line": item.line,
        "span": _span(item.command_span or (item.spans[0] if item.spans else None)),
        "spans": [_span(span) for span in item.spans],
    }


def _variables(found: Preview) -> list[dict[str, Any]]:
    return [_variable(item, found) for item in found.runbook.spec.variables]


def _variable(item: Variable, found: Preview) -> dict[str, Any]:
    spans = sorted(set(found.built.variable_spans.get(item.name, ())))
    label = kind_of(item.name).label
    return {
        "name": item.name,
        "pattern": None if item.secret else item.pattern or DEFAULT_PATTERN,
        "example": item.example,
        "type": "secret" if item.secret else kind_of(item.name).type,
        "secret": item.secret,
        "alert_field": f"alert.labels.{label}" if label and not item.secret else None,
        "open": False,
        "spans": [_span(span) for span in spans],
    }


def _open_values(found: Preview, orders: Mapping[str, int]) -> list[dict[str, Any]]:
    """Placeholders that could not become a variable yet: a question asks for each."""
    return [
        {
            **_asked(item, orders),
            "name": item.question.text,
            "pattern": None,
            "example": None,
            "type": None,
            "secret": False,
            "alert_field": None,
            "open": True,
            "spans": [] if item.question.span is None else [_span(item.question.span)],
        }
        for item in found.built.asked
        if _asks_for_value(item)
    ]


def _asks_for_value(item: Asked) -> bool:
    """Whether a question is for what stands in the place of a placeholder."""
    asked = item.question
    return asked.kind is AmbiguityKind.MISSING_VALUE and asked.words == asked.text


def _steps_of(drafts: Sequence[int], by_draft: Mapping[int, str], orders: Mapping[str, int]) -> list[int]:
    return list(dict.fromkeys(orders[by_draft[index]] for index in drafts))


def _notes(found: Preview) -> list[dict[str, Any]]:
    """What the text says beside its steps."""
    text = found.normalized.text
    return [
        {"text": " ".join(text[item.start : item.end].split()), "line": item.line, "span": _place(item)}
        for item in found.coverage.items
        if item.fate == "note"
    ]


def _coverage(found: Preview) -> dict[str, Any]:
    """`percent`: the share of the sentences whose fate is told; each with why."""
    coverage = found.coverage
    percent = 100.0 * coverage.accounted / coverage.sentences if coverage.sentences else 100.0
    return {
        "percent": round(percent, 1),
        "sentences": coverage.sentences,
        "by_fate": dict(coverage.by_fate),
        "items": [
            {"fate": item.fate, "reason": item.detail, "line": item.line, "span": _place(item)}
            for item in coverage.items
        ],
    }


def _place(item: CoverageItem) -> dict[str, int]:
    return {"start": item.start, "end": item.end}


def _span(span: Span | None) -> dict[str, int] | None:
    return None if span is None else {"start": span.start, "end": span.end}
