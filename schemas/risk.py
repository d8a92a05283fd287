"""Risk: what a command can do, in one word."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal


class Risk(StrEnum):
    """safe 🟢, caution 🟡, dangerous 🔴; a finding or advice may also be unknown ⬜, a verdict never is."""

    SAFE = "safe"
    CAUTION = "caution"
    DANGEROUS = "dangerous"
    UNKNOWN = "unknown"


EffectiveRisk = Literal[Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS]
"""What a verdict, an intent or a gate carries."""

_RANK: Final = {Risk.SAFE: 0, Risk.CAUTION: 1, Risk.UNKNOWN: 2, Risk.DANGEROUS: 3}

MARKS: Final = {Risk.SAFE: "🟢", Risk.CAUTION: "🟡", Risk.DANGEROUS: "🔴", Risk.UNKNOWN: "⬜"}
"""How a risk is shown beside its word."""


def worse(first: Risk, second: Risk) -> Risk:
    """The higher of two risks: safe < caution < unknown < dangerous.

    Unknown acts as caution (`effective`), but stands above it here so that its mark is not lost:
    worse(unknown, safe) and worse(unknown, caution) are unknown.
    """
    return first if _RANK[first] >= _RANK[second] else second


def effective(risk: Risk) -> EffectiveRisk:
    """The risk that rules act on: unknown counts as caution."""
    if risk is Risk.SAFE or risk is Risk.CAUTION or risk is Risk.DANGEROUS:
        return risk
    return Risk.CAUTION


def exceeds(risk: Risk, bound: Risk) -> bool:
    """Whether a risk, as rules act on it, is higher than a bound."""
    return _RANK[effective(risk)] > _RANK[effective(bound)]


def raised(risk: Risk) -> Risk:
    """One tier up: safe → caution → dangerous; unknown and dangerous stay."""
    if risk is Risk.SAFE:
        return Risk.CAUTION
    return Risk.DANGEROUS if risk is Risk.CAUTION else risk
