"""A pull request as this member sees it: who is behind it, and what its merge needs of whom."""

from __future__ import annotations

from controller.api.authors import author_emails
from controller.api.services import Services
from controller.api.shapes.pulls import PullShape, pull_shape
from controller.tenants.principal import Principal
from forge.pull_requests import PullRequest


async def shown(services: Services, principal: Principal, pull: PullRequest) -> PullShape:
    """The whole of it. `pull` names its repository."""
    emails = await author_emails(services, principal.tenant_id, [pull])
    row = await services.proposals.repository(principal, pull.repository or None)
    standing = await services.proposals.approvals.of(principal, row, pull)
    return pull_shape(pull, standing, services.settings.url, emails)
