"""Makes signed grants and orders as a controller does, for the agent's tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.trust import TrustedKeys
from base.ids import new_id
from schemas.canonical import b64u, canonical, pae
from schemas.grant import (
    GRANT_TYPE,
    SHELL,
    Grant,
    GrantApproval,
    Intent,
    Payload,
    RunbookRef,
    ScannerRef,
    Signature,
    SignedEnvelope,
)
from schemas.risk import Risk

KEY_ID = "key_one"


@dataclass
class Controller:
    """A tenant's grant key and the ids that grants name."""

    tenant: UUID = field(default_factory=new_id)
    agent: UUID = field(default_factory=new_id)
    instance: UUID = field(default_factory=new_id)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public_key(self) -> str:
        """base64url of the raw public key."""
        return b64u(self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @property
    def trusted(self) -> TrustedKeys:
        return TrustedKeys({KEY_ID: self.public_key})

    def sign(self, payload_type: str, payload: bytes, key_id: str = KEY_ID) -> SignedEnvelope:
        """Sign any bytes under any type."""
        signature = Signature(key_id=key_id, sig=self.key.sign(pae(payload_type, payload)))
        return SignedEnvelope(payload_type=payload_type, payload=payload, signatures=(signature,))

    def envelope(self, payload: Payload) -> SignedEnvelope:
        """Sign a payload as what it is."""
        return self.sign(payload.PAYLOAD_TYPE, payload.to_payload())

    def sign_json(self, document: dict[str, Any], payload_type: str = GRANT_TYPE) -> SignedEnvelope:
        """Sign a document that may be anything but a grant."""
        return self.sign(payload_type, canonical(document))

    def grant(self, command: str = "true", **changes: Any) -> Grant:
        """A good grant of a caution command, approved by one person. `changes` go to intent or grant."""
        now = changes.pop("now", None) or datetime.now(UTC)
        intent_names = set(Intent.model_fields)
        intent = Intent(
            **{
                "tenant": self.tenant,
                "agent": self.agent,
                "execution": new_id(),
                "gate": new_id(),
                "step": "step-one",
                "kind": "forward",
                "runbook": RunbookRef(
                    repository=new_id(), name="book", commit="a" * 40, content_sha256="sha256:" + "b" * 64
                ),
                "command": command,
                "shell": SHELL,
                "env": (),
                "secret_env": (),
                "cwd": "/",
                "user": "",
                "timeout_ms": 20_000,
                "grace_ms": 500,
                "output_limit_bytes": 10 << 20,
                "max_attempts": 1,
                "risk": Risk.CAUTION,
                "confirm": "",
                "resources": (),
                "scanner": ScannerRef(version="1", knowledge="1"),
                **{name: value for name, value in changes.items() if name in intent_names},
            }
        )
        approval = GrantApproval(member=new_id(), role="approver", source="cli", at=now, typed=intent.confirm)
        return Grant(
            **{
                "intent": intent,
                "step_execution": new_id(),
                "attempt": 1,
                "epoch": 1,
                "agent_instance": self.instance,
                "not_before": now - timedelta(seconds=1),
                "not_after": now + timedelta(seconds=119),
                "approvals": (approval,),
                **{name: value for name, value in changes.items() if name not in intent_names},
            }
        )
