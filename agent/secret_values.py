"""The secrets of this host: resolved here, by name, at the moment a command starts.

A TOML file of `NAME = "value"` that only its owner can read. It is read again for each command, so a
rotation needs no restart. What is kept of a value, beside the command's own environment, is the list of byte
strings to mask and a short fingerprint in the journal.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from base.limits import KIB

SECRETS_MAX_BYTES: Final = 256 * KIB
VALUE_MIN_BYTES: Final = 6
"""Shorter values mask half of every output if at all (PROMISES.md 36), so they are not taken."""
VALUE_MAX_BYTES: Final = 8 * KIB
_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,62}", re.ASCII)


class SecretsUnusable(Exception):
    """A secret is missing or unfit; the text names it, never its value."""


def read_secrets(path: Path | None) -> dict[str, str]:
    """All secrets of the file; none where no file is set. Raises SecretsUnusable."""
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            raw = file.read(SECRETS_MAX_BYTES + 1)
    except OSError as problem:
        raise SecretsUnusable(f"the secrets file can't be read: {problem.strerror}") from problem
    if mode & 0o077:
        raise SecretsUnusable(f"the secrets file is readable by others (mode {mode:04o}); chmod 600 it")
    if len(raw) > SECRETS_MAX_BYTES:
        raise SecretsUnusable(f"the secrets file is larger than {SECRETS_MAX_BYTES} bytes")
    try:
        document = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise SecretsUnusable("the secrets file is no TOML") from None  # the cause may quote a value
    for name, value in document.items():
        if not _NAME.fullmatch(name) or not isinstance(value, str):
            raise SecretsUnusable(f'{name[:64]!r} is no secret: NAME = "value", the name in capitals')
    return document


def resolve(wanted: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """Environment name → value, from environment name → secret name. Raises SecretsUnusable."""
    found = {}
    for variable, name in wanted.items():
        value = secrets.get(name)
        if value is None:
            raise SecretsUnusable(f"the secret {name} is not known on this host")
        size = len(value.encode("utf-8"))
        if not VALUE_MIN_BYTES <= size <= VALUE_MAX_BYTES or "\0" in value:
            raise SecretsUnusable(
                f"the secret {name} must have {VALUE_MIN_BYTES} to {VALUE_MAX_BYTES} bytes and no NUL"
            )
        found[variable] = value
    return found


def fingerprints(names: Iterable[str], secrets: Mapping[str, str], instance: UUID) -> tuple[str, ...]:
    """`NAME:<16 hex>` for each: enough to see after a restart that a value is still the same."""
    made = []
    for name in sorted(set(names)):
        value = secrets.get(name, "").encode("utf-8")
        mark = hashlib.blake2b(value, key=instance.bytes, digest_size=8).hexdigest()
        made.append(f"{name}:{mark}")
    return tuple(made)
