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

from collections.abc import Mapping
from typing import Final

from schemas.risk import EffectiveRisk, Risk, effective, raised
from schemas.verdict import Advice, Finding, MergeRule, NoAdvice, Verdict

CONFIDENCE_FLOOR: Final = 900
"""Thousandths; advice under it is raised one tier (DESIGN.md §5)."""

ONE_KEY: Final = "one key: only the scanner has looked at it"

NO_ADVICE: Final[Mapping[NoAdvice, str]] = {
    NoAdvice.OFF: ONE_KEY,
    NoAdvice.NOT_ASKED: "one key: the advisor was not asked about it here",
    NoAdvice.PENDING: "one key: the advisor is being asked",
    NoAdvice.MASKED: "one key: it holds what looks like a secret, so it was not sent to the advisor",
    NoAdvice.TOO_LONG: "one key: it is too long to be sent to the advisor",
    NoAdvice.LATE: "one key: the advisor did not answer in time",
    NoAdvice.UNREACHABLE: "one key: the advisor could not be reached",
    NoAdvice.LIMITED: "one key: the advisor's service takes no more questions at the moment",
    NoAdvice.DENIED: "one key: the advisor's service refuses our requests; its settings need a look",
    NoAdvice.REFUSED: "one key: the advisor refused to answer",
    NoAdvice.INVALID: "one key: the advisor's answer was not in the form that was asked for",
    NoAdvice.OVERCONFIDENT: "one key: the advisor claimed to be certain that it is safe, which nobody can be",
    NoAdvice.LED: "one key: the text speaks to the advisor, so that its `safe` does not count",
    NoAdvice.RESTING: "one key: the advisor failed several times and is not asked for a while",
    NoAdvice.BUDGET: "one key: the advisor's budget of this hour is used up",
}
"""What a person is told where there is no second key."""


def why_one_key(said: Advice | NoAdvice) -> str | None:
    """Why an advisor that is there said nothing."""
    return None if isinstance(said, Advice) or said is NoAdvice.OFF else NO_ADVICE[said]


def advised_risk(advice: Advice | NoAdvice | None) -> Risk:
    """The advice as it enters the merge; none at all is unknown."""
    if not isinstance(advice, Advice):
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


def merge(finding: Finding, said: Advice | NoAdvice | None) -> Verdict:
    """The verdict on one command. `said`: the advice, or why there is none; None where nobody is asked."""
    advice = said if isinstance(said, Advice) else None
    missing = None if advice is not None else said if isinstance(said, NoAdvice) else NoAdvice.OFF
    advised = advised_risk(advice)
    risk, unknown, rule = merge_risks(finding.risk, advised)
    return Verdict(
        risk=risk,
        unknown=unknown,
        rule=rule,
        advised=advised,
        reason=_reason(rule, finding, advice or missing or NoAdvice.OFF, advised),
        finding=finding,
        advice=advice,
        no_advice=missing,
    )


def _reason(rule: MergeRule, finding: Finding, advice: Advice | NoAdvice, advised: Risk) -> str:
    if rule is MergeRule.BOTH_SAFE:
        return "the scanner and the advisor both say safe"
    if rule is MergeRule.ADVICE_RAISES:
        if isinstance(advice, NoAdvice):
            return NO_ADVICE[advice]
        if advised is not advice.risk:
            return f"the advisor says {advice.risk}, but is not sure enough: {advice.reasoning}"
        return f"the advisor says {advice.risk}: {advice.reasoning}"
    if advised is Risk.DANGEROUS and finding.risk is not Risk.DANGEROUS:
        return (
            "the advisor says dangerous"
            if isinstance(advice, Advice) and advice.risk is Risk.DANGEROUS
            else "the advisor is not sure"
        )
    if rule is MergeRule.SCANNER_UNKNOWN:
        return f"the scanner does not know it: {finding.why}"
    return f"the scanner says {finding.risk}: {finding.why}"
