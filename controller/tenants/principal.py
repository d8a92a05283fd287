"""Who is acting: a member of a tenant, how they came in, and what that lets them do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from controller.tenants.roles import Permission, Role, may, roles_of
from schemas.errors import Forbidden
from schemas.ids import member_actor

_ROLES: Final = frozenset(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated member. `source`: web, host, token, jwt. `scopes` empty: all that the role may do.

    `authenticated_at` is when the credential was made: clearing a panic alone needs a fresh one.
    """

    tenant_id: UUID
    member_id: UUID
    email: str
    role: Role
    source: str
    scopes: frozenset[Permission] = frozenset()
    display_name: str = ""
    authenticated_at: datetime | None = None

    @property
    def actor(self) -> str:
        """The text of the audit trail: `member:mem_…`."""
        return member_actor(self.member_id)

    def may(self, permission: Permission | str) -> bool:
        """Whether role and scopes both allow it. Raises ValueError for an unknown word."""
        wanted = Permission(permission)
        return may(self.role, wanted) and (not self.scopes or wanted in self.scopes)

    def has_role(self, role: Role | str) -> bool:
        """Whether this is the role or one that includes it; a credential with scopes has no role."""
        return not self.scopes and Role(role) in roles_of(self.role)

    def require(self, role_or_permission: Role | Permission | str) -> None:
        """Raise Forbidden, with a sentence that says what is missing, unless it is allowed."""
        word = str(role_or_permission)
        if self.has_role(word) if word in _ROLES else self.may(word):
            return
        if word not in _ROLES and may(self.role, word):
            raise Forbidden(f"This token was not made for `{word}`.", hint="Make a token with that scope.")
        raise Forbidden(
            f"Your role {self.role.value} does not allow this.",
            hint=f"It needs {_who_may(word)}; an owner can change your role.",
            extra={"needs": word},
        )


def _who_may(word: str) -> str:
    names = [word] if word in _ROLES else [role.value for role in Role if may(role, word)]
    return " or ".join(names)
