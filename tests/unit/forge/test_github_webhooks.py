"""Deliveries of GitHub: signed over the raw bytes with one of two secrets, or not read at all."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from base import limits
from forge.errors import TooLarge
from forge.github.address import GitHubAddress
from forge.github.webhooks import BadSignature, NotForUs, verify

ADDRESS = GitHubAddress("https://api.github.com", "https://github.com/acme/runbooks.git", "acme", "runbooks")
OLD, NEW = b"old secret", b"new secret"
PUSH = json.dumps({"ref": "refs/heads/main", "repository": {"full_name": "Acme/Runbooks"}}).encode()


def signed(body: bytes, secret: bytes = NEW) -> dict[str, str]:
    return {
        "x-hub-signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
        "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    }


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_r49_both_live_secrets_count(secret: bytes) -> None:
    hint = verify(signed(PUSH, secret), PUSH, [OLD, NEW], ADDRESS)
    assert (hint.repository, hint.ref) == ("acme/runbooks", "refs/heads/main")
    assert hint.delivery_id == "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def test_r49_the_example_of_githubs_documentation() -> None:
    """docs.github.com, "Testing the webhook payload validation"."""
    body, secret = b"Hello, World!", b"It's a Secret to Everybody"
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {**signed(body), "x-hub-signature-256": signature}
    with pytest.raises(NotForUs, match="no JSON"):
        verify(headers, body, [secret], ADDRESS)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha1=" + "0" * 40,
        hmac.new(NEW, PUSH, hashlib.sha256).hexdigest(),
        "sha256=" + hmac.new(NEW, PUSH, hashlib.sha256).hexdigest().upper(),
        "sha256=" + hmac.new(NEW, PUSH + b" ", hashlib.sha256).hexdigest(),
        "sha256=" + hmac.new(b"retired", PUSH, hashlib.sha256).hexdigest(),
        "sha256=" + hmac.new(b"", PUSH, hashlib.sha256).hexdigest(),
    ],
)
def test_r49_without_the_right_signature_nothing_is_read(signature: str) -> None:
    with pytest.raises(BadSignature):
        verify({**signed(PUSH), "x-hub-signature-256": signature}, PUSH, [OLD, NEW, b""], ADDRESS)


@pytest.mark.parametrize("secrets", [[], [b""]])
def test_r49_without_a_secret_nobody_is_believed(secrets: list[bytes]) -> None:
    with pytest.raises(BadSignature):
        verify(signed(PUSH, b""), PUSH, secrets, ADDRESS)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 100_000,
        b"\xff",
        b"[]",
        b"null",
        b'{"repository": "acme/runbooks"}',
        b'{"repository": {"full_name": ["acme/runbooks"]}}',
        b'{"repository": {"full_name": "acme/other"}}',
    ],
)
def test_what_is_signed_and_says_nothing_of_this_repository(body: bytes) -> None:
    with pytest.raises(NotForUs):
        verify(signed(body), body, [NEW], ADDRESS)


@pytest.mark.parametrize("delivery", ["", "a b", "x" * 101, "id\n"])
def test_a_delivery_without_an_id(delivery: str) -> None:
    with pytest.raises(NotForUs, match="no id"):
        verify({**signed(PUSH), "x-github-delivery": delivery}, PUSH, [NEW], ADDRESS)


def test_r55_a_body_beyond_the_bound_is_refused_before_it_is_hashed() -> None:
    body = b"x" * (limits.GITHUB_WEBHOOK_MAX_BYTES + 1)
    with pytest.raises(TooLarge):
        verify(signed(body), body, [NEW], ADDRESS)


def test_a_ref_that_is_no_text_is_no_ref() -> None:
    body = b'{"ref": 7, "repository": {"full_name": "acme/runbooks"}}'
    assert verify(signed(body), body, [NEW], ADDRESS).ref is None
