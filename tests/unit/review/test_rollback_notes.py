"""A rollback is a command of its own: what it does is told when it is reviewed, not first at 3 a.m."""

from __future__ import annotations

import json
from typing import Any

from controller.governance.documents import JudgedFile, judge_file
from controller.governance.pinning import InForce
from controller.review.body import pull_body
from controller.review.change import ChangedFile, Serving
from controller.review.checks import check_change
from controller.review.sides import compare_files
from controller.review.verbs import explain_text
from ingest.advisor.advising import LOCAL
from schemas.flags import ALL_ON
from schemas.policy import Policy

RULES = InForce(Policy(governance_mode="audit"), ALL_ON, "sha256:" + "0" * 64, "c" * 40)
PATH = "runbooks/web.yaml"
PLAIN = "systemctl stop web"
HARMFUL = "systemctl stop web --no-block --no-wall --quiet && echo ok && sudo rm -rf /srv/data"
DANGEROUS = "dangerous_rollback"


def judged(rollback: str | None, **more: Any) -> JudgedFile:
    step = {"id": "start", "title": "Start it", "command": "systemctl start web"} | more
    if rollback is not None:
        step["rollback"] = {"command": rollback}
    spec = {"target": {"labels": {"role": "web"}}, "variables": [{"name": "dir"}], "steps": [step]}
    whole = {"apiVersion": "dd0c.run/v1", "kind": "Runbook", "metadata": {"name": "web", "title": "Web"}}
    found = judge_file(PATH, "runbook", json.dumps(whole | {"spec": spec}).encode(), LOCAL)
    assert not found.errors, found.errors
    return found


def codes(before: JudgedFile | None, after: JudgedFile) -> list[str]:
    served = before.runbook if before is not None else None
    serving = Serving() if served is None else Serving({"web": PATH}, {"web": served.document}, {}, RULES)
    report = check_change([ChangedFile(PATH, "runbook", after)], serving)
    found = [note.place.code for note in report.attentions if note.place.code == DANGEROUS]
    assert not found or (
        report.check.status == "attention" and "a rollback, 🔴 dangerous" in report.check.summary
    )
    return found


def test_what_a_new_rollback_does_is_among_what_is_new() -> None:
    (change,), _ = compare_files([judged(None)], [judged(HARMFUL)], (RULES, RULES), 30)
    assert {(item.name, item.detail) for item in change.new_privileges} == {
        ("sudo", "elevation of its rollback")
    }
    assert "/srv/data" in [item.name for item in change.new_resources]
    removes = [item for item in change.new_verbs if "rm -rf" in (item.detail or "")]
    assert removes, change.new_verbs
    (step,) = change.steps
    assert step.after is not None
    assert step.after.undo is not None
    assert step.after.undo.shown == "dangerous"
    assert not step.after.runs_by_itself


def test_its_verdict_stands_in_the_text_and_in_what_explain_answers() -> None:
    changes, _ = compare_files([judged(PLAIN)], [judged(HARMFUL)], (RULES, RULES), 30)
    table = next(line for line in pull_body(changes).splitlines() if line.startswith("| 1"))
    assert "sudo rm" in table
    assert "🔴 dangerous: systemctl stop" in table
    said = explain_text(changes, "start", "c" * 40)
    assert "Scanner of the rollback: 🔴 dangerous" in said
    assert "it waits for a person" in said
    assert "Scanner of the rollback" not in explain_text(
        compare_files([], [judged(None)], (RULES, RULES), 30)[0], "start", "c" * 40
    )


def test_a_dangerous_rollback_that_is_new_is_looked_at() -> None:
    assert codes(None, judged(HARMFUL)) == [DANGEROUS]
    assert codes(judged(None), judged(HARMFUL)) == [DANGEROUS]
    assert codes(judged(PLAIN), judged(HARMFUL)) == [DANGEROUS]
    assert codes(judged(HARMFUL), judged(HARMFUL, title="Start the web")) == [], "it is in service as it is"
    assert codes(judged(None), judged(PLAIN)) == []
    assert codes(judged(PLAIN), judged("rm -rf /srv/{{ dir }}")) == [DANGEROUS], "a hole hides nothing"
