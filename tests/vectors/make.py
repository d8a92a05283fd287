"""Writes the test vectors: `python -m tests.vectors.make`. Imports nothing of the product, on purpose.

Canonical bytes come from the package `rfc8785`, digests from hashlib, signatures from `cryptography`, the
chain and the ids from the few lines below that follow CONTRACTS.md §3 word by word. A test compares the files
with a new run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.vectors.refused import REFUSED

FOLDER: Final = Path(__file__).parent
SEED: Final = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
"""The first secret key of RFC 8032 §7.1: public by definition, for tests only."""
OTHER_SEED: Final = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def uuid7(millisecond: int, counter: int, tail: int) -> UUID:
    """RFC 9562 §5.7 with a counter in `rand_a`."""
    return UUID(int=millisecond << 80 | 7 << 76 | counter << 64 | 2 << 62 | tail)


def shown(prefix: str, value: UUID) -> str:
    """The prefix, an underscore and 26 characters of Crockford base32, lower case."""
    bits = f"{value.int:0130b}"
    return prefix + "_" + "".join(ALPHABET[int(bits[at : at + 5], 2)] for at in range(0, 130, 5))


MILLISECOND: Final = 1_795_377_000_123
IDS: Final = {
    name: uuid7(MILLISECOND + place, 17 * place + 1, 0x1234_5678_9ABC_DEF0 + place)
    for place, name in enumerate("ten mem rpo rbk ver agt exe stx gat evt".split())
}
INSTANCE: Final = str(uuid7(MILLISECOND + 50, 99, 42))


def b64u(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def digest(domain: str, value: Any) -> str:
    return "sha256:" + hashlib.sha256(domain.encode() + b"\n" + rfc8785.dumps(value)).hexdigest()


def intent() -> dict[str, Any]:
    """A complete intent with every field."""
    return {
        "tenant": shown("ten", IDS["ten"]),
        "agent": shown("agt", IDS["agt"]),
        "execution": shown("exe", IDS["exe"]),
        "gate": shown("gat", IDS["gat"]),
        "step": "stop-batch",
        "kind": "forward",
        "runbook": {
            "repository": shown("rpo", IDS["rpo"]),
            "name": "payments-replica-lag",
            "commit": "3f9c0a41d7e2b8653f9c0a41d7e2b8653f9c0a41",
            "contentSha256": "sha256:" + hashlib.sha256(b"the document").hexdigest(),
        },
        "command": "kubectl -n payments scale deployment/batch --replicas=0\necho 'größer → 0'",
        "shell": "/bin/bash --noprofile --norc -eo pipefail",
        "env": [{"name": "KUBECONFIG", "value": "/etc/dd0c/kubeconfig"}, {"name": "REGION", "value": "eu-1"}],
        "secretEnv": [{"name": "PGPASSWORD", "secret": "PAYMENTS_PG"}],
        "cwd": "/",
        "user": "dd0c",
        "timeoutMs": 60000,
        "graceMs": 10000,
        "outputLimitBytes": 10485760,
        "maxAttempts": 1,
        "risk": "caution",
        "confirm": "",
        "resources": ["deployment/batch", "namespace/payments"],
        "scanner": {"version": "0.1.0", "knowledge": "sha256:" + "0" * 64},
    }


def grant() -> dict[str, Any]:
    """A grant for that intent, approved by one member."""
    return {
        "intent": intent(),
        "stepExecution": shown("stx", IDS["stx"]),
        "attempt": 1,
        "epoch": 7,
        "agentInstance": INSTANCE,
        "notBefore": "2026-11-22T19:50:00.000000Z",
        "notAfter": "2026-11-22T19:52:00.000000Z",
        "approvals": [
            {
                "member": shown("mem", IDS["mem"]),
                "role": "responder",
                "source": "cli",
                "at": "2026-11-22T19:49:58.123456Z",
                "typed": "",
            }
        ],
    }


def order() -> dict[str, Any]:
    """What cancel, freeze and thaw carry."""
    return {
        "tenant": shown("ten", IDS["ten"]),
        "agent": shown("agt", IDS["agt"]),
        "agentInstance": INSTANCE,
        "execution": shown("exe", IDS["exe"]),
        "stepExecution": shown("stx", IDS["stx"]),
        "epoch": 8,
        "at": "2026-11-22T19:50:03.000001Z",
    }


def payloads() -> dict[str, dict[str, Any]]:
    """One payload of every type that may be signed."""
    tenant, member = shown("ten", IDS["ten"]), shown("mem", IDS["mem"])
    at = "2026-11-22T19:50:03.000001Z"
    return {
        "dd0c.grant.v1": grant(),
        "dd0c.cancel.v1": order(),
        "dd0c.freeze.v1": order(),
        "dd0c.thaw.v1": order(),
        "dd0c.panic.v1": {"tenant": tenant, "epoch": 3, "at": at, "by": f"member:{member}", "drill": False},
        "dd0c.panic-clear.v1": {"tenant": tenant, "epoch": 3, "at": at, "by": [member]},
        "dd0c.keys.v1": {
            "tenant": tenant,
            "generation": 2,
            "at": at,
            "keys": [{"keyId": "grant-2", "alg": "ed25519", "publicKey": b64u(public(OTHER_SEED))}],
        },
        "dd0c.checkpoint.v1": {"tenant": tenant, "seq": 3, "hash": chain()["events"][-1]["hash"], "at": at},
    }


def public(seed: bytes) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


CANONICAL_VALUES: Final[dict[str, Any]] = {
    "empty object": {},
    "empty array and text": {"a": [], "b": ""},
    "keys are sorted": {"z": 1, "a": 2, "aB": 3, "aa": 4, "A": 5, "_": 6, "a0": 7},
    "integers to the bound": {"max": 2**53 - 1, "min": -(2**53) + 1, "zero": 0},
    "booleans": {"no": False, "yes": True},
    "control characters": {"t": "\x00\x01\b\t\n\x0b\f\r\x1f\x7f\u0080"},
    "quotes and slashes": {"t": '" \\ / </script>'},
    "beyond the plane, not normalised": {"t": "é e\u0301 € 😀 \u2028\u2029 \ufeff"},
    "nested": {"a": [{"b": [[], {}, [1, "2", True]]}]},
    "intent": intent(),
    "grant": grant(),
}


def canonical_file() -> dict[str, Any]:
    cases = []
    for name, value in CANONICAL_VALUES.items():
        content = rfc8785.dumps(value)
        cases.append(
            {
                "name": name,
                "value": value,
                "canonical": content.decode(),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    refused = [{"name": name, "payload": b64u(payload)} for name, payload in REFUSED.items()]
    return {"cases": cases, "refused": refused}


def digest_file() -> dict[str, Any]:
    document = {
        "apiVersion": "dd0c.run/v1",
        "kind": "Runbook",
        "metadata": {"name": "a", "title": "A"},
        "spec": {"steps": [{"id": "look", "title": "Look", "command": "uname -a", "timeout": "20s"}]},
    }
    values = {"namespace": "payments", "replica": "payments-db-2"}
    cases = [("dd0c.intent.v1", intent()), ("dd0c.document.v1", document), ("dd0c.variables.v1", values)]
    return {
        "cases": [{"domain": name, "value": value, "digest": digest(name, value)} for name, value in cases]
    }


def signature_file() -> dict[str, Any]:
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    cases = []
    for kind, value in payloads().items():
        payload = rfc8785.dumps(value)
        encoded = b" ".join(
            [b"DSSEv1", str(len(kind)).encode(), kind.encode(), str(len(payload)).encode(), payload]
        )
        cases.append(
            {
                "payloadType": kind,
                "payload": b64u(payload),
                "paeSha256": hashlib.sha256(encoded).hexdigest(),
                "sig": b64u(key.sign(encoded)),
            }
        )
    return {
        "seed": b64u(SEED),
        "publicKey": b64u(public(SEED)),
        "keyId": "grant-1",
        "cases": cases,
        "pae": [
            {"payloadType": "http://example.com/HelloWorld", "payload": b64u(b"hello world"),
             "pae": "DSSEv1 29 http://example.com/HelloWorld 11 hello world"},
            {"payloadType": "", "payload": "", "pae": "DSSEv1 0  0 "},
        ],
    }  # fmt: skip


def lp(content: bytes) -> bytes:
    return struct.pack(">i", len(content)) + content


def chain() -> dict[str, Any]:
    """Three events: a plain one, one with an execution and sealed content, one with text beyond ASCII."""
    tenant = IDS["ten"]
    rows: list[dict[str, Any]] = [
        {"event_type": "tenant.created", "actor": "system:setup", "execution": None,
         "data": {"slug": "acme"}, "sealed": None},
        {
            "event_type": "step.approved",
            "actor": "member:" + shown("mem", IDS["mem"]),
            "execution": IDS["exe"],
            "data": {"version": 4, "step": "stop-batch", "intentSha256": digest("dd0c.intent.v1", intent())},
            "sealed": b"key id, nonce and ciphertext",
        },
        {"event_type": "execution.aborted", "actor": "system:timers", "execution": IDS["exe"],
         "data": {"version": 5, "code": "member", "state": "paused", "reason": "größer → 😀"}, "sealed": b""},
    ]  # fmt: skip
    prev = bytes(32)
    events = []
    for seq, row in enumerate(rows, 1):
        event_id = uuid7(MILLISECOND + 100 + seq, seq, seq)
        created = 1_795_377_000_123_456 + seq
        text = rfc8785.dumps(row["data"])
        sealed = b"" if row["sealed"] is None else hashlib.sha256(row["sealed"]).digest()
        execution = row["execution"] or UUID(int=0)
        content = b"".join(
            [
                b"dd0c.audit.v1\n", prev, struct.pack(">q", seq), tenant.bytes, event_id.bytes,
                struct.pack(">q", created), lp(row["event_type"].encode()), lp(row["actor"].encode()),
                execution.bytes, lp(text), lp(sealed),
            ]
        )  # fmt: skip
        hashed = hashlib.sha256(content).digest()
        events.append(
            {
                "seq": seq,
                "eventId": str(event_id),
                "createdUs": created,
                "eventType": row["event_type"],
                "actor": row["actor"],
                "execution": None if row["execution"] is None else str(row["execution"]),
                "eventData": text.decode(),
                "sealed": None if row["sealed"] is None else b64u(row["sealed"]),
                "prev": prev.hex(),
                "hash": hashed.hex(),
            }
        )
        prev = hashed
    return {"tenant": str(tenant), "events": events}


def id_file() -> dict[str, Any]:
    extremes = {"zero": UUID(int=0), "max": UUID(int=2**128 - 1)}
    cases = [{"prefix": name, "uuid": str(value), "shown": shown(name, value)} for name, value in IDS.items()]
    cases += [
        {"prefix": "exe", "uuid": str(value), "shown": shown("exe", value)} for value in extremes.values()
    ]
    good = shown("exe", IDS["exe"])
    refused = [
        "", "exe_", good[:-1], good + "0", good.upper(), good.replace("exe_", "agt_"),
        "exe_8" + good[5:], good[:-1] + "u", good[:-1] + "i", " " + good, good + "\n",
    ]  # fmt: skip
    token = "ddt_" + shown("ten", IDS["ten"])[4:] + "_" + "5a" * 32
    stored = hashlib.sha256(token.encode()).hexdigest()
    return {
        "cases": cases,
        "refused": {"prefix": "exe", "texts": refused},
        "tokens": [{"prefix": "ddt", "token": token, "tenant": str(IDS["ten"]), "sha256": stored}],
    }


def render() -> dict[str, str]:
    """Every vector file by its name."""
    files = {
        "canonical.json": canonical_file(),
        "digests.json": digest_file(),
        "signatures.json": signature_file(),
        "audit_chain.json": chain(),
        "ids.json": id_file(),
    }
    return {name: json.dumps(content, indent=1, ensure_ascii=True) + "\n" for name, content in files.items()}


if __name__ == "__main__":
    for name, text in render().items():
        (FOLDER / name).write_text(text, "utf-8")
