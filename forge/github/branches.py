"""The branch of a proposal: blobs, trees and commits over GitHub's git data API, moved by fast-forward only.

A ref is never forced: a fast-forward is refused by GitHub where somebody else moved the branch, which makes
it the compare-and-swap that the API lacks.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from base.clock import Clock
from forge.commit import PROPOSAL_TRAILER, compose_message, read_trailers, signature
from forge.errors import ForgeConflict, ForgeRefused
from forge.github.address import GitHubAddress
from forge.github.answers import Document, Invalid, at, oid_at, text_at, unreadable
from forge.github.client import GitHubClient
from forge.pull_requests import Oid, Proposal, ProposedFile

INLINE_MAX_BYTES: Final = 64 * 1024
"""A text up to this size travels inside its tree; anything else is a blob of its own."""

_ROUNDS: Final = 3


@dataclass(frozen=True)
class CommitFacts:
    """What is needed of a commit."""

    oid: Oid
    tree: Oid
    parents: tuple[Oid, ...]
    message: str


class Branches:
    """Reads and writes refs of one repository."""

    def __init__(self, client: GitHubClient, address: GitHubAddress, clock: Clock) -> None:
        self._client = client
        self._git = f"{address.path}/git"
        self._contents = f"{address.path}/contents"
        self._clock = clock

    def head(self, branch: str) -> Oid | None:
        """The commit of a branch; None where there is no such branch, or no commit at all (409)."""
        path = f"{self._git}/ref/heads/{quote(branch, safe='/')}"
        answer = self._client.call("GET", path, "read a branch", allow=(404, 409))
        if answer.status != 200:
            return None
        # GitHub once answered a prefix with a list of refs; another ref must not be taken for this one.
        if not isinstance(answer.document, dict) or answer.document.get("ref") != f"refs/heads/{branch}":
            return None
        return oid_at(answer.document, "object", "sha")

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

    def create(self, branch: str, oid: Oid) -> bool:
        """A new branch; False where there is one of that name, or no such commit any more."""
        body = {"ref": f"refs/heads/{branch}", "sha": oid}
        try:
            self._client.call("POST", f"{self._git}/refs", "create a branch", body=body)
        except Invalid as refusal:
            if "already exists" in refusal.reason or "does not exist" in refusal.reason:
                return False
            raise  # a rule of the repository
        return True

    def advance(self, branch: str, commit: Oid) -> bool:
        """Move a branch forward; False where that is no fast-forward: somebody was faster."""
        path = f"{self._git}/refs/heads/{quote(branch, safe='/')}"
        try:
            self._client.call("PATCH", path, "move a branch", body={"sha": commit, "force": False})
        except Invalid as refusal:
            if "fast forward" in refusal.reason or "does not exist" in refusal.reason:
                return False
            raise  # a rule of the repository
        return True

    def remove(self, branch: str) -> None:
        """Delete a branch that may be gone already."""
        path = f"{self._git}/refs/heads/{quote(branch, safe='/')}"
        self._client.call("DELETE", path, "delete a branch", allow=(404, 422))

    def write(self, proposal: Proposal, base: Oid) -> Oid:
        """The head of the proposal's branch, brought up to date with its files on top of `base`.

        Commits of people on the branch stay untouched. Raises ForgeRefused where nothing would change,
        ForgeConflict where the branch keeps moving.
        """
        for _ in range(_ROUNDS):
            head = self.head(proposal.branch)
            done = self._begin(proposal, base) if head is None else self._advance(proposal, base, head)
            if done is not None:
                return done
        raise ForgeConflict(f"the branch {proposal.branch} keeps moving")

    def _begin(self, proposal: Proposal, base: Oid) -> Oid | None:
        commit = self._commit_on(proposal, base, (base,))
        return commit if self.create(proposal.branch, commit) else None

    def _advance(self, proposal: Proposal, base: Oid, head: Oid) -> Oid | None:
        """A commit on the branch that is ours. Its last parent is always the base that it was made on, so
        that a repeat can tell whether the branch carries the proposal already.
        """
        found = self.commit(head)
        if read_trailers(found.message).get(PROPOSAL_TRAILER) != proposal.key or not found.parents:
            return head
        if self._tree_on(self.commit(found.parents[-1]), proposal.files) == found.tree:
            return head
        commit = self._commit_on(proposal, base, (head, base))
        return commit if self.advance(proposal.branch, commit) else None

    def _commit_on(self, proposal: Proposal, base: Oid, parents: Sequence[Oid]) -> Oid:
        ground = self.commit(base)
        tree = self._tree_on(ground, proposal.files)
        if tree == ground.tree:
            raise ForgeRefused("the proposal changes nothing: the base has it all")
        now = self._clock.now()
        author = signature(proposal.author, now)
        body: Document = {
            "message": compose_message(proposal.title, proposal.body, {PROPOSAL_TRAILER: proposal.key}),
            "tree": tree,
            "parents": list(parents),
            "author": {
                "name": author.name,
                "email": author.email,
                "date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        }
        return oid_at(
            self._client.call("POST", f"{self._git}/commits", "write a commit", body=body).document, "sha"
        )

    def _tree_on(self, ground: CommitFacts, files: Sequence[ProposedFile]) -> Oid:
        entries = [entry for file in files if (entry := self._entry(file, ground.oid)) is not None]
        if not entries:
            return ground.tree
        body: Document = {"base_tree": ground.tree, "tree": entries}
        return oid_at(
            self._client.call("POST", f"{self._git}/trees", "write a tree", body=body).document, "sha"
        )

    def _entry(self, file: ProposedFile, commit: Oid) -> Document | None:
        entry: Document = {"path": file.path, "mode": "100644", "type": "blob"}
        if file.content is None:
            return {**entry, "sha": None} if self._exists(file.path, commit) else None
        if len(file.content) <= INLINE_MAX_BYTES:
            try:
                return {**entry, "content": file.content.decode("utf-8")}
            except UnicodeDecodeError:
                pass
        body = {"content": base64.b64encode(file.content).decode(), "encoding": "base64"}
        blob = self._client.call("POST", f"{self._git}/blobs", "write a file", body=body).document
        return {**entry, "sha": oid_at(blob, "sha")}

    def _exists(self, path: str, commit: Oid) -> bool:
        """GitHub refuses to delete from a tree what is not in it."""
        answer = self._client.call(
            "GET",
            f"{self._contents}/{quote(path, safe='/')}",
            "look for a file",
            params={"ref": commit},
            allow=(404,),
        )
        return answer.status == 200 and at(answer.document, "type") == "file"
