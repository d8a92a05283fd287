"""A file of lines on a branch of its own, over GitHub's API: the outside witness of the audit chain."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import quote

from base.clock import Clock
from forge.commit import signature
from forge.errors import ForgeConflict
from forge.github.address import GitHubAddress
from forge.github.answers import Document, oid_at, text_at, unreadable
from forge.github.branches import Branches
from forge.github.client import GitHubClient
from forge.pull_requests import Actor, Oid

_ROUNDS: Final = 3


class Ledger:
    """One file of one repository. Lines are only ever added, and the branch is never forced."""

    def __init__(
        self, client: GitHubClient, address: GitHubAddress, branches: Branches, clock: Clock
    ) -> None:
        self._client = client
        self._address = address
        self._branches = branches
        self._clock = clock

    def append(self, branch: str, file: str, line: bytes, message: str, author: Actor) -> Oid:
        """The commit that holds the line; a repeat of a line that is there adds none.

        `line` ends in a newline. Raises ForgeConflict where the branch keeps moving.
        """
        for _ in range(_ROUNDS):
            tip = self._branches.head(branch)
            content = b"" if tip is None else self._content(tip, file)
            if tip is not None and line in content.splitlines(keepends=True):
                return tip
            commit = self._commit(tip, file, content + line, message, author)
            if self._move(branch, tip, commit):
                return commit
        raise ForgeConflict(f"the branch {branch} keeps moving")

    def _content(self, commit: Oid, file: str) -> bytes:
        path = f"{self._address.path}/contents/{quote(file, safe='')}"
        answer = self._client.call("GET", path, "look for a file", params={"ref": commit}, allow=(404,))
        if answer.status == 404:
            return b""
        blob = oid_at(answer.document, "sha")
        document = self._client.get(f"{self._address.path}/git/blobs/{blob}", "read a file")
        try:
            return base64.b64decode(text_at(document, "content"))
        except ValueError:
            raise unreadable("a file that is not base64") from None

    def _commit(self, tip: Oid | None, file: str, content: bytes, message: str, author: Actor) -> Oid:
        git, now = f"{self._address.path}/git", self._clock.now()
        body: Document = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        blob = self._client.call("POST", f"{git}/blobs", "write a file", body=body).document
        entry = {"path": file, "mode": "100644", "type": "blob", "sha": oid_at(blob, "sha")}
        tree: Document = {"tree": [entry]}
        if tip is not None:
            tree["base_tree"] = self._branches.commit(tip).tree
        written = self._client.call("POST", f"{git}/trees", "write a tree", body=tree).document
        signed = signature(author, now)
        commit: Document = {
            "message": message,
            "tree": oid_at(written, "sha"),
            "parents": [] if tip is None else [tip],
            "author": {
                "name": signed.name,
                "email": signed.email,
                "date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        }
        return oid_at(
            self._client.call("POST", f"{git}/commits", "write a commit", body=commit).document, "sha"
        )

    def _move(self, branch: str, tip: Oid | None, commit: Oid) -> bool:
        if tip is None:
            return self._branches.create(branch, commit)
        return self._branches.advance(branch, commit)
