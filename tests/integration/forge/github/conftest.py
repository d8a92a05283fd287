"""A GitHub of our own over the bare repository of the forge tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forge.github.forge import GitHubForge
from forge.storage import BareRepository
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
