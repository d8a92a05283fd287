"""Who may approve what: every check of an approval, one by one, and what an automatic retry needs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from controller.engine import effects as ef
from controller.engine import events as ev
from controller.engine.states import State
from controller.governance.policy import Latches, Pinned
from schemas.risk import Risk
from tests.unit.engine.runs import DIGEST, NOW, OTHER, OWNER, Run, by, quorum

ONE = "  steps: [{id: a, title: A, command: uname, idempotent: true, retries: 1}]"


def at_gate(*, pinned: Pinned | None = None, risk: Risk = Risk.CAUTION, confirm: str | None = None) -> Run:
    return Run.of(ONE, pinned=pinned, risk=risk, confirm=confirm).through_preflight()


@pytest.mark.parametrize(
    ("role", "risk", "may"),
    [
        ("viewer", Risk.SAFE, False),
        ("viewer", Risk.CAUTION, False),
        ("responder", Risk.SAFE, True),
        ("responder", Risk.CAUTION, True),
        ("responder", Risk.UNKNOWN, True),
        ("responder", Risk.DANGEROUS, False),
        ("author", Risk.CAUTION, True),
        ("author", Risk.DANGEROUS, False),
        ("approver", Risk.DANGEROUS, True),
        ("maintainer", Risk.DANGEROUS, True),
        ("owner", Risk.DANGEROUS, True),
        ("nobody", Risk.SAFE, False),
        ("", Risk.SAFE, False),
    ],
)
def test_roles_by_risk(role: str, risk: Risk, may: bool) -> None:
    run = at_gate(risk=risk)
    event = run.approval(by(role=role))
    if may:
        assert run.bring(event).x.state is State.EXECUTING
    else:
        assert run.refused(event).code == "role"


def test_policy_may_ask_for_a_higher_role_but_never_for_a_lower_one() -> None:
    strict = at_gate(pinned=Pinned(caution=quorum(1, "maintainer")))
    assert strict.refused(strict.approval(by(role="approver"))).code == "role"
    assert strict.refused(strict.approval(by(role="author"))).code == "role"
    strict.approve(by(role="maintainer"))
    lax = at_gate(pinned=Pinned(dangerous=quorum(1, "responder")), risk=Risk.DANGEROUS)
    assert lax.refused(lax.approval(by(role="responder"))).code == "role"


def test_a_token_s_scopes_bind_beside_its_member_s_role() -> None:
    run = at_gate(risk=Risk.DANGEROUS)
    assert run.refused(run.approval(by(scopes=("approve_caution",)))).code == "role"
    run.approve(by(scopes=("approve_caution", "approve_dangerous")))


def test_the_digest_must_be_the_one_that_the_gate_shows() -> None:
    run = at_gate()
    other = "sha256:" + "1" * 64
    assert run.refused(ev.Approve(by=run.by, intent_sha256=other)).code == "intent_changed"
    assert run.refused(run.approval(), intent_sha256=other).code == "approval_mismatch"
    run.bring(run.approval(), intent_sha256=DIGEST)


@pytest.mark.parametrize("typed", [None, "", "web-2", "web-1 ", " web-1", "WEB-1", "web-1\n"])
def test_the_text_is_compared_exactly(typed: str | None) -> None:
    run = at_gate(risk=Risk.DANGEROUS, confirm="web-1")
    assert run.refused(run.approval(typed=typed)).code == "typed"
    run.approve(typed="web-1")


def test_r20_an_approval_after_its_time_is_denied_even_before_the_timer_fired() -> None:
    run = at_gate()
    assert run.x.gate is not None
    late = run.x.gate.expires_at
    assert late - NOW < timedelta(minutes=31)
    assert run.refused(run.approval(), now=late).code == "approval_expired"
    run.bring(run.approval(), now=late - timedelta(microseconds=1))


def test_a_quorum_counts_different_members_and_dispatches_once() -> None:
    run = at_gate(pinned=Pinned(caution=quorum(2)))
    run.approve()
    assert run.x.state is State.AWAIT_APPROVAL
    assert run.refused(run.approval()).code == "already_approved"
    run.approve(by(OTHER))
    assert run.last is not None
    assert sum(isinstance(effect, ef.Dispatch) for effect in run.last.effects) == 1


def test_r21_an_earlier_approver_who_lost_the_role_stops_the_dispatch() -> None:
    run = at_gate(pinned=Pinned(dangerous=quorum(2, "approver")), risk=Risk.DANGEROUS)
    run.approve()
    run.roles[OWNER] = "responder"
    assert run.refused(run.approval(by(OTHER))).code == "approver_lost_role"
    run.bring(ev.ApproverLostRole(member=OWNER))
    assert run.x.gate is not None
    assert run.x.gate.lapsed
    assert run.x.gate.approvals == ()
    assert run.refused(run.approval(by(OTHER))).code == "gate_lapsed"


def test_r19_under_four_eyes_the_requester_and_the_editor_do_not_count() -> None:
    run = at_gate(pinned=Pinned(four_eyes=True))
    assert run.refused(run.approval()).code == "four_eyes"
    run.bring(ev.Edit(by=by(OTHER), command="uname -a", reason=""))
    assert run.refused(run.approval(by(OTHER))).code == "four_eyes"


@pytest.mark.parametrize("latches", [Latches(panic=True), Latches(party_mode=True)])
def test_no_approval_counts_under_a_latch(latches: Latches) -> None:
    run = at_gate()
    assert run.refused(run.approval(), latches=latches).code == "panic"


def test_an_edit_needs_an_approver_and_policy_s_leave() -> None:
    run = at_gate()
    assert run.refused(ev.Edit(by=by(role="responder"), command="id", reason="")).code == "role"
    held = at_gate(pinned=Pinned(edit=False))
    assert held.refused(ev.Edit(by=held.by, command="id", reason="")).code == "policy"
    assert run.refused(ev.Edit(by=run.by, command="  ", reason="")).code == "reason_required"


@pytest.mark.parametrize("reason", ["", " ", "\n"])
def test_skipping_and_work_by_hand_need_a_reason_and_policy_s_leave(reason: str) -> None:
    run = at_gate()
    assert run.refused(ev.Skip(by=run.by, reason=reason)).code == "reason_required"
    assert run.refused(ev.DoneByHand(by=run.by, note=reason)).code == "reason_required"
    assert run.refused(ev.Abort(by=run.by, reason=reason)).code == "reason_required"
    strict = at_gate(pinned=Pinned(skip=False, done_by_hand=False))
    assert strict.refused(ev.Skip(by=run.by, reason="because")).code == "policy"
    assert strict.refused(ev.DoneByHand(by=run.by, note="because")).code == "policy"


def lost(run: Run, **changes: object) -> Run:
    return run.bring(ev.AttemptLost(attempt=run.attempt(), why="no_answer"), **changes)


def test_r8_an_idempotent_step_is_repeated_with_a_new_id_under_the_same_gate() -> None:
    run = at_gate().approve()
    first, gate = run.attempt(), run.x.gate
    lost(run)
    assert run.x.state is State.EXECUTING
    assert run.attempt() != first
    assert run.x.gate == gate
    assert run.x.attempt is not None
    assert run.x.attempt.number == 2
    assert lost(run).x.unknown


@pytest.mark.parametrize(
    "changes", [{"latches": Latches(panic=True)}, {"roles": {}}, {"roles": {OWNER: "viewer"}}]
)
def test_a_repeat_needs_quiet_and_approvers_who_still_may(changes: dict[str, object]) -> None:
    assert lost(at_gate().approve(), **changes).x.unknown


def test_a_repeat_needs_the_flag() -> None:
    assert lost(at_gate(pinned=Pinned(retry=False)).approve()).x.unknown


def test_a_step_that_ran_by_itself_is_repeated_only_while_it_still_may() -> None:
    text = "  trustLevel: 2\n" + ONE
    assert lost(Run.of(text, audit=True, safe=True).through_preflight()).x.state is State.EXECUTING
    run = Run.of(text, audit=True, safe=True).through_preflight()
    assert lost(run, latches=Latches(breaker=True)).x.unknown
