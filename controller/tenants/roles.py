"""What each role may do, as data (CONTRACTS.md §8). Policy in git may ask for more, never for less."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The one role that a member has in a tenant."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    APPROVER = "approver"
    AUTHOR = "author"
    MAINTAINER = "maintainer"
    OWNER = "owner"


class Permission(StrEnum):
    """One thing that a route or an event asks for. These words are also the scopes of API tokens."""

    READ = "read"
    START = "start"
    RESPOND = "respond"
    """Whatever moves a run and is not listed by itself: bind, tick, report, retry, pause, resume, stop, ask
    again, request or decline a rollback, resolve."""
    APPROVE_CAUTION = "approve_caution"
    APPROVE_DANGEROUS = "approve_dangerous"
    SKIP = "skip"
    ABORT = "abort"
    EDIT = "edit"
    PANIC = "panic"
    PANIC_CLEAR = "panic_clear"
    PROPOSE = "propose"
    MERGE = "merge"
    REPOSITORIES = "repositories"
    AGENTS = "agents"
    RAISE_TRUST = "raise_trust"
    ACCEPT_LOWER = "accept_lower"
    """Let a lower verdict of a newer scanner stand in the place of a stricter one."""
    MEMBERS = "members"
    TOKENS = "tokens"
    KEYS = "keys"


_INCLUDES: Final[dict[Role, frozenset[Role]]] = {
    Role.VIEWER: frozenset(),
    Role.RESPONDER: frozenset({Role.VIEWER}),
    Role.APPROVER: frozenset({Role.RESPONDER}),
    # An author runs what the team wrote, like every engineer on call, but does not approve what is dangerous.
    Role.AUTHOR: frozenset({Role.RESPONDER}),
    Role.MAINTAINER: frozenset({Role.APPROVER, Role.AUTHOR}),
    Role.OWNER: frozenset({Role.MAINTAINER}),
}

_OWN: Final[dict[Role, frozenset[Permission]]] = {
    Role.VIEWER: frozenset({Permission.READ}),
    Role.RESPONDER: frozenset(
        {
            Permission.START,
            Permission.RESPOND,
            Permission.APPROVE_CAUTION,
            Permission.SKIP,
            Permission.ABORT,
            Permission.PANIC,
        }
    ),
    Role.APPROVER: frozenset({Permission.APPROVE_DANGEROUS, Permission.EDIT}),
    Role.AUTHOR: frozenset({Permission.PROPOSE}),
    Role.MAINTAINER: frozenset(
        {Permission.MERGE, Permission.REPOSITORIES, Permission.AGENTS, Permission.PANIC_CLEAR}
    ),
    Role.OWNER: frozenset(
        {
            Permission.RAISE_TRUST,
            Permission.ACCEPT_LOWER,
            Permission.MEMBERS,
            Permission.TOKENS,
            Permission.KEYS,
        }
    ),
}


def roles_of(role: Role | str) -> frozenset[Role]:
    """The role itself and every role that it includes. Raises ValueError for an unknown word."""
    found = {Role(role)}
    todo = [Role(role)]
    while todo:
        for included in _INCLUDES[todo.pop()] - found:
            found.add(included)
            todo.append(included)
    return frozenset(found)


PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    role: frozenset().union(*(_OWN[included] for included in roles_of(role))) for role in Role
}
"""Everything that a role may do."""


def may(role: Role | str, permission: Permission | str) -> bool:
    """Whether the role has the permission. Raises ValueError for an unknown word: a typo must not mean no."""
    return Permission(permission) in PERMISSIONS[Role(role)]
