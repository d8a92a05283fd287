"""Which steps have no way back: behind the first one lies the point of no return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.risk import Risk
from schemas.step import Step
from schemas.verdict import Reversibility


def is_final(step: Step, finding: Mapping[str, Any] | None, risk: Risk) -> bool:
    """Whether nothing takes back what it does. Pure.

    Where a gate and a review differ, the stricter of the two counts: the document says `impossible`, or it
    is dangerous, or it changes something that the scanner (`finding`, as stored) calls irreversible.
    """
    if step.command is None:
        return False
    if step.rollback is not None:
        return step.rollback.impossible is not None
    lasts = finding is not None and finding["reversibility"] == Reversibility.IRREVERSIBLE
    return risk is Risk.DANGEROUS or (lasts and risk is not Risk.SAFE)
