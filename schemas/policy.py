"""Policy: what a repository's `policy.json` demands beyond the product's own rules. Strictest wins. Pure.

A policy may ask for more, never for less (CONTRACTS.md §8): the product's floors (who may approve what,
that a dangerous command is never run by itself, that the text is typed) hold whatever a policy says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from typing import Annotated, Final, Literal

from pydantic import Field

from base.limits import APPROVAL_MINUTES, STEP_TIMEOUT_MAX_MS
from schemas.model import Model, StrictBool, StrictInt
from schemas.names import AgentLabels
from schemas.risk import EffectiveRisk, Risk

GovernanceMode = Literal["strict", "audit"]
ApproverRole = Literal["responder", "approver", "maintainer", "owner"]

ROLE_ORDER: Final[tuple[ApproverRole, ...]] = ("responder", "approver", "maintainer", "owner")
"""From less to more; `viewer` approves nothing, `author` what a responder may."""

_ACTS_AS: Final[dict[str, ApproverRole]] = {role: role for role in ROLE_ORDER} | {"author": "responder"}

ROLE_FLOOR: Final[dict[Risk, ApproverRole]] = {
    Risk.SAFE: "responder",
    Risk.CAUTION: "responder",
    Risk.DANGEROUS: "approver",
}
"""The least role that may approve (CONTRACTS.md §8); a policy can only ask for a higher one."""

_Quorum = Annotated[StrictInt, Field(ge=1, le=5)]
_Strings = tuple[Annotated[str, Field(strict=True, min_length=1, max_length=200)], ...]


class Approvals(Model):
    """How many members must approve, and with which role at least, by risk."""

    quorum_safe: _Quorum = 1
    quorum_caution: _Quorum = 1
    quorum_dangerous: _Quorum = 1
    role_safe: ApproverRole = "responder"
    role_caution: ApproverRole = "responder"
    role_dangerous: ApproverRole = "approver"
    minutes: Annotated[StrictInt, Field(ge=1, le=24 * 60)] | None = None


class Rule(Model):
    """A policy for some runbooks only: every given list must hold the runbook's word. Empty lists match
    all.
    """

    id: Annotated[str, Field(strict=True, pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    services: Annotated[_Strings, Field(max_length=200)] = ()
    runbooks: Annotated[_Strings, Field(max_length=200)] = ()
    targets: Annotated[AgentLabels, Field(max_length=32)] = Field(default_factory=dict)
    governance_mode: GovernanceMode | None = None
    four_eyes: Literal[True] | None = None
    approvals: Approvals | None = None
    auto_run: Literal[False] | None = None
    skip: Literal[False] | None = None
    done_by_hand: Literal[False] | None = None
    edit: Literal[False] | None = None


class Policy(Model):
    """The content of `policy.json`; the defaults are what applies without one, and are strict."""

    schema_line: Annotated[str, Field(strict=True, max_length=512)] | None = Field(
        default=None, alias="$schema"
    )
    version: Literal[1] = 1
    governance_mode: GovernanceMode = "strict"
    four_eyes: StrictBool = False
    approvals: Approvals = Approvals()
    auto_run: StrictBool = True
    skip: StrictBool = True
    done_by_hand: StrictBool = True
    edit: StrictBool = True
    direct_push: StrictBool = False
    max_timeout_ms: Annotated[StrictInt, Field(ge=1, le=STEP_TIMEOUT_MAX_MS)] = STEP_TIMEOUT_MAX_MS
    rules: Annotated[tuple[Rule, ...], Field(max_length=200)] = ()

    def quorum(self, risk: EffectiveRisk) -> int:
        """How many members must approve a step of this risk."""
        approvals = self.approvals
        by_risk = {
            Risk.SAFE: approvals.quorum_safe,
            Risk.CAUTION: approvals.quorum_caution,
            Risk.DANGEROUS: approvals.quorum_dangerous,
        }
        return by_risk[risk]

    def role_for(self, risk: EffectiveRisk) -> ApproverRole:
        """The least role that may approve a step of this risk: the policy's, but never under the floor."""
        approvals = self.approvals
        by_risk: dict[Risk, ApproverRole] = {
            Risk.SAFE: approvals.role_safe,
            Risk.CAUTION: approvals.role_caution,
            Risk.DANGEROUS: approvals.role_dangerous,
        }
        return higher_role(by_risk[risk], ROLE_FLOOR[risk])

    def may_approve(self, role: str, risk: EffectiveRisk) -> bool:
        """Whether a member of this role may approve a step of this risk."""
        acts_as = _ACTS_AS.get(role)
        return acts_as is not None and ROLE_ORDER.index(acts_as) >= ROLE_ORDER.index(self.role_for(risk))

    def approval_minutes(self, otherwise: int = APPROVAL_MINUTES) -> int:
        """How long a gate stays open: what the policy says, else `otherwise`, the operator's setting."""
        return self.approvals.minutes or otherwise

    def admits_auto_run(self) -> bool:
        """Whether safe steps may run by themselves as far as the policy is concerned."""
        return self.governance_mode == "audit" and self.auto_run


