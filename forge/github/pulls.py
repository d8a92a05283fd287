"""Pull requests as GitHub has them, read into ours: their state, what hinders a merge, their reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from base.clock import Clock
from forge.commit import read_trailers
from forge.errors import ForgeDown, NoSuchPull, NoSuchRepository
from forge.github.address import GitHubAddress
from forge.github.answers import Document, at, instant_at, is_oid, items, number_at, oid_at, text_at
from forge.github.authors import COMMITS_MAX, authors_of
from forge.github.branches import Branches
from forge.github.checks import CHECK, Checks
from forge.github.client import GitHubClient
from forge.github.comments import Comments
from forge.pull_requests import BRANCH_PREFIX, Check, Oid, PullRequest, PullState, Review

MERGED_BY_TRAILER: Final = "Dd0c-Merged-By"
"""Written by our merge: who asked for it. GitHub only knows the account that we act under."""

PROBE_SECONDS: Final = (0.25, 0.5, 1.0, 2.0)
"""The pauses between questions about what GitHub works out in the background."""
_NAMED_CONFLICTS: Final = 5


class Pulls:
    """Reads those of one repository. `required` names the checks that a merge needs."""

    def __init__(
        self,
        client: GitHubClient,
        address: GitHubAddress,
        clock: Clock,
        required: Sequence[str],
    ) -> None:
        self._client = client
        self._address = address
        self._required = required
        self.branches = Branches(client, address, clock)
        self.comments = Comments(client, address)
        self.checks = Checks(client, address, self.comments)

    def document(self, number: int) -> Document:
        """A pull request as GitHub has it. Raises NoSuchPull, NoSuchRepository."""
        path = f"{self._address.path}/pulls/{number}"
        answer = self._client.call("GET", path, "read a pull request", allow=(404,))
        if answer.status == 404:
            self.require_repository()
            raise NoSuchPull(f"there is no pull request {number}")
        text_at(answer.document, "head", "ref")
        found: Document = answer.document
        return found

    def at_head(self, number: int, head: Oid) -> Document:
        """A pull request once it shows the commit that its branch was moved to; GitHub follows later.

        Raises ForgeDown where it does not within the pauses between questions.
        """
        found = self.document(number)
        for seconds in PROBE_SECONDS:
            if oid_at(found, "head", "sha") == head:
                return found
            self._client.wait(seconds)
            found = self.document(number)
        if oid_at(found, "head", "sha") != head:
            raise ForgeDown(f"GitHub does not show the newest commit of pull request {number} yet")
        return found

    def require_repository(self) -> Document:
        """The repository as GitHub has it. Raises NoSuchRepository: a 404 may mean no permission."""
        answer = self._client.call("GET", self._address.path, "look at the repository", allow=(404,))
        if answer.status == 404:
            raise NoSuchRepository(f"GitHub shows no repository {self._address.full_name} to this credential")
        found: Document = answer.document
        return found

    def of_branch(self, branch: str, base: str) -> Document | None:
        """The pull request of a branch of this repository: the open one, else the merged, else the newest."""
        head = f"{self._address.owner}:{branch}"
        path = f"{self._address.path}/pulls"
        found = items(
            self._client.get(
                path,
                "look for a pull request",
                head=head,
                base=base,
                state="all",
                sort="created",
                direction="desc",
                per_page=100,
            )
        )
        ours = [item for item in found if self._is_ours(item) and at(item, "head", "ref") == branch]
        order: dict[PullState, int] = {"open": 0, "merged": 1, "closed": 2}
        return min(ours, key=lambda item: (order[state_of(item)], -number_at(item, "number")), default=None)

    def show(self, document: Document) -> PullRequest:
        """The whole of one pull request as it is now."""
        number, head = number_at(document, "number"), oid_at(document, "head", "sha")
        said = self.comments.all(number)
        checks = self.checks.found(head, said)
        base = text_at(document, "base", "ref")
        base_head = self.branches.head(base)
        shown = self._value(document, checks, base_head)
        shown = replace(
            shown,
            reviews=self._reviews(document),
            comments=tuple(each.comment for each in said if each.marker is None or each.marker.kind != CHECK),
        )
        if shown.state == "merged":
            return replace(shown, merged_by=self._merged_by(document))
        if shown.state == "closed":
            return shown
        mergeable, reason = self._mergeable(document, checks, base_head)
        return replace(shown, mergeable=mergeable, reason=reason)

    def show_new(self, document: Document, base_head: Oid) -> PullRequest:
        """One that was opened just now: nobody said anything yet; its branch may have had a check before."""
        checks = self.checks.found(oid_at(document, "head", "sha"))
        shown = replace(self._value(document, checks, base_head), reviews=self._asked(document))
        mergeable, reason = self._mergeable(document, checks, base_head)
        return replace(shown, mergeable=mergeable, reason=reason)

    def show_listed(self, document: Document, base_head: Oid | None) -> PullRequest:
        """What a list has time for: its checks without what they wrote, and no reviews and comments."""
        checks = self.checks.found(oid_at(document, "head", "sha"))
        return self._value(document, checks, base_head)

    def _value(self, document: Document, checks: tuple[Check, ...], base_head: Oid | None) -> PullRequest:
        state, branch = state_of(document), text_at(document, "head", "ref")
        number = number_at(document, "number")
        ours = self._is_ours(document) and branch.startswith(BRANCH_PREFIX)
        merged = state == "merged"
        return PullRequest(
            number=number,
            key=branch.removeprefix(BRANCH_PREFIX) if ours else f"github-{number}",
            title=text_at(document, "title"),
            body=str(document.get("body") or "").replace("\r\n", "\n"),
            state=state,
            branch=branch,
            head=oid_at(document, "head", "sha"),
            base=text_at(document, "base", "ref"),
            base_head=base_head,
            author=person(at(document, "user", "login")),
            mergeable=None,
            reason=None,
            created_at=instant_at(document, "created_at"),
            updated_at=instant_at(document, "updated_at"),
            merge_commit=oid_at(document, "merge_commit_sha") if merged else None,
            merged_at=instant_at(document, "merged_at") if merged else None,
            checks=checks,
            url=text_at(document, "html_url"),
            from_outside=not self._is_ours(document),
        )

    def _is_ours(self, document: Document) -> bool:
        return self._address.is_this(at(document, "head", "repo", "full_name"))

    def _merged_by(self, document: Document) -> str:
        """Who merged it: as our merge wrote it down, where it was ours; else the account on GitHub."""
        login = at(document, "merged_by", "login")
        if login == self._client.login():
            message = self.branches.objects.commit(oid_at(document, "merge_commit_sha")).message
            named = read_trailers(message).get(MERGED_BY_TRAILER)
            if named:
                return named
        return person(login)

    def _mergeable(
        self, document: Document, checks: Sequence[Check], base_head: Oid | None
    ) -> tuple[bool, str | None]:
        conflict = self.conflict(document, base_head)
        reason = conflict or self._failing(checks)
        return reason is None, reason

    def _failing(self, checks: Sequence[Check]) -> str | None:
        """What is said of the first check that a merge needs and that fails."""
        failing = next(
            (each for each in checks if each.name in self._required and each.status == "fail"), None
        )
        return None if failing is None else f"the check {failing.name} fails: {failing.title}"

    def with_check(self, pull: PullRequest, check: Check) -> PullRequest:
        """An open one as it is with what a check said since it was shown: nothing is asked."""
        checks = (*(each for each in pull.checks if each.name != check.name), check)
        conflict = None if pull.reason == self._failing(pull.checks) else pull.reason
        reason = conflict or self._failing(checks)
        return replace(pull, checks=checks, mergeable=reason is None, reason=reason)

    def conflict(self, document: Document, base_head: Oid | None) -> str | None:
        """Why an open pull request can't be merged whatever its checks say; None where it can.

        Asks again, a few times, while GitHub has not worked it out.
        """
        if base_head is None:
            return "a branch is gone"
        number, found = number_at(document, "number"), document.get("mergeable")
        for seconds in PROBE_SECONDS:
            if found is not None:
                break
            self._client.wait(seconds)
            found = self.document(number).get("mergeable")
        if found is None:
            return "GitHub has not worked out yet whether it can be merged"
        return None if found is True else self._conflicting(document, base_head)

    def _conflicting(self, document: Document, base_head: Oid) -> str:
        """The files that both sides changed, by name."""
        number, head = number_at(document, "number"), oid_at(document, "head", "sha")
        ours = {text_at(item, "filename") for item in self.files(number)}
        path = f"{self._address.path}/compare/{head}...{base_head}"
        theirs = items(at(self._client.get(path, "compare it with its base"), "files") or [])
        both = sorted(ours & {text_at(item, "filename") for item in theirs})
        if not both:
            return "it conflicts with its base: push a branch that holds the base's changes"
        named = ", ".join(both[:_NAMED_CONFLICTS])
        return f"the base changed the same files: {named}; push again"

    def files(self, number: int) -> list[Document]:
        """Its changed files as GitHub lists them, at most 3,000."""
        path = f"{self._address.path}/pulls/{number}/files"
        return [item for page in self._client.pages(path, "read the changed files") for item in page]

    def authors(self, number: int, head: Oid, proposer: str | None) -> frozenset[str] | None:
        """Whose commits it is made of; None where that can't be told. See `authors_of`."""
        path, found = f"{self._address.path}/pulls/{number}/commits", list[Document]()
        for page in self._client.pages(path, "read the commits"):
            found += page
            if len(found) >= COMMITS_MAX:
                break
        return authors_of(found, head, proposer)

    def _reviews(self, document: Document) -> tuple[Review, ...]:
        """What each reviewer last said, and who was asked and has not answered."""
        given: dict[str, Review] = {}
        path = f"{self._address.path}/pulls/{number_at(document, 'number')}/reviews"
        words: dict[object, Literal["approved", "refused"]] = {
            "APPROVED": "approved",
            "CHANGES_REQUESTED": "refused",
        }
        for page in self._client.pages(path, "read the reviews"):
            for item in page:
                login, word = at(item, "user", "login"), item.get("state")
                if word == "DISMISSED" and isinstance(login, str):
                    given.pop(login, None)
                elif word in words and isinstance(login, str):
                    given[login] = Review(
                        login,
                        words[word],
                        instant_at(item, "submitted_at"),
                        commit if is_oid(commit := item.get("commit_id")) else None,
                        str(item.get("body") or "").replace("\r\n", "\n"),
                    )
        waiting = self._asked(document)
        asked = {review.reviewer for review in waiting}
        return (*waiting, *(review for name, review in given.items() if name not in asked))

    def _asked(self, document: Document) -> tuple[Review, ...]:
        since = instant_at(document, "created_at")
        asked = [at(item, "login") for item in items(document.get("requested_reviewers") or [])]
        asked += [
            f"{self._address.owner}/{at(item, 'slug')}"
            for item in items(document.get("requested_teams") or [])
        ]
        return tuple(Review(str(name), "requested", since) for name in asked)


def state_of(document: Document) -> PullState:
    """Open, merged or closed; lists of pull requests say `merged_at` and no `merged`."""
    if document.get("state") == "open":
        return "open"
    return "merged" if document.get("merged_at") else "closed"


def person(login: object) -> str:
    """An account of GitHub as an actor's id."""
    return f"github:{login}" if isinstance(login, str) and login else "github:ghost"
