"""The vector files are what their maker makes, and every implementation of ours agrees with them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from base.ids import InvalidId, parse_id, parse_token, show_id
from schemas.audit import CHAIN_START, chain_hash
from schemas.canonical import digest, unb64u
from schemas.grant import PAYLOADS, Grant, Signature, SignedEnvelope, intent_digest
from schemas.runbook import Runbook
from tests.vectors import load, make

SIGNATURES = load("signatures")
CHAIN = load("audit_chain")


@pytest.mark.parametrize("name", sorted(make.render()))
def test_files_are_what_make_makes(name: str) -> None:
    assert (Path(make.__file__).parent / name).read_text("utf-8") == make.render()[name]


@pytest.mark.parametrize("case", SIGNATURES["cases"], ids=lambda case: case["payloadType"])
def test_signed_payloads(case: dict[str, str]) -> None:
    payload = unb64u(case["payload"])
    signature = Signature(key_id=SIGNATURES["keyId"], sig=unb64u(case["sig"]))
    envelope = SignedEnvelope(payload_type=case["payloadType"], payload=payload, signatures=(signature,))
    assert hashlib.sha256(envelope.pae()).hexdigest() == case["paeSha256"]
    key = Ed25519PublicKey.from_public_bytes(unb64u(SIGNATURES["publicKey"]))
    key.verify(signature.sig, envelope.pae())
    with pytest.raises(InvalidSignature):
        key.verify(
            signature.sig, SignedEnvelope(payload_type="dd0c.other.v1", payload=payload, signatures=()).pae()
        )
    found = PAYLOADS[case["payloadType"]].from_payload(payload)
    assert found.to_payload() == payload


def test_every_payload_type_has_a_vector() -> None:
    assert {case["payloadType"] for case in SIGNATURES["cases"]} == set(PAYLOADS)


def test_intent_digest_of_the_vectors() -> None:
    case = next(case for case in load("digests")["cases"] if case["domain"] == "dd0c.intent.v1")
    signed = next(case for case in SIGNATURES["cases"] if case["payloadType"] == "dd0c.grant.v1")
    grant = Grant.from_payload(unb64u(signed["payload"]))
    assert grant.intent.to_json() == case["value"]
    assert intent_digest(grant.intent) == case["digest"] == digest("dd0c.intent.v1", case["value"])


def test_document_digest_of_the_vectors() -> None:
    case = next(case for case in load("digests")["cases"] if case["domain"] == "dd0c.document.v1")
    assert Runbook.from_json(case["value"]).digest() == case["digest"]


def test_audit_chain() -> None:
    prev = CHAIN_START
    for event in CHAIN["events"]:
        assert prev.hex() == event["prev"]
        prev = _hash(event, event["eventData"])
        assert prev.hex() == event["hash"]


@pytest.mark.parametrize(
    "field", ["seq", "createdUs", "eventType", "actor", "eventData", "execution", "sealed", "eventId"]
)
def test_every_field_is_in_the_hash(field: str) -> None:
    event = dict(CHAIN["events"][1])
    before = event["hash"]
    other: dict[str, Any] = {
        "execution": None,
        "sealed": None,
        "eventId": CHAIN["events"][0]["eventId"],
        "seq": 9,
        "createdUs": 9,
    }
    event[field] = other[field] if field in other else event[field] + "x"
    assert _hash(event, event["eventData"]).hex() != before


def test_no_sealed_content_is_not_empty_sealed_content() -> None:
    event = dict(CHAIN["events"][2])
    assert event["sealed"] == ""
    event["sealed"] = None
    assert _hash(event, event["eventData"]).hex() != event["hash"]


def test_a_chain_hash_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32"):
        chain_hash(b"", 1, UUID(int=1), UUID(int=1), 0, "a", "b", None, "{}", None)


def _hash(event: dict[str, Any], data: str) -> bytes:
    return chain_hash(
        bytes.fromhex(event["prev"]),
        event["seq"],
        UUID(CHAIN["tenant"]),
        UUID(event["eventId"]),
        event["createdUs"],
        event["eventType"],
        event["actor"],
        None if event["execution"] is None else UUID(event["execution"]),
        data,
        None if event["sealed"] is None else unb64u(event["sealed"]),
    )


@pytest.mark.parametrize("case", load("ids")["cases"], ids=lambda case: case["shown"])
def test_ids(case: dict[str, str]) -> None:
    assert show_id(case["prefix"], UUID(case["uuid"])) == case["shown"]
    assert parse_id(case["prefix"], case["shown"]) == UUID(case["uuid"])


@pytest.mark.parametrize("text", load("ids")["refused"]["texts"], ids=repr)
def test_texts_that_are_no_id(text: str) -> None:
    with pytest.raises(InvalidId):
        parse_id(load("ids")["refused"]["prefix"], text)


@pytest.mark.parametrize("case", load("ids")["tokens"], ids=lambda case: case["prefix"])
def test_tokens(case: dict[str, str]) -> None:
    assert parse_token(case["prefix"], case["token"]) == (UUID(case["tenant"]), bytes.fromhex(case["sha256"]))
