"""Who the actors of events are: `member:mem_…` says nothing to a person."""

from __future__ import annotations

from collections.abc import Iterable

from controller.db.unit_of_work import UnitOfWork
from controller.link.agents import names_of
from controller.tenants.members import emails_of
from schemas.ids import agent_actor, agent_of, member_actor, member_of


async def actor_names(uow: UnitOfWork, actors: Iterable[str]) -> dict[str, str]:
    """Actor → a member's e-mail address or an agent's name, also of those who have left.

    Parts of the product (`system:sync`) have no other name and are not in it.
    """
    wanted = sorted(set(actors))
    names: dict[str, str] = {}
    members = [found for actor in wanted if (found := member_of(actor))]
    if members:
        names |= {member_actor(found): email for found, email in (await emails_of(uow, members)).items()}
    agents = [found for actor in wanted if (found := agent_of(actor))]
    if agents:
        names |= {agent_actor(found): name for found, name in (await names_of(uow, agents)).items()}
    return names
