"""Bearer JWTs: only those of the configured issuer, for us, signed by a known key, in their time."""

from __future__ import annotations

import base64
import hmac
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from base.ids import new_id, show_id
from controller.api.jwt import JwtVerifier
from controller.config import InvalidSettings
from schemas.errors import Unauthenticated

TENANT = new_id()
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def _jwks() -> dict[str, Any]:
    first = json.loads(RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "one", "use": "sig"}
    second = json.loads(ECAlgorithm.to_jwk(CURVE.public_key())) | {"kid": "two"}
    return {"keys": [first, second]}


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> JwtVerifier:
    path = tmp_path_factory.mktemp("jwt") / "keys.json"
    path.write_text(json.dumps(_jwks()))
    return JwtVerifier.from_file(issuer="https://id.example", audience="dd0c", path=path, leeway_seconds=5)


# Resolved when the token is made: a clock read while tests are collected gives each worker other tests.
AN_HOUR_AHEAD = "now + 3600"


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    sound: dict[str, Any] = {
        "iss": "https://id.example",
        "aud": "dd0c",
        "sub": "ada",
        "iat": now,
        "exp": now + 60,
        "tenant": show_id("ten", TENANT),
        "email": "ada@example.com",
    }
    changed = {key: now + 3_600 if value == AN_HOUR_AHEAD else value for key, value in changed.items()}
    return {key: value for key, value in (sound | changed).items() if value is not None}


def token(changed: dict[str, Any], key: Any = KEY, algorithm: str = "RS256", kid: str | None = "one") -> str:
    headers = {"kid": kid} if kid is not None else None
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers=headers)


def test_a_sound_token_names_tenant_and_member(verifier: JwtVerifier) -> None:
    for text in (token({}), token({}, CURVE, "ES256", "two")):
        found = verifier.verify(text)
        assert (found.tenant_id, found.email) == (TENANT, "ada@example.com")


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"iat": AN_HOUR_AHEAD},
        {"nbf": AN_HOUR_AHEAD},
        {"sub": None},
        {"tenant": None},
        {"tenant": "nonsense"},
        {"email": None},
    ],
    ids=str,
)
def test_r56_a_token_with_a_wrong_claim_is_refused(verifier: JwtVerifier, changed: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(token(changed))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_r56_a_token_of_another_key_or_algorithm_is_refused(verifier: JwtVerifier) -> None:
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = _text(json.dumps(claims()).encode())
    header = _text(b'{"alg":"none","kid":"one"}')
    by_public_key = _text(b'{"alg":"HS256","kid":"one"}') + "." + body
    mac = _text(hmac.digest(public, by_public_key.encode(), "sha256"))
    hostile = [
        token({}, OTHER),
        token({}, kid="three"),
        token({}, kid=None),
        token({}, kid="two"),
        token({}, algorithm="RS512"),
        token({}, algorithm="PS256"),
        f"{by_public_key}.{mac}",
        f"{header}.{body}.",
        token({})[:-4] + "AAAA",
        "a.b.c",
        "",
        "x" * 10_000,
    ]
    for text in hostile:
        with pytest.raises(Unauthenticated):
            verifier.verify(text)


def test_a_key_file_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    secret = {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "s"}]}
    for content in ("no json", "{}", json.dumps(secret)):
        path = tmp_path / "keys.json"
        path.write_text(content)
        with pytest.raises(InvalidSettings, match="DD0C_JWT_KEYS_FILE"):
            JwtVerifier.from_file(issuer="i", audience="a", path=path, leeway_seconds=0)
    with pytest.raises(InvalidSettings, match="DD0C_JWT_KEYS_FILE"):
        JwtVerifier.from_file(issuer="i", audience="a", path=tmp_path / "none", leeway_seconds=0)
