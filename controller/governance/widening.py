"""Whether a change of the files in git widens what runs by itself: what only an owner may let in. Pure.

The conjuncts of `policy.hindrances` that a commit can take away: the trust level, the mode, the flags.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from controller.governance.pinning import InForce
from controller.governance.policy import TRUST_COPILOT, pin
from schemas.flags import Flags
from schemas.policy import Policy, Rule, resolve

DEFAULT_TRUST: Final = 1
ANY_AGENT: Final = frozenset({frozenset[tuple[str, str]]()})
"""The reach of steps without a target."""
OWN_RUN_FLAGS: Final = ("auto-run", "dispatch", "advisor")
"""The flags that keep steps from running by themselves while they are off: without an LLM's second key
nothing is safe.
"""


Labels: TypeAlias = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Leash:
    """What a runbook's document says about running by itself, and what rules of a policy know it by. A new
    runbook is compared with the default. `reach`: the labels of each target of its steps; none is any agent.
    """

    trust: int = DEFAULT_TRUST
    strict: bool = False
    name: str = ""
    service: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    reach: frozenset[Labels] = ANY_AGENT

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Leash:
        """That of a sound document."""
        spec, metadata = document.get("spec", {}), document.get("metadata", {})
        trust = spec.get("trustLevel", DEFAULT_TRUST)
        labels = _labels(spec)
        commands = [step for step in spec.get("steps", ()) if step.get("command") is not None]
        return cls(
            trust if isinstance(trust, int) else DEFAULT_TRUST,
            spec.get("governance") == "strict",
            metadata.get("name", ""),
            metadata.get("service"),
            tuple(sorted(labels.items())),
            reach_of(labels, [_labels(step) for step in commands if step.get("target")], len(commands)),
        )


def _labels(aimed: Mapping[str, Any]) -> Mapping[str, str]:
    labels: Mapping[str, str] = (aimed.get("target") or {}).get("labels", {})
    return labels


def reach_of(labels: Mapping[str, str], own: Sequence[Mapping[str, str]], commands: int) -> frozenset[Labels]:
    """Where a document's commands go: to targets of their `own`, else to the document's, `labels`."""
    found = {frozenset(each.items()) for each in own}
    if not own or len(own) < commands:
        found.add(frozenset(labels.items()))
    return frozenset(found)


def let_alone(leash: Leash, rules: InForce) -> bool:
    """Whether safe steps of such a runbook run by themselves under this policy and these flags."""
    policy = resolve(
        rules.policy,
        runbook=leash.name,
        service=leash.service,
        targets=[*(dict(each) for each in leash.reach), *([dict(leash.labels)] if leash.labels else [])],
        governance="strict" if leash.strict else None,
    )
    pinned = pin(policy, rules.flags, trust=leash.trust, service=leash.service)
    return pinned.trust == TRUST_COPILOT and pinned.governance == "audit" and pinned.auto_run


def widened_runbook(before: Leash, after: Leash, rules: InForce) -> str | None:
    """How a runbook's new document lets more run by itself; None where it does not. `rules` are in force."""
    if after.trust > before.trust:
        return f"it raises the trust level from {before.trust} to {after.trust}"
    if after.trust >= TRUST_COPILOT and before.strict and not after.strict:
        return f"it is no longer strict at trust level {after.trust}"
    if let_alone(after, rules) and not let_alone(before, rules):
        return "by its service or target, the policy's rules and flags no longer keep it from running alone"
    if after.trust < TRUST_COPILOT or not let_alone(after, rules):
        return None
    if after.service != before.service:
        return (
            f"it goes from the service {before.service or 'none'} to {after.service or 'none'}, running alone"
        )
    beyond = next((each for each in sorted(after.reach, key=sorted) if not _within(each, before.reach)), None)
    if beyond is not None:
        where = ", ".join(f"{name}={value}" for name, value in sorted(beyond)) or "any agent"
        return f"steps of it may run alone on other agents than before: {where}"
    return None


def _within(labels: Labels, reach: frozenset[Labels]) -> bool:
    """Whether every agent with these labels was within reach: more labels are fewer agents."""
    return any(known <= labels for known in reach)


def widened_policy(before: Policy, after: Policy) -> str | None:
    """How a policy lets more run by itself than the one in force; None where it does not.

    A rule that kept some runbooks from it has to stay as it is, or to be there with the same scope.
    """
    if not after.admits_auto_run():
        return None
    if not before.admits_auto_run():
        return "safe steps would run by themselves, and did not under the policy in force"
    kept = {_scope(rule) for rule in after.rules if _forbids(rule)}
    gone = next((rule for rule in before.rules if _forbids(rule) and _scope(rule) not in kept), None)
    return None if gone is None else f"the rule {gone.id} no longer keeps its runbooks from running alone"


def _forbids(rule: Rule) -> bool:
    return rule.auto_run is False or rule.governance_mode == "strict"


def _scope(rule: Rule) -> tuple[object, ...]:
    return frozenset(rule.services), frozenset(rule.runbooks), frozenset(rule.targets.items())


def widened_flags(before: Flags, after: Flags) -> str | None:
    """The flag that would be on again, for some service at least; None where there is none."""
    for name in OWN_RUN_FLAGS:
        was, now = before.flags.get(name), after.flags.get(name)
        if was is None or was.enabled:
            continue
        still_off = now is not None and not now.enabled
        if not still_off or now is None:
            return f"it switches the flag {name} on again"
        if now.services and not (was.services and set(was.services) <= set(now.services)):
            return f"it switches the flag {name} on again for some services"
    return None
