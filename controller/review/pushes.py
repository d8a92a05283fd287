"""What the controller adds to a push: the check before refs move, the sync and the words after.

Called in threads of the git server; whatever needs the event loop goes over the bridge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from controller.governance.repositories import RepositoryRow
from controller.review.bridge import LoopBridge
from controller.review.checks import ChangeReport, told
from controller.review.pushed_pulls import PushedPulls
from controller.review.reviewer import Reviewer, read_change
from controller.review.sync_report import SyncNow, SyncReport
from controller.tenants.principal import Principal
from forge.errors import ForgeBusy, ForgeRefused
from forge.pull_refs import is_pull_branch
from forge.pull_requests import Check, RefUpdate
from forge.receive import PushVerdict, ReceivedPush
from schemas.errors import Dd0cError, Unavailable

_SHOWN_LINES: Final = 20


@dataclass(frozen=True)
class ReviewingHooks:
    """The `PushHooks` of one repository, for one member's push."""

    bridge: LoopBridge
    reviewer: Reviewer
    sync_now: SyncNow
    principal: Principal
    row: RepositoryRow
    page_url: str
    pulls: PushedPulls

    def check(self, push: ReceivedPush) -> PushVerdict:
        """A push to the protected branch must pass; one to a pull request is let in and its check is set."""
        refused: dict[str, str] = {}
        messages: list[str] = []
        checks: dict[str, Check] = {}
        for update in push.updates:
            protected = update.ref == push.base_ref
            if update.new is None or not (protected or is_pull_branch(update.ref)):
                continue
            report = self._report(push, update, protected=protected)
            if report is None:
                continue
            checks[update.new] = told(report, self.row.forge)
            messages.extend(_words(report))
            reason = self._refusal(report) if protected else None
            if reason is not None:
                refused[update.ref] = reason
        return PushVerdict(refused, messages, checks)

    def _report(self, push: ReceivedPush, update: RefUpdate, *, protected: bool) -> ChangeReport | None:
        assert update.new is not None
        old = update.old
        if not protected:
            base = push.mirror.head(push.base_ref.removeprefix("refs/heads/"))
            old = push.mirror.fork(base, update.new) if base is not None else None
            if old is None:
                return None
        change = read_change(push.mirror, old, update.new, self.row.prefix)
        try:
            return self.bridge.call(self.reviewer.review(self.principal.tenant_id, self.row, change))
        except Unavailable as busy:
            raise ForgeBusy(busy.detail, 2.0) from busy
        except Dd0cError as refusal:
            raise ForgeRefused(refusal.detail, refusal.hint) from refusal

    def _refusal(self, report: ChangeReport) -> str | None:
        if report.errors:
            more = f" (and {len(report.errors) - 1} more)" if len(report.errors) > 1 else ""
            return report.errors[0].line() + more
        if report.raises_trust and not self.principal.may("raise_trust"):
            return f"only an owner may let this in: {report.why_owner}"
        if report.four_eyes:
            return "the policy asks for four eyes: push a branch dd0c/<name>, and another approves it"
        return None

    def accepted(self, push: ReceivedPush, numbers: Sequence[int]) -> Sequence[str]:
        """Sync what reached the protected branch now, and name the pull requests."""
        lines = [
            f"dd0c: pull request {number}: {self.page_url.replace('{number}', str(number))}"
            for number in numbers
        ]
        if any(update.ref == push.base_ref and update.new is not None for update in push.updates):
            tenant_id: UUID = self.principal.tenant_id
            lines.extend(_synced(self.bridge.call(self._sync(tenant_id))))
        for number in numbers:
            lines.extend(self.pulls.follow(number, push.actor))
        return lines

    async def _sync(self, tenant_id: UUID) -> SyncReport:
        return await self.sync_now(tenant_id, self.row.id, "push")


def _words(report: ChangeReport) -> list[str]:
    lines = [f"dd0c: {report.check.status}: {report.check.title}"]
    notes = [*report.errors, *report.attentions]
    lines += [f"dd0c: {note.level}: {note.line()}" for note in notes[:_SHOWN_LINES]]
    if len(notes) > _SHOWN_LINES:
        lines.append(f"dd0c: and {len(notes) - _SHOWN_LINES} more")
    return lines


def _synced(report: SyncReport) -> list[str]:
    if report.error is not None:
        return [f"dd0c: accepted, but not synced: {report.error}"]
    commit = (report.to_commit or "")[:12]
    lines = [f"dd0c: {report.outcome} at {commit}"]
    lines += [f"dd0c: {path}:{line}: {reason}" for path, line, reason in report.rejected[:_SHOWN_LINES]]
    return lines
