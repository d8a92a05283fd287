"""A forger of certificates: signs with the real root whatever a test asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from controller.pki.ca import CertificateAuthority

CLIENT = (ExtendedKeyUsageOID.CLIENT_AUTH,)


@dataclass(frozen=True, slots=True)
class Forge:
    """The root's key in the wrong hands."""

    root_key: ec.EllipticCurvePrivateKey
    root: x509.Certificate
    now: datetime
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def of(cls, authority: CertificateAuthority, now: datetime) -> Forge:
        """A forger who stole this authority's newest root."""
        stolen = authority._roots[-1]
        return cls(stolen.key, stolen.certificate, now)

    @property
    def root_sha256(self) -> str:
        """The fingerprint of the stolen root."""
        return self.root.fingerprint(hashes.SHA256()).hex()

    def request(self) -> bytes:
        """An honest certificate request for the forger's own key."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "agent")])
        return (
            x509.CertificateSigningRequestBuilder()
            .subject_name(name)
            .sign(self.key, hashes.SHA256())
            .public_bytes(Encoding.PEM)
        )

    def private_key(self) -> bytes:
        """The forger's own key, PEM."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def certificate(
        self,
        names: Sequence[x509.GeneralName] | None,
        *,
        usages: Sequence[x509.ObjectIdentifier] | None = CLIENT,
        begins: float = -60,
        ends: float = 3600,
        authority: bool = False,
        self_signed: bool = False,
    ) -> x509.Certificate:
        """A certificate with exactly these names, usages and dates (seconds from now); None leaves it out."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "agent")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self.root.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + timedelta(seconds=begins))
            .not_valid_after(self.now + timedelta(seconds=ends))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if names is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        return builder.sign(self.key if self_signed else self.root_key, hashes.SHA256())
