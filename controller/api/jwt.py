"""Bearer JWTs of a foreign issuer, where the settings name one. Unset means that none is accepted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import jwt
from jwt import PyJWK, PyJWKSet

from base import limits
from base.ids import InvalidId, parse_id
from controller.config import InvalidSettings, Settings
from schemas.errors import Unauthenticated

_ALGORITHMS: Final = {"RSA": ("RS256",), "EC": ("ES256", "ES384"), "OKP": ("EdDSA",)}
"""By the key's own type: the token's header never chooses, so `none` and HMAC tricks are not possible."""

_MAX_CHARACTERS: Final = 8 * limits.KIB


@dataclass(frozen=True)
class Claims:
    """What a verified token says: the tenant and the member's e-mail address."""

    tenant_id: UUID
    email: str


class JwtVerifier:
    """Checks signature, issuer, audience and times; identity comes from `tenant` and `email` claims."""

    def __init__(self, *, issuer: str, audience: str, keys: PyJWKSet, leeway_seconds: int) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys: dict[str, PyJWK] = {key.key_id: key for key in keys.keys if key.key_id}
        self._leeway = leeway_seconds

    @classmethod
    def from_file(cls, *, issuer: str, audience: str, path: Path, leeway_seconds: int) -> JwtVerifier:
        """Keys from a JWKS file. Raises InvalidSettings where it can't be used."""
        try:
            keys = PyJWKSet.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, jwt.PyJWTError) as error:
            raise InvalidSettings(f"DD0C_JWT_KEYS_FILE: {path} is not a JWKS file: {error}") from error
        for key in keys.keys:
            if key.key_type not in _ALGORITHMS:
                raise InvalidSettings(f"DD0C_JWT_KEYS_FILE: a key of type {key.key_type} is not accepted")
        return cls(issuer=issuer, audience=audience, keys=keys, leeway_seconds=leeway_seconds)

    def verify(self, token: str) -> Claims:
        """Raises Unauthenticated without saying which check failed."""
        if len(token) > _MAX_CHARACTERS:
            raise Unauthenticated("The token is not valid.")
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token,
                key.key,
                algorithms=list(_ALGORITHMS[str(key.key_type)]),
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._leeway,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
            return Claims(parse_id("ten", str(claims["tenant"])), str(claims["email"]))
        except (jwt.PyJWTError, KeyError, InvalidId) as error:
            raise Unauthenticated("The token is not valid.") from error


def verifier_of(settings: Settings) -> JwtVerifier | None:
    """The verifier that the settings describe; None where they describe none: no JWT is accepted."""
    if not settings.jwt_issuer or not settings.jwt_audience or settings.jwt_keys_file is None:
        return None
    return JwtVerifier.from_file(
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        path=settings.jwt_keys_file,
        leeway_seconds=settings.clock_tolerance_seconds,
    )
