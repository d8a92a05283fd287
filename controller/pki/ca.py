"""The internal certificate authority: roots, the link server's certificate, agents' certificates.

P-256 throughout: the TLS library under grpcio offers no Ed25519. A root has path length 1, so that at a
rotation it can sign a bridge to its successor (path length 0): the server shows its certificate and the
bridge, and agents that hold either root can check it. Agents' certificates come straight from the newest
root. Identity is `spiffe://dd0c/<tenant>/<agent>` in the URI SAN and is chosen here, never by the request.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from base.clock import Clock
from base.ids import new_id
from base.limits import CLOCK_TOLERANCE_SECONDS
from controller.pki.csr import check_request
from controller.pki.keystore import KeyStore, KeyStoreError
from proto.channel import SERVER_NAME, Identity

ROOT_DAYS: Final = 3650
SERVER_DAYS: Final = 90
_ROOTS: Final = "ca/roots"
_BRIDGES: Final = "ca/bridges"


@dataclass(frozen=True, slots=True)
class Root:
    """A root: its private key and certificate. `root_id` is a UUIDv7, so roots sort by age."""

    root_id: UUID
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Issued:
    """An agent's certificate: PEM, its serial as 40 hex digits, and the window in which it is valid."""

    certificate: bytes
    serial: str
    not_before: datetime
    not_after: datetime


