"""What is stored of verdicts is made where they are made, and never of others than those that are stored."""

from __future__ import annotations

from dataclasses import replace

from controller.governance.advice import with_advice
from controller.governance.brought_verdicts import brought_verdicts
from controller.governance.documents import JudgedFile, judge_file
from controller.governance.packed import pack, unpack
from ingest.advisor.advising import LOCAL, Advising
from schemas.risk import Risk
from schemas.verdict import Advice

_DOCUMENT = (
    "apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {name: disk, title: Disk}\n"
    "spec:\n  target: {labels: {role: host}}\n  steps:\n"
    "    - {id: look, title: Look, command: df -h}\n"
    "    - {id: ask, title: Ask, manual: Ask them}\n"
    "    - {id: again, title: Again, command: uptime}\n"
)
_DANGEROUS = Advice(
    risk=Risk.DANGEROUS, confidence=999, reasoning="fills", advisor="llm", advisor_version="1"
)


def _judged() -> JudgedFile:
    return unpack(pack(judge_file("runbooks/disk.yaml", "runbook", _DOCUMENT.encode(), LOCAL)))


def test_it_comes_with_the_judgement_from_another_process() -> None:
    runbook = _judged().runbook
    assert runbook is not None
    assert runbook.said is not None
    assert runbook.brought is runbook.said
    assert runbook.brought == brought_verdicts(runbook.verdicts)


def test_advice_that_came_since_is_what_is_stored() -> None:
    file = _judged()
    advised = with_advice(file, Advising.of([("df -h", "bash", _DANGEROUS)])).runbook
    assert advised is not None
    assert file.runbook is not None
    assert b'"dangerous"' not in file.runbook.brought.text
    assert b'"dangerous"' in advised.brought.text
    assert advised.brought == brought_verdicts(advised.verdicts)


def test_a_step_less_or_in_another_place_is_not_taken_for_the_same() -> None:
    runbook = _judged().runbook
    assert runbook is not None
    for steps in (runbook.steps[:1], runbook.steps[::-1], (*runbook.steps, runbook.steps[0])):
        other = replace(runbook, steps=steps)
        assert other.brought is not runbook.said
        assert other.brought == brought_verdicts(other.verdicts)
