"""Policy: the strictest wins, whoever says it, in whatever order. Flags only switch off."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.flags import ALL_OFF, ALL_ON, KNOWN_FLAGS, Flag, Flags
from schemas.policy import (
    DEFAULT_POLICY,
    ROLE_ORDER,
    Approvals,
    Policy,
    Rule,
    combine,
    higher_role,
    resolve,
)
from schemas.risk import EffectiveRisk, Risk

RISKS: tuple[EffectiveRisk, ...] = (Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS)
_roles = st.sampled_from(ROLE_ORDER)
_approvals = st.builds(
    Approvals,
    quorum_safe=st.integers(1, 3),
    quorum_caution=st.integers(1, 3),
    quorum_dangerous=st.integers(1, 3),
    role_safe=_roles,
    role_caution=_roles,
    role_dangerous=_roles,
    minutes=st.sampled_from([None, 5, 30]),
)
_modes = st.sampled_from(["strict", "audit"])
_policies = st.builds(
    Policy,
    governance_mode=_modes,
    four_eyes=st.booleans(),
    approvals=_approvals,
    auto_run=st.booleans(),
    skip=st.booleans(),
    done_by_hand=st.booleans(),
    edit=st.booleans(),
    direct_push=st.booleans(),
    max_timeout_ms=st.sampled_from([1000, 60_000]),
)
_off = st.sampled_from([None, False])
_rules = st.builds(
    Rule,
    id=st.sampled_from(["a", "b"]),
    services=st.sampled_from([(), ("db",), ("web",)]),
    runbooks=st.sampled_from([(), ("one",)]),
    governance_mode=st.one_of(st.none(), _modes),
    four_eyes=st.sampled_from([None, True]),
    approvals=st.one_of(st.none(), _approvals),
    auto_run=_off,
    skip=_off,
    done_by_hand=_off,
    edit=_off,
)


def at_least_as_strict(strict: Policy, loose: Policy) -> bool:
    """Whether nothing that the first allows is forbidden by the second."""
    if loose.governance_mode == "strict" and strict.governance_mode != "strict":
        return False
    if loose.four_eyes and not strict.four_eyes:
        return False
    for name in ("auto_run", "skip", "done_by_hand", "edit", "direct_push"):
        if getattr(strict, name) and not getattr(loose, name):
            return False
    if strict.max_timeout_ms > loose.max_timeout_ms or strict.approval_minutes() > loose.approval_minutes():
        return False
    for risk in RISKS:
        if strict.quorum(risk) < loose.quorum(risk):
            return False
        if any(strict.may_approve(role, risk) and not loose.may_approve(role, risk) for role in ROLE_ORDER):
            return False
    return True


@settings(max_examples=80, deadline=None)
@given(_policies, _policies, _policies)
def test_the_strictest_wins(first: Policy, second: Policy, third: Policy) -> None:
    both = combine([first, second])
    assert at_least_as_strict(both, first)
    assert at_least_as_strict(both, second)
    assert both == combine([second, first])
    assert combine([first, first]) == first
    assert combine([first, combine([second, third])]) == combine([combine([first, second]), third])


def test_nothing_is_the_default() -> None:
    assert combine([]) is DEFAULT_POLICY
    assert DEFAULT_POLICY.governance_mode == "strict"
    assert not DEFAULT_POLICY.admits_auto_run()
    assert DEFAULT_POLICY.approval_minutes() == 30


@settings(max_examples=80, deadline=None)
@given(
    _policies,
    st.lists(_rules, max_size=3),
    st.sampled_from(["one", "two"]),
    st.sampled_from([None, "db", "web"]),
)
def test_a_rule_can_only_ask_for_more(
    policy: Policy, rules: list[Rule], name: str, service: str | None
) -> None:
    whole = policy.model_copy(update={"rules": tuple(rules)})
    found = resolve(whole, runbook=name, service=service)
    assert at_least_as_strict(found, policy)
    assert found.rules == ()
    backwards = policy.model_copy(update={"rules": tuple(reversed(rules))})
    assert resolve(backwards, runbook=name, service=service) == found
    document = resolve(whole, runbook=name, service=service, governance="strict")
    assert at_least_as_strict(document, found)
    assert document.governance_mode == "strict"


def test_which_rules_match() -> None:
    rule = Rule(id="db", services=("db",), runbooks=("one",), targets={"env": "prod"}, four_eyes=True)
    policy = Policy(rules=(rule,))
    labels = {"env": "prod", "role": "x"}
    assert resolve(policy, runbook="one", service="db", targets=[labels]).four_eyes
    assert not resolve(policy, runbook="two", service="db", targets=[labels]).four_eyes
    assert not resolve(policy, runbook="one", service="web", targets=[labels]).four_eyes
    for others in ([{"env": "test"}], [{"env": "test", "role": "x"}, {"env": "live"}]):
        assert not resolve(policy, runbook="one", service="db", targets=others).four_eyes
    reaching_sets: list[list[dict[str, str]]] = [[], [{}], [{"role": "x"}], [{"env": "test"}, labels]]
    for reaching in reaching_sets:
        assert resolve(policy, runbook="one", service="db", targets=reaching).four_eyes
    assert not resolve(policy, runbook="one", service=None, targets=[labels]).four_eyes


def test_the_floor_holds_whatever_a_policy_says() -> None:
    lax = Policy(approvals=Approvals(role_dangerous="responder"))
    assert lax.role_for(Risk.DANGEROUS) == "approver"
    assert not lax.may_approve("responder", Risk.DANGEROUS)
    assert lax.may_approve("responder", Risk.CAUTION)
    for role, risk in product(["viewer", "nobody"], RISKS):
        assert not lax.may_approve(role, risk)
    assert [lax.may_approve("author", risk) for risk in RISKS] == [True, True, False]
    assert higher_role("owner", "responder") == "owner"


def test_auto_run_needs_audit_and_no_veto() -> None:
    assert Policy(governance_mode="audit").admits_auto_run()
    assert not Policy(governance_mode="audit", auto_run=False).admits_auto_run()
    assert not Policy(governance_mode="strict").admits_auto_run()


@pytest.mark.parametrize(
    "values",
    [{"fourEyes": "true"}, {"governanceMode": "off"}, {"approvals": {"quorumSafe": 0}}, {"version": 2},
    {"four_eyes": True},
     {"rules": [{"id": "a", "fourEyes": False}]}, {"rules": [{"id": "a", "skip": True}]}, {"unknown": 1}],
    ids=str,
)  # fmt: skip
def test_policies_that_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.from_json(values)


def test_flags_can_only_switch_off() -> None:
    flags = Flags(flags={"dispatch": Flag(enabled=False), "edit": Flag(enabled=True)})
    assert not flags.is_on("dispatch")
    assert flags.is_on("edit")
    assert flags.is_on("rollback")


def test_r75_an_unknown_flag_is_off() -> None:
    assert not ALL_ON.is_on("warp-drive")
    assert not Flags(flags={"warp-drive": Flag(enabled=True)}).is_on("warp-drive")
    for name in KNOWN_FLAGS:
        assert ALL_ON.is_on(name)
        assert not ALL_OFF.is_on(name)


def test_a_flag_may_be_off_for_some_services_only() -> None:
    flags = Flags(flags={"auto-run": Flag(enabled=False, services=("db",))})
    assert not flags.is_on("auto-run", service="db")
    assert flags.is_on("auto-run", service="web")
    assert not flags.is_on("auto-run")
