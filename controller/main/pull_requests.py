"""What follows a look at a repository, beside the syncs: the status of its commit, and on GitHub the checks
of pull requests and answers in comments.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Final
from uuid import UUID

from controller.review.bridge import ForgeRunner
from controller.review.commit_status import CommitStatuses
from controller.review.forges import Forges
from controller.review.hearing import Hearing
from controller.review.proposals import Proposals
from controller.review.pull_checks import PullChecks
from controller.review.questions import Questions
from controller.review.talking import Talking
from controller.sync.loop import TENANTS_AT_ONCE as SYNC_TENANTS_AT_ONCE
from controller.sync.loop import After
from controller.sync.turns import Turns

TENANTS_AT_ONCE: Final = 2
"""Of each kind of work: with those who are heard, less than the threads of the forge."""
STATUS_SECONDS: Final = 60.0
CHECKS_SECONDS: Final = 300.0
"""One look at the pull requests of one repository; the checks that it did are not done again."""


def runners(stack: AsyncExitStack) -> tuple[ForgeRunner, ForgeRunner]:
    """The forge's threads, and the sync's own: a forge slow to show a pull request holds up no sync."""
    found = ForgeRunner(), ForgeRunner(SYNC_TENANTS_AT_ONCE)
    for runner in found:
        stack.push_async_callback(runner.close)
    return found


def beginning(
    name: str, work: Callable[[UUID, UUID], Awaitable[object]], seconds: float, stack: AsyncExitStack
) -> After:
    """Begins work for a repository in its tenant's turn; it is closed with the stack."""
    turns = Turns(name, at_once=TENANTS_AT_ONCE, seconds=seconds)
    stack.push_async_callback(turns.close)
    return lambda tenant_id, repository_id: turns.begin(
        tenant_id, repository_id, partial(work, tenant_id, repository_id)
    )


def telling_of(forges: Forges, stack: AsyncExitStack) -> After:
    """What the sync does after each look: say on the forge what became of the commit."""
    return beginning("status", CommitStatuses(forges).look, STATUS_SECONDS, stack)


def look_of(forges: Forges, proposals: Proposals, talking: Talking, stack: AsyncExitStack) -> After:
    """What the sync loop does after each repository; what must be closed is on the stack."""
    hearing = Hearing(forges, Questions(forges, talking).look)
    stack.push_async_callback(hearing.close)
    checks = PullChecks(forges, proposals.check_head, hearing.begin)
    return beginning("checks", checks.look, CHECKS_SECONDS, stack)
