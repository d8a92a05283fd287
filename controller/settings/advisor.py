"""Settings of the second key (none, the local model, an LLM) and of an LLM that reads pasted texts.

Both LLMs are behind the Anthropic Messages API, or a gateway that speaks it.
"""

from __future__ import annotations

import re
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from base import limits
from controller.settings import forms

_MODEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,99}")


class AdvisorSettings(BaseSettings):
    """One field a setting; `controller.config.Settings` has them all."""

    advisor: Literal["none", "local", "anthropic"] = "local"
    extractor: Literal["none", "anthropic"] = "none"
    extraction_tokens_per_hour: int = Field(limits.EXTRACTION_TOKENS_PER_HOUR, ge=10_000, le=10**12)
    anthropic_api_key: SecretStr | None = None
    anthropic_base_url: str | None = None
    anthropic_model: str | None = None
    anthropic_timeout_seconds: float = Field(10.0, ge=1, le=120)
    anthropic_tokens_per_hour: int = Field(limits.ADVICE_TOKENS_PER_HOUR, ge=10_000, le=10**12)

    @field_validator("anthropic_base_url")
    @classmethod
    def _is_web_url(cls, value: str | None) -> str | None:
        if value is not None and "@" in urlsplit(forms.web_url(value)).netloc:
            raise ValueError("a URL like https://example.com, the key in DD0C_ANTHROPIC_API_KEY")
        return value

    @field_validator("anthropic_api_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            forms.credential(value.get_secret_value())
        return value

    @field_validator("anthropic_model")
    @classmethod
    def _is_model(cls, value: str | None) -> str | None:
        if value is not None and _MODEL.fullmatch(value) is None:
            raise ValueError("a model's exact name: letters, digits and . _ : @ / -, at most 100")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        asked = [name for name in ("advisor", "extractor") if getattr(self, name) == "anthropic"]
        if asked and not (self.anthropic_api_key and self.anthropic_model):
            raise ValueError(
                f"DD0C_{asked[0].upper()} is anthropic; that needs DD0C_ANTHROPIC_API_KEY (or "
                "_API_KEY_FILE) and DD0C_ANTHROPIC_MODEL, the model's exact name"
            )
        return self
