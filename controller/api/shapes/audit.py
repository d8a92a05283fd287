"""The audit trail and classifications as the API shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from base.limits import SCAN_MAX_BYTES
from schemas.model import Instant, Model
from schemas.risk import EffectiveRisk, Risk
from schemas.verdict import NoAdvice


class AuditItem(Model):
    """One event and its place in the tenant's chain."""

    id: str
    seq: int = Field(description="Gapless, from 1.")
    event_type: str = Field(examples=["step.approved"])
    execution_id: str | None = None
    actor: str = Field(description="`member:mem_…`, `agent:agt_…` or `system:<part>`.")
    actor_name: str | None = Field(None, description="The member's e-mail address, or the agent's name.")
    data: dict[str, Any] = Field(description="What may be read by everyone who may read the trail.")
    sealed: bool = Field(description="There is more, encrypted and erasable.")
    created_at: Instant
    hash: str = Field(description="Of this link; `GET /audit/export` has what it is made of.")


class CheckpointShape(Model):
    """A head of the chain that was signed."""

    seq: int
    at: Instant
    witness: str | None = Field(None, description="The commit that holds it outside the database.")


class AuditChain(Model):
    """How far the server recomputed the chain. A proof is only what your own machine verifies."""

    state: Literal["verified", "checking", "broken"] = Field(
        description="checking: more events than one call recomputes; ask again."
    )
    head_seq: int
    head_hash: str
    verified_seq: int = Field(description="Every event up to this one was recomputed.")
    verified_at: Instant
    bad_seq: int | None = Field(None, description="The first event that can't be right.")
    reason: str | None = Field(None, description="What is wrong with it.")
    checkpoint: CheckpointShape | None = Field(None, description="The newest signed head.")


class ClassifyRequest(Model):
    """A command to judge. It is never run, and not kept."""

    command: Annotated[str, StringConstraints(min_length=1, max_length=SCAN_MAX_BYTES)] = Field(
        examples=["rm -rf /var/tmp/cache"]
    )
    language: Literal["bash", "sql"] = "bash"


class AdviceShape(Model):
    """What the second key said. It can raise a risk, never lower one."""

    risk: Risk
    confidence: int = Field(description="In thousandths; under 900 the risk counts one tier higher.")
    reasoning: str
    advisor: str = Field(description="`local`: the local statistical model; `anthropic`: an LLM.")
    advisor_version: str
    prompt_sha256: str | None = Field(None, description="Of all that an LLM was asked.")
    suggested_rollback: str | None = Field(None, description="Words of an LLM; never run by itself.")
    alternatives_considered: tuple[str, ...] = Field((), description="Other readings, in an LLM's words.")


class ClassificationShape(Model):
    """The verdict on one command."""

    id: str = Field(examples=["cls_01jd3q6x0000000000000000aa"])
    language: Literal["bash", "sql"]
    risk: EffectiveRisk = Field(description="Merged by the rules of DESIGN.md §5.")
    unknown: bool = Field(description="Nobody could tell: the risk is caution for that reason.")
    rule: str = Field(description="Which merge rule decided.")
    scanner_risk: Risk
    why: str = Field(description="The scanner's reason.")
    rule_ids: tuple[str, ...]
    resources: tuple[str, ...] = Field(description="What it would touch.")
    spans: tuple[dict[str, Any], ...] = Field(description="Which characters decided.")
    reversibility: str
    inverse: str | None = Field(None, description="A command that undoes it, where one is known.")
    scanner_version: str
    knowledge_version: str
    reason: str = Field(description="Why the merge rule decided so.")
    advised: Risk = Field(description="The advice as it entered the merge; unknown on one key.")
    advice: AdviceShape | None = Field(None, description="Absent where no advisor answered: one key of two.")
    no_advice: NoAdvice | None = Field(None, description="Why there is none.")
    created_at: Instant
