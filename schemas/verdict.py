"""What was found out about one command: the scanner's finding, the advisor's advice, the merged verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.model import Count, Model, StrictBool
from schemas.risk import EffectiveRisk, Risk

CONFIDENCE_MAX: int = 1000
"""Confidence is a whole number of thousandths, so that no float reaches canonical bytes."""


class Reversibility(StrEnum):
    """Whether what the command does can be undone."""

    NOT_NEEDED = "not_needed"
    REVERSIBLE = "reversible"
    IRREVERSIBLE = "irreversible"
    UNKNOWN = "unknown"


class Span(Model):
    """Which characters decided: `text[start:end]`, and the rule that looked at them."""

    start: Count
    end: Count
    rule_id: str


class Finding(Model):
    """What the scanner says. Deterministic: same text, same versions, same finding."""

    risk: Risk
    rule_ids: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    why: str
    resources: tuple[str, ...] = ()
    reversibility: Reversibility = Reversibility.UNKNOWN
    inverse: str | None = None
    scanner_version: str
    knowledge_version: str


class NoAdvice(StrEnum):
    """Why there is no second key. Whatever the reason, the merge takes it as unknown."""

    OFF = "off"
    NOT_ASKED = "not_asked"
    PENDING = "pending"
    MASKED = "masked"
    TOO_LONG = "too_long"
    LATE = "late"
    UNREACHABLE = "unreachable"
    LIMITED = "limited"
    DENIED = "denied"
    REFUSED = "refused"
    INVALID = "invalid"
    OVERCONFIDENT = "overconfident"
    LED = "led"
    RESTING = "resting"
    BUDGET = "budget"


class Advice(Model):
    """What the advisor says. It can raise a risk, never lower one. `confidence` in thousandths.

    `suggested_rollback` and `alternatives_considered` are words for a reader; nothing is run because of them.
    """

    risk: Risk
    confidence: Annotated[int, Field(strict=True, ge=0, le=CONFIDENCE_MAX)]
    reasoning: str
    advisor: str = "none"
    advisor_version: str = ""
    prompt_sha256: str | None = None
    suggested_rollback: str | None = None
    alternatives_considered: tuple[str, ...] = ()


def said_of(advice: object, no_advice: str) -> Advice | NoAdvice:
    """From what is stored: the advice in JSON, or the word of why there is none; without a word `off`."""
    return NoAdvice(no_advice or NoAdvice.OFF) if advice is None else Advice.from_json(advice)


class MergeRule(StrEnum):
    """Which of the five rules of DESIGN.md §5 decided."""

    SCANNER_DANGEROUS = "scanner_dangerous"
    SCANNER_CAUTION = "scanner_caution"
    SCANNER_UNKNOWN = "scanner_unknown"
    ADVICE_RAISES = "advice_raises"
    BOTH_SAFE = "both_safe"


class Verdict(Model):
    """The merged result for one step. `unknown` marks ⬜: the risk is caution because nobody knew better.

    `advised` is the advice as it entered the merge, after the raise for low confidence; unknown on one key.
    `no_advice` says why there is one key only; None where there are two.
    """

    risk: EffectiveRisk
    unknown: StrictBool
    rule: MergeRule
    advised: Risk
    reason: str
    finding: Finding
    advice: Advice | None = None
    no_advice: NoAdvice | None = None

    @property
    def advisor_version(self) -> str:
        """Which advisor answered, with its version (`local:local-1-…`); empty where none did."""
        return "" if self.advice is None else f"{self.advice.advisor}:{self.advice.advisor_version}"

    @property
    def shown(self) -> Risk:
        """The risk to show: unknown where the mark is set."""
        return Risk.UNKNOWN if self.unknown else self.risk
