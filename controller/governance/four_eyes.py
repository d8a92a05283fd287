"""Whether a change of what is in service needs two people: the policy in force asks for four eyes. Pure.

Of a runbook by the general word or by a rule that reaches it before or after the change; of policy and flags
where they would ask for less than before of what such a rule reaches, since else one person loosens them and
then merges alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from controller.governance.widening import Leash, widened_flags
from schemas.flags import Flags
from schemas.policy import Policy, Rule, at_least, resolve, resolve_all


def asked_of(
    policy: Policy,
    documents: Iterable[Mapping[str, Any]],
    after: Policy,
    flags: tuple[Flags, Flags] | None = None,
) -> bool:
    """`documents`: the runbooks that a change touches, as they are and as they would be; `after`: the policy
    that would be in force then; `flags`: those in force, and those of then.
    """
    if policy.four_eyes or _asks_less(policy, after):
        return True
    if flags is not None and _reached(policy) and widened_flags(*flags) is not None:
        return True
    return any(_of_runbook(policy, Leash.of(document)) for document in documents)


def _of_runbook(policy: Policy, leash: Leash) -> bool:
    targets = [dict(each) for each in leash.reach]
    targets += [dict(leash.labels)] if leash.labels else []
    return resolve(policy, runbook=leash.name, service=leash.service, targets=targets).four_eyes


def _reached(policy: Policy) -> list[Rule]:
    return [rule for rule in policy.rules if rule.four_eyes]


def _asks_less(before: Policy, after: Policy) -> bool:
    """Whether what rules ask four eyes for would be asked less of: such a rule is gone or reaches others, the
    general part is less strict, or another rule that may reach the same is.
    """
    ours = _reached(before)
    if not ours:
        return False
    if not at_least(after, before):
        return True
    kept: dict[tuple[object, ...], list[Rule]] = {}
    for rule in after.rules:
        kept.setdefault(_scope(rule), []).append(rule)
    touched = (rule for rule in before.rules if any(_may_meet(rule, each) for each in ours))
    return not all(_holds(rule, kept.get(_scope(rule), ()), after) for rule in touched)


def _holds(rule: Rule, now: Iterable[Rule], after: Policy) -> bool:
    """Whether what a rule asks for is asked for by those of the same scope, with the general part."""
    alone = after.model_copy(update={"rules": ()})
    asked = resolve_all(alone, now)
    return at_least(asked, resolve_all(asked, [rule]))


def _may_meet(first: Rule, second: Rule) -> bool:
    """Whether a runbook may be reached by both. By targets it always may: its steps run in several places."""
    pairs = ((first.services, second.services), (first.runbooks, second.runbooks))
    return all(not one or not other or set(one) & set(other) for one, other in pairs)


def _scope(rule: Rule) -> tuple[object, ...]:
    return frozenset(rule.services), frozenset(rule.runbooks), frozenset(rule.targets.items())
