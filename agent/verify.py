"""The sixteen steps between a message and a process (CONTRACTS.md §3), in their order.

 1 bounds                        TOO_LARGE
 2 signature                     BAD_SIGNATURE
 3 strict parse                  UNKNOWN_FIELD
 4 type and version              UNKNOWN_FIELD
 5 tenant, agent, instance       WRONG_AGENT, WRONG_INSTANCE
 6 journal                       a known id is answered with its state, and that is all
 7 tombstone                     CANCELLED, EXPIRED
 8 epoch                         STALE_EPOCH
 9 time                          NOT_YET, EXPIRED, CLOCK_SKEW
10 panic latch                   PANICKED
11 local policy                  LOCAL_POLICY
12 digests recomputed            DIGEST
13 own scan ≤ granted risk       RISKIER
14 attempts of this gate         ATTEMPTS
15 journal INTENT, fsync         JOURNAL, BUSY      `runner.Runner`
16 spawn                         JOURNAL            `runner.Runner`

`verify` is a function from values to a value: it reads no clock, no file and no network. Steps 1 to 5 say who
speaks to whom; a refusal there leaves no trace in the journal, because nothing has shown yet that the id in
the message was meant for us.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from agent.policy import LocalPolicy, judge
from agent.records import JournalState
from agent.trust import TrustedKeys
from base.clock import epoch_microseconds
from base.limits import ENVELOPE_MAX_BYTES
from proto.convert import SIGNATURES_MAX, Refusal
from schemas.canonical import INTENT_DOMAIN, CanonicalError, digest, parse_strict
from schemas.grant import (
    GRANT_TYPE,
    PAYLOADS,
    Grant,
    Payload,
    PayloadError,
    SignedEnvelope,
    intent_digest,
)
from schemas.risk import Risk, exceeds
from schemas.verdict import Finding

_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Myself:
    """Who this agent is, from its certificate and its journal."""

    tenant: UUID
    agent: UUID
    instance: UUID
    labels: Mapping[str, str]
    user: str


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a judgement depends on. `now_us`: this host's wall clock; never the controller's."""

    myself: Myself
    keys: TrustedKeys
    journal: JournalState
    policy: LocalPolicy
    scan: Callable[[str], Finding]
    now_us: int
    tolerance_seconds: int


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not run. `step` is the number above; `grant` is None in steps 1 to 4."""

    step: int
    reason: Refusal
    sentence: str
    grant: Grant | None = None
    own_risk: Risk | None = None

    @property
    def is_for_us(self) -> bool:
        """Whether the message was shown to be meant for this agent and instance: then it is journaled."""
        return self.step > 5


@dataclass(frozen=True, slots=True)
class Known:
    """Step 6: the journal knows this id; whoever asks again learns its state."""

    step_execution: UUID


@dataclass(frozen=True, slots=True)
class Accepted:
    """Steps 1 to 14 passed. What is left: the journal, then the process."""

    grant: Grant
    intent_sha256: str
    own_risk: Risk


def authenticate(envelope: SignedEnvelope, keys: TrustedKeys, expected_type: str) -> Payload | Refused:
    """Steps 1 to 4, for orders of every type: the payload, whose bytes a trusted key signed."""
    # 1 bounds
    if len(envelope.payload) > ENVELOPE_MAX_BYTES or len(envelope.signatures) > SIGNATURES_MAX:
        return Refused(1, Refusal.TOO_LARGE, "the envelope is larger than an envelope may be")
    # 2 signature, over the raw bytes, by a key that is known and of the one algorithm
    if not keys.verifies(envelope):
        return Refused(2, Refusal.BAD_SIGNATURE, "no trusted key signed this")
    # 3 strict parse: an unknown or duplicate key, or bytes that are not canonical, mean another version
    kind = PAYLOADS.get(envelope.payload_type)
    if kind is None:
        return Refused(3, Refusal.UNKNOWN_FIELD, f"unknown payload type {envelope.payload_type[:64]!r}")
    try:
        payload = kind.from_payload(envelope.payload)
    except PayloadError as problem:
        return Refused(3, Refusal.UNKNOWN_FIELD, f"not a {kind.PAYLOAD_TYPE}: {problem}")
    # 4 type and version
    if envelope.payload_type != expected_type:
        return Refused(4, Refusal.UNKNOWN_FIELD, f"a {envelope.payload_type} where a {expected_type} belongs")
    return payload


def verify(envelope: SignedEnvelope, context: Context) -> Accepted | Known | Refused:
    """Steps 1 to 14. Never raises for what a message can hold."""
    payload = authenticate(envelope, context.keys, GRANT_TYPE)
    if isinstance(payload, Refused):
        return payload
    assert isinstance(payload, Grant)
    refused = _check_address(payload, context)  # 5
    if refused is not None:
        return refused
    if payload.step_execution in context.journal.attempts:  # 6
        return Known(payload.step_execution)
    for check in (_check_tombstone, _check_epoch, _check_time, _check_panic):  # 7, 8, 9, 10
        refused = check(payload, context)
        if refused is not None:
            return refused
    return _check_command(payload, envelope.payload, context)  # 11 to 14


def _check_address(grant: Grant, context: Context) -> Refused | None:
    """5 tenant, agent, instance."""
    intent, myself = grant.intent, context.myself
    if not _same(intent.tenant, myself.tenant) or not _same(intent.agent, myself.agent):
        return Refused(5, Refusal.WRONG_AGENT, "the grant is for another agent", grant)
    if not _same(grant.agent_instance, myself.instance):
        return Refused(5, Refusal.WRONG_INSTANCE, "the grant is for another instance of this agent", grant)
    return None


def _check_tombstone(grant: Grant, context: Context) -> Refused | None:
    """7 tombstone of a cancel, or of the answer that it was never seen."""
    tombstone = context.journal.tombstones.get(grant.step_execution)
    if tombstone is None:
        return None
    return Refused(7, Refusal(tombstone[0]), "it was withdrawn before it began", grant)


def _check_epoch(grant: Grant, context: Context) -> Refused | None:
    """8 epoch ≥ the highest of the execution."""
    highest = context.journal.epochs.get(grant.intent.execution, (0, 0))[0]
    if grant.epoch < highest:
        sentence = f"epoch {grant.epoch} of the execution is older than {highest}"
        return Refused(8, Refusal.STALE_EPOCH, sentence, grant)
    return None


def _check_time(grant: Grant, context: Context) -> Refused | None:
    """9 time, by this host's clock."""
    tolerance = context.tolerance_seconds * _MICROSECONDS
    now = context.now_us
    if now + tolerance < context.journal.high_us:
        return Refused(9, Refusal.CLOCK_SKEW, "this host's clock went back; no grant can be judged", grant)
    if now < epoch_microseconds(grant.not_before) - tolerance:
        return Refused(9, Refusal.NOT_YET, "the grant is not valid yet", grant)
    if now > epoch_microseconds(grant.not_after) + tolerance:
        return Refused(9, Refusal.EXPIRED, "the grant has expired", grant)
    if any(epoch_microseconds(approval.at) > now + tolerance for approval in grant.approvals):
        return Refused(9, Refusal.CLOCK_SKEW, "an approval lies in this host's future", grant)
    return None


