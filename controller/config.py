"""The controller's settings: flag > environment > file `dd0c.toml` > default (CONTRACTS.md §7).

An unknown key, in the file or as an environment variable that begins with `DD0C_`, is an error: a
misspelt safety setting must never be ignored. Secrets may be given as `…_FILE`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from base import limits
from controller.settings import forms
from controller.settings.advisor import AdvisorSettings
from controller.settings.forge import ForgeSettings
from controller.settings.forge import unused as unused_of_github
from controller.settings.later import LaterSettings, unused
from controller.settings.places import default_state_dir
from controller.settings.sentences import is_secret, sentence, shown
from controller.settings.staleness import StalenessSettings

PREFIX: Final = "DD0C_"
CONFIG_FILE: Final = "dd0c.toml"
ROLES: Final = ("http", "link", "worker", "timers")

CLIENT_VARIABLES: Final = frozenset(
    {"DD0C_URL", "DD0C_TOKEN", "DD0C_TOKEN_FILE", "DD0C_CONFIG_FILE", "DD0C_OUTPUT"}
)
"""Read by the command line client, not by the controller."""

AGENT_VARIABLE: Final = re.compile(r"DD0C_AGENT_[A-Z_]+")
"""Read by `agent/config.py`, which refuses its own unknown ones."""


_LEAVE_OUT: Final = "leave it out to get its default"


class InvalidSettings(Exception):
    """Settings that cannot be used. The text names the key and what would be accepted."""


class _SecretFileSource(PydanticBaseSettingsSource):
    """Reads `DD0C_NAME_FILE` for every secret that is called `DD0C_NAME`."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        if not is_secret(field):
            return None, field_name, False
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:  # ValueError: no text, or no path
            raise InvalidSettings(
                f"{PREFIX}{field_name.upper()}_FILE is {shown(path)}; that file cannot be read: {error}"
            ) from error
        if not text:
            raise InvalidSettings(f"{PREFIX}{field_name.upper()}_FILE is {shown(path)}; that file is empty")
        return text, field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class _TomlSource(PydanticBaseSettingsSource):
    """Reads `dd0c.toml`, or the file that DD0C_CONFIG_FILE names; what is the agent's in it is left to it."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        named = os.environ.get("DD0C_CONFIG_FILE")
        path = Path(CONFIG_FILE if named is None else named)
        if not path.is_file():
            if named is not None:
                raise InvalidSettings(f"DD0C_CONFIG_FILE is {shown(named)}; there is no such file")
            return {}
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InvalidSettings(f"{path} can't be read as TOML: {error}") from error
        ours = {key: value for key, value in document.items() if not key.startswith("agent_")}
        empty = [key for key, value in ours.items() if value == "" and key in Settings.model_fields]
        if empty:
            raise InvalidSettings(f"{empty[0]} in {path} is empty; {_LEAVE_OUT}")
        return ours


class Settings(LaterSettings, AdvisorSettings, ForgeSettings, StalenessSettings):
    """Everything that an operator may set. Field names are the variables without `DD0C_`, in lower case."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, case_sensitive=False)

    state_dir: Path = Field(default_factory=default_state_dir)
    host: str = "127.0.0.1"
    http_port: int = Field(8080, ge=1, le=65535)
    grpc_port: int = Field(8443, ge=1, le=65535)
    public_url: str = ""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    env: Literal["home", "production"] = "home"
    database_url: SecretStr | None = None
    migrate_database_url: SecretStr | None = None
    database_pool: int = Field(10, ge=2, le=200)
    bus_url: str = "memory://"
    object_store_url: str = ""
    key_store_url: str = ""
    roles: Annotated[tuple[str, ...], NoDecode] = ROLES
    workers_jobs: int = Field(4, ge=1, le=64)
    workers_parse: int = Field(2, ge=1, le=32)
    session_hours: int = Field(limits.SESSION_HOURS, ge=1, le=24 * 30)
    panic_token_sha256: SecretStr | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwt_keys_file: Path | None = None
    paste_max_bytes: int = Field(limits.PASTE_MAX_BYTES, ge=1024, le=limits.PASTE_MAX_BYTES)
    output_max_bytes: int = Field(limits.OUTPUT_MAX_BYTES, ge=64 * limits.KIB, le=1024 * limits.MIB)
    approval_minutes: int = Field(limits.APPROVAL_MINUTES, ge=1, le=24 * 60)
    grant_seconds: int = Field(limits.GRANT_SECONDS, ge=5, le=limits.GRANT_WINDOW_MAX_SECONDS)
    clock_tolerance_seconds: int = Field(limits.CLOCK_TOLERANCE_SECONDS, ge=0, le=300)
    poll_git_seconds: int = Field(60, ge=1, le=3600)
    poll_dispatch_seconds: float = Field(1.0, ge=0.05, le=60)
    cert_seconds: int = Field(limits.CERTIFICATE_SECONDS, ge=10, le=30 * 86400)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    faultpoint: str | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _SecretFileSource(settings_cls), env_settings, _TomlSource(settings_cls)

    @field_validator("allowed_hosts", "roles", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("roles")
    @classmethod
    def _known_roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if set(value) - set(ROLES) or not value:
            raise ValueError(f"any of {', '.join(ROLES)}")
        return value

    @field_validator("bus_url")
    @classmethod
    def _known_bus(cls, value: str) -> str:
        if value != "memory://":
            raise ValueError("memory:// only in this version, which has one replica")
        return value

    @field_validator("object_store_url", "key_store_url")
    @classmethod
    def _known_store(cls, value: str) -> str:
        return forms.file_store(value) if value else value

    @field_validator("host")
    @classmethod
    def _is_host(cls, value: str) -> str:
        return forms.host(value)

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return forms.hosts(value)

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        return forms.origin(value) if value else value

    @field_validator("state_dir")
    @classmethod
    def _is_path(cls, value: Path) -> Path:
        return forms.path(value)

    @field_validator("jwt_keys_file")
    @classmethod
    def _is_keys_file(cls, value: Path | None) -> Path | None:
        return None if value is None else forms.file(value)

    @field_validator("database_url", "migrate_database_url")
    @classmethod
    def _is_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            forms.database_url(value.get_secret_value())
        return value

    @field_validator("panic_token_sha256")
    @classmethod
    def _is_digest(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            forms.sha256(value.get_secret_value())
        return value

    @field_validator("faultpoint")
    @classmethod
    def _is_fault(cls, value: str | None) -> str | None:
        return None if value is None else forms.fault(value)

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        jwt = (self.jwt_issuer, self.jwt_audience, self.jwt_keys_file)
        if any(jwt) and not all(jwt):
            raise ValueError("DD0C_JWT_ISSUER, _AUDIENCE and _KEYS_FILE are set together or not at all")
        self.check_forge()
        if self.env == "production":
            self._refuse_weak()
        return self

    def _refuse_weak(self) -> None:
        if self.faultpoint:
            raise ValueError("DD0C_FAULTPOINT is set; DD0C_ENV production refuses it")
        if self.database_url is None:
            raise ValueError(
                "DD0C_DATABASE_URL is not set; DD0C_ENV production needs it, the embedded one is for home"
            )
        if not self.public_url.startswith("https://"):
            raise ValueError(
                f"DD0C_PUBLIC_URL is {shown(self.public_url)}; DD0C_ENV production needs one that begins with https://"
            )

    @property
    def url(self) -> str:
        """The public URL without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.http_port}").rstrip("/")

    @property
    def local_url(self) -> str:
        """Where this machine itself reaches the HTTP server, whatever the public URL is."""
        host = forms.reachable(self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.http_port}"

    @property
    def local_link(self) -> str:
        """Where an agent on this machine dials: `host:port`."""
        return f"{urlsplit(self.local_url).netloc.rpartition(':')[0]}:{self.grpc_port}"

    @property
    def hosts(self) -> frozenset[str]:
        """The Host names that are answered, without port, in lower case."""
        named = self.allowed_hosts or ("localhost", "127.0.0.1", "::1")
        public = urlsplit(self.url).hostname
        return frozenset(host.lower() for host in (*named, public) if host)

    def folder(self, url: str, name: str) -> Path:
        """The folder that a `file://` setting names, or the default one in the state folder."""
        return Path(urlsplit(url).path) if url else self.state_dir / name


def check_environment(environment: Mapping[str, str]) -> None:
    """Refuse variables that begin with `DD0C_` and that nothing reads, and empty ones.

    Raises InvalidSettings.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {
        f"{PREFIX}{name.upper()}_FILE" for name, field in Settings.model_fields.items() if is_secret(field)
    }
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in CLIENT_VARIABLES:
            continue
        if name not in known and not AGENT_VARIABLE.fullmatch(name):
            raise InvalidSettings(f"{name} is not a setting; `dd0c config` lists those that are")
        if name in known and not environment[name].strip():
            raise InvalidSettings(f"{name} is empty; {_LEAVE_OUT}")


def load_settings(**flags: object) -> Settings:
    """The settings in force. `flags` that are None are left to the next source.

    Raises InvalidSettings with one sentence a key.
    """
    check_environment(os.environ)
    try:
        return Settings(**{key: value for key, value in flags.items() if value is not None})  # type: ignore[arg-type]  # pydantic validates the values
    except ValidationError as error:
        problems = [sentence(problem, Settings.model_fields) for problem in error.errors()]
        raise InvalidSettings("; ".join(problems)) from error


def unused_sentences(settings: Settings) -> list[str]:
    """One sentence for each setting that was given and that this version does nothing with."""
    later = [f"{name} is set; this version does nothing with it" for name in unused(settings)]
    return later + [
        f"{name} is set; it is not used without DD0C_FORGE=github" for name in unused_of_github(settings)
    ]


def show_settings(settings: Settings) -> dict[str, str]:
    """Each setting by its variable name, secrets as `***`; for `dd0c config`."""
    shown = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            text = "***"
        elif isinstance(value, tuple):
            text = ",".join(value)
        else:
            text = "" if value is None else str(value)
        shown[f"{PREFIX}{name.upper()}"] = text
    shown["DD0C_PUBLIC_URL"] = settings.url
    shown["DD0C_ALLOWED_HOSTS"] = ",".join(sorted(settings.hosts))
    return shown
