"""Which steps have no way back: behind the first one lies the point of no return."""

from __future__ import annotations

from schemas.risk import Risk, effective
from schemas.step import Step
from schemas.verdict import Reversibility


def is_final(step: Step, reversibility: Reversibility | None, risk: Risk) -> bool:
    """Whether nothing takes back what a step does. Pure; the one answer for the import, a review and a run.

    `reversibility` is what the scanner says of its command, None where nobody looked; `risk` is what rules
    act on. The document's word comes first: a rollback command is a way back, `impossible` is none, whoever
    does the step. Without either a command has none where it is dangerous, or where it is not safe and the
    scanner calls it irreversible.
    """
    if step.rollback is not None:
        return step.rollback.impossible is not None
    if step.command is None:
        return False
    acted_on = effective(risk)
    lasts = reversibility is Reversibility.IRREVERSIBLE
    return acted_on is Risk.DANGEROUS or (lasts and acted_on is not Risk.SAFE)
