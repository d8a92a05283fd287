"""A repository on GitHub as a `Forge`: the same proposal is the same pull request, whatever breaks between.

Each operation shares one deadline; the parts beside this file say what it does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from base import log
from base.clock import Clock
from forge.errors import ForgeRefused, NotMergeable
from forge.github.address import GitHubAddress
from forge.github.answers import Document, number_at, oid_at, text_at
from forge.github.checks import About
from forge.github.client import GitHubClient
from forge.github.comments import COMMENT, Written
from forge.github.files import show_files
from forge.github.history import history
from forge.github.ledger import Ledger
from forge.github.markers import Marker
from forge.github.merging import Merging
from forge.github.mirrored import GitHubMirror
from forge.github.protection import read_permission, read_protection
from forge.github.publishing import Publishing
from forge.github.pulls import Pulls, state_of
from forge.github.webhooks import verify
from forge.mirror import BareMirror
from forge.pull_requests import (
    CLASSIFICATION_CHECK,
    Actor,
    Annotation,
    Capabilities,
    Check,
    FileDiff,
    Hint,
    LineRef,
    Merged,
    Oid,
    Page,
    Proposal,
    Protection,
    PullRequest,
    PullState,
    Review,
    Verdict,
)
from forge.pull_rows import PullEvent
from forge.storage import DEFAULT_BRANCH

LABELS: Final = ("dd0c", "runbook")

_log = log.get(__name__)


@dataclass(frozen=True)
class GitHubSettings:
    """What the repository's row says about its forge."""

    base: str = DEFAULT_BRANCH
    required_checks: tuple[str, ...] = (CLASSIFICATION_CHECK,)
    labels: tuple[str, ...] = LABELS


