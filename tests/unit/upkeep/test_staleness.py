"""Each reason alone, at its threshold and below, and none where nothing is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from controller.upkeep.staleness import Code, Facts, Review, StepFacts, Thresholds, reasons
from schemas.risk import Risk

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAYS = Thresholds(run_days=90, review_days=180)
FRESH = Facts(
    name="disk",
    owners=("@acme/sre", "Maria@acme.example"),
    members=frozenset({"maria@acme.example"}),
    since=NOW - timedelta(days=1000),
    last_end="completed",
    last_run_at=NOW - timedelta(days=3),
    reviews=(Review("merged", "maria@acme.example", NOW - timedelta(days=30)),),
    steps=(StepFacts("look", Risk.CAUTION, Risk.CAUTION, (), "because"),),
)


def codes(facts: Facts, thresholds: Thresholds = DAYS) -> list[str]:
    return [reason.code.value for reason in reasons(facts, thresholds, NOW)]


def at(days: int, seconds: int = 0) -> datetime:
    return NOW - timedelta(days=days, seconds=seconds)


def test_nothing_is_wrong_with_a_fresh_one() -> None:
    assert codes(FRESH) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"owners": ()}, Code.OWNER_MISSING),
        ({"owners": ("gone@acme.example", "@acme/sre")}, Code.OWNER_UNKNOWN),
        ({"last_end": None, "last_run_at": None}, Code.NEVER_RUN),
        ({"last_run_at": at(90)}, Code.RUN_LONG_AGO),
        ({"last_end": "aborted"}, Code.LAST_RUN_FAILED),
        ({"last_end": "manual_intervention"}, Code.LAST_RUN_FAILED),
        ({"reviews": ()}, Code.NEVER_REVIEWED),
        ({"reviews": (Review("pushed", "bot", at(1)),)}, Code.NEVER_REVIEWED),
        ({"reviews": (Review("said", "x", at(180)), Review("pushed", "y", at(1)))}, Code.REVIEWED_LONG_AGO),
        ({"file_state": "stale_invalid", "file_reason": "line 3"}, Code.SYNC_BROKEN),
        ({"file_state": "skipped"}, Code.SYNC_BROKEN),
        ({"repository_error": "no branch"}, Code.SYNC_BROKEN),
    ],
)
def test_each_reason_by_itself(change: dict[str, object], code: Code) -> None:
    (reason,) = reasons(replace(FRESH, **change), DAYS, NOW)  # type: ignore[arg-type]  # by the table
    assert reason.code is code
    assert reason.message.endswith((".", "line 3", "no branch", "is not read"))
    assert reason.hint.endswith(".") or reason.hint.endswith("`.")


@pytest.mark.parametrize(
    "change",
    [
        {"last_run_at": at(90, -1)},
        {"last_end": None, "last_run_at": None, "since": at(90, -1)},
        {"reviews": (Review("said", "x", at(180, -1)),)},
        {"reviews": (Review("merged", "x", at(500)), Review("said", "y", at(2)))},
        {"owners": ("@anybody",)},
        {"reviews": (), "since": at(180, -1), "last_end": "completed"},
        {"file_state": None},
    ],
)
def test_below_its_threshold_it_is_none(change: dict[str, object]) -> None:
    assert codes(replace(FRESH, **change)) == []  # type: ignore[arg-type]  # by the table


def test_a_threshold_of_nothing_switches_the_reason_off() -> None:
    old = replace(FRESH, last_run_at=at(5000), reviews=())
    assert codes(old) == ["run_long_ago", "never_reviewed"]
    assert codes(old, Thresholds(0, 0)) == []
    assert codes(replace(old, last_run_at=None, last_end=None), Thresholds(0, 180)) == ["never_reviewed"]


STEP = FRESH.steps[0]
UNKNOWN = replace(STEP, found=Risk.UNKNOWN, rule_ids=("tool.unknown",), why="Frob is not in the tables.")


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (UNKNOWN, ["reference_unknown"]),
        (replace(UNKNOWN, rule_ids=("tool.unknown-verb",)), ["reference_unknown"]),
        (replace(UNKNOWN, rule_ids=("shell.dynamic",)), []),
        (replace(UNKNOWN, found=Risk.CAUTION), []),
        (replace(STEP, declared=Risk.SAFE), ["declared_too_low"]),
        (replace(STEP, declared=None), []),
        (replace(STEP, declared=Risk.DANGEROUS), []),
        (replace(STEP, waits=True), ["verdict_waits"]),
        (replace(STEP, is_current=False), ["verdict_outdated"]),
    ],
)
def test_what_the_steps_say(step: StepFacts, expected: list[str]) -> None:
    assert codes(replace(FRESH, steps=(step,))) == expected


def test_reasons_name_their_steps_and_come_most_pressing_first() -> None:
    steps = tuple(replace(UNKNOWN, step=f"s{number}", waits=True) for number in range(7))
    found = reasons(
        replace(FRESH, steps=steps, owners=(), last_end="aborted", file_state="skipped"), DAYS, NOW
    )
    assert [reason.code.value for reason in found] == [
        "sync_broken", "last_run_failed", "reference_unknown", "verdict_waits", "owner_missing",
    ]  # fmt: skip
    assert found[2].message.startswith("Each of the steps s0, s1, s2, s3, s4 and 2 more uses")
    assert found[2].steps == tuple(f"s{number}" for number in range(7))
    assert "--runbook disk" in found[3].hint


def test_the_words_of_one_runbook() -> None:
    low = replace(STEP, declared=Risk.SAFE, found=Risk.DANGEROUS)
    (reason,) = reasons(replace(FRESH, steps=(low,)), DAYS, NOW)
    assert reason.hint == "Declare `risk: dangerous` there, or leave it out."
    (reason,) = reasons(replace(FRESH, reviews=(Review("merged", "Ada", at(400)),)), DAYS, NOW)
    assert reason.message == "Ada merged it 400 days ago, on 2025-10-25; nobody since."
    (reason,) = reasons(replace(FRESH, steps=(UNKNOWN,)), DAYS, NOW)
    assert reason.message.endswith("does not know: Frob is not in the tables.")
