"""The pull request that a request names, as this member sees it: who is behind it, what its merge needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query

from controller.api.auth import Caller, ServicesDep
from controller.api.authors import author_emails
from controller.api.services import Services
from controller.api.shapes.pulls import PullShape, pull_shape
from controller.tenants.principal import Principal
from forge.pull_requests import PullRequest

Number = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[7])]
Repository = Annotated[
    str | None,
    Query(
        max_length=100,
        description="A repository's name; left out where there is only one (else 409).",
    ),
]


@dataclass(frozen=True)
class OnePull:
    """A number, the repository that it is of, and who asks."""

    principal: Principal
    services: Services
    number: int
    repository: str | None

    async def shown(self, pull: PullRequest) -> PullShape:
        """The whole of it, as this member sees it."""
        return await shown(self.services, self.principal, pull)


async def _one_pull(
    principal: Caller, services: ServicesDep, number: Number, repository: Repository = None
) -> OnePull:
    return OnePull(principal, services, number, repository)


Pull = Annotated[OnePull, Depends(_one_pull)]


async def shown(services: Services, principal: Principal, pull: PullRequest) -> PullShape:
    """The whole of it. `pull` names its repository."""
    emails = await author_emails(services, principal.tenant_id, [pull])
    row = await services.proposals.repository(principal, pull.repository or None)
    standing = await services.proposals.approvals.of(principal, row, pull)
    return pull_shape(pull, standing, services.settings.url, emails)
