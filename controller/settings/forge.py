"""Which forge holds the pull requests: the built-in one, or GitHub with a token or as a GitHub App."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from base import limits
from controller.settings import forms
from forge.errors import ForgeRefused
from forge.github.address import parse_address
from forge.pull_requests import is_proposal_key

_SECRET_MIN: Final = 16
"""Characters of a webhook's secret: fewer can be guessed from one delivery."""


class ForgeSettings(BaseSettings):
    """One field a setting; `controller.config.Settings` adds them to the others.

    Names of validators are unlike those of the other parts: of two with one name pydantic runs only one.
    """

    forge: Literal["builtin", "github"] = "builtin"
    github_repository: str | None = None
    github_branch: str = "main"
    github_app_id: int | None = Field(None, ge=1)
    github_app_key_file: Path | None = None
    github_token: SecretStr | None = None
    github_api_url: str | None = None
    github_webhook_secrets: SecretStr | None = None

    @field_validator("github_repository")
    @classmethod
    def _is_github_repository(cls, value: str | None) -> str | None:
        if value is not None:
            _repository(value)
        return value

    @field_validator("github_branch")
    @classmethod
    def _is_github_branch(cls, value: str) -> str:
        parts = value.lower().replace("_", "-").replace(".", "-").split("/")
        if not all(is_proposal_key(part) for part in parts) or ".." in value or value.endswith(".lock"):
            raise ValueError("the name of a branch like main")
        return value

    @field_validator("github_app_key_file")
    @classmethod
    def _is_app_key_file(cls, value: Path | None) -> Path | None:
        return None if value is None else forms.file(value)

    @field_validator("github_api_url")
    @classmethod
    def _is_api_url(cls, value: str | None) -> str | None:
        return None if value is None else forms.web_url(value)

    @field_validator("github_token", "github_webhook_secrets")
    @classmethod
    def _is_github_credential(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            forms.credential(value.get_secret_value())
        return value

    @property
    def webhook_secrets(self) -> tuple[bytes, ...]:
        """The live secrets of GitHub's webhooks; none: there is no route for them."""
        if self.forge != "github" or self.github_webhook_secrets is None:
            return ()
        given = self.github_webhook_secrets.get_secret_value().split(",")
        return tuple(part.strip().encode() for part in given if part.strip())

    def check_forge(self) -> None:
        """Refuse half a set-up. Raises ValueError with one sentence."""
        if self.forge == "builtin":
            return
        if self.github_repository is None:
            raise ValueError("DD0C_FORGE is github; DD0C_GITHUB_REPOSITORY is needed, too")
        app = (self.github_app_id, self.github_app_key_file)
        if any(app) and not all(app):
            raise ValueError("DD0C_GITHUB_APP_ID and DD0C_GITHUB_APP_KEY_FILE are set together or not at all")
        if any(app) == (self.github_token is not None):
            raise ValueError(
                "DD0C_FORGE is github; it needs either DD0C_GITHUB_TOKEN, "
                "or DD0C_GITHUB_APP_ID and DD0C_GITHUB_APP_KEY_FILE"
            )
        _repository(self.github_repository, self.github_api_url)
        secrets = self.webhook_secrets
        if self.github_webhook_secrets is not None and (
            not 1 <= len(secrets) <= limits.GITHUB_SECRETS_MAX
            or any(len(secret) < _SECRET_MIN for secret in secrets)
        ):
            raise ValueError(
                "DD0C_GITHUB_WEBHOOK_SECRETS holds one secret, or two with a comma while one is replaced, "
                f"each of at least {_SECRET_MIN} characters"
            )


def _repository(url: str, api_url: str | None = None) -> None:
    try:
        parse_address(url, api_url)
    except ForgeRefused as refusal:
        raise ValueError(f"a URL like https://github.com/owner/name ({refusal.reason})") from None


def unused(settings: ForgeSettings) -> list[str]:
    """The variable of each setting of GitHub that was given although another forge is chosen."""
    if settings.forge == "github":
        return []
    given = settings.model_fields_set
    return [
        f"DD0C_{name.upper()}" for name in ForgeSettings.model_fields if name in given and name != "forge"
    ]
