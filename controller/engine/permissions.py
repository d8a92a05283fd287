"""Who may bring which event: roles of the tenant, scopes of a token, and what policy asks for. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from controller.engine import events as ev
from controller.governance.policy import Pinned
from controller.tenants.roles import Permission, Role, roles_of
from controller.tenants.roles import may as role_may
from schemas.risk import Risk, effective

NEEDED: Final[dict[type[ev.HumanEvent], Permission]] = dict.fromkeys(ev.HUMAN, Permission.RESPOND) | {
    ev.Start: Permission.START,
    ev.Approve: Permission.APPROVE_CAUTION,
    ev.Skip: Permission.SKIP,
    ev.Edit: Permission.EDIT,
    ev.Abort: Permission.ABORT,
}
"""The least permission for each human event; the gate of a dangerous command needs more (`may_approve`)."""


def may(role: str, permission: Permission, scopes: Collection[str] = ()) -> bool:
    """Whether a member of this role may, through a credential of these scopes (none: no limit)."""
    if role not in set(Role):
        return False
    return role_may(role, permission) and (not scopes or permission.value in scopes)


def may_approve(role: str, risk: Risk, pinned: Pinned, scopes: Collection[str] = ()) -> bool:
    """Whether such a member may approve a command of this risk: the product's rule, and then the policy's."""
    dangerous = effective(risk) is Risk.DANGEROUS
    permission = Permission.APPROVE_DANGEROUS if dangerous else Permission.APPROVE_CAUTION
    return may(role, permission, scopes) and Role(pinned.by_risk(risk).role) in roles_of(role)
