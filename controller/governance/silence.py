"""What the flag `advisor` takes away of a verdict that was stored before: an LLM's `safe`. Pure.

What the LLM raised stays raised, and the model in the house is nobody who is asked: the flag leaves it alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from controller.governance.documents import JudgedRunbook, JudgedStep
from ingest.advisor.local import NAME as LOCAL_MODEL
from schemas.merge import merge
from schemas.risk import Risk
from schemas.verdict import NoAdvice, Verdict

FLAG: Final = "advisor"


def under_flags(verdict: Verdict, flags_off: Collection[str]) -> Verdict:
    """The verdict as it counts while these flags are off."""
    advice = verdict.advice
    if FLAG not in flags_off or advice is None:
        return verdict
    if advice.risk is not Risk.SAFE or advice.advisor == LOCAL_MODEL:
        return verdict
    return merge(verdict.finding, NoAdvice.OFF)


def runbook_under_flags(judged: JudgedRunbook, flags_off: Collection[str]) -> JudgedRunbook:
    """A judged document with the verdicts that count while these flags are off."""
    if FLAG not in flags_off:
        return judged
    return replace(judged, steps=tuple(_step(step, flags_off) for step in judged.steps))


def _step(step: JudgedStep, flags_off: Collection[str]) -> JudgedStep:
    if step.verdict is None:
        return step
    return replace(step, verdict=under_flags(step.verdict, flags_off))
