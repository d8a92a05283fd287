"""What a look at a repository on GitHub does after the sync: checks of pull requests, answers in comments."""

from __future__ import annotations

from contextlib import AsyncExitStack

from controller.review.forges import Forges
from controller.review.hearing import Hearing
from controller.review.proposals import Proposals
from controller.review.pull_checks import PullChecks
from controller.review.questions import Questions
from controller.review.talking import Talking
from controller.sync.loop import After


def look_of(forges: Forges, proposals: Proposals, talking: Talking, stack: AsyncExitStack) -> After:
    """What the sync loop does after each repository; what must be closed is on the stack."""
    hearing = Hearing(forges, Questions(forges, talking).look)
    stack.push_async_callback(hearing.close)
    return PullChecks(forges, proposals.check_head, hearing.begin).look
