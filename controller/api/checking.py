"""A document as it is being written: what keeps it out, and the verdict of each command at its line.

Runs in a parsing process: foreign text in, plain values out.
"""

from __future__ import annotations

from controller.api.shapes.checking import CheckedDocument, CheckedPlace, CheckedStep
from controller.governance.documents import JudgedRunbook, JudgedStep, judge_file
from ingest.advisor.advising import Advising
from ingest.edits import JudgedCommand
from schemas.errors import Place
from schemas.yaml_codec import check_document
from schemas.yaml_read import Tree

_PATH = "runbook.yaml"
PLACES_MAX = 100
"""Places that are told of one document."""


def check_text(yaml: str, advising: Advising) -> CheckedDocument:
    """Total: whatever the text is, the answer is a value. The same judgement as a push and a sync make."""
    content = yaml.encode("utf-8", "surrogatepass")
    judged = judge_file(_PATH, "runbook", content, advising)
    runbook = judged.runbook or judged.too_low
    tree = None if runbook is None else check_document(content, path=_PATH).tree
    return CheckedDocument(
        ok=judged.runbook is not None,
        places=[_place(place) for place in judged.places[:PLACES_MAX]],
        steps=[] if runbook is None or tree is None else _steps(runbook, tree),
    )


def judged_commands(yaml: bytes, advising: Advising) -> list[JudgedCommand]:
    """The verdict of each command of a document; none where it can't be read."""
    judged = judge_file(_PATH, "runbook", yaml, advising)
    runbook = judged.runbook or judged.too_low
    tree = None if runbook is None else check_document(yaml, path=_PATH).tree
    if runbook is None or tree is None:
        return []
    commands = [step.get("command", "") for step in runbook.document["spec"]["steps"]]
    return [
        JudgedCommand(step.step_id, _line(tree, index, "command"), commands[index], step.verdict)
        for index, step in enumerate(runbook.steps)
        if step.verdict is not None
    ]


def _line(tree: Tree, index: int, key: str) -> int:
    return tree.place(("spec", "steps", index, key), "", code="", at_key=True).line


def _place(place: Place) -> CheckedPlace:
    return CheckedPlace(
        line=place.line,
        column=place.column,
        path=place.path,
        message=place.message,
        hint=place.hint,
        severity=place.severity,
    )


def _steps(runbook: JudgedRunbook, tree: Tree) -> list[CheckedStep]:
    return [_step(step, index, tree) for index, step in enumerate(runbook.steps)]


def _step(step: JudgedStep, index: int, tree: Tree) -> CheckedStep:
    key = "manual" if step.verdict is None else "command"
    line = _line(tree, index, key)
    verdict = step.verdict
    if verdict is None:
        return CheckedStep(id=step.step_id, line=line, risk=step.risk, manual=True)
    return CheckedStep(
        id=step.step_id,
        line=line,
        risk=step.risk,
        unknown=verdict.unknown,
        why=verdict.finding.why,
        reason=verdict.reason,
        rule_ids=verdict.finding.rule_ids,
    )
