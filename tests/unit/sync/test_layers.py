"""Several repositories, one policy: whatever file is added to others, nothing is allowed that was not."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from controller.governance.layers import Beside, strictest_flags, strictest_policy
from controller.governance.pinning import FlagRow, InForce, PolicyRow, in_force
from controller.governance.widening import Leash, let_alone, widened_policy
from controller.sync.claims import Found
from controller.sync.holding import hold_back
from controller.sync.state import Known
from schemas.flags import ALL_ON, KNOWN_FLAGS, Flag, Flags
from schemas.policy import DEFAULT_POLICY, ROLE_ORDER, Approvals, Policy, Rule, resolve
from schemas.risk import Risk

_WORDS = st.sampled_from(["web", "db", "cache"])
_MODES = st.sampled_from(["strict", "audit"])
_ROLES = st.sampled_from(ROLE_ORDER)
_QUORUM = st.integers(1, 5)
_APPROVALS = st.builds(
    Approvals,
    quorum_safe=_QUORUM, quorum_caution=_QUORUM, quorum_dangerous=_QUORUM,
    role_safe=_ROLES, role_caution=_ROLES, role_dangerous=_ROLES,
    minutes=st.none() | st.integers(1, 1440),
)  # fmt: skip
_NO = st.sampled_from([None, False])
_RULES = st.builds(
    Rule,
    id=st.sampled_from(["a", "b"]),
    services=st.lists(_WORDS, max_size=2).map(tuple),
    runbooks=st.lists(_WORDS, max_size=1).map(tuple),
    governance_mode=st.none() | _MODES,
    four_eyes=st.sampled_from([None, True]),
    approvals=st.none() | _APPROVALS,
    auto_run=_NO, skip=_NO, done_by_hand=_NO, edit=_NO,
)  # fmt: skip
_POLICIES = st.builds(
    Policy,
    governance_mode=_MODES,
    four_eyes=st.booleans(), auto_run=st.booleans(), skip=st.booleans(), done_by_hand=st.booleans(),
    edit=st.booleans(), direct_push=st.booleans(),
    approvals=_APPROVALS,
    max_timeout_ms=st.integers(1, 3_600_000),
    rules=st.lists(_RULES, max_size=3).map(tuple),
)  # fmt: skip
_FLAGS = st.dictionaries(
    st.sampled_from(sorted(KNOWN_FLAGS)[:3]),
    st.builds(Flag, enabled=st.booleans(), services=st.lists(_WORDS, max_size=2).map(tuple)),
    max_size=3,
).map(lambda flags: Flags(flags=flags))
_ALLOWS = ("auto_run", "skip", "done_by_hand", "edit", "direct_push")


def row(number: int, policy: Policy, *, is_source: bool = False) -> PolicyRow:
    return PolicyRow(f"{number:064x}", "c" * 40, policy.to_json(), UUID(int=number), is_source)


def loosened(before: Policy, after: Policy) -> list[str]:
    """Every way in which `after` allows what `before` does not, for runbooks of every service and name."""
    found = []
    for service in ("web", "db", "cache", "other", None):
        for name in ("web", "db", "other"):
            old, new = (resolve(each, runbook=name, service=service) for each in (before, after))
            found += [word for word in _ALLOWS if getattr(new, word) and not getattr(old, word)]
            found += ["mode"] * (old.governance_mode == "strict" and new.governance_mode == "audit")
            found += ["eyes"] * (old.four_eyes and not new.four_eyes)
            found += ["timeout"] * (new.max_timeout_ms > old.max_timeout_ms)
            found += ["minutes"] * (new.approval_minutes(1440) > old.approval_minutes(1440))
            for risk in (Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS):
                found += ["quorum"] * (new.quorum(risk) < old.quorum(risk))
                before_role, after_role = (ROLE_ORDER.index(each.role_for(risk)) for each in (old, new))
                found += ["role"] * (after_role < before_role)
    return found


@given(st.none() | _POLICIES, st.lists(_POLICIES, max_size=2), _POLICIES)
def test_a_policy_file_that_is_added_never_loosens(
    source: Policy | None, others: list[Policy], added: Policy
) -> None:
    rows = [] if source is None else [row(1, source, is_source=True)]
    rows += [row(number, policy) for number, policy in enumerate(others, 2)]
    before = in_force(rows, [])
    after = in_force([*rows, row(9, added)], [])
    assert loosened(before.policy, after.policy) == []
    assert widened_policy(before.policy, after.policy) is None
    beside = Beside(source or DEFAULT_POLICY, tuple(others))
    assert loosened(beside.policy(added), after.policy) == []
    assert loosened(after.policy, beside.policy(added)) == []
    assert after.commit == before.commit, "nobody but the source names who allowed something"


def test_without_a_policy_of_the_source_nothing_is_allowed_whatever_others_say() -> None:
    audit = Policy(governance_mode="audit")
    found = in_force([row(2, audit)], [])
    assert (found.policy.governance_mode, found.commit) == ("strict", "")
    assert in_force([row(1, audit, is_source=True)], []).policy.governance_mode == "audit"
    alone = Beside().policy(audit)
    assert alone.governance_mode == "audit"
    assert Beside(DEFAULT_POLICY).policy(audit).governance_mode == "strict"
    assert Beside(audit).policy(None) == audit, "a repository without a file takes nothing away"


def test_a_tightening_file_that_goes_away_widens_and_needs_an_owner() -> None:
    beside = Beside(Policy(governance_mode="audit"))
    before = beside.policy(Policy())
    assert not let_alone(Leash(trust=2), InForce(before, ALL_ON))
    assert widened_policy(before, beside.policy(None)) is not None
    assert let_alone(Leash(trust=2), InForce(beside.policy(None), ALL_ON))


def test_more_rules_than_one_file_may_have_all_hold() -> None:
    base = Policy(governance_mode="audit")
    many = [
        base.model_copy(
            update={
                "rules": tuple(
                    Rule(id=f"r{first + number}", runbooks=(f"r{first + number}",), auto_run=False)
                    for number in range(200)
                )
            }
        )
        for first in (0, 200)
    ]
    found = strictest_policy(many)
    assert len(found.rules) == 400
    assert not resolve(found, runbook="r399").auto_run


@given(st.lists(_FLAGS, max_size=3), _FLAGS)
def test_a_flags_file_that_is_added_only_switches_off(files: list[Flags], added: Flags) -> None:
    before, after = strictest_flags(files), strictest_flags([*files, added])
    for name in KNOWN_FLAGS:
        for service in ("web", "db", "cache", "other", None):
            both = before.is_on(name, service=service) and added.is_on(name, service=service)
            assert after.is_on(name, service=service) == both


def test_a_flag_that_the_product_switched_off_is_off_for_every_service() -> None:
    rows = [FlagRow("dispatch", True, {"services": ["web"]}, disabled=True)]
    assert not in_force([], rows).flags.is_on("dispatch", service="db")
    damaged = [FlagRow("dispatch", True, {"services": 7})]
    assert not in_force([], damaged).flags.is_on("dispatch", service="db")


def test_elsewhere_a_tightening_policy_that_goes_away_is_held_back() -> None:
    beside = Beside(Policy(governance_mode="audit"))
    rules = InForce(beside.policy(Policy()), ALL_ON, beside=beside)
    gone = [Found("policy.json", "policy", None)]
    (kept,), _ = hold_back(Known(), rules, gone, ())
    assert "safe steps would run by themselves" in (kept.skipped or "")
    let_in = {("policy.json", "")}
    assert hold_back(Known(), rules, gone, let_in) == (gone, frozenset(let_in))
    own = InForce(Beside().policy(Policy()), ALL_ON)
    assert hold_back(Known(), own, gone, ()) == (gone, frozenset()), "the source's own goes: strict again"