DEFAULT_POLICY: Final = Policy()
"""What applies where a repository has no `policy.json`: strict, every step is clicked."""


def higher_role(first: ApproverRole, second: ApproverRole) -> ApproverRole:
    """The role that may do more."""
    return first if ROLE_ORDER.index(first) >= ROLE_ORDER.index(second) else second


def _stricter_mode(first: GovernanceMode, second: GovernanceMode) -> GovernanceMode:
    return "audit" if first == "audit" and second == "audit" else "strict"


def combine_approvals(first: Approvals, second: Approvals) -> Approvals:
    """Field by field the stricter of two."""
    return Approvals(
        quorum_safe=max(first.quorum_safe, second.quorum_safe),
        quorum_caution=max(first.quorum_caution, second.quorum_caution),
        quorum_dangerous=max(first.quorum_dangerous, second.quorum_dangerous),
        role_safe=higher_role(first.role_safe, second.role_safe),
        role_caution=higher_role(first.role_caution, second.role_caution),
        role_dangerous=higher_role(first.role_dangerous, second.role_dangerous),
        minutes=min((m for m in (first.minutes, second.minutes) if m is not None), default=None),
    )


def combine(policies: Iterable[Policy]) -> Policy:
    """The strictest of all, field by field; of none, the default. Order and repetition do not matter but for
    the order of `rules`, which does not matter either."""
    found = tuple(policies)
    return reduce(_combine_two, found) if found else DEFAULT_POLICY


def _combine_two(first: Policy, second: Policy) -> Policy:
    return Policy(
        governance_mode=_stricter_mode(first.governance_mode, second.governance_mode),
        four_eyes=first.four_eyes or second.four_eyes,
        approvals=combine_approvals(first.approvals, second.approvals),
        auto_run=first.auto_run and second.auto_run,
        skip=first.skip and second.skip,
        done_by_hand=first.done_by_hand and second.done_by_hand,
        edit=first.edit and second.edit,
        direct_push=first.direct_push and second.direct_push,
        max_timeout_ms=min(first.max_timeout_ms, second.max_timeout_ms),
        rules=first.rules + tuple(rule for rule in second.rules if rule not in first.rules),
    )


def _rule_matches(
    rule: Rule, runbook: str, service: str | None, targets: Collection[Mapping[str, str]]
) -> bool:
    if rule.services and service not in rule.services:
        return False
    if rule.runbooks and runbook not in rule.runbooks:
        return False
    return any(_may_reach(labels, rule.targets) for labels in targets or ({},))


def _may_reach(labels: Mapping[str, str], agents: Mapping[str, str]) -> bool:
    """Whether a target can be met by an agent that carries the labels of a rule: a label that it leaves out
    may be any.
    """
    return all(labels.get(key, value) == value for key, value in agents.items())


def resolve(
    policy: Policy,
    *,
    runbook: str,
    service: str | None = None,
    targets: Collection[Mapping[str, str]] = (),
    governance: Literal["strict"] | None = None,
) -> Policy:
    """The policy for one runbook: the general part and every rule that matches, strictest wins. A rule on
    targets matches where any of the runbook's, the document's or a step's, may reach such an agent; none is
    any agent. `governance` is what the document itself demands. The result has no rules.
    """
    general = policy.model_copy(update={"rules": ()})
    matching = (rule for rule in policy.rules if _rule_matches(rule, runbook, service, targets))
    result = resolve_all(general, matching)
    return result.model_copy(update={"governance_mode": "strict"}) if governance == "strict" else result


def resolve_all(policy: Policy, rules: Iterable[Rule]) -> Policy:
    """A policy with what each of these rules asks for beside it."""
    return reduce(_apply, rules, policy)


def at_least(policy: Policy, other: Policy) -> bool:
    """Whether a policy asks for all that the other does. Rules aside."""
    asked, beside = (each.model_copy(update={"rules": (), "schema_line": None}) for each in (policy, other))
    return _combine_two(asked, beside) == asked


def _apply(policy: Policy, rule: Rule) -> Policy:
    return policy.model_copy(
        update={
            "governance_mode": _stricter_mode(
                policy.governance_mode, rule.governance_mode or policy.governance_mode
            ),
            "four_eyes": policy.four_eyes or rule.four_eyes is True,
            "approvals": combine_approvals(policy.approvals, rule.approvals or policy.approvals),
            "auto_run": policy.auto_run and rule.auto_run is not False,
            "skip": policy.skip and rule.skip is not False,
            "done_by_hand": policy.done_by_hand and rule.done_by_hand is not False,
            "edit": policy.edit and rule.edit is not False,
        }
    )
