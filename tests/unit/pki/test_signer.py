"""Signing without a database: vectors, closed types, one key a purpose."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from base.limits import ENVELOPE_MAX_BYTES
from controller.pki.keystore import KeyStore
from controller.pki.signer import CheckpointSigner, GrantSigner, verify
from controller.pki.tenant_keys import Purpose, TenantKeys
from schemas.canonical import canonical, pae
from schemas.grant import CHECKPOINT_TYPE, GRANT_TYPE, PANIC_TYPE, SignedEnvelope

TENANT = UUID("01900000-0000-7000-8000-000000000001")
OTHER = UUID("01900000-0000-7000-8000-000000000002")
KEY_ID = UUID("01900000-0000-7000-8000-00000000000f")
VECTORS = json.loads((Path(__file__).parent / "signer_vectors.json").read_text())


@pytest.fixture
def keys(tmp_path: Path) -> TenantKeys:
    return TenantKeys(KeyStore(tmp_path / "keys"))


@pytest.fixture
def known(tmp_path: Path) -> TenantKeys:
    """A tenant whose keys are those of RFC 8032 §7.1, test 1 (grant) and test 2 (checkpoint)."""
    store = KeyStore(tmp_path / "known")
    for purpose, vector in (("grant", 0), ("checkpoint", 1)):
        seed = bytes.fromhex(VECTORS["seeds"][vector])
        store.write(f"tenants/{TENANT.hex}/{purpose}/{KEY_ID.hex}", seed)
    return TenantKeys(store)


@pytest.mark.parametrize("vector", VECTORS["signatures"], ids=lambda vector: vector["payloadType"])
def test_signatures_are_those_of_the_vectors(known: TenantKeys, vector: dict[str, str]) -> None:
    signer = (CheckpointSigner if vector["payloadType"] == CHECKPOINT_TYPE else GrantSigner)(known)
    payload = vector["payload"].encode()
    envelope = signer.sign_now(TENANT, vector["payloadType"], payload)
    (signature,) = envelope.signatures
    assert envelope.payload == payload
    assert signature.key_id == vector["keyId"]
    assert signature.sig.hex() == vector["signature"]
    assert verify(envelope, {vector["keyId"]: bytes.fromhex(vector["publicKey"])})


def test_the_vectors_agree_with_the_primitives() -> None:
    """The file was not simply printed by the code under test: Ed25519 over PAE, computed here by hand."""
    for vector in VECTORS["signatures"]:
        seed = bytes.fromhex(VECTORS["seeds"][1 if vector["payloadType"] == CHECKPOINT_TYPE else 0])
        key = Ed25519PrivateKey.from_private_bytes(seed)
        kind, payload = vector["payloadType"].encode(), vector["payload"].encode()
        message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
        assert pae(vector["payloadType"], payload) == message
        assert key.sign(message).hex() == vector["signature"]
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        assert public.hex() == vector["publicKey"]


def test_each_signer_refuses_the_others_types(keys: TenantKeys) -> None:
    with pytest.raises(ValueError, match="does not sign"):
        GrantSigner(keys).sign_now(TENANT, CHECKPOINT_TYPE, b"{}")
    for kind in (GRANT_TYPE, PANIC_TYPE, "dd0c.other.v1", ""):
        with pytest.raises(ValueError, match="does not sign"):
            CheckpointSigner(keys).sign_now(TENANT, kind, b"{}")


def test_a_payload_over_the_bound_is_refused(keys: TenantKeys) -> None:
    signer = GrantSigner(keys)
    assert signer.sign_now(TENANT, GRANT_TYPE, b"x" * ENVELOPE_MAX_BYTES).signatures
    with pytest.raises(ValueError, match="at most"):
        signer.sign_now(TENANT, GRANT_TYPE, b"x" * (ENVELOPE_MAX_BYTES + 1))


def test_r18_one_tenants_signature_is_worth_nothing_to_another(keys: TenantKeys) -> None:
    envelope = GrantSigner(keys).sign_now(TENANT, GRANT_TYPE, canonical({"a": 1}))
    mine = keys.current(TENANT, Purpose.GRANT)
    theirs = keys.current(OTHER, Purpose.GRANT)
    assert verify(envelope, {mine.shown_id: mine.public()})
    assert not verify(envelope, {theirs.shown_id: theirs.public()})
    assert not verify(envelope, {mine.shown_id: theirs.public()})
    assert not verify(envelope, {})


def test_any_flipped_bit_of_type_or_payload_breaks_the_signature(keys: TenantKeys) -> None:
    payload = canonical({"step": "rebuild", "epoch": 7})
    envelope = GrantSigner(keys).sign_now(TENANT, GRANT_TYPE, payload)
    key = keys.current(TENANT, Purpose.GRANT)
    trusted = {key.shown_id: key.public()}
    for place in range(len(payload)):
        altered = bytes([*payload[:place], payload[place] ^ 1, *payload[place + 1 :]])
        forged = SignedEnvelope(payload_type=GRANT_TYPE, payload=altered, signatures=envelope.signatures)
        assert not verify(forged, trusted), place
    other = SignedEnvelope(payload_type=PANIC_TYPE, payload=payload, signatures=envelope.signatures)
    assert not verify(other, trusted)
