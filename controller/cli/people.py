"""`dd0c members`, `dd0c tokens`: who may do what, and credentials for programs."""

from __future__ import annotations

from typing import Final

import click

from controller.cli.client import at
from controller.cli.context import Session, with_session
from controller.cli.groups import ListGroup
from controller.cli.pulls import confirm

_ROLES: Final = ["viewer", "responder", "approver", "author", "maintainer", "owner"]


@click.group("members", cls=ListGroup, invoke_without_command=True)
@with_session
def members_group(session: Session) -> None:
    """Members of the tenant and their roles."""
    if click.get_current_context().invoked_subcommand is None:
        columns = [("EMAIL", "email"), ("ROLE", "role"), ("NAME", "displayName"), ("ID", "id")]
        session.printer.rows(session.client.pages("members", 1000), columns, "No member.")


@members_group.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(_ROLES), required=True)
@with_session
def add_command(session: Session, email: str, role: str) -> None:
    """Add a member and print a one-time sign-in URL for them."""
    member = session.client.post("members", {"email": email, "role": role})
    link = session.client.post(at("members", member["id"], "sign-in-link"))
    shown = {**member, "signInUrl": link["url"]}
    session.printer.facts(shown, [("member", email), ("role", role), ("open once", link["url"])])


@members_group.command("role")
@click.argument("member")
@click.argument("role", type=click.Choice(_ROLES))
@with_session
def role_command(session: Session, member: str, role: str) -> None:
    """Give MEMBER (an id) another role, at once."""
    changed = session.client.put(at("members", member, "role"), {"role": role})
    session.printer.facts(changed, [("member", changed["email"]), ("role", changed["role"])])


@members_group.command("remove")
@click.argument("member")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@with_session
def remove_command(session: Session, member: str, yes: bool) -> None:
    """Remove MEMBER (an id); their sessions and tokens end at once."""
    if not yes:
        confirm(f"Remove {member}?", "--yes")
    session.client.delete(at("members", member))
    session.printer.facts({"removed": member}, [("removed", member)])


@click.group("tokens", cls=ListGroup, invoke_without_command=True)
@with_session
def tokens_group(session: Session) -> None:
    """Your API tokens (owners: all); a secret is shown once, when it is made."""
    if click.get_current_context().invoked_subcommand is None:
        columns = [
            ("NAME", "name"), ("MEMBER", "email"), ("SCOPES", "scopes"), ("EXPIRES", "expiresAt"),
            ("LAST USED", "lastUsedAt"), ("REVOKED", "revokedAt"), ("ID", "id"),
        ]  # fmt: skip
        session.printer.rows(session.client.pages("tokens", 1000), columns, "No token.")


@tokens_group.command("make")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, help="Only this permission; may be given several times.")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True)
@with_session
def make_command(session: Session, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token that acts as you, for a program or for `git push`."""
    made = session.client.post("tokens", {"name": name, "scopes": list(scopes), "days": days})
    session.printer.facts(made, [("token", made["token"]), ("expires", made.get("expiresAt", "never"))])


@tokens_group.command("revoke")
@click.argument("token_id")
@with_session
def revoke_command(session: Session, token_id: str) -> None:
    """Make the token with this id worthless."""
    session.client.delete(at("tokens", token_id))
    session.printer.facts({"revoked": token_id}, [("revoked", token_id)])
