"""The settings of the forge: built-in unless GitHub is chosen, and then whole or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.config import InvalidSettings, load_settings, show_settings, unused_sentences
from controller.settings.forge import ForgeSettings

REPOSITORY = "https://github.com/acme/runbooks"
SECRET = "hidden-and-of-sixteen"

GOOD_AND_BAD = {
    "DD0C_FORGE": ("builtin", "gitlab"),
    "DD0C_GITHUB_REPOSITORY": (REPOSITORY, "https://github.com/acme"),
    "DD0C_GITHUB_BRANCH": ("release/2.x", "a..b"),
    "DD0C_GITHUB_APP_ID": ("12", "none"),
    "DD0C_GITHUB_APP_KEY_FILE": ("key.pem", "none.pem"),
    "DD0C_GITHUB_TOKEN": ("ghp_hidden", "hidden hidden"),
    "DD0C_GITHUB_API_URL": ("https://github.example/api/v3", "github.example"),
    "DD0C_GITHUB_WEBHOOK_SECRETS": (SECRET, "hid\tden"),
}


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key.pem").touch()


def choose(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    monkeypatch.setenv("DD0C_FORGE", "github")
    for name, value in given.items():
        monkeypatch.setenv(f"DD0C_GITHUB_{name}", value)


def test_every_setting_has_a_case() -> None:
    assert {f"DD0C_{name.upper()}" for name in ForgeSettings.model_fields} == set(GOOD_AND_BAD)


@pytest.mark.parametrize("name", sorted(GOOD_AND_BAD))
def test_a_setting_is_checked_and_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    good, bad = GOOD_AND_BAD[name]
    monkeypatch.setenv(name, good)
    settings = load_settings()
    assert settings.forge == "builtin"
    assert "hidden" not in str(show_settings(settings))
    assert unused_sentences(settings) == (
        [] if name == "DD0C_FORGE" else [f"{name} is set; it is not used without DD0C_FORGE=github"]
    )
    monkeypatch.setenv(name, bad)
    with pytest.raises(InvalidSettings, match=f"^{name} is ") as refused:
        load_settings()
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "DD0C_GITHUB_REPOSITORY is needed"),
        ({"REPOSITORY": REPOSITORY}, "either DD0C_GITHUB_TOKEN"),
        ({"REPOSITORY": REPOSITORY, "APP_ID": "12"}, "set together or not at all"),
        ({"REPOSITORY": REPOSITORY, "APP_KEY_FILE": "key.pem"}, "set together or not at all"),
        (
            {"REPOSITORY": REPOSITORY, "APP_ID": "12", "APP_KEY_FILE": "key.pem", "TOKEN": "hidden"},
            "either DD0C_GITHUB_TOKEN",
        ),
        ({"REPOSITORY": REPOSITORY, "TOKEN": "hidden", "WEBHOOK_SECRETS": "hidden"}, "at least 16"),
        (
            {"REPOSITORY": REPOSITORY, "TOKEN": "hidden", "WEBHOOK_SECRETS": f"{SECRET},{SECRET}2,{SECRET}3"},
            "one secret, or two",
        ),
        ({"REPOSITORY": REPOSITORY, "TOKEN": "hidden", "API_URL": "http://api.example"}, "plain http"),
    ],
)
def test_half_a_set_up_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    choose(monkeypatch, **given)
    with pytest.raises(InvalidSettings, match=missing) as refused:
        load_settings()
    assert "hidden" not in str(refused.value)


def test_a_token_from_a_file_and_two_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("ghp_hidden\n")
    choose(monkeypatch, REPOSITORY=REPOSITORY, TOKEN_FILE="token", WEBHOOK_SECRETS=f"{SECRET},{SECRET}2")
    settings = load_settings()
    assert settings.github_token is not None
    assert settings.github_token.get_secret_value() == "ghp_hidden"
    assert settings.webhook_secrets == (SECRET.encode(), f"{SECRET}2".encode())
    assert unused_sentences(settings) == []


def test_without_github_there_is_no_secret_of_a_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DD0C_GITHUB_WEBHOOK_SECRETS", SECRET)
    assert load_settings().webhook_secrets == ()
