"""Who may do what: CONTRACTS.md §8 as a table, and nothing beside it."""

from __future__ import annotations

import pytest

from base.ids import new_id
from controller.tenants.principal import Principal
from controller.tenants.roles import PERMISSIONS, Permission, Role, may, roles_of
from schemas.errors import Forbidden

TABLE = """
                  viewer responder approver author maintainer owner
read              yes    yes       yes      yes    yes        yes
start             -      yes       yes      yes    yes        yes
respond           -      yes       yes      yes    yes        yes
approve_caution   -      yes       yes      yes    yes        yes
approve_dangerous -      -         yes      -      yes        yes
skip              -      yes       yes      yes    yes        yes
abort             -      yes       yes      yes    yes        yes
edit              -      -         yes      -      yes        yes
panic             -      yes       yes      yes    yes        yes
panic_clear       -      -         -        -      yes        yes
propose           -      -         -        yes    yes        yes
merge             -      -         -        -      yes        yes
repositories      -      -         -        -      yes        yes
agents            -      -         -        -      yes        yes
raise_trust       -      -         -        -      -          yes
accept_lower      -      -         -        -      -          yes
members           -      -         -        -      -          yes
tokens            -      -         -        -      -          yes
keys              -      -         -        -      -          yes
"""


def test_the_table_is_what_the_code_says() -> None:
    header, *rows = (line.split() for line in TABLE.strip().splitlines())
    said = {row[0]: dict(zip(header, row[1:], strict=True)) for row in rows}
    assert set(said) == {permission.value for permission in Permission}
    assert header == [role.value for role in Role]
    for permission, columns in said.items():
        for role, word in columns.items():
            assert may(role, permission) == (word == "yes"), (role, permission)


def test_an_owner_may_do_everything_and_an_unknown_word_is_an_error() -> None:
    assert PERMISSIONS[Role.OWNER] == frozenset(Permission)
    with pytest.raises(ValueError, match="fly"):
        may("owner", "fly")
    with pytest.raises(ValueError, match="king"):
        may("king", "read")


def test_a_role_includes_itself_and_what_is_below() -> None:
    assert roles_of("maintainer") == frozenset(Role) - {Role.OWNER}
    assert roles_of("author") == {Role.AUTHOR, Role.RESPONDER, Role.VIEWER}


def principal(role: Role, *scopes: Permission) -> Principal:
    return Principal(new_id(), new_id(), "a@b", role, "test", frozenset(scopes))


def test_require_names_what_is_missing() -> None:
    principal(Role.APPROVER).require("approve_dangerous")
    principal(Role.OWNER).require("maintainer")
    with pytest.raises(Forbidden) as caught:
        principal(Role.VIEWER).require("merge")
    assert caught.value.hint == "It needs maintainer or owner; an owner can change your role."
    with pytest.raises(Forbidden):
        principal(Role.AUTHOR).require("approver")


def test_scopes_only_take_away() -> None:
    scoped = principal(Role.VIEWER, Permission.READ, Permission.MERGE)
    assert scoped.may("read")
    assert not scoped.may("merge"), "a scope gives nothing that the role does not have"
    assert not principal(Role.OWNER, Permission.READ).may("merge")
    assert not principal(Role.OWNER, Permission.READ).has_role("viewer")
