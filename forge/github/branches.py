"""The branch of a proposal, moved by fast-forward only.

A ref is never forced: a fast-forward is refused by GitHub where somebody else moved the branch, which makes
it the compare-and-swap that the API lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from base.clock import Clock
from forge.commit import PROPOSAL_TRAILER, compose_message, read_trailers
from forge.errors import ForgeConflict, ForgeRefused
from forge.github.address import GitHubAddress
from forge.github.answers import Document, Invalid, at, oid_at
from forge.github.client import GitHubClient
from forge.github.objects import CommitFacts, Objects
from forge.pull_requests import Oid, Proposal, ProposedFile

INLINE_MAX_BYTES: Final = 64 * 1024
"""A text up to this size travels inside its tree; anything else is a blob of its own."""

_ROUNDS: Final = 3


class Branches:
    """Reads and writes refs of one repository."""

    def __init__(self, client: GitHubClient, address: GitHubAddress, clock: Clock) -> None:
        self._client = client
        self._git = f"{address.path}/git"
        self.objects = Objects(client, address, clock)

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
        found = self.objects.commit(head)
        if read_trailers(found.message).get(PROPOSAL_TRAILER) != proposal.key or not found.parents:
            return head
        if self._tree_on(self.objects.commit(found.parents[-1]), proposal.files) == found.tree:
            return head
        commit = self._commit_on(proposal, base, (head, base))
        return commit if self.advance(proposal.branch, commit) else None

    def _commit_on(self, proposal: Proposal, base: Oid, parents: Sequence[Oid]) -> Oid:
        ground = self.objects.commit(base)
        tree = self._tree_on(ground, proposal.files)
        if tree == ground.tree:
            raise ForgeRefused("the proposal changes nothing: the base has it all")
        message = compose_message(proposal.title, proposal.body, {PROPOSAL_TRAILER: proposal.key})
        return self.objects.write_commit(message, tree, parents, proposal.author)

    def _tree_on(self, ground: CommitFacts, files: Sequence[ProposedFile]) -> Oid:
        entries = [entry for file in files if (entry := self._entry(file, ground.oid)) is not None]
        return self.objects.write_tree(entries, ground.tree) if entries else ground.tree

    def _entry(self, file: ProposedFile, commit: Oid) -> Document | None:
        entry: Document = {"path": file.path, "mode": "100644", "type": "blob"}
        if file.content is None:  # GitHub refuses to delete from a tree what is not in it
            there = at(self.objects.entry(commit, file.path), "type") == "file"
            return {**entry, "sha": None} if there else None
        if len(file.content) <= INLINE_MAX_BYTES:
            try:
                return {**entry, "content": file.content.decode("utf-8")}
            except UnicodeDecodeError:
                pass
        return {**entry, "sha": self.objects.write_blob(file.content)}
