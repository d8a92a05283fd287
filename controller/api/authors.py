"""Who the members behind the actors of pull requests are: `member:mem_…` says nothing to a person."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from controller.api.services import Services
from controller.tenants.members import emails_of
from forge.pull_requests import PullRequest
from schemas.ids import member_actor, member_of


async def author_emails(services: Services, tenant_id: UUID, pulls: Iterable[PullRequest]) -> dict[str, str]:
    """Actor → e-mail address, of the members among those who opened, merged or review these."""
    found = []
    for pull in pulls:
        found += [pull.author, pull.merged_by or pull.author, *(each.reviewer for each in pull.reviews)]
    return await actor_emails(services, tenant_id, found)


async def actor_emails(services: Services, tenant_id: UUID, actors: Iterable[str]) -> dict[str, str]:
    """Actor → e-mail address, of the members among them."""
    members = [found for actor in sorted(set(actors)) if (found := member_of(actor)) is not None]
    if not members:
        return {}
    async with services.database.work(tenant_id) as uow:
        emails = await emails_of(uow, members)
    return {member_actor(member_id): email for member_id, email in emails.items()}
