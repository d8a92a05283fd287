"""The sixteen steps: one good grant is accepted; anything altered in it is refused, and where."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import records
from agent.policy import Deny, LocalPolicy
from agent.records import JournalState
from agent.shim import own_user
from agent.verify import Accepted, Context, Known, Myself, Refused, verify
from base.clock import epoch_microseconds, format_instant
from base.ids import new_id, show_id
from proto.convert import Refusal
from schemas.canonical import canonical
from schemas.grant import AutoRule, Cancel, Grant, Signature, SignedEnvelope
from schemas.risk import Risk
from schemas.verdict import Finding
from tests.unit.agent.grants import KEY_ID, Controller

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
CONTROLLER = Controller()


def _scan(risk: Risk = Risk.CAUTION) -> Callable[[str], Finding]:
    return lambda text: Finding(risk=risk, why=text[:5], scanner_version="1", knowledge_version="1")


def _context(controller: Controller = CONTROLLER, **changes: Any) -> Context:
    context = Context(
        myself=Myself(controller.tenant, controller.agent, controller.instance, {"env": "prod"}, own_user()),
        keys=controller.trusted,
        journal=JournalState(),
        policy=LocalPolicy(),
        scan=_scan(),
        now_us=epoch_microseconds(NOW),
        tolerance_seconds=60,
    )
    return replace(context, **changes)


def _grant(**changes: Any) -> Grant:
    return CONTROLLER.grant(now=NOW, **changes)


def _refusal(envelope: SignedEnvelope, context: Context | None = None) -> tuple[int, Refusal]:
    verdict = verify(envelope, context or _context())
    assert isinstance(verdict, Refused), verdict
    return verdict.step, verdict.reason


def _paths(value: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every leaf of a document."""
    if isinstance(value, dict):
        return [path for key, item in value.items() for path in _paths(item, (*at, key))]
    if isinstance(value, list):
        return [path for index, item in enumerate(value) for path in _paths(item, (*at, index))]
    return [at]


def _changed(document: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    altered = copy.deepcopy(document)
    holder: Any = altered
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return altered


GOOD = _grant()
GOOD_JSON = GOOD.to_json()
LEAVES = _paths(GOOD_JSON)


def test_r16_a_good_grant_is_accepted() -> None:
    verdict = verify(CONTROLLER.envelope(GOOD), _context())
    assert isinstance(verdict, Accepted)
    assert verdict.grant == GOOD
    assert verdict.own_risk is Risk.CAUTION


@pytest.mark.parametrize("path", LEAVES, ids=lambda path: ".".join(map(str, path)))
def test_r16_any_single_field_altered_after_signing_is_refused(path: tuple[Any, ...]) -> None:
    value: Any = GOOD_JSON
    for key in path:
        value = value[key]
    other = value + 1 if isinstance(value, int) else f"{value}x"
    payload = canonical(_changed(GOOD_JSON, path, other))
    signed = CONTROLLER.envelope(GOOD)
    forged = SignedEnvelope(payload_type=signed.payload_type, payload=payload, signatures=signed.signatures)
    assert _refusal(forged) == (2, Refusal.BAD_SIGNATURE)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_r16_any_byte_altered_is_refused(data: st.DataObject) -> None:
    signed = CONTROLLER.envelope(GOOD)
    payload = bytearray(signed.payload)
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] ^= data.draw(st.integers(1, 255))
    forged = SignedEnvelope(
        payload_type=signed.payload_type, payload=bytes(payload), signatures=signed.signatures
    )
    assert _refusal(forged) == (2, Refusal.BAD_SIGNATURE)


_STRANGER = UUID("01900000-0000-7000-8000-000000000001")

_SIGNED_ALTERATIONS: dict[str, tuple[tuple[Any, ...], object, set[Refusal]]] = {
    "tenant": (("intent", "tenant"), show_id("ten", _STRANGER), {Refusal.WRONG_AGENT}),
    "agent": (("intent", "agent"), show_id("agt", _STRANGER), {Refusal.WRONG_AGENT}),
    "instance": (("agentInstance",), str(_STRANGER), {Refusal.WRONG_INSTANCE}),
    "shell": (("intent", "shell"), "/bin/sh", {Refusal.UNKNOWN_FIELD}),
    "kind": (("intent", "kind"), "check", {Refusal.UNKNOWN_FIELD}),
    "attempt beyond": (("attempt",), 2, {Refusal.UNKNOWN_FIELD}),
    "no approvals": (("approvals",), [], {Refusal.UNKNOWN_FIELD}),
    "user": (("intent", "user"), "somebody-else", {Refusal.LOCAL_POLICY}),
    "window over five minutes": (
        ("notAfter",),
        format_instant(NOW + timedelta(minutes=6)),
        {Refusal.UNKNOWN_FIELD},
    ),
    "confirm not typed": (("intent", "confirm"), "payments", {Refusal.DIGEST}),
    "lower risk": (("intent", "risk"), "safe", {Refusal.RISKIER}),
    "a reserved name": (("intent", "env"), [{"name": "LD_PRELOAD", "value": "x"}], {Refusal.LOCAL_POLICY}),
    "a float": (("epoch",), "1", {Refusal.UNKNOWN_FIELD}),
}


