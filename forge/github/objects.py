"""Git's own objects over GitHub's git data API: blobs, trees and commits. What is written moves no branch."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from base.clock import Clock
from forge.commit import signature
from forge.github.address import GitHubAddress
from forge.github.answers import Document, oid_at, text_at, unreadable
from forge.github.client import GitHubClient
from forge.pull_requests import Actor, Oid


@dataclass(frozen=True)
class CommitFacts:
    """What is needed of a commit."""

    oid: Oid
    tree: Oid
    parents: tuple[Oid, ...]
    message: str


class Objects:
    """Those of one repository."""

    def __init__(self, client: GitHubClient, address: GitHubAddress, clock: Clock) -> None:
        self._client = client
        self._git = f"{address.path}/git"
        self._contents = f"{address.path}/contents"
        self._clock = clock

    def commit(self, oid: Oid) -> CommitFacts:
        """A commit. Raises Missing."""
        document = self._client.get(f"{self._git}/commits/{oid}", "read a commit")
        parents = document.get("parents") if isinstance(document, dict) else None
        if not isinstance(parents, list):
            raise unreadable("a commit without parents")
        return CommitFacts(
            oid,
            oid_at(document, "tree", "sha"),
            tuple(oid_at(parent, "sha") for parent in parents),
            text_at(document, "message"),
        )

    def entry(self, commit: Oid, path: str) -> Document | None:
        """What lies at a path of a commit, as GitHub says it; None where nothing does."""
        address = f"{self._contents}/{quote(path, safe='/')}"
        answer = self._client.call("GET", address, "look for a file", params={"ref": commit}, allow=(404,))
        return answer.document if isinstance(answer.document, dict) and answer.status == 200 else None

    def blob(self, oid: Oid) -> bytes:
        """A blob's content. Raises Missing."""
        document = self._client.get(f"{self._git}/blobs/{oid}", "read a file")
        try:
            return base64.b64decode(text_at(document, "content"))
        except ValueError:
            raise unreadable("a file that is not base64") from None

    def write_blob(self, content: bytes) -> Oid:
        """The id of a new blob."""
        body = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        return self._write("blobs", "write a file", body)

    def write_tree(self, entries: Sequence[Document], base: Oid | None) -> Oid:
        """The id of a tree: the one of `base` with these entries in place of its own."""
        body: Document = {"tree": list(entries)}
        if base is not None:
            body["base_tree"] = base
        return self._write("trees", "write a tree", body)

    def write_commit(self, message: str, tree: Oid, parents: Sequence[Oid], author: Actor) -> Oid:
        """The id of a commit of now by this author; GitHub says who committed it."""
        now = self._clock.now()
        signed = signature(author, now)
        body: Document = {
            "message": message,
            "tree": tree,
            "parents": list(parents),
            "author": {
                "name": signed.name,
                "email": signed.email,
                "date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        }
        return self._write("commits", "write a commit", body)

    def _write(self, kind: str, what: str, body: dict[str, Any]) -> Oid:
        return oid_at(self._client.call("POST", f"{self._git}/{kind}", what, body=body).document, "sha")
