"""Intent and grant: exactly the fields of CONTRACTS.md §3, read strictly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.canonical import b64u, canonical, parse_strict, unb64u
from schemas.grant import (
    PAYLOADS,
    SHELL,
    Grant,
    Intent,
    PayloadError,
    Signature,
    SignedEnvelope,
    intent_digest,
)
from tests.vectors import load

VALUES: dict[str, dict[str, Any]] = {
    case["payloadType"]: parse_strict(unb64u(case["payload"])) for case in load("signatures")["cases"]
}
GRANT = VALUES["dd0c.grant.v1"]
INTENT: dict[str, Any] = GRANT["intent"]


def _intent(**changes: Any) -> Intent:
    return Intent.from_json(INTENT | changes)


def test_the_fields_are_those_of_the_contract() -> None:
    named = (
        "tenant agent execution gate step kind runbook command shell env secretEnv cwd user timeoutMs "
        "graceMs outputLimitBytes maxAttempts risk confirm resources scanner"
    )
    assert {field.alias for field in Intent.model_fields.values()} == set(named.split())
    assert set(INTENT) == set(named.split())
    of_grant = "intent stepExecution attempt epoch agentInstance notBefore notAfter approvals auto"
    assert {field.alias for field in Grant.model_fields.values()} == set(of_grant.split())
    assert set(INTENT["runbook"]) == {"repository", "name", "commit", "contentSha256"}
    assert set(INTENT["scanner"]) == {"version", "knowledge"}
    assert INTENT["shell"] == SHELL


def test_payload_types() -> None:
    named = "grant cancel freeze thaw panic panic-clear keys checkpoint"
    assert set(PAYLOADS) == {f"dd0c.{name}.v1" for name in named.split()}


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in _leaves(item, (*path, index))]
    return [path]


def _changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return value | {path[0]: _changed(value[path[0]], path[1:], new)}
    return [_changed(item, path[1:], new) if index == path[0] else item for index, item in enumerate(value)]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_leaves(INTENT)), st.one_of(st.text(max_size=5), st.integers(0, 9), st.booleans()))
def test_r16_any_changed_field_is_another_digest(path: tuple[Any, ...], new: Any) -> None:
    before = intent_digest(Intent.from_json(INTENT))
    changed = _changed(INTENT, path, new)
    if changed == INTENT and canonical(changed) == canonical(INTENT):
        return
    try:
        found = Intent.from_json(changed)
    except ValidationError:
        return
    assert intent_digest(found) != before


@pytest.mark.parametrize("kind", sorted(PAYLOADS))
def test_r17_an_unknown_field_is_refused(kind: str) -> None:
    value = VALUES[kind]
    places = [(), *{path[:-1] for path in _leaves(value) if isinstance(path[-1], str)}]
    for path in places:
        inner = value
        for part in path:
            inner = inner[part]
        changed = _changed(value, path, inner | {"zzz": 1})
        with pytest.raises(PayloadError):
            PAYLOADS[kind].from_payload(canonical(changed))


@pytest.mark.parametrize("kind", sorted(PAYLOADS))
def test_a_missing_field_is_refused(kind: str) -> None:
    for key in VALUES[kind]:
        rest = {name: item for name, item in VALUES[kind].items() if name != key}
        with pytest.raises(PayloadError):
            PAYLOADS[kind].from_payload(canonical(rest))


def test_other_bytes_for_the_same_grant_are_refused() -> None:
    payload = canonical(GRANT)
    assert Grant.from_payload(payload).to_payload() == payload
    snake = payload.replace(b'"stepExecution"', b'"step_execution"')
    for other in (
        payload + b"\n",
        b" " + payload,
        payload.replace(b'"attempt":1', b'"attempt":1.0'),
        snake,
        b"{}",
    ):
        with pytest.raises(PayloadError):
            Grant.from_payload(other)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("tenant",), "TEN_00000000000000000000000000"),
        (("tenant",), "agt_" + INTENT["agent"][4:]),
        (("kind",), "check"),
        (("shell",), "/bin/sh"),
        (("risk",), "unknown"),
        (("command",), ""),
        (("command",), "x" * 16_385),
        (("timeoutMs",), "60000"),
        (("timeoutMs",), True),
        (("timeoutMs",), 0),
        (("maxAttempts",), 7),
        (("runbook", "commit"), "abc"),
        (("runbook", "contentSha256"), "0" * 64),
        (("env",), [{"name": "B", "value": ""}, {"name": "A", "value": ""}]),
        (("env",), [{"name": "A", "value": ""}, {"name": "A", "value": "1"}]),
        (("env",), [{"name": "PGPASSWORD", "value": "x"}]),
        (("env",), [{"name": "A B", "value": "x"}]),
        (("secretEnv",), [{"name": "A", "secret": "lower"}]),
        (("resources",), ["b", "a"]),
        (("resources",), ["a", "a"]),
    ],
)
def test_intents_that_are_refused(path: tuple[str, ...], value: Any) -> None:
    with pytest.raises(ValidationError):
        Intent.from_json(_changed(INTENT, path, value))


@pytest.mark.parametrize(
    "changes",
    [
        {"attempt": 2},
        {"attempt": 0},
        {"epoch": 0},
        {"notAfter": GRANT["notBefore"]},
        {"notAfter": "2026-11-22T19:55:00.000001Z"},
        {"notAfter": "2026-11-22T19:52:00Z"},
        {"notAfter": "2026-11-22T20:52:00.000000+01:00"},
        {"notAfter": 1_795_377_120},
        {"approvals": []},
        {"auto": {"policyCommit": "0" * 40, "rule": "audit"}},
        {"approvals": GRANT["approvals"] * 2},
        {"approvals": [GRANT["approvals"][0] | {"role": "viewer"}]},
        {"agentInstance": GRANT["agentInstance"].upper()},
        {"agentInstance": GRANT["agentInstance"].replace("-", "")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_grants_that_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(PayloadError):
        Grant.from_payload(canonical(GRANT | changes))


def test_the_longest_window_is_five_minutes() -> None:
    Grant.from_payload(canonical(GRANT | {"notAfter": "2026-11-22T19:55:00.000000Z"}))


def test_a_grant_of_an_automatic_run() -> None:
    auto = GRANT | {"approvals": [], "auto": {"policyCommit": "0" * 40, "rule": "audit"}}
    found = Grant.from_payload(canonical(auto))
    assert found.auto is not None
    assert found.auto.rule == "audit"


def test_evidence_is_reserved() -> None:
    approval = GRANT["approvals"][0] | {"evidence": b64u(b"passkey")}
    found = Grant.from_payload(canonical(GRANT | {"approvals": [approval]}))
    assert found.approvals[0].evidence == b64u(b"passkey")


def test_unsorted_sets_of_orders_are_refused() -> None:
    clear, keys = VALUES["dd0c.panic-clear.v1"], VALUES["dd0c.keys.v1"]
    with pytest.raises(PayloadError):
        PAYLOADS["dd0c.panic-clear.v1"].from_payload(canonical(clear | {"by": clear["by"] * 2}))
    with pytest.raises(PayloadError):
        PAYLOADS["dd0c.keys.v1"].from_payload(canonical(keys | {"keys": keys["keys"] * 2}))


def test_an_envelope_travels_as_one_blob() -> None:
    envelope = SignedEnvelope(
        payload_type="dd0c.grant.v1",
        payload=canonical(GRANT),
        signatures=(Signature(key_id="k", sig=b"\xff" * 64),),
    )
    assert SignedEnvelope.decode(envelope.encode()) == envelope
    for other in (b"", b"{}", b"[]", envelope.encode() + b" ", envelope.encode().replace(b"keyid", b"key")):
        with pytest.raises(PayloadError):
            SignedEnvelope.decode(other)


def test_the_intent_is_the_same_however_it_is_made() -> None:
    found = _intent()
    assert Intent(**{name: getattr(found, name) for name in Intent.model_fields}) == found
    assert intent_digest(found) != intent_digest(_intent(kind="rollback"))
