"""GitHub with a token passes the suite of every forge."""

from __future__ import annotations

import pytest

from forge.github.forge import GitHubForge
from forge.pull_requests import Forge
from tests.integration.forge.conformance import ForgeConformance


class TestGitHubForge(ForgeConformance):
    @pytest.fixture
    def forge(self, github_forge: GitHubForge) -> Forge:
        return github_forge
