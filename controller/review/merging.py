"""The merge of a head that was checked, as its reviewers' words stand in that very moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from controller.governance.owners_word import OwnersWord
from controller.governance.repositories import RepositoryRow
from controller.review.acting import actor_of
from controller.review.approvals import Approvals, require
from controller.review.checks import ChangeReport, told_for_owner
from controller.review.errors import forge_border
from controller.review.forges import Forges, RepositoryForge
from controller.tenants.principal import Principal
from forge.errors import ReviewsMoved
from forge.pull_requests import Merged, PullRequest
from schemas.errors import Conflict, Dd0cError, Unavailable

ROUNDS: Final = 3
"""As often its reviews are judged where somebody says another word in the meantime."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Merging:
    """One a process."""

    forges: Forges
    approvals: Approvals
    owners: OwnersWord

    async def merge(
        self, principal: Principal, row: RepositoryRow, pull: PullRequest, report: ChangeReport
    ) -> Merged:
        """Judge what its reviewers say and merge it. Where a word came between the two, the built-in forge
        refuses under its writer lock, and it is judged again. Raises Conflict (`not_approved`, `head_moved`).
        """
        number = pull.number
        for _ in range(ROUNDS):
            require(await self.approvals.of(principal, row, pull, report), number)
            merged = await self._merge(principal, row, pull, report)
            if merged is not None:
                return merged
            newer = await self._call(principal, row, lambda forge: forge.get(number))
            pull = replace(newer, head=pull.head)  # another head was not checked: the forge refuses it
        raise Conflict(
            f"Pull request {number} is being reviewed at this moment.",
            hint="Look at it again, then merge it.",
            code="not_mergeable",
        )

    async def _merge(
        self, principal: Principal, row: RepositoryRow, pull: PullRequest, report: ChangeReport
    ) -> Merged | None:
        """None where its reviews are no longer those that were judged. On a forge elsewhere an owner's word
        goes to the sync first, and the check that keeps others from merging it there is opened for this one
        merge.
        """
        actor = actor_of(principal)

        def merge(forge: RepositoryForge) -> Merged | None:
            try:
                return forge.merge(
                    pull.number,
                    expected_head=pull.head,
                    method="squash",
                    actor=actor,
                    reviews=pull.reviews,
                )
            except ReviewsMoved:
                return None

        if row.forge == "builtin" or not report.raises_trust:
            return await self._call(principal, row, merge)
        place = (principal.tenant_id, row.id)
        self.owners.give(*place, report.for_owner)
        try:
            await self._call(principal, row, lambda forge: forge.set_check(pull.head, report.check))
            return await self._call(principal, row, merge)
        except Dd0cError as refusal:
            if isinstance(refusal, Unavailable):  # it may be merged all the same
                raise
            self.owners.take(*place, report.for_owner)
            closed = told_for_owner(report.check)
            await self._call(principal, row, lambda forge: forge.set_check(pull.head, closed))
            raise

    async def _call(
        self, principal: Principal, row: RepositoryRow, call: Callable[[RepositoryForge], Result]
    ) -> Result:
        with forge_border():
            forge = self.forges.open(principal.tenant_id, row)
            return await self.forges.runner(lambda: call(forge))
