"""Forms of setting values. Each check gives the value back or raises ValueError that says what is allowed."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?")
_FAULT: Final = re.compile(r"[^:@]+:kill(@[0-9]{1,9})?")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")


def host(value: str) -> str:
    """A host name or an IP address, without a port or brackets."""
    try:
        ip_address(value.partition("%")[0])
    except ValueError:
        if not _HOST.fullmatch(value.lower()):
            raise ValueError("a host name or an IP address, without a port") from None
    return value


def reachable(value: str) -> str:
    """An address to connect to for one that is listened on: loopback where that is every address."""
    try:
        return "127.0.0.1" if ip_address(value).is_unspecified else value
    except ValueError:
        return value


def hosts(values: tuple[str, ...]) -> tuple[str, ...]:
    """Host names or IP addresses."""
    for value in values:
        try:
            host(value)
        except ValueError:
            raise ValueError("host names or IP addresses without a port, separated by commas") from None
    return values


def web_url(value: str) -> str:
    """An http:// or https:// URL that names a host; a path is allowed."""
    if not _has_host(value):
        raise ValueError("a URL like https://example.com")
    return value


def origin(value: str) -> str:
    """An http:// or https:// URL of scheme, host and port alone: browsers send it as Origin."""
    parts = urlsplit(value) if _has_host(value) else None
    if parts is None or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("a URL without a path, like https://dd0c.example.com")
    return value


def _has_host(value: str) -> bool:
    try:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            return False
        host(parts.hostname)
    except ValueError:  # a port that is no number, brackets that do not close, a host that is none
        return False
    return True


def database_url(value: str) -> str:
    """A URL of a PostgreSQL server."""
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("a URL like postgresql://role:password@host/database")
    return value


def file_store(value: str) -> str:
    """A folder as a URL; the only store of this version."""
    if not value.startswith("file:///"):
        raise ValueError("a URL like file:///var/lib/dd0c/objects; this version stores in folders only")
    return value


def sha256(value: str) -> str:
    """A SHA-256 in hexadecimal."""
    if not _SHA256.fullmatch(value):
        raise ValueError("a SHA-256: 64 hexadecimal digits")
    return value


def fault(value: str) -> str:
    """A fault point and what it does; `base.faults` knows which names there are."""
    if not _FAULT.fullmatch(value):
        raise ValueError("name:kill or name:kill@N")
    return value


def path(value: Path) -> Path:
    """An absolute path; `~` is the home folder."""
    try:
        return value.expanduser().absolute()
    except RuntimeError:
        raise ValueError("a path; the home folder of that user is not known") from None


def file(value: Path) -> Path:
    """An absolute path of a file that exists."""
    found = path(value)
    if not found.is_file():
        raise ValueError("a file that exists")
    return found


def starting_with(prefix: str, value: str) -> str:
    """A credential that its maker begins with these letters."""
    if not value.startswith(prefix) or len(value) == len(prefix) or not value.isascii() or " " in value:
        raise ValueError(f"a token that begins with {prefix}")
    return value


def credential(value: str) -> str:
    """A secret without blanks or characters outside ASCII."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("a text without blanks")
    return value
