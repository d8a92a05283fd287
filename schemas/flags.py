"""Flags: switches that can only turn something off. `flags.json` in git; unknown or unreadable means off."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from schemas.model import Model, StrictBool

KNOWN_FLAGS: Final = {
    "execution": "executions may be started",
    "dispatch": "commands may be sent to agents",
    "auto-run": "safe steps may run by themselves where policy allows it",
    "rollback": "rollbacks may be run",
    "retry": "attempts of idempotent steps may be repeated",
    "edit": "a step's command may be edited during a run",
    "alerts": "alerts may match runbooks",
    "advisor": "the advisor is asked",
}
"""Every flag that the product looks at, and what it means when it is on."""

FlagName = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9-]{0,62}$")]


class Flag(Model):
    """One switch. With `services`, a flag that is off is off for these services only."""

    enabled: StrictBool
    reason: Annotated[str, Field(strict=True, max_length=500)] = ""
    owner: Annotated[str, Field(strict=True, max_length=200)] = ""
    services: Annotated[tuple[str, ...], Field(max_length=100)] = ()


class Flags(Model):
    """The content of `flags.json`."""

    schema_line: Annotated[str, Field(strict=True, max_length=512)] | None = Field(
        default=None, alias="$schema"
    )
    version: Literal[1] = 1
    flags: Annotated[dict[FlagName, Flag], Field(max_length=200)] = Field(default_factory=dict)

    def is_on(self, name: str, *, service: str | None = None) -> bool:
        """Whether a known flag is on: unless `flags.json` switches it off. A name nobody knows is off."""
        if name not in KNOWN_FLAGS:
            return False
        flag = self.flags.get(name)
        if flag is None or flag.enabled:
            return True
        return bool(flag.services) and service is not None and service not in flag.services


ALL_ON: Final = Flags()
"""What applies where a repository has no `flags.json`."""

ALL_OFF: Final = Flags(flags={name: Flag(enabled=False, reason="flags unreadable") for name in KNOWN_FLAGS})
"""What applies where flags exist, but no good version of them was ever read."""