class CertificateAuthority:
    """Issues certificates from the roots in the key store; makes the first root where there is none."""

    def __init__(self, store: KeyStore, clock: Clock, host_names: Sequence[str] = ()) -> None:
        """`host_names`: names and addresses, beside loopback, under which agents may dial the link."""
        self._store = store
        self._clock = clock
        self._host_names = tuple(host_names)
        self._roots: list[Root] = []
        self._server: tuple[Identity, datetime] | None = None
        self.reload()

    def reload(self) -> None:
        """Read the roots again, for what another process changed. Raises KeyStoreError when damaged."""
        roots = [self._read_root(name) for name in self._store.names(_ROOTS)]
        if not roots:
            first = self._new_root()
            marker = self._store.write_first("ca/first", _pack_root(first))
            self._store.write_first(f"{_ROOTS}/{_root_of(marker).root_id.hex}", marker)
            roots = [self._read_root(name) for name in self._store.names(_ROOTS)]
        self._roots = roots
        self._server = None

    def issue(self, csr_pem: bytes, tenant_id: UUID, agent_id: UUID, seconds: int) -> Issued:
        """Sign an agent's request for this identity. Raises BadRequest for an unfit request."""
        public_key = check_request(csr_pem)
        now = self._clock.now().replace(microsecond=0)
        root = self._roots[-1]
        certificate = (
            self._builder(f"agent {agent_id}", public_key, root, timedelta(seconds=seconds), now)
            .add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(spiffe_id(tenant_id, agent_id))]),
                critical=True,
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
            .sign(root.key, hashes.SHA256())
        )
        return Issued(
            certificate.public_bytes(Encoding.PEM),
            serial_text(certificate.serial_number),
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )

    def roots_pem(self) -> bytes:
        """All roots to trust, newest first: what `chain` carries at enrolment and renewal."""
        return b"".join(root.certificate.public_bytes(Encoding.PEM) for root in reversed(self._roots))

    def newest_root(self) -> x509.Certificate:
        """The root that signs now; its DER's SHA-256 goes into enrolment tokens."""
        return self._roots[-1].certificate

    def root_by_fingerprint(self, sha256_hex: str) -> x509.Certificate | None:
        """The trusted root whose DER has this SHA-256, or None."""
        for root in self._roots:
            if fingerprint(root.certificate) == sha256_hex:
                return root.certificate
        return None

    def issuer_of(self, certificate: x509.Certificate) -> str | None:
        """The SHA-256 of the trusted root that signed the certificate itself, or None."""
        for root in self._roots:
            try:
                certificate.verify_directly_issued_by(root.certificate)
            except (ValueError, TypeError, InvalidSignature):
                continue
            return fingerprint(root.certificate)
        return None

    def fingerprints(self) -> frozenset[str]:
        """The SHA-256 of every root that is trusted now."""
        return frozenset(fingerprint(root.certificate) for root in self._roots)

    def follow(self) -> None:
        """Read the roots again where another process added or retired one."""
        known = [f"{_ROOTS}/{root.root_id.hex}" for root in self._roots]
        if self._store.names(_ROOTS) != known:
            self.reload()

    def server_credentials(self) -> tuple[Identity, bytes]:
        """The server's identity (leaf, then bridges) and the client roots, as `proto.channel` takes them.

        Called at every handshake: kept in memory, made anew when a third of its life is left.
        """
        now = self._clock.now()
        if self._server is None or self._server[1] <= now:
            self._server = self._issue_server(now)
        return self._server[0], self.roots_pem()

    def rotate(self) -> x509.Certificate:
        """Add a new root and bridges to it from every older one. Both are trusted until `retire_root`."""
        root = self._new_root()
        for older in self._roots:
            bridge = self._certify_root(root.root_id, root.key.public_key(), older, path_length=0)
            self._store.write(
                f"{_BRIDGES}/{root.root_id.hex}/{older.root_id.hex}", bridge.public_bytes(Encoding.DER)
            )
        self._store.write(f"{_ROOTS}/{root.root_id.hex}", _pack_root(root))
        self.reload()
        return root.certificate

    def retire_root(self, sha256_hex: str) -> None:
        """End the overlap: a root is trusted no more. Raises ValueError for the newest or an unknown one."""
        for root in self._roots[:-1]:
            if fingerprint(root.certificate) == sha256_hex:
                self._store.delete(f"{_ROOTS}/{root.root_id.hex}")
                self.reload()
                return
        raise ValueError("only an older root that is still trusted can be retired")

    def _issue_server(self, now: datetime) -> tuple[Identity, datetime]:
        key = ec.generate_private_key(ec.SECP256R1())
        root = self._roots[-1]
        names = [SERVER_NAME, "localhost", "127.0.0.1", "::1", *self._host_names]
        certificate = (
            self._builder("dd0c link", key.public_key(), root, timedelta(days=SERVER_DAYS), now)
            .add_extension(x509.SubjectAlternativeName(_general_names(names)), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=True)
            .sign(root.key, hashes.SHA256())
        )
        chain = certificate.public_bytes(Encoding.PEM) + self._bridges(root)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Identity(private, chain), now + timedelta(days=SERVER_DAYS * 2 // 3)

    def _bridges(self, newest: Root) -> bytes:
        trusted = {root.root_id.hex for root in self._roots}
        pem = b""
        for name in self._store.names(f"{_BRIDGES}/{newest.root_id.hex}"):
            der = self._store.read(name)
            if der is not None and name.rpartition("/")[2] in trusted:
                pem += x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        return pem

    def _builder(
        self, name: str, public_key: ec.EllipticCurvePublicKey, root: Root, life: timedelta, now: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(root.certificate.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - min(life / 10, timedelta(seconds=CLOCK_TOLERANCE_SECONDS)))
            .not_valid_after(now + life)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign_certificates=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False
            )
        )

    def _new_root(self) -> Root:
        key, root_id = ec.generate_private_key(ec.SECP256R1()), new_id()
        return Root(root_id, key, self._certify_root(root_id, key.public_key(), None, path_length=1, key=key))

    def _certify_root(
        self,
        root_id: UUID,
        public_key: ec.EllipticCurvePublicKey,
        issuer: Root | None,
        *,
        path_length: int,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> x509.Certificate:
        now = self._clock.now().replace(microsecond=0)
        signing_key = issuer.key if issuer else key
        assert signing_key is not None
        subject = _name(f"dd0c root {root_id}")
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(seconds=CLOCK_TOLERANCE_SECONDS))
            .not_valid_after(now + timedelta(days=ROOT_DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(_usage(sign_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False
            )
            .sign(signing_key, hashes.SHA256())
        )

    def _read_root(self, name: str) -> Root:
        packed = self._store.read(name)
        if packed is None:
            raise KeyStoreError(f"the root {name} is gone")
        return _root_of(packed)


def spiffe_id(tenant_id: UUID, agent_id: UUID) -> str:
    """The one URI SAN of an agent's certificate."""
    return f"spiffe://dd0c/{tenant_id}/{agent_id}"


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of a certificate's DER, 64 hex digits: how tokens name a root."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def serial_text(serial: int) -> str:
    """A serial as it is stored and compared: 40 lower-case hex digits."""
    return f"{serial:040x}"


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_names(names: Sequence[str]) -> list[x509.GeneralName]:
    general: list[x509.GeneralName] = []
    for name in dict.fromkeys(names):
        try:
            general.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            general.append(x509.DNSName(name))
    return general


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pack_root(root: Root) -> bytes:
    private = root.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    length = len(private).to_bytes(4, "big")
    return root.root_id.bytes + length + private + root.certificate.public_bytes(Encoding.DER)


def _root_of(packed: bytes) -> Root:
    length = int.from_bytes(packed[16:20], "big")
    key = load_der_private_key(packed[20 : 20 + length], None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyStoreError("a root's key is not on an elliptic curve")
    certificate = x509.load_der_x509_certificate(packed[20 + length :])
    return Root(UUID(bytes=packed[:16]), key, certificate)
