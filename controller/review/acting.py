"""A member as git and the audit trail name them."""

from __future__ import annotations

from controller.tenants.principal import Principal
from forge.pull_requests import Actor


def actor_of(principal: Principal) -> Actor:
    """The member as the author of commits, comments and reviews."""
    name = principal.display_name or principal.email.partition("@")[0]
    return Actor(principal.actor, name, principal.email)
