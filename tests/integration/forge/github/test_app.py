"""A GitHub App: the suite of every forge with check runs, and tokens bought, kept, renewed and hidden."""

from __future__ import annotations

import logging

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from base.clock import SystemClock
from forge.errors import ForgeRefused
from forge.github.app import AppCredential
from forge.github.forge import GitHubForge
from forge.pull_requests import Check, Forge
from tests.integration.forge.conformance import PASS, ForgeConformance, merge, proposal
from tests.integration.forge.github.server import GitHub
from tests.integration.forge.github.state import APP_ID

BUY = "POST /app/installations/77/access_tokens"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def forge_of(github: GitHub, key: bytes) -> GitHubForge:
    return github.forge_as(AppCredential(APP_ID, key, github.address, SystemClock()))


@pytest.fixture
def app_forge(github: GitHub, key: rsa.RSAPrivateKey) -> GitHubForge:
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    github.set(app_key=public.decode())
    return forge_of(github, pem(key))


class TestGitHubApp(ForgeConformance):
    @pytest.fixture
    def forge(self, app_forge: GitHubForge) -> Forge:
        return app_forge


def test_one_token_serves_until_it_is_about_to_end(github: GitHub, app_forge: GitHubForge) -> None:
    merge(app_forge, app_forge.publish(proposal()))
    assert github.log().count(BUY) == 1
    github.set(issued={})
    app_forge.get(1)
    assert github.log().count(BUY) == 2, "a token that was revoked is replaced, once"
    github.set(token_seconds=299, issued={})
    app_forge.get(1)
    assert github.log().count(BUY) > 3, "one with less than five minutes left serves one request"


def test_an_app_that_is_not_installed(github: GitHub, app_forge: GitHubForge) -> None:
    github.set(installed=False)
    with pytest.raises(ForgeRefused, match=r"App 12 is not installed on acme/runbooks"):
        app_forge.get(1)


def test_a_key_that_is_none_or_of_another_app(github: GitHub, app_forge: GitHubForge) -> None:
    with pytest.raises(ForgeRefused, match="can't be read as a private RSA key"):
        forge_of(github, b"-----BEGIN RSA PRIVATE KEY-----\nnonsense\n").get(1)
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(ForgeRefused, match="refused the credential"):
        forge_of(github, pem(other)).get(1)


def test_neither_key_nor_token_is_ever_shown(
    github: GitHub, app_forge: GitHubForge, key: rsa.RSAPrivateKey, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        app_forge.publish(proposal())
        github.fault("GET /pulls/1", status=403, times=9)
        with pytest.raises(ForgeRefused) as refusal:
            app_forge.get(1)
    credential = app_forge._client.credential
    shown = caplog.text + repr(refusal.value) + repr(credential) + repr(app_forge)
    assert credential.bearer() not in shown
    assert pem(key).decode().splitlines()[1] not in shown


@pytest.mark.parametrize("status", ["pass", "fail", "attention"])
def test_a_check_run_says_all_of_it(github: GitHub, app_forge: GitHubForge, status: str) -> None:
    pull = app_forge.publish(proposal())
    check = Check(PASS.name, status, "t" * 300, "Line one.\n\nLine two.")  # type: ignore[arg-type] # reason: parametrized
    app_forge.set_check(pull.head, check)
    app_forge.set_check(pull.head, check)
    assert app_forge.get(pull.number).checks == (check,)
    assert github.log().count("POST /check-runs") == 1
