"""Checks pull requests on a forge elsewhere: there, nobody asks us before a branch moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from uuid import UUID

from base import limits, log
from controller.governance.repositories import RepositoryRow, find_repository
from controller.review.errors import forge_border
from controller.review.forges import Forges
from controller.review.settling import open_proposals, settle
from forge.pull_requests import CLASSIFICATION_CHECK, PullRequest
from schemas.errors import Dd0cError

_log = log.get(__name__)

CheckPull = Callable[[UUID, RepositoryRow, PullRequest], Awaitable[object]]
"""Check the head of a pull request; `Proposals.check_head` is one."""


class PullChecks:
    """Looks at the pull requests of a repository on GitHub: checks each open head that has no check, and
    settles what was merged or closed there.
    """

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
            await self._settle(tenant_id, row, {pull.number for pull in page.items})
        except Dd0cError as refusal:
            _log.warning(refusal.detail, extra={"action": "pulls.unchecked", "code": refusal.code})

    async def _settle(self, tenant_id: UUID, row: RepositoryRow, still_open: Collection[int]) -> None:
        """Note what was merged or closed on the forge itself since the last look."""
        async with self._forges.database.work(tenant_id) as uow:
            waiting = [each for each in await open_proposals(uow, row) if each.pull_number not in still_open]
        waiting.sort(
            key=lambda each: -each.pull_number
        )  # what the page would show is no longer open for sure
        for each in waiting[: limits.GITHUB_PULLS_SETTLED]:
            number = each.pull_number
            with forge_border():
                forge = self._forges.open(tenant_id, row)
                pull = await self._forges.runner(partial(forge.get, number))
            async with self._forges.database.work(tenant_id) as uow:
                await settle(uow, row, pull)
