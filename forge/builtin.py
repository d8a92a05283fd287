"""The built-in forge: pull requests over a bare repository on this machine, with no account anywhere.

Git is the truth: an open pull request is a branch `dd0c/<key>`, its head stays under `refs/pull/<n>/head`,
a merged one is the commit on the base that carries its number as a trailer. Rows follow, and are repaired
from git at start (`forge/repair.py`), so a crash between the two loses nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pygit2

from base.clock import Clock
from forge.commit import PROPOSAL_TRAILER, carries, commit_files, compose_message
from forge.diffs import diff_commits
from forge.errors import ForgeRefused, HeadMoved, NoSuchPull, NotMergeable
from forge.mirror import BareMirror
from forge.pull_refs import next_number, pull_ref
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
    RefUpdate,
    Review,
    Verdict,
)
from forge.pull_rows import PullEvent, PullRow, PullRows
from forge.pull_views import (
    checks_of,
    event_of,
    head_of,
    refuse_flood,
    require_checks,
    show_listed,
    show_pull,
)
from forge.repair import Repair, is_behind, record_push, repair, settled
from forge.reviews import ask_reviews, give_review, require_judged
from forge.squash import fork_point, write_squash
from forge.storage import DEFAULT_BRANCH, BareRepository, move_refs, read_ref
from forge.tree import commit_tree, read_commit


@dataclass(frozen=True)
class BuiltinSettings:
    """What the repository's row says about its forge. In `page_url`, `{number}` is a pull request's."""

    base: str = DEFAULT_BRANCH
    direct_push: bool = False
    required_checks: tuple[str, ...] = (CLASSIFICATION_CHECK,)
    page_url: str | None = None


class BuiltinForge:
    """A `Forge` over one bare repository."""

    capabilities = Capabilities(
        check_runs=True, review_comments=True, codeowners=True, draft=False, reviews=True
    )

    def __init__(
        self, repository: BareRepository, rows: PullRows, clock: Clock, settings: BuiltinSettings
    ) -> None:
        self.repository = repository
        self.rows = rows
        self.settings = settings
        self._clock = clock

    @property
    def base_ref(self) -> str:
        """The full name of the protected branch."""
        return f"refs/heads/{self.settings.base}"

    # ------------------------------------------------------------------ write

    def publish(self, proposal: Proposal) -> PullRequest:
        """See Forge. A merged one is returned as it is; a closed one is opened again under its number."""
        with self.repository.writing() as git:
            row = self.rows.find_key(proposal.key)
            is_new = row is None or (row.state != "merged" and not carries(git, row.branch, proposal))
            if row is None or is_new:
                row = self._write_branch(git, proposal, row)
        if proposal.reviewers and is_new:
            self.request_review(row.number, proposal.reviewers)
        return self.get(row.number)

    def _write_branch(self, git: pygit2.Repository, proposal: Proposal, row: PullRow | None) -> PullRow:
        now = self._clock.now()
        base = read_ref(git, self.base_ref)
        if base is None:
            raise ForgeRefused(
                f"the repository has no branch {self.settings.base} yet", hint="push one first"
            )
        message = compose_message(proposal.title, proposal.body, {PROPOSAL_TRAILER: proposal.key})
        head = commit_files(
            git, base=base, files=proposal.files, message=message, author=proposal.author, at=now
        )
        if commit_tree(git, head) == commit_tree(git, base):
            raise ForgeRefused("the proposal changes nothing: the base has it all")
        number = row.number if row is not None else next_number(git)
        branch = f"refs/heads/{proposal.branch}"
        pull = pull_ref(number)
        move_refs(
            git,
            [
                RefUpdate(branch, read_ref(git, branch), head),
                RefUpdate(pull, read_ref(git, pull), head),
            ],
        )
        saved = PullRow(
            number=number,
            key=proposal.key,
            title=proposal.title,
            body=proposal.body,
            branch=proposal.branch,
            base_branch=self.settings.base,
            base_commit=base,
            head_commit=head,
            state="open",
            author=proposal.author.id,
            created_at=row.created_at if row is not None else now,
            updated_at=now,
        )
        kind: Literal["opened", "pushed"] = "opened" if row is None or row.state != "open" else "pushed"
        self.rows.save(saved, PullEvent(kind, proposal.author.id, now, commit=head))
        return saved

    def merge(
        self,
        number: int,
        *,
        expected_head: Oid,
        method: Literal["squash", "merge"],
        actor: Actor,
        reviews: Sequence[Review] | None = None,
    ) -> Merged:
        """See Forge. Squash only. The commit is the truth; the row follows, now or at the next start."""
        if method != "squash":
            raise ForgeRefused("this forge merges by squashing only")
        with self.repository.writing() as git:
            row = self._held(git, number)
            head = read_ref(git, f"refs/heads/{row.branch}")
            if row.state != "open" or head is None:
                raise NotMergeable(f"pull request {number} is {row.state if head else 'closed'}")
            if head != expected_head:
                raise HeadMoved(expected_head, head)
            events = self.rows.events(number)
            require_checks(events, head, self.settings.required_checks)
            require_judged(events, head, reviews)
            base = read_ref(git, self.base_ref)
            if base is None:
                raise NotMergeable("the base branch is gone")
            commit = write_squash(git, row, base, head, actor, self._clock.now())
            move_refs(
                git,
                [RefUpdate(self.base_ref, base, commit), RefUpdate(f"refs/heads/{row.branch}", head, None)],
                by=actor,
                how=f"merge {number}",
            )
            now = self._clock.now()
            merged = replace(
                row,
                state="merged",
                head_commit=head,
                merge_commit=commit,
                merged_by=actor.id,
                merged_at=now,
                updated_at=now,
            )
            self.rows.save(merged, PullEvent("merged", actor.id, now, commit=commit))
        return Merged(number, commit, self.settings.base, base)

    def close(self, number: int) -> None:
        """See Forge. The branch goes; the head stays reachable for the diff."""
        with self.repository.writing() as git:
            row = self._held(git, number)
            if row.state == "merged":
                raise NotMergeable(f"pull request {number} is merged")
            branch = f"refs/heads/{row.branch}"
            head = read_ref(git, branch)
            if head is not None:
                pull = pull_ref(number)
                move_refs(git, [RefUpdate(pull, read_ref(git, pull), head), RefUpdate(branch, head, None)])
            if row.state == "open":
                now = self._clock.now()
                closed = replace(row, state="closed", head_commit=head or row.head_commit, updated_at=now)
                self.rows.save(closed, PullEvent("closed", "system:forge", now))

    def set_check(self, commit: Oid, check: Check) -> None:
        """See Forge. Kept with the pull requests whose head this commit is, or with the commit alone."""
        event = event_of(commit, check, self._clock.now())
        numbers = self.rows.headed_by(commit)
        for number in numbers:
            self.rows.put_event(number, event)
        if not numbers:
            self.rows.put_check(commit, check)

    def checks(self, commit: Oid) -> Sequence[Check]:
        """See Forge."""
        said = {check.name: check for check in self.rows.checks_on(commit)}
        for number in self.rows.headed_by(commit):
            said |= {check.name: check for check in checks_of(self.rows.events(number), commit)}
        return tuple(said.values())

    def comment(self, number: int, key: str, body: str, at: LineRef | None = None) -> None:
        """See Forge."""
        self._row(number)
        refuse_flood(self.rows.events(number), key)
        data: dict[str, str | int | bool] = {} if at is None else {"path": at.path, "line": at.line}
        self.rows.put_event(
            number, PullEvent("comment", "system:forge", self._clock.now(), key=key, body=body, data=data)
        )

    def request_review(self, number: int, reviewers: Sequence[str]) -> None:
        """See Forge."""
        self._row(number)
        ask_reviews(self.rows, number, reviewers, self._clock.now())

    def review(self, number: int, *, head: Oid, verdict: Verdict, body: str, actor: Actor) -> None:
        """See Forge."""
        with self.repository.writing() as git:
            row = self._held(git, number)
            if row.state != "open":
                raise NotMergeable(f"pull request {number} is {row.state}")
            found = head_of(git, row)
            if found != head:
                raise HeadMoved(head, found)
            give_review(self.rows, row, head, verdict, body, actor, self._clock.now())

    # ------------------------------------------------------------------ read

    def get(self, number: int) -> PullRequest:
        """See Forge."""
        row, events = self._row(number), self.rows.events(number)
        required = self.settings.required_checks
        return show_pull(self.repository.git(), row, events, self.settings.page_url, required)

    def list(self, state: PullState, cursor: str | None, limit: int) -> Page[PullRequest]:
        """See Forge. Reviews, comments, what a check wrote and mergeability are left to `get`."""
        before = None
        if cursor is not None:
            if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
                raise ForgeRefused("this cursor is not one of ours")
            before = int(cursor)
        rows = self.rows.page(state, before, limit + 1)
        git = self.repository.git()
        heads = {row.number: head_of(git, row) for row in rows[:limit]}
        checks = self.rows.checks(heads.items())
        items = tuple(
            show_listed(git, row, checks.get(row.number, ()), self.settings.page_url) for row in rows[:limit]
        )
        return Page(items, str(items[-1].number) if len(rows) > limit else None)

    def diff(self, number: int) -> Sequence[FileDiff]:
        """See Forge."""
        return diff_commits(self.repository.git(), *self.compared(number))

    def compared(self, number: int) -> tuple[Oid, Oid]:
        """The two commits between which its change lies. Merged: what the merge changed; otherwise: what the
        branch changed since its fork. Raises NoSuchPull, NotMergeable where the histories share nothing.
        """
        row = self._row(number)
        git = self.repository.git()
        if row.merge_commit is not None:
            return str(read_commit(git, row.merge_commit).parent_ids[0]), row.merge_commit
        head = read_ref(git, f"refs/heads/{row.branch}") or row.head_commit
        base = read_ref(git, f"refs/heads/{row.base_branch}") or row.base_commit
        return fork_point(git, base, head), head

    def mirror_of(self, number: int, commits: Collection[Oid]) -> BareMirror:
        """The repository itself: it holds every pull request already."""
        return BareMirror(self.repository)

    def tell(self, pull: PullRequest, notes: Sequence[Annotation], check: Check) -> None:
        """Only the check: the page of a pull request shows each step with its risk."""
        self.set_check(pull.head, check)

    def with_check(self, pull: PullRequest, check: Check) -> PullRequest:
        """As git and the rows have it."""
        return self.get(pull.number)

    def events(self, number: int) -> Sequence[PullEvent]:
        """What happened to it, in order. Raises NoSuchPull."""
        self._row(number)
        return self.rows.events(number)

    def protection(self, branch: str) -> Protection:
        """See Forge."""
        protected = branch == self.settings.base
        required = self.settings.required_checks if protected else ()
        return Protection(branch, protected, not protected or self.settings.direct_push, required)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> Hint:
        """See Forge. The built-in forge sends no webhook, so every delivery is refused unread."""
        raise ForgeRefused("the built-in forge has no webhooks")

    def may_push(self, login: str) -> bool:
        """False: the built-in forge has no accounts of its own, only members."""
        return False

    def authors(self, number: int, head: Oid, proposer: str | None) -> frozenset[str] | None:
        """None: whose commits they are is what the events say."""
        return None

    def pushed(self, updates: Sequence[RefUpdate], actor: Actor) -> Sequence[int]:
        """Bring rows up to date with branches `dd0c/<key>` that a git client moved; their numbers."""
        with self.repository.writing() as git:
            return record_push(git, self.rows, self.settings.base, updates, actor, self._clock.now())

    def repair(self) -> Repair:
        """Make the rows say what git says. Call at start."""
        with self.repository.writing() as git:
            return repair(git, self.rows, self.settings.base, self._clock.now())

    def _row(self, number: int) -> PullRow:
        """The row, as git has it. What is behind waits for whoever writes: a merge on its way is no crash."""
        row = self._known(number)
        if not is_behind(self.repository.git(), row):
            return row
        with self.repository.writing() as git:
            return self._held(git, number)

    def _held(self, git: pygit2.Repository, number: int) -> PullRow:
        """The same for who has the writer lock."""
        return settled(git, self.rows, self._known(number), self._clock.now())

    def _known(self, number: int) -> PullRow:
        row = self.rows.find(number)
        if row is None:
            raise NoSuchPull(f"there is no pull request {number}")
        return row
