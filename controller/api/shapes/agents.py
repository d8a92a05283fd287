"""Agents, enrolment and panic as the API shows them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from base.limits import AGENT_MAX_LABELS, REASON_MAX_CHARACTERS
from controller.api.shapes.inputs import Input
from controller.link.enroll import AgentName, LabelKey, LabelValue
from schemas.model import Instant, Model

Reason = Annotated[str, StringConstraints(max_length=REASON_MAX_CHARACTERS)]


class AgentShape(Model):
    """One agent of the tenant."""

    id: str
    name: str
    status: Literal["new", "online", "offline", "revoked"]
    online: bool
    labels: dict[str, str]
    version: str | None = None
    scanner_version: str | None = None
    read_only: bool
    connected_at: Instant | None = None
    last_seen_at: Instant | None = None
    created_at: Instant
    revoked_at: Instant | None = None
    certificate_expires_at: Instant | None = Field(
        None, description="Renewed by the agent long before; an agent that is away past it enrols anew."
    )
    execution_id: str | None = Field(None, description="The execution that it runs a command of now.")


class AgentList(Model):
    """All agents, by name."""

    items: list[AgentShape]


class EnrollmentRequest(Input):
    """A token for one agent. `name` and `labels` given here win over what the agent asks for."""

    name: AgentName | None = None
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict, max_length=AGENT_MAX_LABELS)
    minutes: int = Field(60, ge=1, le=1440)


class EnrollmentTokenShape(Model):
    """A token that enrols one agent once; shown once."""

    id: str = Field(description="The SHA-256 under which it is kept.")
    token: str
    command: str = Field(description="What to run on the agent's machine.")
    expires_at: Instant


class EnrollmentTokenItem(Model):
    """An enrolment token that can still be used, as lists show it."""

    id: str = Field(description="The SHA-256 under which it is kept; what revoking names.")
    name: str | None = Field(None, description="The only name that the agent may take.")
    labels: dict[str, str]
    created_by: str
    created_at: Instant
    expires_at: Instant


class EnrollmentTokenState(EnrollmentTokenItem):
    """An enrolment token and what became of it."""

    state: Literal["waiting", "used", "revoked", "expired"]
    agent_id: str | None = Field(None, description="The agent that it enrolled.")


class EnrollmentTokenList(Model):
    """Enrolment tokens, newest first."""

    items: list[EnrollmentTokenItem]


class ReasonRequest(Input):
    """Why, for the audit trail."""

    reason: Reason = ""


class PanicState(Model):
    """Whether everything is halted."""

    on: bool
    epoch: int
    since: Instant | None = None
    by: str | None = None
    by_name: str | None = Field(None, description="The e-mail address of the member who did it.")
    reason: str | None = None
    waiting_for: str | None = Field(None, description="Whose word is still needed to clear it.")


class PanicTakenShape(Model):
    """What a panic did at once."""

    on: Literal[True] = True
    epoch: int
    latched: bool = Field(description="Written to disk: it survives a restart without the database.")
    published: bool = Field(description="Told to the other replicas; they follow by poll where it is not.")
    agents: int = Field(description="Agents that were told at once.")
