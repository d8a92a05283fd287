"""Which verdict stands when another scanner, or other knowledge, looks at a command: the stricter one. Pure.

What was found before stays until an owner accepts less. Finding and advice are held apart: a finding that
would be lower waits also where advice holds the verdict up, so that the advice may go without the finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from ingest.advisor.advising import stricter
from scanner import SCANNER_VERSION, knowledge_version
from schemas.merge import merge
from schemas.risk import exceeds
from schemas.verdict import Advice, Finding, NoAdvice, Verdict


@dataclass(frozen=True)
class Classifier:
    """Which scanner looks, with which knowledge. Another knowledge is another classifier."""

    scanner_version: str
    knowledge_version: str

    @classmethod
    def here(cls) -> Self:
        """That of this process."""
        return cls(SCANNER_VERSION, knowledge_version())

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """The one that made a finding."""
        return cls(finding.scanner_version, finding.knowledge_version)


class Direction(StrEnum):
    """Where a command moved: the words of `dd0c.reclassifications`."""

    HIGHER = "higher"
    SAME = "same"
    LOWER = "lower"
    UNREAD = "unread"
    """The document can't be read by this version, so that nothing is known anew."""


@dataclass(frozen=True)
class Reclassified:
    """What a new look comes to: the verdict that stands from now on, and the one that was found.

    The two are the same but for LOWER, where `found` is what an owner may accept.
    """

    direction: Direction
    standing: Verdict
    found: Verdict


def reclassified(before: Verdict, now: Verdict) -> Reclassified:
    """Compare what stands with what is found now. `standing` is never below either."""
    said = _said_since(_said(before), _said(now))
    found = merge(now.finding, said)
    if exceeds(before.finding.risk, now.finding.risk):
        return Reclassified(Direction.LOWER, merge(before.finding, said), found)
    rose = exceeds(now.finding.risk, before.finding.risk) or exceeds(found.risk, before.risk)
    return Reclassified(Direction.HIGHER if rose else Direction.SAME, found, found)


def held(now: Verdict, before: Iterable[Finding]) -> Verdict:
    """The verdict to store for a command about which other classifiers found something `before`."""
    strictest = now.finding
    for finding in before:
        is_other = Classifier.of(finding) != Classifier.of(now.finding)
        if is_other and exceeds(finding.risk, strictest.risk):
            strictest = finding
    return now if strictest is now.finding else merge(strictest, _said(now))


def _said_since(before: Advice | NoAdvice, now: Advice | NoAdvice) -> Advice | NoAdvice:
    """Of two answers about the same text in the same document: the stricter, and silence takes none back."""
    if isinstance(before, Advice) and isinstance(now, NoAdvice):
        return before
    return stricter(before, now)


def _said(verdict: Verdict) -> Advice | NoAdvice:
    return verdict.advice or verdict.no_advice or NoAdvice.OFF