class GitHubForge:
    """A `Forge` over one repository on GitHub. Thread-safe, as its client is."""

    def __init__(
        self,
        client: GitHubClient,
        address: GitHubAddress,
        clock: Clock,
        settings: GitHubSettings,
        mirror: GitHubMirror,
    ) -> None:
        self.address = address
        self.mirror = mirror
        self.settings = settings
        self.capabilities = Capabilities(
            check_runs=client.credential.app_id is not None, review_comments=True, codeowners=True, draft=True
        )
        self._client = client
        self._clock = clock
        self._pulls = Pulls(client, address, clock, settings.required_checks)
        self._branches = self._pulls.branches
        self._ledger = Ledger(self._branches)
        self._publishing = Publishing(client, address, self._pulls, settings.base, settings.labels)
        self._merging = Merging(client, address, self._pulls, settings.base, settings.required_checks)

    # ------------------------------------------------------------------ write

    def publish(self, proposal: Proposal) -> PullRequest:
        """See Forge. A merged one is returned as it is; a closed one is opened again where GitHub lets us."""
        with self._client.operation():
            return self._publishing.publish(proposal)

    def request_review(self, number: int, reviewers: Sequence[str]) -> None:
        """See Forge. A name with a `/` is a team. The pull request's own author is left out."""
        with self._client.operation():
            self._pulls.document(number)
            self._publishing.ask(number, reviewers)

    def review(self, number: int, *, head: Oid, verdict: Verdict, body: str, actor: Actor) -> None:
        """Refused: it would be the word of our account, which GitHub would count as a person's."""
        raise ForgeRefused(
            "this repository's pull requests are reviewed on GitHub, by each person's own account",
            hint=f"Open {self.address.git_url.removesuffix('.git')}/pull/{number} and review it there.",
        )

    def merge(
        self,
        number: int,
        *,
        expected_head: Oid,
        method: Literal["squash", "merge"],
        actor: Actor,
        reviews: Sequence[Review] | None = None,
    ) -> Merged:
        """See Forge. Squash only. GitHub compares the head, and holds its reviews by the branch's own rules;
        a merge of unknown fate is looked at again.
        """
        if method != "squash":
            raise ForgeRefused("this forge merges by squashing only")
        with self._client.operation():
            return self._merging.merge(number, expected_head, actor)

    def close(self, number: int) -> None:
        """See Forge. The branch stays: GitHub opens a pull request again only with it."""
        with self._client.operation():
            state = state_of(self._pulls.document(number))
            if state == "merged":
                raise NotMergeable(f"pull request {number} is merged")
            if state == "open":
                path = f"{self.address.path}/pulls/{number}"
                self._client.call("PATCH", path, "close a pull request", body={"state": "closed"})

    def set_check(self, commit: Oid, check: Check) -> None:
        """See Forge."""
        with self._client.operation():
            self._pulls.checks.put(commit, check)

    def checks(self, commit: Oid) -> Sequence[Check]:
        """See Forge. Of a status only its line: what is beside it stands in the pull request."""
        with self._client.operation():
            return self._pulls.checks.found(commit)

    def comment(self, number: int, key: str, body: str, at: LineRef | None = None) -> None:
        """See Forge."""
        with self._client.operation():
            head = oid_at(self._pulls.document(number), "head", "sha")
            path, line = (None, None) if at is None else (at.path, at.line)
            self._pulls.comments.put(number, head, Marker(COMMENT, key, path=path, line=line), body)

    def tell(self, pull: PullRequest, notes: Sequence[Annotation], check: Check) -> None:
        """Comment on lines of the diff, then set the check: what was said before is read once for both."""
        said = self._annotate(pull, notes) if notes else None
        with self._client.operation():
            self._pulls.checks.put(pull.head, check, About(pull.number, said))

    def _annotate(self, pull: PullRequest, notes: Sequence[Annotation]) -> Sequence[Written] | None:
        """What was said before; None where it can't be read. A credential that may not comment hinders no
        check.
        """
        try:
            with self._client.operation():
                return self._pulls.comments.annotate(pull.number, pull.head, notes)
        except ForgeRefused as refusal:
            extra = {"action": "github.unannotated", "pull": pull.number, "reason": refusal.reason}
            _log.warning("lines of a pull request got no comments", extra=extra)
            return None

    def with_check(self, pull: PullRequest, check: Check) -> PullRequest:
        """Without the comments that went with it."""
        return self._pulls.with_check(pull, check)

    def append_line(self, branch: str, file: str, line: bytes, message: str, author: Actor) -> Oid:
        """Add a line to a file of a branch of its own; the commit that holds it. See Ledger."""
        with self._client.operation():
            return self._ledger.append(branch, file, line, message, author)

    # ------------------------------------------------------------------ read

    def get(self, number: int) -> PullRequest:
        """See Forge."""
        with self._client.operation():
            return self._pulls.show(self._pulls.document(number))

    def list(self, state: PullState, cursor: str | None, limit: int) -> Page[PullRequest]:
        """See Forge. Pull requests to the base branch only; each entry costs one request for its checks."""
        page, before = _place(cursor)
        with self._client.operation():
            found: Sequence[tuple[int, Document]] = ()
            pages = self._client.pages(
                f"{self.address.path}/pulls",
                "list pull requests",
                first=page,
                state="open" if state == "open" else "closed",
                base=self.settings.base,
                sort="created",
                direction="desc",
            )
            for offset, documents in enumerate(pages):
                found = (
                    *found,
                    *(
                        (page + offset, item)
                        for item in documents
                        if state_of(item) == state and number_at(item, "number") < before
                    ),
                )
                if len(found) > limit:
                    break
            base_head = self._branches.head(self.settings.base)
            shown = tuple(self._pulls.show_listed(item, base_head) for _, item in found[:limit])
        if len(found) <= limit or not shown:
            return Page(shown, None)
        return Page(shown, f"{found[limit - 1][0]}-{shown[-1].number}")

    def compared(self, number: int) -> tuple[Oid, Oid]:
        """The two commits between which its change lies; `mirror_of` brings them. Merged: what the merge
        changed; otherwise: what the branch changed since its fork. Raises NoSuchPull, NotMergeable.
        """
        with self._client.operation():
            document = self._pulls.document(number)
            head = oid_at(document, "head", "sha")
            if state_of(document) == "merged":
                commit = self._branches.objects.commit(oid_at(document, "merge_commit_sha"))
                return (commit.parents[0], commit.oid) if commit.parents else (head, head)
            base = self._branches.head(text_at(document, "base", "ref"))
            if base is None:
                raise NotMergeable("the base branch is gone")
            path = f"{self.address.path}/compare/{base}...{head}"
            found = self._client.get(path, "compare it with its base", per_page=1)
            return oid_at(found, "merge_base_commit", "sha"), head

    def events(self, number: int) -> Sequence[PullEvent]:
        """What happened to it, in order. Raises NoSuchPull."""
        return history(self.get(number))

    def mirror_of(self, number: int, commits: Collection[Oid]) -> BareMirror:
        """The mirror, holding the commits of a pull request. Raises the errors of a fetch."""
        self.mirror.bring(number, commits)
        return self.mirror

    def look(self) -> None:
        """See whether the credential may see the repository and its base branch. Raises ForgeRefused."""
        see_repository(self._client, self.address, self._clock, self.settings.base)

    def diff(self, number: int) -> Sequence[FileDiff]:
        """See Forge. GitHub lists at most 3,000 files, and leaves the text of large ones out."""
        with self._client.operation():
            self._pulls.document(number)
            return show_files(self._pulls.files(number))

    def protection(self, branch: str) -> Protection:
        """See Forge. Branch protection and rulesets together, as far as the credential may see them."""
        with self._client.operation():
            return read_protection(self._client, self.address, branch)

    def may_push(self, login: str) -> bool:
        """Whether an account may change the repository. Raises ForgeRefused where it can't be seen."""
        with self._client.operation():
            return read_permission(self._client, self.address, login) in {"admin", "write"}

    def authors(self, number: int, head: Oid, proposer: str | None) -> frozenset[str] | None:
        """The accounts that wrote or committed what it adds; None where GitHub can't tell of every commit."""
        with self._client.operation():
            return self._pulls.authors(number, head, proposer)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> Hint:
        """See Forge."""
        return verify(headers, body, secrets, self.address)


def see_repository(client: GitHubClient, address: GitHubAddress, clock: Clock, base: str) -> None:
    """See whether the credential may see a repository and its base branch. Raises ForgeRefused."""
    with client.operation():
        pulls = Pulls(client, address, clock, ())
        pulls.require_repository()
        if pulls.branches.head(base) is None:
            raise ForgeRefused(f"{address.full_name} has no branch {base}")


def _place(cursor: str | None) -> tuple[int, int]:
    """A cursor of ours, `<page>-<number>`: start on that page (the one before, for what was closed since)
    and leave out what is not older than that number.
    """
    if cursor is None:
        return 1, 1 << 62
    page, dash, number = cursor.partition("-")
    ok = all(part.isascii() and part.isdigit() and len(part) < 10 for part in (page, number))
    if not dash or not ok or int(page) < 1:
        raise ForgeRefused("this cursor is not one of ours")
    return max(1, int(page) - 1), int(number)
