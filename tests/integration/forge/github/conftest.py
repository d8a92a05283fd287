"""A GitHub of our own over the bare repository of the forge tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forge.github.forge import GitHubForge
from forge.pull_requests import PullRequest, Verdict
from forge.storage import BareRepository
from tests.integration.forge.conformance import Reviewer
from tests.integration.forge.github.imitation import OWNER_TOKEN
from tests.integration.forge.github.server import GitHub, github_url

__all__ = ["github_url"]


@pytest.fixture
def github(github_url: str, repository: BareRepository) -> Iterator[GitHub]:
    found = GitHub(github_url, repository)
    found.reset()
    yield found
    assert found.complaints() == []


@pytest.fixture
def github_forge(github: GitHub) -> GitHubForge:
    return github.forge()


@pytest.fixture
def reviewer(github: GitHub) -> Reviewer:
    """Somebody with an account of their own there."""

    def say(pull: PullRequest, verdict: Verdict, body: str) -> None:
        event = "APPROVE" if verdict == "approved" else "REQUEST_CHANGES"
        github.api("POST", f"/pulls/{pull.number}/reviews", {"event": event, "body": body}, OWNER_TOKEN)

    return Reviewer("zoe", say)
