"""A proposal as a pull request on GitHub: the same proposal is the same one, whatever breaks between.

Every step can be repeated: it looks for what an earlier attempt left before it writes. Nothing is forced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from base import limits, log
from forge.errors import ForgeConflict, ForgeRefused
from forge.github.address import GitHubAddress
from forge.github.answers import Document, Invalid, number_at, oid_at, text_at
from forge.github.client import GitHubClient, Unsure
from forge.github.markers import cut
from forge.github.pulls import Pulls, state_of
from forge.pull_requests import Proposal, PullRequest

TITLE_MAX: Final = 256
"""GitHub's bound of a pull request's title, in characters."""

_ROUNDS: Final = 3
_log = log.get(__name__)


class Publishing:
    """Opens pull requests to `base` of one repository, with these labels."""

    def __init__(
        self, client: GitHubClient, address: GitHubAddress, pulls: Pulls, base: str, labels: Sequence[str]
    ) -> None:
        self._client = client
        self._address = address
        self._pulls = pulls
        self._branches = pulls.branches
        self._base = base
        self._labels = labels

    def publish(self, proposal: Proposal) -> PullRequest:
        """Its pull request: a merged one as it is, a closed one opened again where GitHub lets us."""
        known = self._pulls.of_branch(proposal.branch, self._base)
        if known is not None and state_of(known) == "merged":
            return self._pulls.show(self._pulls.document(number_at(known, "number")))
        base = self._branches.head(self._base)
        if base is None:
            self._pulls.require_repository()
            raise ForgeRefused(f"the repository has no branch {self._base} yet", hint="push one first")
        if known is not None and state_of(known) == "closed":
            self._open_again(known)
            known = self._pulls.of_branch(proposal.branch, self._base)
        head = self._branches.write(proposal, base)
        number, is_new = self._ensure_open(proposal, known)
        self._label(number)
        self._ask_gently(number, proposal.reviewers)
        found = self._pulls.at_head(number, head)
        return self._pulls.show_new(found, base) if is_new else self._pulls.show(found)

    def _open_again(self, known: Document) -> None:
        """GitHub opens a pull request again only while its branch is where it was; else a new one is made."""
        branch = text_at(known, "head", "ref")
        if self._branches.head(branch) is None:
            self._branches.create(branch, oid_at(known, "head", "sha"))
        path = f"{self._address.path}/pulls/{number_at(known, 'number')}"
        self._client.call("PATCH", path, "open a pull request again", body={"state": "open"}, allow=(422,))

    def _ensure_open(self, proposal: Proposal, known: Document | None) -> tuple[int, bool]:
        """The number of its open pull request, made where there is none, and whether it was; never a second
        one: GitHub refuses it. `known` is what was found before the branch was written.
        """
        wanted: Document = {
            "title": " ".join(proposal.title.split())[:TITLE_MAX] or "Change",
            "body": cut(proposal.body, limits.GITHUB_BODY_MAX_CHARACTERS),
        }
        fault: Exception | None = None
        for attempt in range(_ROUNDS):
            if attempt:
                known = self._pulls.of_branch(proposal.branch, self._base)
            if known is not None and state_of(known) == "open":
                return self._bring_up_to_date(known, wanted), False
            body = {
                **wanted,
                "head": proposal.branch,
                "base": self._base,
                "maintainer_can_modify": False,
            }
            try:
                path = f"{self._address.path}/pulls"
                answer = self._client.call("POST", path, "open a pull request", body=body, repeat=False)
                return number_at(answer.document, "number"), True
            except Unsure as unsure:  # it may be there: look before it is asked for again
                fault = unsure
            except Invalid as refusal:
                if "already exists" not in refusal.reason:
                    raise
                fault = refusal
        raise fault or ForgeConflict("the pull request could not be opened")

    def _bring_up_to_date(self, known: Document, wanted: Document) -> int:
        number = number_at(known, "number")
        body = str(known.get("body") or "").replace("\r\n", "\n")
        if (known.get("title"), body) != (wanted["title"], wanted["body"]):
            path = f"{self._address.path}/pulls/{number}"
            self._client.call("PATCH", path, "change a pull request", body=wanted)
        return number

    def _label(self, number: int) -> None:
        """Labels are for people's filters: a credential that may not set them hinders nothing."""
        if not self._labels:
            return
        path = f"{self._address.path}/issues/{number}/labels"
        body: Document = {"labels": list(self._labels)}
        answer = self._client.call(
            "POST", path, "label a pull request", body=body, allow=(403, 404, 410, 422)
        )
        if answer.status >= 300:
            extra = {"action": "github.unlabelled", "pull": number, "status": answer.status}
            _log.warning("a pull request got no labels", extra=extra)

    def _ask_gently(self, number: int, reviewers: Sequence[str]) -> None:
        """A reviewer whom GitHub does not take keeps no proposal from being opened, nor another from being
        asked: GitHub refuses all of a request for one name.
        """
        try:
            self.ask(number, reviewers)
        except Invalid as refusal:
            if len(reviewers) > 1:
                for reviewer in reviewers:
                    self._ask_gently(number, [reviewer])
                return
            extra = {"action": "github.unasked", "pull": number, "reason": refusal.reason}
            _log.warning("a review could not be asked for", extra=extra)

    def ask(self, number: int, reviewers: Sequence[str]) -> None:
        """Ask for reviews. Raises Invalid for somebody whom GitHub does not take."""
        if not reviewers:
            return
        own = self._client.login().casefold()
        names = [name.removeprefix("@") for name in reviewers]
        people = [name for name in names if "/" not in name and name.casefold() != own]
        teams = [name.rpartition("/")[2] for name in names if "/" in name]
        if not people and not teams:
            return
        path = f"{self._address.path}/pulls/{number}/requested_reviewers"
        body: Document = {"reviewers": people, "team_reviewers": teams}
        self._client.call("POST", path, "ask for reviews", body=body)
