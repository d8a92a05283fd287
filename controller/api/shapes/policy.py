"""Policy and flags as the API shows them: what git last had good, or the product's own."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from schemas.model import CommitOid, Model
from schemas.policy import ApproverRole, GovernanceMode


class ApprovalRule(Model):
    """What a step of this risk asks for before it runs."""

    risk: Literal["safe", "caution", "dangerous"]
    members: int = Field(description="How many different members approve.")
    role: ApproverRole = Field(description="The least role of each.")


class FlagShape(Model):
    """One switch of `flags.json`; without the file all are on."""

    name: str
    meaning: str = Field(description="What is so while it is on.")
    on: bool
    services: list[str] = Field(description="Where it is off only for some: those.")


class PolicyShape(Model):
    """What holds for every runbook; `rules` ask for more of some. Changed in git, by a pull request."""

    source: Literal["git", "product"] = Field(description="product: no policy.json, the strict default.")
    commit: CommitOid | None = None
    sha256: str | None = None
    governance_mode: GovernanceMode = Field(description="strict: a person starts every step.")
    auto_run: bool = Field(description="Safe steps of runbooks at trust level 2 run by themselves.")
    four_eyes: bool = Field(description="Who starts an execution does not approve its dangerous steps.")
    approvals: list[ApprovalRule]
    approval_minutes: int = Field(description="How long a gate stays open.")
    max_timeout_ms: int
    skip: bool
    done_by_hand: bool
    edit: bool
    direct_push: bool = Field(description="Maintainers may push to the synced branch without a pull request.")
    rules: list[dict[str, Any]] = Field(description="As they stand in `policy.json`.")
    flags: list[FlagShape]
