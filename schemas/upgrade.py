"""Every version of the format stays readable: older documents are brought to the newest before they are read.

There is one version so far. A new one adds a function here that turns the plain values of the version
before it into its own, and the name of that version to `UPGRADES`; the tests keep one document of every
version for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from schemas.runbook import API_VERSION

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

UPGRADES: Final[dict[str, Upgrade]] = {}
"""From the `apiVersion` that a function reads to the function that makes the next version of it."""


class UnknownVersion(ValueError):
    """An `apiVersion` that this product has never written."""


def upgrade(document: dict[str, Any], upgrades: dict[str, Upgrade] | None = None) -> dict[str, Any]:
    """The same document in the newest version; raises UnknownVersion. The argument is not changed."""
    steps = UPGRADES if upgrades is None else upgrades
    seen: set[str] = set()
    while (version := document.get("apiVersion")) != API_VERSION:
        if not isinstance(version, str) or version not in steps or version in seen:
            raise UnknownVersion(str(version)[:64])
        seen.add(version)
        document = steps[version](document)
    return document
