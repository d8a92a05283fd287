"""From a judged file to what a review compares: with what a run of it would pin. Pure."""

from __future__ import annotations

from base.limits import APPROVAL_MINUTES
from controller.governance.documents import JudgedFile
from controller.governance.pinning import InForce, pin_runbook
from controller.governance.silence import runbook_under_flags
from controller.review.step_facts import Content
from schemas.runbook import Runbook


def content_of(file: JudgedFile, rules: InForce, approval_minutes: int = APPROVAL_MINUTES) -> Content | None:
    """A judged file as something to compare; None for a broken one."""
    if file.runbook is None:
        return None
    runbook = Runbook.from_json(file.runbook.document)
    pinned = pin_runbook(rules, runbook, approval_minutes=approval_minutes)
    return Content(runbook, runbook_under_flags(file.runbook, pinned.flags_off), pinned)
