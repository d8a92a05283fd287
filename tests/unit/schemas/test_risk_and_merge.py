"""The five merge rules, over every combination of inputs there is."""

from __future__ import annotations

import json
from itertools import product

import pytest

from schemas.merge import CONFIDENCE_FLOOR, NO_ADVICE, ONE_KEY, advised_risk, merge
from schemas.risk import MARKS, Risk, effective, exceeds, raised, worse
from schemas.verdict import Advice, Finding, MergeRule, NoAdvice, Span

UP = [Risk.SAFE, Risk.CAUTION, Risk.UNKNOWN, Risk.DANGEROUS]
CONFIDENCES = [0, 1, CONFIDENCE_FLOOR - 1, CONFIDENCE_FLOOR, 1000]


def finding(risk: Risk) -> Finding:
    return Finding(risk=risk, why="because", scanner_version="1", knowledge_version="1")


def advice(risk: Risk, confidence: int = 1000) -> Advice:
    return Advice(risk=risk, confidence=confidence, reasoning="because")


ADVICES: list[Advice | None] = [
    None,
    *(advice(risk, confidence) for risk, confidence in product(Risk, CONFIDENCES)),
]


@pytest.mark.parametrize(
    ("scanned", "advised", "risk", "unknown", "rule"),
    [
        ("dangerous", "safe", "dangerous", False, "scanner_dangerous"),
        ("dangerous", None, "dangerous", False, "scanner_dangerous"),
        ("caution", "safe", "caution", False, "scanner_caution"),
        ("caution", "unknown", "caution", False, "scanner_caution"),
        ("caution", "dangerous", "dangerous", False, "scanner_caution"),
        ("unknown", "safe", "caution", True, "scanner_unknown"),
        ("unknown", None, "caution", True, "scanner_unknown"),
        ("unknown", "dangerous", "dangerous", False, "scanner_unknown"),
        ("safe", "caution", "caution", False, "advice_raises"),
        ("safe", "dangerous", "dangerous", False, "advice_raises"),
        ("safe", "unknown", "caution", True, "advice_raises"),
        ("safe", None, "caution", True, "advice_raises"),
        ("safe", "safe", "safe", False, "both_safe"),
    ],
)
def test_the_rules(scanned: str, advised: str | None, risk: str, unknown: bool, rule: str) -> None:
    verdict = merge(finding(Risk(scanned)), None if advised is None else advice(Risk(advised)))
    assert (verdict.risk, verdict.unknown, verdict.rule) == (risk, unknown, rule)
    assert verdict.shown is (Risk.UNKNOWN if unknown else verdict.risk)
    assert verdict.reason


@pytest.mark.parametrize(
    ("risk", "confidence", "entered"),
    [
        ("safe", CONFIDENCE_FLOOR, "safe"),
        ("safe", CONFIDENCE_FLOOR - 1, "caution"),
        ("caution", CONFIDENCE_FLOOR - 1, "dangerous"),
        ("dangerous", 0, "dangerous"),
        ("unknown", 0, "unknown"),
    ],
)
def test_low_confidence_raises_one_tier(risk: str, confidence: int, entered: str) -> None:
    assert advised_risk(advice(Risk(risk), confidence)) == entered


def test_raising_any_input_never_lowers_the_verdict() -> None:
    order = [Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS]
    for scanned, higher_scanned in product(UP, UP):
        for given, higher_given in product(ADVICES, ADVICES):
            if UP.index(higher_scanned) < UP.index(scanned):
                continue
            if UP.index(advised_risk(higher_given)) < UP.index(advised_risk(given)):
                continue
            low = merge(finding(scanned), given).risk
            high = merge(finding(higher_scanned), higher_given).risk
            assert order.index(high) >= order.index(low), (scanned, higher_scanned, given, higher_given)


def test_lower_confidence_never_lowers_the_verdict() -> None:
    order = [Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS]
    for scanned, risk in product(Risk, Risk):
        found = [order.index(merge(finding(scanned), advice(risk, c)).risk) for c in CONFIDENCES]
        assert found == sorted(found, reverse=True)


def test_advice_never_lowers_what_the_scanner_says() -> None:
    for scanned, given in product(Risk, ADVICES):
        assert not exceeds(scanned, merge(finding(scanned), given).risk)


def test_nothing_is_safe_on_one_key() -> None:
    for scanned in Risk:
        verdict = merge(finding(scanned), None)
        assert verdict.risk is not Risk.SAFE
        assert verdict.advised is Risk.UNKNOWN
    assert merge(finding(Risk.SAFE), None).reason == ONE_KEY


def test_safe_needs_both_and_confidence() -> None:
    safe = [
        (scanned, given)
        for scanned, given in product(Risk, ADVICES)
        if merge(finding(scanned), given).risk is Risk.SAFE
    ]
    assert safe == [(Risk.SAFE, advice(Risk.SAFE, c)) for c in CONFIDENCES if c >= CONFIDENCE_FLOOR]


def test_every_rule_is_reached() -> None:
    reached = {merge(finding(scanned), given).rule for scanned, given in product(Risk, ADVICES)}
    assert reached == set(MergeRule)


def test_the_mark_is_kept() -> None:
    assert worse(Risk.UNKNOWN, Risk.SAFE) is Risk.UNKNOWN
    assert worse(Risk.CAUTION, Risk.UNKNOWN) is Risk.UNKNOWN
    assert worse(Risk.UNKNOWN, Risk.DANGEROUS) is Risk.DANGEROUS
    for first, second in product(Risk, Risk):
        assert worse(first, second) == worse(second, first)


def test_unknown_acts_as_caution() -> None:
    assert [effective(risk) for risk in Risk] == ["safe", "caution", "dangerous", "caution"]
    assert not exceeds(Risk.UNKNOWN, Risk.CAUTION)
    assert exceeds(Risk.UNKNOWN, Risk.SAFE)
    assert [raised(risk) for risk in Risk] == ["caution", "dangerous", "dangerous", "unknown"]
    assert set(MARKS) == set(Risk)


def test_every_reason_for_no_advice_is_merged_as_none_and_said() -> None:
    assert set(NO_ADVICE) == set(NoAdvice)
    assert len(set(NO_ADVICE.values())) == len(NoAdvice)
    for scanned, why in product(Risk, NoAdvice):
        bare, verdict = merge(finding(scanned), None), merge(finding(scanned), why)
        assert (verdict.risk, verdict.unknown, verdict.rule) == (bare.risk, bare.unknown, bare.rule)
        assert (verdict.advice, verdict.no_advice, verdict.advised) == (None, why, Risk.UNKNOWN)
    assert merge(finding(Risk.SAFE), NoAdvice.LATE).reason == NO_ADVICE[NoAdvice.LATE]
    assert merge(finding(Risk.SAFE), None).no_advice is NoAdvice.OFF
    assert merge(finding(Risk.SAFE), advice(Risk.SAFE)).no_advice is None


def test_what_is_stored_as_text_says_the_same_as_the_document() -> None:
    span = Span(start=0, end=4, rule_id="größe")
    found = Finding(
        risk=Risk.CAUTION, spans=(span,), why='"é\u2028\\', scanner_version="1", knowledge_version="2"
    )
    advice = Advice(risk=Risk.SAFE, confidence=1, reasoning="reads\n", suggested_rollback="undo")
    for document in (found, advice):
        assert json.loads(document.json_text()) == document.to_json()
