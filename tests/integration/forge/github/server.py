"""The imitation of GitHub in a process of its own, and what a test does to it. Its fixture is imported."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pygit2
import pytest

from base.clock import SystemClock
from forge.github.address import GitHubAddress
from forge.github.client import GitHubClient
from forge.github.credential import Credential, TokenCredential
from forge.github.forge import GitHubForge, GitHubSettings
from forge.github.mirrored import GitHubMirror
from forge.storage import BareRepository
from tests.integration.forge.github.imitation import GIT_PATH, OTHER_TOKEN, TOKEN
from tests.integration.forge.github.state import NAME, OWNER


class Skipping(SystemClock):
    """The machine's clock, but for what is waited for between two requests: that is over at once."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += seconds


@dataclass(frozen=True)
class GitHub:
    """The running imitation."""

    url: str
    repository: BareRepository

    @property
    def address(self) -> GitHubAddress:
        return GitHubAddress(self.url, self.url + GIT_PATH, OWNER, NAME)

    def forge(self, token: str = TOKEN, *, seconds: float = 30.0) -> GitHubForge:
        return self.forge_as(TokenCredential(token), seconds=seconds)

    def forge_as(
        self, credential: Credential, *, seconds: float = 30.0, address: GitHubAddress | None = None
    ) -> GitHubForge:
        """A forge of its own; its mirror lies beside the repository."""
        clock, address = Skipping(), address or self.address
        client = GitHubClient(address.api_url, credential, clock, seconds=seconds, wait=clock.skip)
        path = self.repository.path.with_suffix(".mirror")
        pygit2.init_repository(str(path), bare=True, initial_head="main")
        mirror = GitHubMirror(BareRepository(path), address, credential, "main")
        return GitHubForge(client, address, clock, GitHubSettings(), mirror)

    def fault(self, match: str, **what: Any) -> None:
        """Break requests whose "METHOD path" begins so; the path is below the repository."""
        method, _, path = match.partition(" ")
        prefix = "" if path.startswith("//") else f"/repos/{OWNER}/{NAME}"
        self._post("/_fault", {"match": f"{method} {prefix}{path.replace('//', '/')}", **what})

    def reset(self) -> None:
        """Forget everything, and stand over this test's repository."""
        self._post("/_reset", str(self.repository.path))

    def set(self, **values: Any) -> None:
        self._post("/_set", values)

    def open_pull(self, title: str, branch: str) -> None:
        """A pull request to main by somebody else."""
        path = f"/repos/{OWNER}/{NAME}/pulls"
        self._post(path, {"title": title, "head": branch, "base": "main"}, OTHER_TOKEN)

    def api(self, method: str, path: str, body: Any = None, token: str = OTHER_TOKEN) -> Any:
        """What GitHub answers somebody; the path is below the repository."""
        answer = httpx.request(
            method,
            f"{self.url}/repos/{OWNER}/{NAME}{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
        assert answer.status_code < 500, answer.text
        return answer.json()

    def set_statuses(self, commit: str, count: int) -> None:
        """Statuses of other names on a commit, by somebody who may push."""
        path = f"/repos/{OWNER}/{NAME}/statuses/{commit}"
        for number in range(count):
            status = {"state": "success", "context": f"other/{number}", "description": ""}
            self._post(path, status, OTHER_TOKEN)

    def states(self, commit: str) -> list[str]:
        """The states of a commit's statuses, newest first."""
        return [item["state"] for item in self._get(f"commits/{commit}/statuses")]

    def links(self, commit: str) -> list[str]:
        """Where the details of a commit's statuses and check runs lead."""
        runs = self._get(f"commits/{commit}/check-runs")["check_runs"]
        statuses = self._get(f"commits/{commit}/statuses")
        return [item["target_url"] for item in statuses] + [item["details_url"] for item in runs]

    def _get(self, path: str) -> Any:
        request = urllib.request.Request(f"{self.url}/repos/{OWNER}/{NAME}/{path}")
        request.add_header("Authorization", f"Bearer {TOKEN}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def log(self) -> list[str]:
        with urllib.request.urlopen(f"{self.url}/_log", timeout=10) as answer:
            found: list[str] = json.load(answer)
        return [line.replace(f"/repos/{OWNER}/{NAME}", "") for line in found]

    def complaints(self) -> list[str]:
        """What GitHub's published description does not allow of what was asked and answered."""
        with urllib.request.urlopen(f"{self.url}/_complaints", timeout=10) as answer:
            found: list[str] = json.load(answer)
        return found

    def _post(self, path: str, document: Any, token: str = "") -> None:
        request = urllib.request.Request(self.url + path, data=json.dumps(document).encode(), method="POST")
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status < 300


@contextmanager
def imitation() -> Iterator[str]:
    """The address of a running imitation, a process of its own."""
    command = [sys.executable, "-m", "tests.integration.forge.github.imitation"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            assert port, "the imitation did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def github_url() -> Iterator[str]:
    """The address of the imitation, one process for the whole run."""
    with imitation() as url:
        yield url
