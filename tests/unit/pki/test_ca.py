"""The certificate authority: what its certificates say, and what it refuses to sign."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from controller.pki.ca import CertificateAuthority, spiffe_id
from controller.pki.csr import CSR_MAX_BYTES
from controller.pki.keystore import KeyStore
from schemas.errors import BadRequest

TENANT = UUID("01900000-0000-7000-8000-000000000001")
AGENT = UUID("01900000-0000-7000-8000-00000000000a")
NOW = datetime(2026, 11, 22, 19, 50, tzinfo=UTC)


class FixedClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def authority(tmp_path: Path, clock: FixedClock) -> CertificateAuthority:
    return CertificateAuthority(KeyStore(tmp_path / "keys"), clock, ["run.example.com", "10.1.2.3"])


def request(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey,
    *extensions: x509.ExtensionType,
) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root")])
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM)


def test_an_agents_certificate_says_who_it_is_and_nothing_else(authority: CertificateAuthority) -> None:
    issued = authority.issue(request(ec.generate_private_key(ec.SECP256R1())), TENANT, AGENT, 60)
    certificate = x509.load_pem_x509_certificate(issued.certificate)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.UniformResourceIdentifier(f"spiffe://dd0c/{TENANT}/{AGENT}")]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert not constraints.value.ca
    assert certificate.not_valid_after_utc == NOW + timedelta(seconds=60)
    assert certificate.not_valid_before_utc == NOW - timedelta(seconds=6)  # half of its life is ahead
    assert issued.serial == f"{certificate.serial_number:040x}"
    certificate.verify_directly_issued_by(authority.newest_root())


def test_names_and_usages_that_a_request_asks_for_are_not_honoured(authority: CertificateAuthority) -> None:
    foreign = x509.SubjectAlternativeName(
        [x509.UniformResourceIdentifier(spiffe_id(AGENT, TENANT)), x509.DNSName("link.dd0c.internal")]
    )
    wanted = request(
        ec.generate_private_key(ec.SECP256R1()),
        foreign,
        x509.BasicConstraints(ca=True, path_length=None),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
    )
    issued = authority.issue(wanted, TENANT, AGENT, 60)
    certificate = x509.load_pem_x509_certificate(issued.certificate)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == [spiffe_id(TENANT, AGENT)]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert "root" not in certificate.subject.rfc4514_string()


def _forged() -> bytes:
    """A request whose key was replaced after it was signed."""
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    der = x509.load_pem_x509_csr(request(key)).public_bytes(Encoding.DER)
    old = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    new = other.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    forged = x509.load_der_x509_csr(der.replace(old, new))
    return forged.public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", "can't be read"),
        (
            lambda: b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
            "can't be",
        ),
        (lambda: b"x" * (CSR_MAX_BYTES + 1), "larger than"),
        (lambda: request(rsa.generate_private_key(65537, 2048)), "P-256"),
        (lambda: request(ec.generate_private_key(ec.SECP384R1())), "P-256"),
        (lambda: request(ed25519.Ed25519PrivateKey.generate()), "P-256"),
        (_forged, "not signed by its own key"),
    ],
)
def test_an_unfit_request_is_refused(authority: CertificateAuthority, make: object, reason: str) -> None:
    assert callable(make)
    with pytest.raises(BadRequest, match=reason):
        authority.issue(make(), TENANT, AGENT, 60)


def test_the_servers_certificate_carries_host_names_and_loopback(authority: CertificateAuthority) -> None:
    identity, roots = authority.server_credentials()
    certificate = x509.load_pem_x509_certificates(identity.chain)[0]
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {
        "link.dd0c.internal",
        "localhost",
        "run.example.com",
    }
    assert set(names.get_values_for_type(x509.IPAddress)) == {
        ipaddress.ip_address(text) for text in ("127.0.0.1", "::1", "10.1.2.3")
    }
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert x509.load_pem_x509_certificates(roots) == [authority.newest_root()]


def test_the_servers_certificate_is_kept_until_a_third_of_its_life_is_left(
    authority: CertificateAuthority, clock: FixedClock
) -> None:
    first = authority.server_credentials()
    clock.instant += timedelta(days=59)
    assert authority.server_credentials() == first
    clock.instant += timedelta(days=2)
    assert authority.server_credentials()[0] != first[0]


def test_roots_have_a_path_length_and_survive_a_restart(
    authority: CertificateAuthority, tmp_path: Path, clock: FixedClock
) -> None:
    root = authority.newest_root()
    constraints = root.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=1)
    again = CertificateAuthority(KeyStore(tmp_path / "keys"), clock)
    assert again.newest_root() == root


def test_two_roots_overlap_until_the_old_one_is_retired(authority: CertificateAuthority) -> None:
    old = authority.newest_root()
    before = authority.issue(request(ec.generate_private_key(ec.SECP256R1())), TENANT, AGENT, 60)
    new = authority.rotate()
    after = authority.issue(request(ec.generate_private_key(ec.SECP256R1())), TENANT, AGENT, 60)
    x509.load_pem_x509_certificate(after.certificate).verify_directly_issued_by(new)
    assert x509.load_pem_x509_certificates(authority.roots_pem()) == [new, old]
    leaf, bridge = x509.load_pem_x509_certificates(authority.server_credentials()[0].chain)
    leaf.verify_directly_issued_by(bridge)
    bridge.verify_directly_issued_by(old)
    assert bridge.public_key() == new.public_key()

    old_certificate = x509.load_pem_x509_certificate(before.certificate)
    assert authority.issuer_of(old_certificate) == old.fingerprint(hashes.SHA256()).hex()
    authority.retire_root(old.fingerprint(hashes.SHA256()).hex())
    assert authority.issuer_of(old_certificate) is None
    assert x509.load_pem_x509_certificates(authority.roots_pem()) == [new]
    assert len(x509.load_pem_x509_certificates(authority.server_credentials()[0].chain)) == 1
    assert authority.root_by_fingerprint(old.fingerprint(hashes.SHA256()).hex()) is None
    with pytest.raises(ValueError, match="only an older root"):
        authority.retire_root(new.fingerprint(hashes.SHA256()).hex())


def test_a_certificate_of_somebody_else_is_not_trusted(
    authority: CertificateAuthority, tmp_path: Path
) -> None:
    other = CertificateAuthority(KeyStore(tmp_path / "other"), FixedClock())
    issued = other.issue(request(ec.generate_private_key(ec.SECP256R1())), TENANT, AGENT, 60)
    assert authority.issuer_of(x509.load_pem_x509_certificate(issued.certificate)) is None


def test_another_processs_rotation_is_followed(
    authority: CertificateAuthority, tmp_path: Path, clock: FixedClock
) -> None:
    other = CertificateAuthority(KeyStore(tmp_path / "keys"), clock)
    new = other.rotate()
    assert authority.newest_root() != new
    authority.follow()
    assert authority.newest_root() == new
    assert len(authority.fingerprints()) == 2
