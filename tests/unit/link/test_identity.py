"""Forged certificates: each is refused with its own reason, and only ours is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from controller.link.identity import PeerRefused, peer_certificate, read_certificate
from controller.pki.ca import CertificateAuthority, spiffe_id
from controller.pki.keystore import KeyStore
from tests.unit.link.forge import Forge

TENANT = UUID("01900000-0000-7000-8000-000000000001")
AGENT = UUID("01900000-0000-7000-8000-00000000000a")
NOW = datetime(2026, 11, 22, 19, 50, tzinfo=UTC)


class FixedClock:
    """Always the same instant."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(KeyStore(tmp_path / "keys"), FixedClock())


@pytest.fixture
def forge(authority: CertificateAuthority) -> Forge:
    return Forge.of(authority, NOW)


def test_our_own_certificate_is_read(authority: CertificateAuthority, forge: Forge) -> None:
    issued = authority.issue(forge.request(), TENANT, AGENT, 60)
    peer = read_certificate(issued.certificate, authority.issuer_of, NOW)
    assert (peer.tenant_id, peer.agent_id, peer.serial) == (TENANT, AGENT, issued.serial)
    assert peer.not_after == NOW + timedelta(seconds=60)


URI = spiffe_id(TENANT, AGENT)
OURS = x509.UniformResourceIdentifier(URI)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda forge: forge.certificate([OURS], self_signed=True), "untrusted_root"),
        (lambda forge: forge.certificate([OURS], begins=-3600, ends=-1), "certificate_dates"),
        (lambda forge: forge.certificate([OURS], begins=1, ends=3600), "certificate_dates"),
        (lambda forge: forge.certificate([OURS], usages=None), "wrong_usage"),
        (lambda forge: forge.certificate([OURS], usages=[ExtendedKeyUsageOID.SERVER_AUTH]), "wrong_usage"),
        (
            lambda forge: forge.certificate(
                [OURS], usages=[ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
            ),
            "wrong_usage",
        ),
        (
            lambda forge: forge.certificate([OURS], usages=[ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]),
            "wrong_usage",
        ),
        (lambda forge: forge.certificate([OURS], authority=True), "authority_certificate"),
        (lambda forge: forge.certificate(None), "wrong_name"),
        (lambda forge: forge.certificate([OURS, OURS]), "wrong_name"),
        (lambda forge: forge.certificate([OURS, x509.DNSName("link.dd0c.internal")]), "wrong_name"),
        (lambda forge: forge.certificate([x509.DNSName(URI)]), "wrong_name"),
        *(
            (lambda forge, uri=uri: forge.certificate([x509.UniformResourceIdentifier(uri)]), "wrong_name")
            for uri in (
                URI + "/",
                URI.upper(),
                URI.replace("dd0c/", "other/"),
                URI.replace("spiffe", "https"),
                URI.rpartition("/")[0],
                URI + "\n",
                f"spiffe://dd0c/{TENANT.hex}/{AGENT.hex}",
            )
        ),
    ],
)
def test_r24_a_forged_certificate_is_refused(
    authority: CertificateAuthority, forge: Forge, make: Callable[[Forge], x509.Certificate], code: str
) -> None:
    pem = make(forge).public_bytes(Encoding.PEM)
    with pytest.raises(PeerRefused) as refused:
        read_certificate(pem, authority.issuer_of, NOW)
    assert refused.value.code == code


def test_only_a_name_that_a_root_vouches_for_reaches_a_tenants_trail(
    authority: CertificateAuthority, forge: Forge
) -> None:
    foreign = forge.certificate([OURS], self_signed=True).public_bytes(Encoding.PEM)
    with pytest.raises(PeerRefused) as refused:
        read_certificate(foreign, authority.issuer_of, NOW)
    assert not refused.value.vouched
    assert refused.value.tenant_id is None


@pytest.mark.parametrize(
    "pem", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
)
def test_bytes_that_are_no_certificate_are_refused(authority: CertificateAuthority, pem: bytes) -> None:
    with pytest.raises(PeerRefused, match="unreadable_certificate"):
        read_certificate(pem, authority.issuer_of, NOW)


@pytest.mark.parametrize("context", [{}, {"x509_pem_cert": []}, {"x509_pem_cert": [b"a", b"b"]}])
def test_a_connection_without_one_certificate_is_refused(context: dict[str, list[bytes]]) -> None:
    with pytest.raises(PeerRefused, match="no_certificate"):
        peer_certificate(context)


def test_a_root_that_was_retired_vouches_for_nobody(authority: CertificateAuthority, forge: Forge) -> None:
    pem = forge.certificate([OURS]).public_bytes(Encoding.PEM)
    authority.rotate()
    assert read_certificate(pem, authority.issuer_of, NOW).agent_id == AGENT
    authority.retire_root(forge.root_sha256)
    with pytest.raises(PeerRefused, match="untrusted_root"):
        read_certificate(pem, authority.issuer_of, NOW)
