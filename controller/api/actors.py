"""Who the actors of events are: `member:mem_…` says nothing to a person."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from base.ids import InvalidId, parse_id
from controller.db.unit_of_work import UnitOfWork
from controller.link.agents import names_of
from controller.tenants.members import emails_of
from schemas.ids import agent_actor, member_actor


async def actor_names(uow: UnitOfWork, actors: Iterable[str]) -> dict[str, str]:
    """Actor → a member's e-mail address or an agent's name, also of those who have left.

    Parts of the product (`system:sync`) have no other name and are not in it.
    """
    wanted = sorted(set(actors))
    names: dict[str, str] = {}
    members = _ids(wanted, "member:", "mem")
    if members:
        names |= {member_actor(found): email for found, email in (await emails_of(uow, members)).items()}
    agents = _ids(wanted, "agent:", "agt")
    if agents:
        names |= {agent_actor(found): name for found, name in (await names_of(uow, agents)).items()}
    return names


def _ids(actors: list[str], kind: str, prefix: str) -> list[UUID]:
    return [
        found
        for actor in actors
        if actor.startswith(kind) and (found := _id(prefix, actor.removeprefix(kind))) is not None
    ]


def _id(prefix: str, text: str) -> UUID | None:
    """None for people whom only git knows."""
    try:
        return parse_id(prefix, text)
    except InvalidId:
        return None
