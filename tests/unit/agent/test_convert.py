"""Messages and values: what is said is what is understood, and what contradicts itself is refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.agent.v1 import agent_pb2
from proto.convert import (
    AttemptReport,
    AttemptState,
    MalformedMessage,
    Refusal,
    envelope_from_message,
    envelope_to_message,
    parse_uuid,
    report_from_message,
    report_to_message,
)
from schemas.grant import Signature, SignedEnvelope

ID = UUID(int=7)
instants = st.integers(1, 2**62)


@st.composite
def reports(draw: st.DrawFn) -> AttemptReport:
    """Any report that an agent may make."""
    state = draw(st.sampled_from(AttemptState))
    fields: dict[str, Any] = {
        "report_seq": draw(st.integers(1, 2**63)),
        "started_us": draw(st.none() | instants),
        "duplicate": draw(st.booleans()),
        "agent_risk": draw(st.none() | st.sampled_from(["safe", "unknown"])),
    }
    if state is AttemptState.REFUSED:
        fields["refusal"] = draw(st.sampled_from(Refusal))
    if state is AttemptState.FINISHED:
        fields["exit_code"] = draw(st.none() | st.integers(0, 255))
        fields["signal"] = draw(st.integers(1, 64)) if fields["exit_code"] is None else None
        fields["timed_out"] = draw(st.booleans())
        fields["output_sha256"] = draw(st.sampled_from([b"", b"x" * 32]))
        fields["output_bytes"] = draw(st.integers(0, 2**40))
    if state in (AttemptState.FINISHED, AttemptState.LOST, AttemptState.REFUSED):
        fields["ended_us"] = draw(instants)
        fields["leaked_process"] = draw(st.booleans())
    return AttemptReport(ID, state=state, **fields)


@given(reports())
def test_a_report_survives_the_wire(report: AttemptReport) -> None:
    raw = report_to_message(report).SerializeToString()
    assert report_from_message(agent_pb2.AttemptReport.FromString(raw)) == report


def test_every_refusal_of_the_protocol_has_its_word() -> None:
    assert {reason.name for reason in Refusal} | {"NONE"} == set(agent_pb2.Refusal.keys())


@pytest.mark.parametrize(
    "fields",
    [
        {"state": 0},
        {"state": 99},
        {"state": 4},
        {"state": 3, "refusal": 5},
        {"state": 4, "refusal": 99},
        {"state": 3, "output_sha256": b"short"},
        {"state": 3, "step_execution_id": b"short"},
    ],
)
def test_a_report_that_contradicts_itself_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessage):
        report_from_message(agent_pb2.AttemptReport(**{"step_execution_id": ID.bytes, **fields}))


def test_what_can_not_be_said_is_not_said() -> None:
    with pytest.raises(ValueError, match="ended_us"):
        report_to_message(AttemptReport(ID, 1, AttemptState.LOST))
    with pytest.raises(ValueError, match="not ended"):
        report_to_message(AttemptReport(ID, 1, AttemptState.STARTED, ended_us=5))


def test_an_envelope_travels_as_it_was_signed() -> None:
    envelope = SignedEnvelope(
        payload_type="dd0c.grant.v1", payload=b'{"a":1}', signatures=(Signature(key_id="k", sig=b"s"),)
    )
    assert envelope_from_message(envelope_to_message(envelope)) == envelope
    with pytest.raises(MalformedMessage, match="bytes"):
        envelope_from_message(agent_pb2.Signed(payload=b"x" * (128 * 1024 + 1)))
    with pytest.raises(MalformedMessage, match="signatures"):
        envelope_from_message(agent_pb2.Signed(signatures=[agent_pb2.Signature()] * 5))


def test_an_id_has_sixteen_bytes() -> None:
    assert parse_uuid(ID.bytes, "x") == ID
    with pytest.raises(MalformedMessage, match="field"):
        parse_uuid(b"", "field")
