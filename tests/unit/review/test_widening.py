"""What widens what runs by itself, and what an owner's word lets in."""

from __future__ import annotations

import pytest

from base.ids import new_id
from controller.governance.owners_word import KEPT_MAX, OwnersWord
from controller.governance.pinning import InForce
from controller.governance.widening import Leash, widened_flags, widened_policy, widened_runbook
from schemas.flags import ALL_ON, Flag, Flags
from schemas.policy import DEFAULT_POLICY, Policy, Rule

AUDIT = Policy(governance_mode="audit")
RULES = InForce(AUDIT, ALL_ON)


@pytest.mark.parametrize(
    ("before", "after", "widens"),
    [
        (Leash(), Leash(2), True),
        (Leash(0), Leash(1), True),
        (Leash(2), Leash(2), False),
        (Leash(2), Leash(1), False),
        (Leash(2, strict=True), Leash(2), True),
        (Leash(2), Leash(2, strict=True), False),
        (Leash(1, strict=True), Leash(1), False),
    ],
)
def test_a_runbook(before: Leash, after: Leash, widens: bool) -> None:
    assert (widened_runbook(before, after, RULES) is not None) == widens


def test_a_leash_is_read_from_the_document() -> None:
    assert Leash.of({}) == Leash()
    assert Leash.of({"spec": {"trustLevel": 2, "governance": "strict"}}) == Leash(2, strict=True)


def test_leaving_the_rule_that_kept_it_from_running_alone_widens() -> None:
    rules = InForce(_ruled(KEPT, Rule(id="db", targets={"role": "db"}, auto_run=False)), ALL_ON)
    paid, elsewhere = Leash(2, service="pay"), Leash(2, service="web")
    assert widened_runbook(paid, elsewhere, rules) is not None
    assert widened_runbook(elsewhere, paid, rules) is None
    database = Leash(2, labels=(("role", "db"),))
    assert widened_runbook(database, Leash(2, labels=(("role", "web"),)), rules) is not None
    off = InForce(AUDIT, _off("pay"))
    assert widened_runbook(paid, elsewhere, off) is not None, "a flag is off for services"
    assert widened_runbook(paid, elsewhere, InForce(DEFAULT_POLICY, ALL_ON)) is None, "nothing runs alone"


def _ruled(*rules: Rule) -> Policy:
    return Policy(governance_mode="audit", rules=rules)


KEPT = Rule(id="pay", services=("pay", "bill"), auto_run=False)
STRICT = Rule(id="db", runbooks=("db",), governance_mode="strict")


@pytest.mark.parametrize(
    ("before", "after", "widens"),
    [
        (DEFAULT_POLICY, AUDIT, True),
        (AUDIT, AUDIT, False),
        (AUDIT, DEFAULT_POLICY, False),
        (Policy(governance_mode="audit", auto_run=False), AUDIT, True),
        (_ruled(KEPT), AUDIT, True),
        (_ruled(KEPT), _ruled(KEPT.model_copy(update={"services": ("bill", "pay"), "id": "other"})), False),
        (_ruled(KEPT), _ruled(KEPT.model_copy(update={"services": ("pay",)})), True),
        (_ruled(KEPT), _ruled(KEPT.model_copy(update={"auto_run": None})), True),
        (_ruled(STRICT), _ruled(STRICT, KEPT), False),
        (_ruled(STRICT), _ruled(KEPT), True),
        (_ruled(Rule(id="four", four_eyes=True)), AUDIT, False),
        (_ruled(KEPT), Policy(), False),
    ],
)
def test_a_policy(before: Policy, after: Policy, widens: bool) -> None:
    assert (widened_policy(before, after) is not None) == widens


def _off(*services: str, name: str = "auto-run") -> Flags:
    return Flags(flags={name: Flag(enabled=False, services=services)})


@pytest.mark.parametrize(
    ("before", "after", "widens"),
    [
        (_off(), Flags(), True),
        (_off(), Flags(flags={"auto-run": Flag(enabled=True)}), True),
        (_off(name="dispatch"), Flags(), True),
        (_off(name="advisor"), Flags(), True),
        (_off(name="retry"), Flags(), False),
        (Flags(), _off(), False),
        (_off(), _off(), False),
        (_off(), _off("pay"), True),
        (_off("pay"), _off(), False),
        (_off("pay"), _off("pay", "bill"), False),
        (_off("pay", "bill"), _off("pay"), True),
    ],
)
def test_flags(before: Flags, after: Flags, widens: bool) -> None:
    assert (widened_flags(before, after) is not None) == widens


def test_a_word_is_for_one_repository_and_once() -> None:
    words, tenant, repository = OwnersWord(), new_id(), new_id()
    words.give(tenant, repository, {("a", "1"), ("b", "")})
    assert words.of(tenant, repository) == {("a", "1"), ("b", "")}
    assert words.of(tenant, new_id()) == words.of(new_id(), repository) == frozenset()
    words.take(tenant, repository, {("a", "1")})
    assert words.of(tenant, repository) == {("b", "")}


def test_words_are_bounded() -> None:
    words, tenant, repository = OwnersWord(), new_id(), new_id()
    for number in range(KEPT_MAX + 1):
        words.give(tenant, repository, {(f"{number}", "1")})
    assert len(words.of(tenant, repository)) == KEPT_MAX
    assert ("0", "1") not in words.of(tenant, repository)
