"""Between messages of the stream and values: envelopes, reports, answers.

The link and the agent both speak through this page, so that both mean the same by a field. Everything that
arrives is checked here: a message that can't be meant is `MalformedMessage`, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from base.limits import ENVELOPE_MAX_BYTES
from proto.agent.v1 import agent_pb2
from schemas.grant import Signature, SignedEnvelope

ID_BYTES: Final = 16
SHA256_BYTES: Final = 32
SIGNATURES_MAX: Final = 4
"""A key rotation signs with the old and the new key; more has no use."""


class MalformedMessage(ValueError):
    """A message that breaks the protocol; the text says which field."""


class AttemptState(StrEnum):
    """What an agent knows of one step execution. LOST: it started, is gone, and left no result."""

    INTENT = "intent"
    STARTED = "started"
    FINISHED = "finished"
    REFUSED = "refused"
    FROZEN = "frozen"
    THAWED = "thawed"
    LOST = "lost"


class Refusal(StrEnum):
    """Why an agent would not run it; the words of `agent.proto` in lower case."""

    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_AGENT = "wrong_agent"
    WRONG_INSTANCE = "wrong_instance"
    STALE_EPOCH = "stale_epoch"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    CLOCK_SKEW = "clock_skew"
    PANICKED = "panicked"
    LOCAL_POLICY = "local_policy"
    DIGEST = "digest"
    RISKIER = "riskier"
    ATTEMPTS = "attempts"
    JOURNAL = "journal"
    CANCELLED = "cancelled"
    BUSY = "busy"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class AttemptReport:
    """One report of one step execution. Instants in microseconds; None = not known or not so.

    `exit_code` is 0-255 and set only with FINISHED by a normal exit; `signal` only where one ended it.
    `output_sha256` is 32 bytes, or empty where it is not known.
    """

    step_execution_id: UUID
    report_seq: int
    state: AttemptState
    refusal: Refusal | None = None
    exit_code: int | None = None
    signal: int | None = None
    timed_out: bool = False
    leaked_process: bool = False
    output_bytes: int = 0
    output_sha256: bytes = b""
    started_us: int | None = None
    ended_us: int | None = None
    duplicate: bool = False
    agent_risk: str | None = None
    traceparent: str = ""

    def as_duplicate(self) -> AttemptReport:
        """The same state, as the answer to a repeated envelope."""
        return replace(self, duplicate=True)


_STATES: Final = {
    AttemptState.INTENT: agent_pb2.AttemptReport.INTENT,
    AttemptState.STARTED: agent_pb2.AttemptReport.STARTED,
    AttemptState.FINISHED: agent_pb2.AttemptReport.FINISHED,
    AttemptState.REFUSED: agent_pb2.AttemptReport.REFUSED,
    AttemptState.FROZEN: agent_pb2.AttemptReport.FROZEN,
    AttemptState.THAWED: agent_pb2.AttemptReport.THAWED,
    AttemptState.LOST: agent_pb2.AttemptReport.STARTED,
}
_STATES_BACK: Final = {number: state for state, number in _STATES.items() if state is not AttemptState.LOST}
_REFUSALS: Final = {reason: agent_pb2.Refusal.Value(reason.name) for reason in Refusal}
_REFUSALS_BACK: Final = {number: reason for reason, number in _REFUSALS.items()}


def id_bytes(value: UUID) -> bytes:
    """The 16 bytes of an id, as every message carries them."""
    return value.bytes


def parse_uuid(data: bytes, field: str) -> UUID:
    """The id in a bytes field; raises MalformedMessage where it is not 16 bytes."""
    if len(data) != ID_BYTES:
        raise MalformedMessage(f"{field}: an id has {ID_BYTES} bytes, not {len(data)}")
    return UUID(bytes=data)


def report_to_message(report: AttemptReport) -> agent_pb2.AttemptReport:
    """The message of a report. LOST travels as STARTED with `ended_us` set (agent.proto)."""
    if report.state is AttemptState.LOST and not report.ended_us:
        raise ValueError("a lost attempt needs ended_us, the instant at which the agent noticed")
    if report.state in (AttemptState.INTENT, AttemptState.STARTED) and report.ended_us:
        raise ValueError(f"an attempt that is {report.state} has not ended")
    return agent_pb2.AttemptReport(
        step_execution_id=report.step_execution_id.bytes,
        report_seq=report.report_seq,
        state=_STATES[report.state],
        refusal=_REFUSALS[report.refusal] if report.refusal else agent_pb2.NONE,
        exit_code=-1 if report.exit_code is None else report.exit_code,
        signal=report.signal or 0,
        timed_out=report.timed_out,
        leaked_process=report.leaked_process,
        output_bytes=report.output_bytes,
        output_sha256=report.output_sha256,
        started_us=report.started_us or 0,
        ended_us=report.ended_us or 0,
        duplicate=report.duplicate,
        agent_risk=report.agent_risk or "",
        traceparent=report.traceparent,
    )


def report_from_message(message: agent_pb2.AttemptReport) -> AttemptReport:
    """The report in a message. Raises MalformedMessage for one that contradicts itself."""
    state = _state(message)
    refusal = _REFUSALS_BACK.get(message.refusal)
    if (state is AttemptState.REFUSED) != (refusal is not None):
        raise MalformedMessage("report: a refusal has a reason, and nothing else has one")
    if len(message.output_sha256) not in (0, SHA256_BYTES):
        raise MalformedMessage("report: output_sha256 is 32 bytes or empty")
    finished = state is AttemptState.FINISHED
    return AttemptReport(
        step_execution_id=parse_uuid(message.step_execution_id, "report.step_execution_id"),
        report_seq=message.report_seq,
        state=state,
        refusal=refusal,
        exit_code=message.exit_code if finished and 0 <= message.exit_code <= 255 else None,
        signal=message.signal if finished and message.signal > 0 else None,
        timed_out=message.timed_out,
        leaked_process=message.leaked_process,
        output_bytes=message.output_bytes,
        output_sha256=message.output_sha256,
        started_us=message.started_us or None,
        ended_us=message.ended_us or None,
        duplicate=message.duplicate,
        agent_risk=message.agent_risk or None,
        traceparent=message.traceparent,
    )


def _state(message: agent_pb2.AttemptReport) -> AttemptState:
    state = _STATES_BACK.get(message.state)
    if state is None:
        raise MalformedMessage(f"report: unknown state {message.state}")
    if state is AttemptState.STARTED and message.ended_us:
        return AttemptState.LOST
    return state


def envelope_to_message(envelope: SignedEnvelope) -> agent_pb2.Signed:
    """The message of a signed envelope; payload bytes travel as they were signed."""
    signatures = [agent_pb2.Signature(key_id=item.key_id, sig=item.sig) for item in envelope.signatures]
    return agent_pb2.Signed(
        payload_type=envelope.payload_type, payload=envelope.payload, signatures=signatures
    )


def envelope_from_message(message: agent_pb2.Signed) -> SignedEnvelope:
    """The envelope in a message, unverified. Raises MalformedMessage where it is beyond the bounds."""
    if len(message.payload) > ENVELOPE_MAX_BYTES:
        raise MalformedMessage(f"envelope: at most {ENVELOPE_MAX_BYTES} bytes")
    if len(message.signatures) > SIGNATURES_MAX:
        raise MalformedMessage(f"envelope: at most {SIGNATURES_MAX} signatures")
    return SignedEnvelope(
        payload_type=message.payload_type,
        payload=message.payload,
        signatures=tuple(Signature(key_id=item.key_id, sig=item.sig) for item in message.signatures),
    )
