"""Files that are more than files: devices, what the system reads, what holds secrets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import Final

from scanner.escapes import OPAQUE
from scanner.tables import patterns
from scanner.word import Word

_VARIABLE: Final = re.compile(r"\$\{?([A-Za-z_]\w*)")
_THROUGH_PROC: Final = re.compile(r"proc/[^/]+/(?:task/[^/]+/)?(?:root|cwd)")
"""The root and the folder of a process, below the root: another way to every file."""
_UP_TO_PROC: Final = re.compile(rf"(?:\.\./)+{_THROUGH_PROC.pattern}(?:/.*)?")
"""The same from a folder that is not known: where it ends is not known either."""
_PLAIN_DEVICE: Final = re.compile(
    r"/dev/(?:null|zero|full|u?random|std(?:in|out|err)|tty|fd(?:/.*)?|shm(?:/.*)?|mqueue(?:/.*)?|log|tcp/.*|udp/.*)?"
)
"""What is there to be read or written by everybody."""
_DEVICE_ELSEWHERE: Final = re.compile(
    r"(?:.*/)?dev/(?:[hsv]d[a-z]{1,3}\d*|xvd[a-z]{1,3}\d*|nvme\d[np\d]*|mmcblk\d[\w]*|(?:dm-|md|loop|sr|zd)\d+\w*"
    r"|(?:rbd|nbd|zram|drbd|bcache|pmem|mtd|vcsa?|sg)\d+\w*|k?mem|kmsg|watchdog\d*|n?st\d+|input/event\d+"
    r"|(?:mapper|md|disk/by-[a-z]+|zvol|drbd|cciss)/[^/].*)"
)
"""A disk, memory, a tape or a watchdog by its name, below another root or from a folder that is not known."""
_OUTSIDE: Final = re.compile(rf"/|~|{OPAQUE}/|\.\.(?:/|$)")
_HOSTS: Final = ("/host/dev/", "/hostfs/dev/", "/host-root/dev/", "/rootfs/dev/", "/sysroot/dev/")
"""Where a container or a system that repairs another has its devices: those of it are as those here."""
_UP_TO_DEV: Final = re.compile(r"(?:\.\./)+dev/.*")
_PUBLIC_KEY: Final = re.compile(
    r"(?:~|/home/[\w.-]+|/root)/\.ssh/id_[a-z0-9_]+\.pub|id_[a-z0-9_]+\.pub"
    r"|(?:.*/)?\.ssh/(?:config(?:\.d/.*)?|known_hosts2?(?:\.old)?|authorized_keys2?|authorized_principals|rc"
    r"|(?:.*/)?[^/]+\.pub|(?:sockets|cm|control)(?:/.*)?)"
)
"""Public keys, and files of that folder that hold none that is secret."""
_PUBLIC_PEM: Final = re.compile(r"(?i)cert|crt|chain|\bca\b|ca[-_.]|bundle|pub|root|dhparam")


def normal_path(text: str) -> str:
    """A path without `.`, `..` and doubled slashes; `~` stays, an opaque part stays."""
    if "/" not in text:
        return text
    if text.startswith("/") and "/proc/" in text:
        return _through_proc(text)
    path = posixpath.normpath(text)
    return "/" + path.lstrip("/") if path.startswith("//") else path


def _through_proc(text: str) -> str:
    """An absolute path, part by part as the kernel follows it: `..` behind a process's root stays there."""
    parts: list[str] = []
    for part in text.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
            if part in ("root", "cwd") and _THROUGH_PROC.fullmatch("/".join(parts)) is not None:
                parts.clear()
    return "/" + "/".join(parts)


def one_outside(words: Sequence[Word]) -> bool:
    """Whether one of several paths leads out of the folder that they are meant from (git-diff(1))."""
    return len(words) > 1 and any(_OUTSIDE.match(normal_path(word.text)) is not None for word in words)


def is_device(path: str) -> bool:
    """A block device, raw memory, or a kernel switch."""
    return patterns("devices").fits(path)


def is_raw_storage(path: str) -> bool:
    """A device or memory as a file: who reads it reads all that is kept there, takes what another was to
    read, or starts something (a watchdog restarts the host that opened and closed it).
    """
    if "dev/" not in path:
        return path == "/proc/kcore"
    if path.startswith(_HOSTS):
        path = path[path.index("/", 1) :]
    if path.startswith("/dev/"):
        return _PLAIN_DEVICE.fullmatch(path) is None
    if _UP_TO_DEV.fullmatch(path) is not None:
        return _PLAIN_DEVICE.fullmatch(path[path.index("/dev/") :]) is None
    return _DEVICE_ELSEWHERE.fullmatch(path) is not None


def is_protected(path: str) -> bool:
    """A file that the system, its services or its log-ins depend on."""
    return patterns("protected_paths").fits(path)


def is_sensitive(path: str) -> bool:
    """A file that is known to hold keys or passwords, or may turn out to be one."""
    if _PUBLIC_KEY.fullmatch(path) is not None:
        return False
    return patterns("sensitive_paths").fits(path) or _UP_TO_PROC.fullmatch(path) is not None


def any_sensitive(lines: str) -> bool:
    """The same of many paths, one a line."""
    return patterns("sensitive_paths").fits_a_line(lines)


def names_a_secret(path: str) -> bool:
    """A file that by its name holds a secret: for commands that print what is in it."""
    if path.endswith(".pem"):
        return _PUBLIC_PEM.search(path.rsplit("/", 1)[-1]) is None
    return patterns("secret_names").fits(path)


def holds_secrets(text: str) -> bool:
    """A path that is known to hold secrets, or does by its name."""
    path = normal_path(text)
    return is_sensitive(path) or (("/" in path or "." in path) and names_a_secret(path))


def is_trusted_place(path: str) -> bool:
    """An absolute path, or one in this account's home, in a place that others can't simply write to."""
    return OPAQUE not in path and not patterns("untrusted_places").fits(path)


def open_to_all(folder: str) -> bool:
    """A folder in which everybody may make files, or one with such a folder below it."""
    return patterns("open_folders").fits(normal_path(folder).rstrip("/"))


def is_scratch(path: str) -> bool:
    """Below a temporary folder, and not the folder itself."""
    return patterns("scratch_paths").fits(path) and OPAQUE not in path


def secret_variable(raw: str) -> str | None:
    """The first variable in a text that by its name holds a secret, or None."""
    names = dict.fromkeys(_VARIABLE.findall(raw))
    return next((name for name in names if patterns("secret_variables").fits(name)), None)
