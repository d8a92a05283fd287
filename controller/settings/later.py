"""Settings that are documented and whose parts this version lacks: read and checked, not used.

Accepted so that one file of settings serves several versions; each that is set is said once at the start.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from controller.settings import forms

_TEAM: Final = re.compile(r"[TE][A-Z0-9]{2,20}")


class LaterSettings(BaseSettings):
    """One field a setting; `controller.config.Settings` adds those that are used."""

    slack_app_token: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_team_ids: Annotated[tuple[str, ...], NoDecode] = ()
    otlp_endpoint: str | None = None

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        return None if value is None else forms.web_url(value)

    @field_validator("slack_app_token")
    @classmethod
    def _is_app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            forms.starting_with("xapp-", value.get_secret_value())
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _is_bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            forms.starting_with("xoxb-", value.get_secret_value())
        return value

    @field_validator("slack_team_ids", mode="before")
    @classmethod
    def _split_teams(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("slack_team_ids")
    @classmethod
    def _are_teams(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_TEAM.fullmatch(team) for team in value):
            raise ValueError("ids of Slack workspaces like T0123ABCD, separated by commas")
        return value


def unused(settings: LaterSettings) -> list[str]:
    """The variable of each setting that was given and that this version does nothing with."""
    given = settings.model_fields_set
    return [
        f"DD0C_{name.upper()}"
        for name, field in LaterSettings.model_fields.items()
        if name in given and getattr(settings, name) != field.default
    ]
