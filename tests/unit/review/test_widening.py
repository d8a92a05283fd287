"""What widens what runs by itself, and what an owner's word lets in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from base.ids import new_id
from controller.governance.owners_word import KEPT_MAX, OwnersWord
from controller.governance.pinning import InForce
from controller.governance.widening import Leash, let_alone, widened_flags, widened_policy, widened_runbook
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
    by_hand, look = {"id": "a", "manual": "Look"}, {"id": "b", "command": "df -h"}
    aimed = {"id": "c", "command": "ls", "target": {"labels": {"role": "db"}}}
    for steps, reach in [
        ([look, aimed], [{"env": "test"}, {"role": "db"}]),
        ([by_hand, aimed], [{"role": "db"}]),
        ([by_hand], [{"env": "test"}]),
    ]:
        found = Leash.of({"spec": {"target": {"labels": {"env": "test"}}, "steps": steps}})
        assert found.reach == {frozenset(labels.items()) for labels in reach}


TEST, LIVE = {"env": "test"}, {"env": "live"}


@pytest.mark.parametrize(
    ("before", "after", "widens"),
    [
        ([TEST], [TEST], None),
        ([TEST], [TEST | {"role": "db"}], None),
        ([{}], [LIVE], None),
        ([TEST, LIVE], [LIVE], None),
        ([TEST], [LIVE], "other agents than before: env=live"),
        ([TEST], [TEST, LIVE], "other agents than before: env=live"),
        ([TEST | {"role": "db"}], [TEST], "other agents than before: env=test"),
        ([TEST], [{}], "other agents than before: any agent"),
    ],
)
def test_steps_that_run_alone_go_to_no_other_agents(
    before: list[dict[str, str]], after: list[dict[str, str]], widens: str | None
) -> None:
    old, new = (
        Leash(2, reach=frozenset(frozenset(labels.items()) for labels in each)) for each in (before, after)
    )
    said = widened_runbook(old, new, RULES)
    assert said is None if widens is None else widens in str(said)
    assert widened_runbook(old, new, InForce(DEFAULT_POLICY, ALL_ON)) is None, "nothing runs alone"
    assert widened_runbook(old, replace(new, trust=1), RULES) is None


def test_what_runs_alone_changes_its_service_by_an_owner() -> None:
    said = widened_runbook(Leash(2, service="web"), Leash(2, service="pay"), RULES)
    assert said == "it goes from the service web to pay, running alone"
    assert widened_runbook(Leash(1, service="web"), Leash(1, service="pay"), RULES) is None


def test_leaving_the_rule_that_kept_it_from_running_alone_widens() -> None:
    rules = InForce(_ruled(KEPT, Rule(id="db", targets={"role": "db"}, auto_run=False)), ALL_ON)
    web = frozenset({frozenset({("role", "web")})})
    paid, elsewhere = Leash(2, service="pay", reach=web), Leash(2, service="web", reach=web)
    assert widened_runbook(paid, elsewhere, rules) is not None
    assert widened_runbook(elsewhere, paid, rules) is None
    for labels in ((("role", "db"),), (("env", "prod"),), ()):
        database = Leash(2, labels=labels, reach=frozenset({frozenset(labels)}))
        assert widened_runbook(database, Leash(2, labels=(("role", "web"),), reach=web), rules) is not None
    mixed = Leash(2, labels=(("role", "web"),), reach=web | {frozenset({("role", "db")})})
    assert not let_alone(mixed, rules), "one step on such an agent is enough"
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
