"""`make run` with GitHub as the forge, from outside: propose, merge, a webhook; never a token shown."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from forge.commit import commit_files, compare_and_swap
from forge.pull_requests import Actor, ProposedFile
from forge.storage import BareRepository, RepositoryFolder
from tests.acceptance.product import CLI, Product, wait_for
from tests.integration.forge.github.imitation import GIT_PATH, TOKEN
from tests.integration.forge.github.server import GitHub, github_url

__all__ = ["github_url"]

DOCUMENT = Path(__file__).parent / "documents" / "node-filesystem-space-filling-up.md"
SECRET = "acceptance-secret-of-a-webhook"
ADA = Actor("system:test", "Ada", "ada@example.com")
RUNBOOK = b"""\
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: from-elsewhere, title: Merged on GitHub}
spec:
  target: {labels: {role: home}}
  steps:
    - {id: disks, title: Free space, command: df -h}
"""


@dataclass
class Place:
    """The product, and the GitHub that it works with."""

    product: Product
    github: GitHub
    origin: BareRepository

    def commit(self, path: str, content: bytes) -> None:
        """A commit on main at GitHub, as a merge there by somebody else would make it."""
        with self.origin.writing() as git:
            before = self.origin.ref("refs/heads/main")
            new = commit_files(
                git,
                base=before,
                files=[ProposedFile(path, content)],
                message="change\n",
                author=ADA,
                at=datetime.now(UTC),
            )
            compare_and_swap(git, "refs/heads/main", before, new)

    def deliver(self, secret: str = SECRET) -> int:
        """Send a webhook as GitHub does; the status of the answer."""
        body = json.dumps({"ref": "refs/heads/main", "repository": {"full_name": "acme/runbooks"}}).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Delivery": "d-1"}
        return httpx.post(
            f"{self.product.url}/api/v1/webhooks/github", content=body, headers=headers, timeout=30
        ).status_code

    def runbooks(self) -> set[str]:
        return {item["name"] for item in self.product.ok("runbooks")["items"]}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, github_url: str) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("github")
    origin = RepositoryFolder(folder).create(UUID(int=1), UUID(int=2))
    state = folder / "state"
    state.mkdir(mode=0o700)
    settings = {
        "DD0C_FORGE": "github",
        "DD0C_GITHUB_REPOSITORY": github_url + GIT_PATH,
        "DD0C_GITHUB_API_URL": github_url,
        "DD0C_GITHUB_TOKEN": TOKEN,
        "DD0C_GITHUB_WEBHOOK_SECRETS": SECRET,
        "DD0C_POLL_GIT_SECONDS": "3600",
    }
    made = Place(Product(state, extra=settings), GitHub(github_url, origin), origin)
    made.commit("README.md", b"Runbooks.\n")
    made.github.reset()
    made.product.start()
    try:
        yield made
    finally:
        made.product.stop_hard()


def test_a_proposal_goes_through_github_into_service(place: Place) -> None:
    opened = place.product.ok("pr", "open", str(DOCUMENT))
    number, name = opened["pull"]["number"], opened["preview"]["name"]
    assert place.product.ok("pr", "open", str(DOCUMENT))["pull"]["number"] == number
    assert [each.number for each in place.github.forge().list("open", None, 10).items] == [number]
    merged = place.product.ok("pr", "merge", str(number), "--yes")
    assert merged["sync"]["outcome"] == "synced"
    assert name in place.runbooks()
    assert place.origin.ref("refs/heads/main") == place.github.forge().get(number).merge_commit


def test_r49_a_signed_delivery_brings_what_was_merged_elsewhere(place: Place) -> None:
    place.commit("runbooks/from-elsewhere.yaml", RUNBOOK)
    assert place.deliver("not the secret of this server") == 401
    assert "from-elsewhere" not in place.runbooks()
    assert place.deliver() == 202
    assert wait_for("the runbook to serve", lambda: "from-elsewhere" in place.runbooks())


def test_no_token_is_printed_logged_or_kept(place: Place) -> None:
    secret = TOKEN.encode()
    kept = [path for path in place.product.state.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert kept == []
    assert TOKEN not in place.product.log() + json.dumps(place.product.ok("config"))


def test_a_token_that_github_refuses_ends_the_start_with_a_sentence(place: Place) -> None:
    place.product.interrupt()
    environment = place.product.environment() | {"DD0C_GITHUB_TOKEN": "ghp_" + "q" * 36}
    done = subprocess.run(
        [str(CLI), "home"], env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "dd0c: GitHub can't be used: GitHub refused the credential" in done.stderr
    assert "q" * 36 not in done.stdout + done.stderr
