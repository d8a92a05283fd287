"""Whether a change of what is in service needs two people: the policy in force asks for four eyes. Pure.

Of a runbook by the general word or by a rule that reaches it before or after the change; of the policy itself
where it would ask for less of this than before, since else one person takes it away and then merges alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from controller.governance.widening import Leash
from schemas.policy import Policy, Rule, resolve


def asked_of(policy: Policy, documents: Iterable[Mapping[str, Any]], after: Policy) -> bool:
    """`documents`: the runbooks that a change touches, as they are and as they would be; `after`: the policy
    that would be in force then.
    """
    if policy.four_eyes or _asks_less(policy, after):
        return True
    return any(_of_runbook(policy, Leash.of(document)) for document in documents)


def _of_runbook(policy: Policy, leash: Leash) -> bool:
    targets = [dict(each) for each in leash.reach]
    targets += [dict(leash.labels)] if leash.labels else []
    return resolve(policy, runbook=leash.name, service=leash.service, targets=targets).four_eyes


def _asks_less(before: Policy, after: Policy) -> bool:
    """Whether a rule that asked for four eyes is gone, or reaches others now."""
    if after.four_eyes:
        return False
    kept = {_scope(rule) for rule in after.rules if rule.four_eyes}
    return any(rule.four_eyes is True and _scope(rule) not in kept for rule in before.rules)


def _scope(rule: Rule) -> tuple[object, ...]:
    return frozenset(rule.services), frozenset(rule.runbooks), frozenset(rule.targets.items())
