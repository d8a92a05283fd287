"""Several repositories of a tenant, one policy and one set of flags: the strictest of all holds. Pure.

One repository is the policy source: only its `policy.json` may allow what the product's own policy does not.
Those of the others can only ask for more, and any `flags.json` can only switch something off; a file that
comes to the others never loosens, and one that goes away is compared as a change like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from schemas.flags import ALL_ON, Flag, Flags
from schemas.policy import DEFAULT_POLICY, Policy, Rule, combine


@dataclass(frozen=True, slots=True)
class Beside:
    """What a tenant's other repositories say, which stays whatever one repository's files become.

    `base`: the policy that the source allows (the product's where it has none); None where the repository
    looked at is the source. `tightening`: policies of repositories that are neither.
    """

    base: Policy | None = None
    tightening: tuple[Policy, ...] = ()
    flags: Flags = ALL_ON

    @property
    def is_source(self) -> bool:
        """Whether this repository's policy may allow something."""
        return self.base is None

    def policy(self, ours: Policy | None) -> Policy:
        """The policy in force where this is the repository's own; None: it has no `policy.json`."""
        if self.base is None:
            return strictest_policy([ours or DEFAULT_POLICY, *self.tightening])
        own = () if ours is None else (ours,)
        return strictest_policy([self.base, *self.tightening, *own])

    def all_flags(self, ours: Flags) -> Flags:
        """The flags in force where these are the repository's own."""
        return strictest_flags([self.flags, ours])


ALONE: Final = Beside()
"""Where the tenant has no other repository."""


def strictest_policy(policies: Iterable[Policy]) -> Policy:
    """Field by field the strictest, with every rule of all of them: more than one file may have."""
    found = tuple(policies)
    rules: dict[str, Rule] = {}
    for policy in found:
        rules |= {rule.model_dump_json(): rule for rule in policy.rules}
    without = (policy.model_copy(update={"rules": ()}) for policy in found)
    return combine(without).model_copy(update={"rules": tuple(rules.values())})


def differing(before: Policy, after: Policy) -> tuple[str, ...]:
    """The fields of a policy that differ, by the names that `policy.json` has."""
    old, new = (policy.model_dump(by_alias=True, mode="json") for policy in (before, after))
    pairs = [(name, old[name], new[name]) for name in new if name not in {"approvals", "rules"}]
    pairs += [
        (f"approvals.{name}", old["approvals"][name], value) for name, value in new["approvals"].items()
    ]
    found = [name for name, was, now in pairs if was != now]
    rules = len(after.rules) - len(before.rules)
    return (*found, *([f"{rules} rules"] if rules > 0 else []))


def strictest_flags(every: Iterable[Flags]) -> Flags:
    """A flag is off for the services for which anybody switches it off: for all, if one names none."""
    found: dict[str, Flag] = {}
    for flags in every:
        for name, flag in flags.flags.items():
            before = found.get(name)
            found[name] = flag if before is None else _stricter(before, flag)
    return Flags(flags=found)


def _stricter(one: Flag, other: Flag) -> Flag:
    if one.enabled or other.enabled:
        return other if one.enabled else one
    if not one.services or not other.services:
        return one if not one.services else other
    return one.model_copy(update={"services": tuple(sorted({*one.services, *other.services}))})
