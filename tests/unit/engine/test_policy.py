"""May a step run by itself: every conjunct of the rule, by name; and what is pinned from policy and flags."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from controller.governance.policy import Hindrance, Latches, OwnRun, Pinned, hindrances, pin
from schemas.flags import ALL_OFF, ALL_ON, Flag, Flags
from schemas.policy import Policy
from schemas.risk import Risk

MAY = OwnRun(Risk.SAFE, ambiguous=False, reads_output=False, forced=False)
OPEN = Pinned(governance="audit", trust=2, auto_run=True)


def test_a_safe_step_in_audit_mode_at_trust_2_may() -> None:
    assert hindrances(MAY, OPEN, Latches()) == ()


@pytest.mark.parametrize(
    ("run", "pinned", "latches", "reason"),
    [
        (replace(MAY, risk=Risk.CAUTION), OPEN, Latches(), Hindrance.RISK),
        (replace(MAY, risk=Risk.UNKNOWN), OPEN, Latches(), Hindrance.RISK),
        (replace(MAY, risk=Risk.DANGEROUS), OPEN, Latches(), Hindrance.RISK),
        (MAY, replace(OPEN, trust=1), Latches(), Hindrance.TRUST),
        (MAY, replace(OPEN, trust=0), Latches(), Hindrance.TRUST),
        (MAY, replace(OPEN, trust=3), Latches(), Hindrance.TRUST),
        (MAY, replace(OPEN, governance="strict"), Latches(), Hindrance.GOVERNANCE),
        (MAY, replace(OPEN, auto_run=False), Latches(), Hindrance.FLAG),
        (replace(MAY, ambiguous=True), OPEN, Latches(), Hindrance.AMBIGUITY),
        (replace(MAY, reads_output=True), OPEN, Latches(), Hindrance.READS_OUTPUT),
        (replace(MAY, forced=True), OPEN, Latches(), Hindrance.FORCED),
        (replace(MAY, panic=True), OPEN, Latches(), Hindrance.PANIC),
        (MAY, OPEN, Latches(panic=True), Hindrance.PANIC),
        (MAY, OPEN, Latches(party_mode=True), Hindrance.PARTY_MODE),
        (MAY, OPEN, Latches(breaker=True), Hindrance.BREAKER),
        (MAY, OPEN, Latches(downgrade=True), Hindrance.DOWNGRADE),
    ],
)
def test_each_part_of_the_rule_alone_holds_it_back(
    run: OwnRun, pinned: Pinned, latches: Latches, reason: Hindrance
) -> None:
    assert hindrances(run, pinned, latches) == (reason,)


def test_only_one_of_all_combinations_may() -> None:
    may = 0
    switch = (False, True)
    parts: Any = product(Risk, switch, switch, switch, (0, 1, 2), ("strict", "audit"), switch, switch)
    for risk, ambiguous, output, forced, trust, mode, auto, panic in parts:
        run = OwnRun(risk, ambiguous, output, forced)
        pinned = replace(OPEN, governance=mode, trust=trust, auto_run=auto)
        may += not hindrances(run, pinned, Latches(panic=panic))
    assert may == 1


def test_without_a_policy_everything_is_strict() -> None:
    pinned = pin(Policy(), ALL_ON, trust=2, service=None)
    assert (pinned.governance, pinned.auto_run, pinned.trust) == ("strict", False, 2)
    assert (pinned.caution.role, pinned.dangerous.role) == ("responder", "approver")


def test_flags_only_switch_off() -> None:
    policy = Policy(governance_mode="audit", edit=False)
    on = pin(policy, ALL_ON, trust=2, service="web")
    assert (on.auto_run, on.edit, on.flags_off) == (True, False, ())
    off = pin(policy, ALL_OFF, trust=2, service="web")
    assert (off.auto_run, off.edit, off.rollback, off.retry, off.trust) == (False, False, False, False, 0)
    assert "execution" in off.flags_off


def test_a_flag_can_be_off_for_one_service() -> None:
    flags = Flags(flags={"auto-run": Flag(enabled=False, services=("db",))})
    policy = Policy(governance_mode="audit")
    assert pin(policy, flags, trust=2, service="web").auto_run
    assert not pin(policy, flags, trust=2, service="db").auto_run