@pytest.mark.parametrize("name", [key for key, value in _SIGNED_ALTERATIONS.items() if value[2]])
def test_r16_r18_a_grant_that_was_signed_wrong_is_refused(name: str) -> None:
    path, value, expected = _SIGNED_ALTERATIONS[name]
    assert _refusal(CONTROLLER.sign_json(_changed(GOOD_JSON, path, value)))[1] in expected


@given(
    place=st.sampled_from([(), ("intent",), ("intent", "runbook"), ("approvals", 0)]),
    key=st.from_regex(r"\A[a-z][A-Za-z0-9]{0,12}\Z"),
)
@settings(max_examples=60, deadline=None)
def test_r17_an_unknown_field_anywhere_is_refused(place: tuple[Any, ...], key: str) -> None:
    holder: Any = GOOD_JSON
    for part in place:
        holder = holder[part]
    if key in holder or key in ("auto", "evidence"):
        return
    altered = _changed(GOOD_JSON, (*place, key), True)
    assert _refusal(CONTROLLER.sign_json(altered)) == (3, Refusal.UNKNOWN_FIELD)


def test_r17_missing_signature_unknown_key_wrong_alg() -> None:
    signed = CONTROLLER.envelope(GOOD)

    def with_signatures(*signatures: Signature) -> SignedEnvelope:
        return SignedEnvelope(payload_type=signed.payload_type, payload=signed.payload, signatures=signatures)

    good = signed.signatures[0]
    assert _refusal(with_signatures()) == (2, Refusal.BAD_SIGNATURE)
    assert _refusal(with_signatures(Signature(key_id="none", sig=good.sig))) == (2, Refusal.BAD_SIGNATURE)
    assert _refusal(with_signatures(Signature(key_id=KEY_ID, sig=b""))) == (2, Refusal.BAD_SIGNATURE)
    assert _refusal(with_signatures(good, Signature(key_id=KEY_ID, sig=b"\0" * 64))) == (
        2,
        Refusal.BAD_SIGNATURE,
    )
    assert _refusal(with_signatures(*[good] * 5)) == (1, Refusal.TOO_LARGE)


def test_r17_duplicate_key_and_whitespace_are_refused() -> None:
    payload = GOOD.to_payload()
    spaced = payload.replace(b'{"agentInstance"', b'{ "agentInstance"', 1)
    doubled = payload.replace(b'"attempt":1,', b'"attempt":1,"attempt":1,', 1)
    assert spaced != payload
    assert doubled != payload
    for raw in (spaced, doubled):
        assert _refusal(CONTROLLER.sign(GOOD.PAYLOAD_TYPE, raw)) == (3, Refusal.UNKNOWN_FIELD)


def test_r17_an_order_of_another_type_is_no_grant() -> None:
    order = Cancel(
        tenant=CONTROLLER.tenant,
        agent=CONTROLLER.agent,
        agent_instance=CONTROLLER.instance,
        execution=new_id(),
        step_execution=new_id(),
        epoch=1,
        at=NOW,
    )
    assert _refusal(CONTROLLER.envelope(order)) == (4, Refusal.UNKNOWN_FIELD)
    # The type is under the signature: the same bytes under another name do not verify.
    signed = CONTROLLER.envelope(GOOD)
    renamed = SignedEnvelope(
        payload_type="dd0c.cancel.v1", payload=signed.payload, signatures=signed.signatures
    )
    assert _refusal(renamed) == (2, Refusal.BAD_SIGNATURE)


def test_r18_another_agent_another_tenant_another_key() -> None:
    stranger = Controller()
    assert _refusal(CONTROLLER.envelope(GOOD), _context(stranger)) == (2, Refusal.BAD_SIGNATURE)
    same_key = Controller(tenant=new_id(), agent=CONTROLLER.agent, key=CONTROLLER.key)
    assert _refusal(CONTROLLER.envelope(GOOD), _context(same_key)) == (5, Refusal.WRONG_AGENT)
    twin = Controller(tenant=CONTROLLER.tenant, agent=new_id(), key=CONTROLLER.key)
    assert _refusal(CONTROLLER.envelope(GOOD), _context(twin)) == (5, Refusal.WRONG_AGENT)


@pytest.mark.parametrize(
    ("shift_seconds", "expected"),
    [
        (0, None),
        (178, None),
        (180, Refusal.EXPIRED),
        (-60, None),
        (-63, Refusal.NOT_YET),
    ],
)
def test_r18_time_is_the_hosts_own_with_its_tolerance(shift_seconds: int, expected: Refusal | None) -> None:
    now_us = epoch_microseconds(NOW + timedelta(seconds=shift_seconds))
    verdict = verify(CONTROLLER.envelope(GOOD), _context(now_us=now_us))
    if expected is None:
        assert isinstance(verdict, Accepted)
    else:
        assert isinstance(verdict, Refused)
        assert (verdict.step, verdict.reason) == (9, expected)


