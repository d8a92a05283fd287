"""What policy and flags ask for, before and after a change, and where that is less. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from pydantic import Field

from base.limits import APPROVAL_MINUTES
from controller.governance.layers import strictest_flags
from controller.governance.pinning import InForce
from controller.review.comparing import shown_value
from schemas.flags import Flag, Flags
from schemas.model import Model
from schemas.policy import Policy, Rule, at_least, combine, resolve_all

LOOSEST: Final = Policy(governance_mode="audit", direct_push=True)
_ON: Final = "on"


class RuleChange(Model):
    """One thing that every run is pinned to; a side is absent where nothing was, or is, asked."""

    file: Literal["policy", "flags"]
    name: str = Field(description="As policy.json has it; `rule <id>`; or the name of a flag.")
    before: str | None = None
    after: str | None = None
    looser: bool = Field(description="It asks for less than before, or switches something on again.")


def compare_rules(before: InForce, after: InForce) -> tuple[RuleChange, ...]:
    """What is in force on both sides, whichever repository says it."""
    return (
        *_fields(before.policy, after.policy),
        *_rules(before.policy.rules, after.policy.rules),
        *_flags(before.flags, after.flags),
    )


def _fields(before: Policy, after: Policy) -> Iterator[RuleChange]:
    old, new = _flat(before), _flat(after)
    strictest = _flat(combine([_timed(before), _timed(after)]))
    asked = _flat(_timed(after))
    for name in new:
        if old[name] != new[name]:
            looser = strictest[name] != asked[name]
            sides = (shown_value(side[name]) for side in (old, new))
            yield RuleChange(file="policy", name=name, before=next(sides), after=next(sides), looser=looser)


def _timed(policy: Policy) -> Policy:
    """The same with the product's own time for an approval where it says none."""
    minutes = policy.approval_minutes(APPROVAL_MINUTES)
    return policy.model_copy(
        update={"approvals": policy.approvals.model_copy(update={"minutes": minutes}), "rules": ()}
    )


def _flat(policy: Policy) -> dict[str, Any]:
    document = policy.model_dump(by_alias=True, mode="json", exclude={"rules", "schema_line", "version"})
    approvals = document.pop("approvals")
    return document | {f"approvals.{name}": value for name, value in approvals.items()}


def _rules(before: Sequence[Rule], after: Sequence[Rule]) -> Iterator[RuleChange]:
    """By id; several repositories may have rules of one id."""
    for name in dict.fromkeys(rule.id for rule in (*before, *after)):
        olds, news = ([rule for rule in side if rule.id == name] for side in (before, after))
        if olds == news:
            continue
        looser = any(not any(_keeps(new, old) for new in after) for old in olds)
        sides = (_shown(side) for side in (olds, news))
        yield RuleChange(
            file="policy", name=f"rule {name}", before=next(sides), after=next(sides), looser=looser
        )


def _keeps(new: Rule, old: Rule) -> bool:
    """Whether a rule asks for all that another one did, of all that it was about."""
    wide = all(
        not mine or (theirs and set(theirs) <= set(mine))
        for mine, theirs in ((new.services, old.services), (new.runbooks, old.runbooks))
    )
    reaches = new.targets.items() <= old.targets.items()
    return wide and reaches and at_least(resolve_all(LOOSEST, [new]), resolve_all(LOOSEST, [old]))


def _shown(rules: Sequence[Rule]) -> str | None:
    documents = [
        rule.model_dump(by_alias=True, mode="json", exclude={"id"}, exclude_defaults=True) for rule in rules
    ]
    if not documents:
        return None
    return shown_value(documents[0] if len(documents) == 1 else documents)


def _flags(before: Flags, after: Flags) -> Iterator[RuleChange]:
    strictest = strictest_flags([before, after])
    for name in sorted({*before.flags, *after.flags}):
        old, new = (_switch(side.flags.get(name)) for side in (before, after))
        if old != new:
            looser = _switch(strictest.flags.get(name)) != new
            yield RuleChange(file="flags", name=name, before=old, after=new, looser=looser)


def _switch(flag: Flag | None) -> str:
    if flag is None or flag.enabled:
        return _ON
    return f"off for {', '.join(sorted(flag.services))}" if flag.services else "off"
