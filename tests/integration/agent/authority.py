"""A small certificate authority for tests, written apart from the product's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from proto.channel import SERVER_NAME, Identity


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """One root; issues a server's and agents' certificates."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(_name("test root"))
            .issuer_name(_name("test root"))
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = self.certificate.public_bytes(Encoding.PEM)
        self.sha256 = self.certificate.fingerprint(hashes.SHA256()).hex()

    def _issue(
        self,
        key: ec.EllipticCurvePublicKey,
        name: x509.GeneralName,
        usage: x509.ObjectIdentifier,
        seconds: float,
    ) -> bytes:
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name("test"))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(seconds=1))
            .not_valid_after(now + timedelta(seconds=seconds))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM)

    def server(self) -> Identity:
        """Key and certificate of a link server."""
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        name = x509.DNSName(SERVER_NAME)
        return Identity(private, self._issue(key.public_key(), name, ExtendedKeyUsageOID.SERVER_AUTH, 3600))

    def agent(self, request_pem: bytes, tenant: UUID, agent: UUID, seconds: float = 3600) -> bytes:
        """An agent's certificate for the key of a request."""
        request = x509.load_pem_x509_csr(request_pem)
        key = request.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        name = x509.UniformResourceIdentifier(f"spiffe://dd0c/{tenant}/{agent}")
        return self._issue(key, name, ExtendedKeyUsageOID.CLIENT_AUTH, seconds)
