"""The agent's settings: flag > environment > file `dd0c.toml` > default (CONTRACTS.md §7).

Standard library only: this is read before the spawner is forked. An unknown `DD0C_AGENT_…` variable or
`agent_…` key is an error, so that a misspelt safety setting is never ignored. A secret may stand in a file,
named by `…_FILE`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from base.limits import AGENT_MAX_LABELS, CLOCK_TOLERANCE_SECONDS

CONFIG_FILE: Final = "dd0c.toml"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LABEL_KEY: Final = re.compile(r"[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?", re.ASCII)
_LABEL_VALUE: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", re.ASCII)
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", re.ASCII)


class InvalidSettings(Exception):
    """Settings that can't be used; the text names the key and what would be accepted. Exit code 2."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. Times in seconds, sizes in bytes."""

    url: str
    state_dir: Path
    name: str
    labels: Mapping[str, str]
    token: str | None
    policy_file: Path | None
    secrets_file: Path | None
    ca_file: Path | None
    proxy: str | None
    max_running: int
    min_free_mib: int
    unsafe_plain_http: bool
    env: str
    clock_tolerance_seconds: int
    log_level: str
    log_format: str
    faultpoint: str | None

    def shown(self) -> dict[str, str]:
        """What `dd0c-agent status` prints of it; the token as `***`."""
        found = {item.name: str(getattr(self, item.name)) for item in fields(self)}
        found["token"] = "***" if self.token else ""
        return found


def _text(value: str) -> str:
    return value


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an http:// or https:// URL")
    return value.rstrip("/")


def _proxy(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("an http:// URL of a proxy that knows CONNECT")
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("1 to 63 of a-z, 0-9, dot and hyphen")
    return value


def _labels(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, (item.strip() for item in value.split(","))):
        key, separator, content = part.partition("=")
        if not separator or not _LABEL_KEY.fullmatch(key) or not _LABEL_VALUE.fullmatch(content):
            raise ValueError("role=db,env=prod")
        if found.setdefault(key, content) != content:
            raise ValueError(f"the label {key} once")
    if len(found) > AGENT_MAX_LABELS:
        raise ValueError(f"at most {AGENT_MAX_LABELS} labels")
    return found


def _path(value: str) -> Path:
    return Path(value).expanduser().absolute()


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return parse


def _choice(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in words:
            raise ValueError(" or ".join(words))
        return value

    return parse


def _switch(value: str) -> bool:
    if value.lower() not in ("true", "false", "1", "0"):
        raise ValueError("true or false")
    return value.lower() in ("true", "1")


_AGENT: Final[dict[str, Callable[[str], Any]]] = {
    "url": _url,
    "state_dir": _path,
    "name": _name,
    "labels": _labels,
    "token": _text,
    "policy_file": _path,
    "secrets_file": _path,
    "ca_file": _path,
    "proxy": _proxy,
    "max_running": _number(1, 1024),
    "min_free_mib": _number(0, 1 << 20),
    "unsafe_plain_http": _switch,
}
"""Set as `--url`, `DD0C_AGENT_URL` or `agent_url` in the file."""

_SHARED: Final[dict[str, Callable[[str], Any]]] = {
    "env": _choice("home", "production"),
    "clock_tolerance_seconds": _number(0, 300),
    "log_level": _choice("debug", "info", "warning", "error"),
    "log_format": _choice("text", "json"),
    "faultpoint": _text,
}
"""The controller's settings that the agent reads too: `DD0C_LOG_LEVEL` or `log_level` in the file."""

_SECRETS: Final = ("token",)


def flags() -> list[str]:
    """The names that every command takes as a flag. `enroll` alone takes the token, which works once: a flag
    shows in /proc for as long as the process lives."""
    return [name for name in (*_AGENT, *_SHARED) if name not in _SECRETS and name != "faultpoint"]


def _defaults(environment: Mapping[str, str]) -> dict[str, Any]:
    base = environment.get("XDG_STATE_HOME")
    state = Path(base) if base else Path.home() / ".local" / "state"
    host = re.sub(r"[^a-z0-9.-]", "-", os.uname().nodename.lower()).strip(".-")[:63] or "agent"
    return {
        "url": "",
        "state_dir": state / "dd0c-agent",
        "name": host,
        "labels": {},
        "token": None,
        "policy_file": None,
        "secrets_file": None,
        "ca_file": None,
        "proxy": None,
        "max_running": 64,
        "min_free_mib": 16,
        "unsafe_plain_http": False,
        "env": "home",
        "clock_tolerance_seconds": CLOCK_TOLERANCE_SECONDS,
        "log_level": "info",
        "log_format": "text",
        "faultpoint": None,
    }


def _from_file(environment: Mapping[str, str]) -> dict[str, str]:
    path = Path(environment.get("DD0C_CONFIG_FILE", CONFIG_FILE))
    if not path.is_file():
        if "DD0C_CONFIG_FILE" in environment:
            raise InvalidSettings(f"DD0C_CONFIG_FILE: there is no file {path}")
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise InvalidSettings(f"{path} can't be read: {problem}") from problem
    found = {}
    for key, value in document.items():
        name = key.removeprefix("agent_")
        if key.startswith("agent_") and name not in _AGENT:
            raise InvalidSettings(f"{path}: unknown key {key}")
        if key.startswith("agent_") or key in _SHARED:
            found[name] = _flat(value)
    return found


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for variable, value in environment.items():
        if variable.startswith("DD0C_AGENT_"):
            name = variable.removeprefix("DD0C_AGENT_").lower()
            if name in _AGENT:
                found[name] = value
            elif name.removesuffix("_file") in _SECRETS:
                found[name.removesuffix("_file")] = _secret_file(variable, value)
            else:
                raise InvalidSettings(f"unknown setting {variable}")
        elif variable.startswith("DD0C_") and variable.removeprefix("DD0C_").lower() in _SHARED:
            found[variable.removeprefix("DD0C_").lower()] = value
    return found


def _secret_file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidSettings(f"{variable}: {path} can't be read: {problem}") from problem


def load(given: Mapping[str, str | None], environment: Mapping[str, str]) -> Config:
    """The settings in force; `given` are the flags. Raises InvalidSettings."""
    texts = _from_file(environment) | _from_environment(environment)
    texts |= {name: value for name, value in given.items() if value is not None}
    values = _defaults(environment)
    for name, text in texts.items():
        parse = _AGENT.get(name) or _SHARED[name]
        if text == "" and name in ("token", "proxy", "faultpoint"):
            continue
        if text == "" and parse is _path:
            raise InvalidSettings(f"DD0C_AGENT_{name.upper()} is empty; leave it out to get its default")
        try:
            values[name] = parse(text)
        except ValueError as problem:
            shown = "***" if name in _SECRETS else repr(text)
            variable = f"DD0C_AGENT_{name.upper()}" if name in _AGENT else f"DD0C_{name.upper()}"
            raise InvalidSettings(f"{variable} is {shown}; allowed is {problem}") from problem
    config = Config(**values)
    if config.env == "production" and config.faultpoint:
        raise InvalidSettings("faultpoint is refused where env is production")
    return config
