"""Enrolment: a one-time token and a certificate request become an identity. HTTPS, standard library only.

The token is `dde_<tenant>_<64 hex secret>_<64 hex SHA-256 of the authority's certificate (DER)>`. The last
part pins the authority: only the root with that hash is believed from this answer, whatever else it holds;
further roots come later, over the authenticated stream.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from agent.config import LOOPBACK, Config
from agent.identity import (
    Identity,
    IdentityUnusable,
    check_certificate,
    new_key_and_request,
    store_identity,
)
from agent.trust import TrustedKeys
from base.ids import InvalidId, decode_base32
from base.limits import KIB

PATH: Final = "/api/v1/agents/enroll"
ANSWER_MAX_BYTES: Final = 256 * KIB
TIMEOUT_SECONDS: Final = 30
_HEX_CHARACTERS: Final = 64


class EnrollmentFailed(Exception):
    """No identity was given; the text says why and what to do. `is_final`: trying again will not help."""

    def __init__(self, sentence: str, *, is_final: bool) -> None:
        super().__init__(sentence)
        self.is_final = is_final


def parse_enrollment_token(token: str) -> tuple[UUID, str]:
    """The tenant and the authority's SHA-256 (hex) that a token names. Raises EnrollmentFailed."""
    parts = token.split("_")
    if len(parts) != 4 or parts[0] != "dde" or any(len(part) != _HEX_CHARACTERS for part in parts[2:]):
        raise EnrollmentFailed("this is no enrolment token (dde_…_…_…)", is_final=True)
    try:
        tenant = decode_base32(parts[1])
        bytes.fromhex(parts[2] + parts[3])
    except (InvalidId, ValueError) as problem:
        raise EnrollmentFailed("this enrolment token is damaged", is_final=True) from problem
    return tenant, parts[3]


def enroll(config: Config, instance: UUID) -> Identity:
    """Exchange the token for an identity and store it. Blocks; raises EnrollmentFailed, OSError."""
    if not config.token:
        raise EnrollmentFailed("no token: set DD0C_AGENT_TOKEN or DD0C_AGENT_TOKEN_FILE", is_final=True)
    if not config.url:
        raise EnrollmentFailed("no controller: set DD0C_AGENT_URL", is_final=True)
    parts = urlsplit(config.url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not config.unsafe_plain_http:
        raise EnrollmentFailed(
            f"{config.url} would send the token in the clear; use https, or set "
            "DD0C_AGENT_UNSAFE_PLAIN_HTTP=true where the network in between is yours",
            is_final=True,
        )
    tenant, ca_sha256 = parse_enrollment_token(config.token)
    private_key, request = new_key_and_request(config.name)
    answer = _post(
        config,
        {
            "token": config.token,
            "csr": request,
            "name": config.name,
            "labels": dict(config.labels),
            "instanceId": str(instance),
        },
    )
    identity = _read_answer(answer, config.name, private_key, tenant, ca_sha256)
    store_identity(config.state_dir, identity)
    return identity


def _read_answer(
    answer: dict[str, Any], name: str, private_key: str, tenant: UUID, ca_sha256: str
) -> Identity:
    """Believe nothing before the pinned hash fits. Raises EnrollmentFailed."""
    try:
        ca = answer["ca"]
        if not hmac.compare_digest(hashlib.sha256(_der(ca)).hexdigest(), ca_sha256):
            raise EnrollmentFailed(
                "the controller shows another authority than the token names", is_final=True
            )
        identity = Identity(
            tenant_id=str(UUID(answer["tenantId"])),
            agent_id=str(UUID(answer["agentId"])),
            name=name,
            private_key=private_key,
            certificate=answer["certificate"],
            roots=ca,
            grpc_address=str(answer["grpcAddress"]),
            server_name=str(answer["serverName"]),
            keys={str(key["keyId"]): str(key["publicKey"]) for key in answer["keys"]},
        )
        TrustedKeys(identity.keys)
        check_certificate(identity)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise EnrollmentFailed(
            f"the controller's answer can't be used: {problem}", is_final=True
        ) from problem
    except IdentityUnusable as problem:
        raise EnrollmentFailed(str(problem), is_final=True) from problem
    if identity.tenant != tenant:
        raise EnrollmentFailed("the controller answered for another tenant", is_final=True)
    return identity


def _der(pem: str) -> bytes:
    """The bytes of the one certificate in a PEM text. Raises ValueError."""
    lines = pem.strip().splitlines()
    if lines[0] != "-----BEGIN CERTIFICATE-----" or lines[-1] != "-----END CERTIFICATE-----":
        raise ValueError("ca is not one PEM certificate")
    return base64.b64decode("".join(lines[1:-1]), validate=True)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is not carried to wherever somebody points."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _opener(proxy: str | None, ca_file: Path | None) -> urllib.request.OpenerDirector:
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context), _NoRedirect()]
    if proxy:
        handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    return urllib.request.build_opener(*handlers)  # without `proxy`: as the environment says


def _post(config: Config, document: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310  # reason: config.load admits http and https only
        config.url + PATH,
        data=json.dumps(document).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        method="POST",
    )
    try:
        with _opener(config.proxy, config.ca_file).open(request, timeout=TIMEOUT_SECONDS) as response:
            raw = response.read(ANSWER_MAX_BYTES + 1)
    except urllib.error.HTTPError as problem:
        detail = _detail(problem.read(ANSWER_MAX_BYTES)) or problem.reason
        is_final = 300 <= problem.code < 500 and problem.code not in (408, 425, 429)
        raise EnrollmentFailed(
            f"the controller refused ({problem.code}): {detail}", is_final=is_final
        ) from problem
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "reason", problem)
        raise EnrollmentFailed(f"{config.url} can't be reached: {reason}", is_final=False) from problem
    if len(raw) > ANSWER_MAX_BYTES:
        raise EnrollmentFailed("the controller's answer is too large", is_final=True)
    try:
        answer = json.loads(raw)
    except ValueError as problem:
        raise EnrollmentFailed("the controller's answer is no JSON", is_final=True) from problem
    if not isinstance(answer, dict):
        raise EnrollmentFailed("the controller's answer is no object", is_final=True)
    return answer


def _detail(raw: bytes) -> str:
    """The sentence of a problem document, if it is one."""
    try:
        document = json.loads(raw)
    except ValueError:
        return ""
    return str(document.get("detail", ""))[:500] if isinstance(document, dict) else ""
