"""Answers verbs in comments of pull requests: for members at once, and only so many a minute."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final
from uuid import UUID

from base import limits
from base.ids import new_id
from controller.governance.repositories import RepositoryRow
from controller.review.errors import forge_border
from controller.review.forges import Forges
from controller.review.proposals import Proposals
from controller.review.reviews import Reviews
from controller.review.verbs import (
    Verb,
    answer_key,
    explain_text,
    help_text,
    parse_verb,
    plan_text,
    reclassified_text,
)
from controller.tenants.principal import Principal
from forge.pull_requests import LineRef, PullRequest
from schemas.errors import TooManyRequests

_WINDOW_SECONDS: Final = 60.0
_PULLS_KEPT: Final = 1_000


class Talking:
    """One a process. `seconds` is monotonic."""

    def __init__(
        self,
        forges: Forges,
        proposals: Proposals,
        reviews: Reviews,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._forges = forges
        self._proposals = proposals
        self._reviews = reviews
        self._seconds = seconds
        self._asked: OrderedDict[tuple[UUID, int], deque[float]] = OrderedDict()

    async def comment(
        self,
        principal: Principal,
        number: int,
        body: str,
        *,
        at: LineRef | None = None,
        repository: str | None = None,
    ) -> PullRequest:
        """Write a member's comment and answer its verb. Needs `propose`, as any comment does.

        Raises as `Proposals.comment`, and TooManyRequests where a pull request is asked too often.
        """
        principal.require("propose")
        verb = parse_verb(body)
        if verb is None:
            return await self._proposals.comment(principal, number, body, at=at, repository=repository)
        row = await self._proposals.repository(principal, repository)
        self.take(row, number)
        key = f"{principal.actor}:{new_id()}"
        await self._proposals.comment(principal, number, body, key=key, at=at, repository=repository)
        await self.answer(principal.tenant_id, row, number, key, verb)
        return await self._proposals.get(principal, number, repository=repository)

    async def answer(self, tenant_id: UUID, row: RepositoryRow, number: int, key: str, verb: Verb) -> None:
        """Answer the comment of that key. Raises Dd0cError."""
        text = await self._text(tenant_id, row, number, verb)
        with forge_border():
            forge = self._forges.open(tenant_id, row)
            await self._forges.runner(lambda: forge.comment(number, answer_key(key), text))

    async def _text(self, tenant_id: UUID, row: RepositoryRow, number: int, verb: Verb) -> str:
        if verb.word == "help":
            return help_text()
        if verb.word == "reclassify":
            with forge_border():
                forge = self._forges.open(tenant_id, row)
                pull = await self._forges.runner(lambda: forge.get(number))
            report = await self._proposals.check_head(tenant_id, row, pull)
            return reclassified_text(report.check, pull.head)
        found = await self._reviews.of_pull(tenant_id, row, number)
        if verb.word == "plan":
            if found.pull.state == "open":
                found = await self._reviews.with_notes(tenant_id, row, found)
            return plan_text(
                found.runbooks, found.head, rules=found.rules, left_out=found.left_out, notes=found.notes
            )
        return explain_text(found.runbooks, verb.step, found.head)

    def take(self, row: RepositoryRow, number: int) -> None:
        """Count one question about a pull request. Raises TooManyRequests."""
        now, place = self._seconds(), (row.id, number)
        times = self._asked.setdefault(place, deque())
        self._asked.move_to_end(place)
        while times and times[0] <= now - _WINDOW_SECONDS:
            times.popleft()
        if len(times) >= limits.VERBS_PER_MINUTE:
            raise TooManyRequests(
                f"At most {limits.VERBS_PER_MINUTE} questions a minute are answered on one pull request.",
                retry_after_seconds=max(1, round(times[0] + _WINDOW_SECONDS - now)),
            )
        times.append(now)
        while len(self._asked) > _PULLS_KEPT:
            self._asked.popitem(last=False)
