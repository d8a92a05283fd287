"""Checks pull requests on a forge elsewhere: there, nobody asks us before a branch moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from base import limits, log
from controller.governance.repositories import RepositoryRow, find_repository
from controller.review.check_basis import load_basis
from controller.review.errors import forge_border
from controller.review.forges import Forges
from controller.review.settling import open_proposals, settle
from forge.pull_requests import CLASSIFICATION_CHECK, Page, PullRequest
from schemas.errors import Dd0cError, Unavailable

_log = log.get(__name__)

RESTS_KEPT: Final = 2_000
"""Pull requests of which it is known what their checks rest on; the oldest go, and are checked again."""

CheckPull = Callable[[UUID, RepositoryRow, PullRequest], Awaitable[object]]
"""Check the head of a pull request; `Proposals.check_head` is one."""

HearPulls = Callable[[UUID, RepositoryRow, Sequence[int]], object]
"""Have the comments of open pull requests read, without waiting for it; `Hearing.begin` is one."""


class PullChecks:
    """Looks at the pull requests of a repository on GitHub: settles what was merged or closed, and checks
    each open head that has no check, or whose check rests on policy, flags or runbooks that are others now;
    of what an earlier process wrote that is not known, so it is checked again, too. One from outside is
    checked when a member asks: fetching it by itself would let anybody fill the mirror's disk.
    """

    def __init__(self, forges: Forges, check: CheckPull, hear: HearPulls | None = None) -> None:
        self._forges = forges
        self._check = check
        self._hear = hear
        self._older: dict[UUID, str | None] = {}
        """Where the next look at older pull requests begins, by repository."""
        self._asked: dict[UUID, set[int]] = {}
        """Proposals whose pull requests were read in this turn, by repository."""
        self._rests: dict[tuple[UUID, int], tuple[str, str]] = {}
        """Of checks that this process wrote: the head, and what the check rests on."""

    async def look(self, tenant_id: UUID, repository_id: UUID) -> None:
        """One look; what fails is said in the log and tried again at the next one.

        No pull request keeps another from its check, and none keeps proposals from being settled.
        """
        async with self._forges.database.work(tenant_id) as uow:
            row = await find_repository(uow, repository_id)
            basis = await load_basis(uow, repository_id)
        if row.forge != "github" or row.retired_at is not None:
            return
        await self._forges.make_mirrors(tenant_id)
        try:
            pulls = await self._open(tenant_id, row)
        except Dd0cError as refusal:
            _say(refusal)
            return
        try:
            await self._settle(tenant_id, row, {pull.number for pull in pulls})
        except Dd0cError as refusal:
            _say(refusal)
        for pull in pulls:
            if self._is_due(row, pull, basis) and await self._check_one(tenant_id, row, pull):
                self._rests[row.id, pull.number] = (pull.head, basis)
        while len(self._rests) > RESTS_KEPT:
            del self._rests[next(iter(self._rests))]
        # Last: what somebody wrote in a comment never comes before the checks that guard the branch.
        if self._hear is not None:
            self._hear(tenant_id, row, [pull.number for pull in pulls if not pull.from_outside])

    def _is_due(self, row: RepositoryRow, pull: PullRequest, basis: str) -> bool:
        if all(check.name != CLASSIFICATION_CHECK for check in pull.checks):
            return not pull.from_outside
        return self._rests.get((row.id, pull.number)) != (pull.head, basis)

    async def _check_one(self, tenant_id: UUID, row: RepositoryRow, pull: PullRequest) -> bool:
        """Whether the check is done with this head: what the content is refused for stays so."""
        try:
            await self._check(tenant_id, row, pull)
        except Unavailable as refusal:
            _say(refusal, pull.number)
            return False
        except Dd0cError as refusal:
            _say(refusal, pull.number)
        except Exception:  # noqa: BLE001 # reason: the border of one pull request; its content stops no other
            _log.exception("a check went wrong", extra={"action": "pulls.broken", "number": pull.number})
        return True

    async def _open(self, tenant_id: UUID, row: RepositoryRow) -> list[PullRequest]:
        """The newest that are open, and a page of older ones: each look goes on where the last one ended."""
        newest = await self._page(tenant_id, row, None)
        cursor = self._older.get(row.id) or newest.cursor
        if cursor is None:
            return list(newest.items)
        older = await self._page(tenant_id, row, cursor)
        self._older[row.id] = older.cursor
        shown = {pull.number for pull in newest.items}
        return [*newest.items, *(pull for pull in older.items if pull.number not in shown)]

    async def _page(self, tenant_id: UUID, row: RepositoryRow, cursor: str | None) -> Page[PullRequest]:
        with forge_border():
            forge = self._forges.open(tenant_id, row)
            return await self._forges.runner(lambda: forge.list("open", cursor, limits.GITHUB_PULLS_CHECKED))

    async def _settle(self, tenant_id: UUID, row: RepositoryRow, still_open: Collection[int]) -> None:
        """Note what was merged or closed on the forge itself since the last look."""
        async with self._forges.database.work(tenant_id) as uow:
            waiting = [each for each in await open_proposals(uow, row) if each.pull_number not in still_open]
        # The newest first: what the page would show is no longer open for sure. Then the others, in turn.
        asked = self._asked.setdefault(row.id, set())
        if all(each.pull_number in asked for each in waiting):
            asked.clear()
        turn = sorted(
            (each for each in waiting if each.pull_number not in asked), key=lambda each: -each.pull_number
        )
        for each in turn[: limits.GITHUB_PULLS_SETTLED]:
            number = each.pull_number
            asked.add(number)
            with forge_border():
                forge = self._forges.open(tenant_id, row)
                pull = await self._forges.runner(partial(forge.get, number))
            async with self._forges.database.work(tenant_id) as uow:
                await settle(uow, row, pull)


def _say(refusal: Dd0cError, number: int | None = None) -> None:
    extra = {"action": "pulls.unchecked", "code": refusal.code, "number": number}
    _log.warning(refusal.detail, extra=extra)
