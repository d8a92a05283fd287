"""The merge of a pull request on GitHub: our checks first, then one request that compares the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from base import log
from forge.commit import PROPOSAL_TRAILER, PULL_TRAILER, compose_message
from forge.errors import ForgeConflict, ForgeDown, ForgeRefused, HeadMoved, NotMergeable
from forge.github.address import GitHubAddress
from forge.github.answers import Document, Invalid, NotAllowed, at, number_at, oid_at, text_at
from forge.github.client import GitHubClient, Unsure
from forge.github.pulls import MERGED_BY_TRAILER, Pulls, state_of
from forge.pull_requests import Actor, Merged, Oid

_ROUNDS: Final = 3
_BASE_MOVED: Final = "Base branch was modified"
"""What GitHub says where somebody else merged in the same moment: trying again is what it asks for."""
_log = log.get(__name__)


class Merging:
    """Merges pull requests of one repository to `base` that pass the `required` checks of ours."""

    def __init__(
        self,
        client: GitHubClient,
        address: GitHubAddress,
        pulls: Pulls,
        base: str,
        required: Sequence[str],
    ) -> None:
        self._client = client
        self._address = address
        self._pulls = pulls
        self._base = base
        self._required = required
        self._branches = pulls.branches

    def merge(self, number: int, expected_head: Oid, actor: Actor) -> Merged:
        """Squash it onto its base. Raises HeadMoved, NotMergeable and the client's errors."""
        document = self._pulls.document(number)
        self._require_mergeable(document, expected_head)
        merged = self._merge(document, expected_head, actor)
        self._remove_branch(merged)
        commit = oid_at(merged, "merge_commit_sha")
        parents = self._branches.objects.commit(commit).parents
        return Merged(number, commit, text_at(merged, "base", "ref"), parents[0] if parents else None)

    def _require_mergeable(self, document: Document, expected_head: Oid) -> None:
        number, head = number_at(document, "number"), oid_at(document, "head", "sha")
        if state_of(document) != "open":
            raise NotMergeable(f"pull request {number} is {state_of(document)}")
        if head != expected_head:
            raise HeadMoved(expected_head, head)
        base = text_at(document, "base", "ref")
        if base != self._base:
            raise NotMergeable(f"pull request {number} goes to {base}, not to {self._base}")
        found = {
            check.name: check for check in self._pulls.checks.found(head, self._pulls.comments.all(number))
        }
        for name in self._required:
            check = found.get(name)
            if check is None:
                raise NotMergeable(f"the check {name} has not run on {head[:12]}")
            if check.status == "fail":
                raise NotMergeable(f"the check {name} fails: {check.title}", hint=check.summary)
        conflict = self._pulls.conflict(document, self._branches.head(base))
        if conflict is not None:
            raise NotMergeable(conflict)

    def _merge(self, document: Document, expected_head: Oid, actor: Actor) -> Document:
        """The merged pull request. A lost answer is settled by reading it."""
        number = number_at(document, "number")
        shown = self._pulls.show_listed(document, None)
        trailers = {PROPOSAL_TRAILER: shown.key, PULL_TRAILER: str(number), MERGED_BY_TRAILER: actor.id}
        message = compose_message(f"{shown.title} (#{number})", shown.body, trailers)
        title, _, text = message.partition("\n\n")
        body: Document = {
            "merge_method": "squash",
            "sha": expected_head,
            "commit_title": title,
            "commit_message": text.strip(),
        }
        for attempt in range(_ROUNDS):
            try:
                path = f"{self._address.path}/pulls/{number}/merge"
                self._client.call("PUT", path, "merge a pull request", body=body, repeat=False)
                break
            except Unsure:
                if state_of(self._pulls.document(number)) == "merged":
                    break
                if attempt == _ROUNDS - 1:
                    raise
            except (NotAllowed, Invalid, ForgeConflict) as refusal:
                if _BASE_MOVED in refusal.reason and attempt < _ROUNDS - 1:
                    continue
                self._explain(number, expected_head, refusal)
                break
        return self._pulls.document(number)

    def _explain(
        self, number: int, expected_head: Oid, refusal: NotAllowed | Invalid | ForgeConflict
    ) -> None:
        """Turn GitHub's refusal of a merge into ours; return where it was merged after all."""
        now = self._pulls.document(number)
        if state_of(now) == "merged" and oid_at(now, "head", "sha") == expected_head:
            return
        if oid_at(now, "head", "sha") != expected_head:
            raise HeadMoved(expected_head, oid_at(now, "head", "sha"))
        if isinstance(refusal, ForgeConflict):
            raise refusal
        raise NotMergeable(
            refusal.reason, hint="The branch may be protected: its rules on GitHub say what is missing."
        )

    def _remove_branch(self, merged: Document) -> None:
        """The branch of a merged proposal goes; what stays behind hinders nothing."""
        branch = text_at(merged, "head", "ref")
        if self._address.is_this(at(merged, "head", "repo", "full_name")) and branch != self._base:
            try:
                self._branches.remove(branch)
            except (ForgeRefused, ForgeDown) as refusal:
                extra = {"action": "github.branch_left", "branch": branch, "reason": refusal.reason}
                _log.warning("the branch of a merged pull request was left", extra=extra)
