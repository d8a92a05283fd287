"""The agent's local policy: what its host's owner forbids, whatever the controller signs.

A TOML file that only the host's owner writes. It can only take away; every rule that it has is a refusal.

    readOnly = false                     # true: run only what the agent's own scanner finds safe
    maxRisk = "dangerous"                # refuse what is granted above this
    requireEvidence = ["dangerous"]      # refuse these without a passkey assertion that verifies
    users = ["deploy"]                   # accounts, beside the agent's own, that a command may run as

    [[deny]]                             # all that is given must hold
    risk = "dangerous"                   # this risk or a higher one
    labels = {env = "prod"}              # labels of this agent
    command = "(?i)drop\\s+table"        # RE2, found anywhere in the text
    reason = "never from here"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import re2
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from base.limits import KIB
from schemas.names import reserved_env
from schemas.risk import EffectiveRisk, Risk, exceeds

if TYPE_CHECKING:
    from schemas.grant import Grant

POLICY_MAX_BYTES = 256 * KIB


class PolicyInvalid(ValueError):
    """The file is no policy; the agent does not start with one that it can't read."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=False)


class Deny(_Section):
    """One rule: refused where everything that it gives holds."""

    risk: EffectiveRisk | None = None
    labels: dict[str, str] | None = None
    command: Annotated[str, Field(max_length=4 * KIB)] | None = None
    reason: Annotated[str, Field(max_length=500)]

    @field_validator("command")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re2.compile(value)
            except re2.error as problem:
                raise ValueError(f"RE2 refuses the pattern: {problem}") from problem
        return value

    def holds(self, risk: Risk, labels: Mapping[str, str], command: str) -> bool:
        """Whether this rule refuses a command of that risk on an agent with those labels."""
        if self.risk is not None and exceeds(self.risk, risk):
            return False
        if self.labels is not None and any(labels.get(key) != value for key, value in self.labels.items()):
            return False
        return self.command is None or re2.search(self.command, command) is not None


class LocalPolicy(_Section):
    """The whole file; the default forbids nothing."""

    read_only: bool = False
    max_risk: EffectiveRisk = Risk.DANGEROUS
    require_evidence: tuple[EffectiveRisk, ...] = ()
    users: tuple[str, ...] = ()
    deny: Annotated[tuple[Deny, ...], Field(max_length=1000)] = ()


@dataclass(frozen=True, slots=True)
class Denied:
    """What the policy says no to, in one sentence."""

    sentence: str


def load_policy(path: Path | None) -> LocalPolicy:
    """The policy in a file, or the default where no file is set. Raises PolicyInvalid, OSError."""
    if path is None:
        return LocalPolicy()
    raw = path.read_bytes()
    if len(raw) > POLICY_MAX_BYTES:
        raise PolicyInvalid(f"{path} is larger than {POLICY_MAX_BYTES} bytes")
    try:
        document: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
        return LocalPolicy.model_validate(document)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise PolicyInvalid(f"{path} is no TOML: {problem}") from problem
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PolicyInvalid(f"{path}: {where}: {first['msg']}") from problem


def judge(
    policy: LocalPolicy, grant: Grant, own_risk: Risk, labels: Mapping[str, str], own_user: str
) -> Denied | None:
    """None where the policy has nothing against it. `own_risk` is what the agent's own scanner finds.

    Two rules are always in force, with or without a file: what no person approved must be safe on both
    sides, and no name may be set that would change which program runs.
    """
    intent = grant.intent
    if grant.auto is not None and (intent.risk is not Risk.SAFE or own_risk is not Risk.SAFE):
        return Denied("no person approved it and it is not safe")
    names = [item.name for item in intent.env] + [item.name for item in intent.secret_env]
    for name in names:
        if reserved_env(name):
            return Denied(f"the environment variable {name} is reserved")
    if intent.user and intent.user != own_user and intent.user not in policy.users:
        return Denied(f"commands may not run as {intent.user}")
    if policy.read_only and own_risk is not Risk.SAFE:
        return Denied("this agent is read-only")
    if exceeds(intent.risk, policy.max_risk):
        return Denied(f"this agent runs nothing above {policy.max_risk.value}")
    if intent.risk in policy.require_evidence:
        # This version can't check an assertion, so one that is there counts as little as none.
        return Denied(f"{intent.risk.value} steps need a passkey assertion here, and none could be verified")
    for rule in policy.deny:
        if rule.holds(_higher(intent.risk, own_risk), labels, intent.command):
            return Denied(rule.reason)
    return None


def _higher(granted: Risk, own: Risk) -> Risk:
    return own if exceeds(own, granted) else granted
