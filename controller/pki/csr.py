"""Certificate requests from agents: what is looked at, and what is never honoured."""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from base.limits import KIB
from schemas.errors import BadRequest

CSR_MAX_BYTES: Final = 8 * KIB


def check_request(csr_pem: bytes) -> ec.EllipticCurvePublicKey:
    """The public key that a request proves to own. Raises BadRequest with the reason.

    1. at most 8 KiB of PEM, 2. a P-256 key, 3. signed by that key. Subject, names, usages and all other
    extensions that the request asks for are ignored: only the key is taken from it.
    """
    if len(csr_pem) > CSR_MAX_BYTES:
        raise BadRequest(f"the certificate request is larger than {CSR_MAX_BYTES} bytes")
    try:
        request = x509.load_pem_x509_csr(csr_pem)
        public_key = request.public_key()
        signed = request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadRequest("the certificate request can't be read as PEM (PKCS #10)") from error
    if not isinstance(public_key, ec.EllipticCurvePublicKey) or not isinstance(
        public_key.curve, ec.SECP256R1
    ):
        raise BadRequest("the certificate request must carry a P-256 key")
    if not signed:
        raise BadRequest("the certificate request is not signed by its own key")
    return public_key
