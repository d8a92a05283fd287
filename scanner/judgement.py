"""What one part of a command was found to be, before the parts are put together into a finding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas.risk import Risk, worse
from schemas.verdict import Reversibility


class Judgement(NamedTuple):
    """One rule that spoke: its risk, its id, one sentence, and the bytes it spoke about."""

    risk: Risk
    rule: str
    why: str
    start: int
    end: int
    resources: tuple[str, ...] = ()
    reversibility: Reversibility = Reversibility.UNKNOWN
    inverse: str | None = None


SAFE: Final = Risk.SAFE
CAUTION: Final = Risk.CAUTION
UNKNOWN: Final = Risk.UNKNOWN
DANGEROUS: Final = Risk.DANGEROUS
NOT_NEEDED: Final = Reversibility.NOT_NEEDED
REVERSIBLE: Final = Reversibility.REVERSIBLE
IRREVERSIBLE: Final = Reversibility.IRREVERSIBLE
"""As names of a module: in Python 3.11 looking up a member of an enumeration takes seven times as long."""


def highest(judgements: Iterable[Judgement]) -> Risk:
    """The worst risk of all; safe where nothing spoke."""
    risk = SAFE
    for judgement in judgements:
        if judgement.risk is not risk:
            risk = worse(risk, judgement.risk)
    return risk


def moved(judgement: Judgement, start: int, end: int) -> Judgement:
    """The same judgement about other bytes: where inner text was lifted out of an outer one."""
    return judgement._replace(start=start, end=end, inverse=None)


def at_least(judgement: Judgement, risk: Risk, why: str) -> Judgement:
    """The judgement raised to a floor; the sentence changes only where the risk does."""
    if worse(judgement.risk, risk) is judgement.risk:
        return judgement
    return judgement._replace(risk=risk, why=why)
