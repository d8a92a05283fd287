"""Addresses at which a cloud gives its machines their credentials, in every way that they can be written."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import unquote

from scanner.globs import fits

_METADATA: Final = (
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "100.100.100.200",
    "192.0.0.192",
    "169.254.42.42",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
)
"""AWS (instances, containers, pods), Alibaba, Oracle, Scaleway, Azure; AWS and Google over IPv6."""
_ADDRESSES: Final = frozenset(ipaddress.ip_address(text) for text in _METADATA)
_NAMES: Final = frozenset(
    {
        "metadata.google.internal",
        "metadata.goog",
        "metadata",
        "instance-data",
        "instance-data.ec2.internal",
        "metadata.azure.internal",
        "metadata.tencentyun.com",
    }
)
_ALL: Final = "\n".join((*_METADATA, *sorted(_NAMES)))
_PATHS: Final = re.compile(
    r"(?i)/?(?:latest/(?:meta-data|user-data|dynamic|api/token)|computeMetadata/|opc/v[12]/|metadata/(?:instance|identity)"
    r"|(?:iam/)?security-credentials)"
)
_HOST: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/@?#]*@)?(\[[0-9A-Fa-f:.%a-z]*\]|[^/?#:]*)")
_WITHIN_NAME: Final = re.compile(r"(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})")
_PART: Final = re.compile(r"0[xX][0-9a-fA-F]*|\d+")


def names_metadata(text: str) -> bool:
    """Whether a URL, a host or a list of hosts and ports names such an address or its paths."""
    plain = unquote(text)
    if _PATHS.search(plain) is not None:
        return True
    hosts = dict.fromkeys((_host(plain), *re.split(r"[:,/@\s]", plain)[:20]))
    return any(_is_metadata(host) for host in hosts if host)


def _host(url: str) -> str:
    match = _HOST.match(url)
    return match.group(1) if match is not None else ""


def _is_metadata(host: str) -> bool:
    name = host.lower().rstrip(".").strip("[]").split("%")[0]
    if name in _NAMES:
        return True
    if re.search(r"[{*?]|\[[^:\]]*\]", host):
        return fits(host.rstrip("."), _ALL)
    within = _WITHIN_NAME.search(name)
    number = (
        _numeric(name)
        if within is None or within.group() == name
        else _numeric(within.group().replace("-", "."))
    )
    return number in _ADDRESSES


def _numeric(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as inet_aton reads it: one to four numbers, decimal, hexadecimal or octal; or IPv6."""
    parts = name.split(".")
    if len(parts) <= 4 and all(_PART.fullmatch(part) and len(part) < 20 for part in parts):
        values = [_value(part) for part in parts]
        total = sum(value << (24 - 8 * at) for at, value in enumerate(values[:-1])) + values[-1]
        return ipaddress.IPv4Address(total) if total < 2**32 else None
    if ":" not in name:
        return None
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _value(part: str) -> int:
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    octal = part.startswith("0") and not set(part) - set("01234567")
    return int(part, 8 if octal else 10)
