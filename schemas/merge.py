"""The merge rules (DESIGN.md §5): hard-coded, never configurable. Pure.

1. Scanner says dangerous → dangerous.
2. Scanner says caution → caution, or dangerous where the advisor says dangerous.
3. Scanner says unknown → caution, marked unknown, or dangerous where the advisor says dangerous.
4. Scanner says safe and the advisor says higher or unknown → what the advisor says, unknown being marked
caution.
5. Scanner says safe and the advisor says safe → safe.

Advice with a confidence under 0.9 is raised one tier first. No advice at all is unknown: nothing is safe
on one key.
"""

from __future__ import annotations

from typing import Final

from schemas.risk import EffectiveRisk, Risk, effective, raised
from schemas.verdict import Advice, Finding, MergeRule, Verdict

CONFIDENCE_FLOOR: Final = 900
"""Thousandths; advice under it is raised one tier (DESIGN.md §5)."""

ONE_KEY: Final = "one key: only the scanner has looked at it"


def advised_risk(advice: Advice | None) -> Risk:
    """The advice as it enters the merge; none at all is unknown."""
    if advice is None:
        return Risk.UNKNOWN
    return raised(advice.risk) if advice.confidence < CONFIDENCE_FLOOR else advice.risk


def merge_risks(scanned: Risk, advised: Risk) -> tuple[EffectiveRisk, bool, MergeRule]:
    """The five rules on bare risks: (risk, marked unknown, rule)."""
    if scanned is Risk.DANGEROUS:
        return Risk.DANGEROUS, False, MergeRule.SCANNER_DANGEROUS
    if scanned is Risk.CAUTION:
        risk: EffectiveRisk = Risk.DANGEROUS if advised is Risk.DANGEROUS else Risk.CAUTION
        return risk, False, MergeRule.SCANNER_CAUTION
    if scanned is Risk.UNKNOWN:
        if advised is Risk.DANGEROUS:
            return Risk.DANGEROUS, False, MergeRule.SCANNER_UNKNOWN
        return Risk.CAUTION, True, MergeRule.SCANNER_UNKNOWN
    if advised is not Risk.SAFE:
        return effective(advised), advised is Risk.UNKNOWN, MergeRule.ADVICE_RAISES
    return Risk.SAFE, False, MergeRule.BOTH_SAFE


def merge(finding: Finding, advice: Advice | None) -> Verdict:
    """The verdict on one command."""
    advised = advised_risk(advice)
    risk, unknown, rule = merge_risks(finding.risk, advised)
    return Verdict(
        risk=risk,
        unknown=unknown,
        rule=rule,
        advised=advised,
        reason=_reason(rule, finding, advice, advised),
        finding=finding,
        advice=advice,
    )


def _reason(rule: MergeRule, finding: Finding, advice: Advice | None, advised: Risk) -> str:
    if rule is MergeRule.BOTH_SAFE:
        return "the scanner and the advisor both say safe"
    if rule is MergeRule.ADVICE_RAISES:
        if advice is None:
            return ONE_KEY
        if advised is not advice.risk:
            return f"the advisor says {advice.risk}, but is not sure enough: {advice.reasoning}"
        return f"the advisor says {advice.risk}: {advice.reasoning}"
    if advised is Risk.DANGEROUS and finding.risk is not Risk.DANGEROUS:
        return (
            "the advisor says dangerous"
            if advice and advice.risk is Risk.DANGEROUS
            else "the advisor is not sure"
        )
    if rule is MergeRule.SCANNER_UNKNOWN:
        return f"the scanner does not know it: {finding.why}"
    return f"the scanner says {finding.risk}: {finding.why}"
