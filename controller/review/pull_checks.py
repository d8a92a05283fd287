"""Checks pull requests on a forge elsewhere: there, nobody asks us before a branch moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from base import limits, log
from controller.governance.repositories import RepositoryRow, find_repository
from controller.review.errors import forge_border
from controller.review.forges import Forges
from forge.pull_requests import CLASSIFICATION_CHECK, PullRequest
from schemas.errors import Dd0cError

_log = log.get(__name__)

CheckPull = Callable[[UUID, RepositoryRow, PullRequest], Awaitable[object]]
"""Check the head of a pull request; `Proposals.check_head` is one."""


class PullChecks:
    """Looks at the open pull requests of a repository on GitHub, and checks each head that has no check."""

    def __init__(self, forges: Forges, check: CheckPull) -> None:
        self._forges = forges
        self._check = check

    async def look(self, tenant_id: UUID, repository_id: UUID) -> None:
        """One look; what fails is said in the log and tried again at the next one."""
        async with self._forges.database.work(tenant_id) as uow:
            row = await find_repository(uow, repository_id)
        if row.forge != "github":
            return
        try:
            with forge_border():
                forge = self._forges.open(tenant_id, row)
                page = await self._forges.runner(
                    lambda: forge.list("open", None, limits.GITHUB_PULLS_CHECKED)
                )
            for pull in page.items:
                if not any(check.name == CLASSIFICATION_CHECK for check in pull.checks):
                    await self._check(tenant_id, row, pull)
        except Dd0cError as refusal:
            _log.warning(refusal.detail, extra={"action": "pulls.unchecked", "code": refusal.code})