def test_f09_a_clock_that_went_back_judges_nothing() -> None:
    journal = JournalState(high_us=epoch_microseconds(NOW + timedelta(minutes=10)))
    assert _refusal(CONTROLLER.envelope(GOOD), _context(journal=journal)) == (9, Refusal.CLOCK_SKEW)


def _journal_with(grant: Grant, status: str = records.FINISHED) -> JournalState:
    state = JournalState()
    state.attempts[grant.step_execution] = records.Attempt(grant.step_execution, status, 0)
    return state


def test_r06_a_known_id_is_answered_and_never_judged_again() -> None:
    for status in (records.INTENT, records.STARTED, records.FINISHED, records.LOST, records.REFUSED):
        context = _context(journal=_journal_with(GOOD, status), policy=LocalPolicy(readOnly=True))
        assert verify(CONTROLLER.envelope(GOOD), context) == Known(GOOD.step_execution)


def test_tombstone_epoch_panic_in_their_order() -> None:
    state = JournalState()
    state.panic_epoch = 3
    assert _refusal(CONTROLLER.envelope(GOOD), _context(journal=state)) == (10, Refusal.PANICKED)
    state.epochs[GOOD.intent.execution] = (2, 0)
    assert _refusal(CONTROLLER.envelope(GOOD), _context(journal=state)) == (8, Refusal.STALE_EPOCH)
    state.tombstones[GOOD.step_execution] = ("cancelled", 0)
    assert _refusal(CONTROLLER.envelope(GOOD), _context(journal=state)) == (7, Refusal.CANCELLED)
    state.cleared_epoch = 2
    assert state.is_panicked
    state.cleared_epoch = 3
    assert not state.is_panicked


@pytest.mark.parametrize(
    ("policy", "is_refused"),
    [
        (LocalPolicy(), False),
        (LocalPolicy(readOnly=True), True),
        (LocalPolicy(maxRisk="safe"), True),
        (LocalPolicy(requireEvidence=("caution",)), True),
        (LocalPolicy(requireEvidence=("dangerous",)), False),
        (LocalPolicy(deny=(Deny(command="^tr", reason="no"),)), True),
        (LocalPolicy(deny=(Deny(command="^tr", labels={"env": "dev"}, reason="no"),)), False),
        (LocalPolicy(deny=(Deny(risk="caution", labels={"env": "prod"}, reason="no"),)), True),
        (LocalPolicy(deny=(Deny(risk="dangerous", reason="no"),)), False),
    ],
)
def test_local_policy_can_only_take_away(policy: LocalPolicy, is_refused: bool) -> None:
    verdict = verify(CONTROLLER.envelope(GOOD), _context(policy=policy))
    assert isinstance(verdict, Refused) == is_refused
    if isinstance(verdict, Refused):
        assert (verdict.step, verdict.reason) == (11, Refusal.LOCAL_POLICY)


@pytest.mark.parametrize("own", list(Risk))
@pytest.mark.parametrize("granted", [Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS])
def test_the_stricter_verdict_wins(own: Risk, granted: Risk) -> None:
    rank = {Risk.SAFE: 0, Risk.CAUTION: 1, Risk.UNKNOWN: 1, Risk.DANGEROUS: 2}
    verdict = verify(CONTROLLER.envelope(_grant(risk=granted)), _context(scan=_scan(own)))
    if rank[own] > rank[granted]:
        assert isinstance(verdict, Refused)
        assert (verdict.step, verdict.reason, verdict.own_risk) == (13, Refusal.RISKIER, own)
    else:
        assert isinstance(verdict, Accepted)


@pytest.mark.parametrize("own", list(Risk))
@pytest.mark.parametrize("granted", [Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS])
def test_nothing_but_safe_runs_without_a_person(own: Risk, granted: Risk) -> None:
    auto = _grant(risk=granted, approvals=(), auto=AutoRule(policy_commit="c" * 40, rule="safe"))
    verdict = verify(CONTROLLER.envelope(auto), _context(scan=_scan(own)))
    assert isinstance(verdict, Accepted) == (own is Risk.SAFE and granted is Risk.SAFE)


def test_attempts_of_a_gate_are_counted() -> None:
    state = JournalState()
    state.gate_attempts[str(GOOD.intent.gate)] = {new_id()}
    assert _refusal(CONTROLLER.envelope(GOOD), _context(journal=state)) == (14, Refusal.ATTEMPTS)
    twice = _grant(max_attempts=2)
    state.gate_attempts[str(twice.intent.gate)] = {new_id()}
    assert isinstance(verify(CONTROLLER.envelope(twice), _context(journal=state)), Accepted)


@given(st.binary(max_size=400), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_it_raise_or_accept(payload: bytes, payload_type: str) -> None:
    for kind in (payload_type, GOOD.PAYLOAD_TYPE):
        verdict = verify(CONTROLLER.sign(kind, payload), _context())
        assert isinstance(verdict, Refused)
        assert verdict.step <= 4
