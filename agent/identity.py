"""Who this agent is: one file, written whole or not at all, readable by its owner only."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from agent.trust import TrustedKeys
from agent.whole import write_whole

FILE_NAME: Final = "identity.json"


class IdentityUnusable(Exception):
    """The identity file is missing or broken; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What enrolment gave, and what renewals and key orders changed since. PEM and base64url texts."""

    tenant_id: str
    agent_id: str
    name: str
    private_key: str = field(repr=False)
    certificate: str
    roots: str
    grpc_address: str
    server_name: str
    keys: Mapping[str, str]
    keys_generation: int = 0

    @property
    def tenant(self) -> UUID:
        """The tenant's id."""
        return UUID(self.tenant_id)

    @property
    def agent(self) -> UUID:
        """The agent's id."""
        return UUID(self.agent_id)

    @property
    def trusted_keys(self) -> TrustedKeys:
        """The grant keys, ready to verify with."""
        return TrustedKeys(self.keys, self.keys_generation)

    def with_keys(self, keys: TrustedKeys) -> Identity:
        """The same agent, trusting other grant keys."""
        return replace(self, keys=keys.texts, keys_generation=keys.generation)

    def validity(self) -> tuple[datetime, datetime]:
        """From when to when the certificate is valid."""
        certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc

    def renewal_due(self) -> datetime:
        """Half of the certificate's life is over then (PROMISES.md 27)."""
        begin, end = self.validity()
        return begin + (end - begin) / 2


def new_key_and_request(name: str) -> tuple[str, str]:
    """A fresh P-256 key and a request signed by it, both PEM. The identity is the authority's to choose."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private.decode(), request.public_bytes(Encoding.PEM).decode()


_UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What `cryptography` raises for a text that is no certificate or key, or of a kind it does not know."""


def check_certificate(identity: Identity) -> None:
    """Key, certificate, authorities and URI SAN belong together. Raises IdentityUnusable."""
    try:
        certificate = x509.load_pem_x509_certificate(identity.certificate.encode())
        key = load_pem_private_key(identity.private_key.encode(), None)
        x509.load_pem_x509_certificates(identity.roots.encode())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except _UNREADABLE as problem:
        raise IdentityUnusable(f"the certificate can't be used: {problem}") from problem
    encoding = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*encoding) != certificate.public_key().public_bytes(*encoding):
        raise IdentityUnusable("the certificate is for another key")
    expected = f"spiffe://dd0c/{identity.tenant}/{identity.agent}"
    if names.get_values_for_type(x509.UniformResourceIdentifier) != [expected]:
        raise IdentityUnusable(f"the certificate does not name {expected}")


def load_identity(state_dir: Path) -> Identity | None:
    """The stored identity, every part of it checked; None before enrolment. Raises IdentityUnusable."""
    path = state_dir / FILE_NAME
    try:
        identity = _read(json.loads(path.read_text(encoding="utf-8")))
        check_certificate(identity)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, IdentityUnusable) as problem:
        raise IdentityUnusable(
            f"{path} can't be used ({problem}); put it back from a backup, or move it away and enrol this"
            " agent again with a new token"
        ) from problem
    return identity


def _read(document: object) -> Identity:
    """The identity of a document. Raises TypeError, ValueError."""
    if not isinstance(document, dict):
        raise TypeError("it is no object")
    identity = Identity(**document)
    texts = (name for name in Identity.__slots__ if name not in ("keys", "keys_generation"))
    for name in texts:
        if not isinstance(getattr(identity, name), str):
            raise TypeError(f"{name} is no text")
    if not isinstance(identity.keys, dict) or not isinstance(identity.keys_generation, int):
        raise TypeError("keys are missing or broken")
    UUID(identity.tenant_id), UUID(identity.agent_id)
    TrustedKeys(identity.keys, identity.keys_generation)
    return identity


def store_identity(state_dir: Path, identity: Identity) -> None:
    """Write it durably: temporary file, fsync, rename, fsync of the folder. Raises OSError."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = state_dir / FILE_NAME
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        write_whole(descriptor, json.dumps(asdict(identity), indent=1).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    temporary.rename(path)
    folder = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
