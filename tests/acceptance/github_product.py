"""The product with the imitation of GitHub as its forge, driven from outside."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from forge.commit import commit_files, compare_and_swap
from forge.pull_requests import Actor, ProposedFile
from forge.storage import BareRepository, RepositoryFolder
from tests.acceptance.product import Product
from tests.integration.forge.github.imitation import GIT_PATH, TOKEN
from tests.integration.forge.github.server import GitHub

SECRET: Final = "acceptance-secret-of-a-webhook"
ADA: Final = Actor("system:test", "Ada", "ada@example.com")


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

    def deliver(self, event: str, payload: dict[str, Any], *, secret: str = SECRET) -> int:
        """Send a webhook as GitHub does; the status of the answer."""
        body = json.dumps(payload).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "X-Hub-Signature-256": f"sha256={signature}",
            "X-GitHub-Delivery": str(uuid4()),
            "X-GitHub-Event": event,
            "Content-Type": "application/json",
        }
        return httpx.post(
            f"{self.product.url}/api/v1/webhooks/github", content=body, headers=headers, timeout=30
        ).status_code

    def recorded(self, event_type: str) -> bool:
        """Whether the audit trail has such an event."""
        found = self.product.ok("audit", "list", "--limit", "1000")["items"]
        return any(item["eventType"] == event_type for item in found)

    def runbooks(self) -> set[str]:
        return {item["name"] for item in self.product.ok("runbooks")["items"]}


@contextmanager
def opened(folder: Path, github_url: str) -> Iterator[Place]:
    """A running product over a repository with a README and CODEOWNERS; its poll is an hour away."""
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
    made.commit("CODEOWNERS", b"* @mia\n/runbooks/ @zoe\n/decisions/ @zoe\n")
    made.github.reset()
    made.product.start()
    try:
        yield made
    finally:
        made.product.stop_hard()
