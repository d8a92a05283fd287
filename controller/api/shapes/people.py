"""Members, tokens and the caller as the API shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from controller.api.shapes.inputs import Input
from controller.tenants.roles import Permission, Role
from schemas.model import Instant, Model


class TenantShape(Model):
    """The caller's tenant."""

    id: str
    slug: str
    title: str


class Me(Model):
    """Who the caller is, and what the role allows."""

    id: str
    email: str
    role: Role
    source: str = Field(description="How the caller came in: web, host, token, jwt.")
    tenant: TenantShape
    permissions: list[Permission]


class SessionState(Model):
    """Whether somebody is signed in, and who."""

    me: Me | None = Field(None, description="Null where the caller shows no credential that is valid.")


class SignInRequest(Input):
    """The one-time token of a sign-in URL."""

    token: Annotated[str, StringConstraints(max_length=256)]


class SignedIn(Model):
    """A fresh session; its cookie is in the answer's headers."""

    id: str
    email: str
    expires_at: Instant


class MemberShape(Model):
    """A member of the tenant."""

    id: str
    email: str
    display_name: str
    role: Role
    created_at: Instant


class MemberRequest(Input):
    """A member to add."""

    email: Annotated[str, StringConstraints(max_length=254)]
    role: Role
    display_name: Annotated[str, StringConstraints(max_length=200)] = ""


class RoleRequest(Input):
    """Another role for a member."""

    role: Role


class TokenShape(Model):
    """An API token; its secret is shown once, when it is made."""

    id: str
    name: str
    member_id: str
    email: str
    scopes: list[str]
    created_at: Instant
    expires_at: Instant | None = None
    revoked_at: Instant | None = None
    last_used_at: Instant | None = None


class TokenRequest(Input):
    """A token to make. It acts as the caller, within `scopes` if any."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    scopes: list[Permission] = Field(default_factory=list, max_length=20)
    days: int | None = Field(90, ge=1, le=3650, description="More than 365, or none: owners only.")


class MadeToken(Model):
    """A fresh token. `token` is not stored and can't be shown again."""

    id: str
    token: str
    expires_at: Instant | None = None


class SignInLink(Model):
    """A one-time sign-in URL for a member."""

    url: str
    minutes: int