def _check_panic(grant: Grant, context: Context) -> Refused | None:
    """10 panic latch."""
    if context.journal.is_panicked:
        sentence = f"panic {context.journal.panic_epoch} is latched"
        return Refused(10, Refusal.PANICKED, sentence, grant)
    return None


def _check_command(grant: Grant, payload: bytes, context: Context) -> Accepted | Refused:
    """11 to 14: what would run, against what was approved and what this host allows."""
    intent = grant.intent
    own_risk = context.scan(intent.command).risk
    # 11 local policy
    denied = judge(context.policy, grant, own_risk, context.myself.labels, context.myself.user)
    if denied is not None:
        return Refused(11, Refusal.LOCAL_POLICY, denied.sentence, grant, own_risk)
    # 12 digests recomputed, from the received bytes and from what was understood of them
    recomputed = _received_digest(payload)
    if recomputed is None or not hmac.compare_digest(recomputed, intent_digest(intent)):
        return Refused(12, Refusal.DIGEST, "the intent is not the one that was approved", grant, own_risk)
    if intent.confirm and any(approval.typed != intent.confirm for approval in grant.approvals):
        return Refused(
            12, Refusal.DIGEST, "the typed text is not the one that was asked for", grant, own_risk
        )
    # 13 own scan ≤ granted risk: the stricter verdict wins
    if exceeds(own_risk, intent.risk):
        sentence = f"granted as {intent.risk.value}, found {own_risk.value} here"
        return Refused(13, Refusal.RISKIER, sentence, grant, own_risk)
    # 14 attempts of this gate
    before = context.journal.gate_attempts.get(str(intent.gate), set())
    if len(before | {grant.step_execution}) > intent.max_attempts:
        sentence = f"this gate was approved for {intent.max_attempts} attempts"
        return Refused(14, Refusal.ATTEMPTS, sentence, grant, own_risk)
    return Accepted(grant, recomputed, own_risk)


def _received_digest(payload: bytes) -> str | None:
    try:
        return digest(INTENT_DOMAIN, parse_strict(payload)["intent"])
    except (CanonicalError, KeyError):
        return None


def _same(left: UUID, right: UUID) -> bool:
    return hmac.compare_digest(left.bytes, right.bytes)
