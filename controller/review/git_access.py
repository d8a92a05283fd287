"""Who a git client is, and what it may do in a repository: `open_repository` of the git server.

The password is an API token (`ddt_…`), which names its tenant; the user name is ignored. Whatever a member
may not see does not exist: another tenant's repository, a wrong name and a wrong tenant answer alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from controller.db.errors import Retryable
from controller.governance.pinning import InForce, load_in_force
from controller.governance.repositories import RepositoryRow, repository_by_name
from controller.review.acting import actor_of
from controller.review.forges import Forges
from controller.review.pushed_pulls import PushedPulls, Text
from controller.review.pushes import ReviewingHooks
from controller.review.reviewer import Reviewer
from controller.review.sync_report import SyncNow
from controller.tenants.principal import Principal
from controller.tenants.service import authenticate_token, find_tenant
from forge.errors import ForgeBusy, NoSuchRepository
from forge.push_rules import PushRights
from forge.receive import Served
from forge.server import GitRequest, Unauthenticated
from schemas.errors import NotFound
from schemas.errors import Unauthenticated as UnknownCredential


@dataclass(frozen=True)
class GitAccess:
    """Opens repositories for git clients; called in threads of the git server."""

    forges: Forges
    reviewer: Reviewer
    sync_now: SyncNow
    text: Text | None = None

    def open(self, request: GitRequest) -> Served:
        """Authenticate and open. Raises as `forge.server.OpenRepository` says."""
        try:
            principal, row = self.forges.bridge.call(self._find(request))
        except UnknownCredential as refusal:
            raise Unauthenticated(refusal.detail) from refusal
        except NotFound:
            raise NoSuchRepository("no such repository") from None
        except Retryable as fault:
            raise ForgeBusy("the database does not answer", 5.0) from fault
        forge = self.forges.open_builtin(principal.tenant_id, row)
        hooks = ReviewingHooks(
            self.forges.bridge,
            self.reviewer,
            self.sync_now,
            principal,
            row,
            forge.settings.page_url or self.forges.public_url,
            PushedPulls(self.forges.database, self.forges.bridge, principal.tenant_id, row, forge, self.text),
        )
        return Served(forge, actor_of(principal), rights_of(principal, row), hooks)

    async def _find(self, request: GitRequest) -> tuple[Principal, RepositoryRow]:
        if request.password is None:
            raise UnknownCredential("Send an API token as the password.")
        principal = await authenticate_token(self.forges.database, request.password)
        async with self.forges.database.work(principal.tenant_id) as uow:
            tenant = await find_tenant(uow)
            if tenant.slug != request.tenant:
                raise NotFound("no such repository")
            row = await repository_by_name(uow, request.repository)
            rules = await load_in_force(uow)
        row = replace(row, direct_push=row.direct_push and lets_push(rules))
        if row.forge != "builtin":
            raise NotFound("no such repository")
        return principal, row


def lets_push(rules: InForce) -> bool:
    """Whether the policy lets anybody push to a synced branch without a pull request; where git has no
    policy, the repository's own setting is the word. Pure.
    """
    return not rules.policy_sha256 or rules.policy.direct_push


def rights_of(principal: Principal, row: RepositoryRow) -> PushRights:
    """What a member may do in a repository. Pure."""
    merges = principal.may("merge")
    refusal = "it is protected: push a branch dd0c/<name> and merge its pull request"
    if merges:
        refusal = "this repository takes pull requests only: push a branch dd0c/<name>"
    return PushRights(
        read=principal.may("read"),
        push=principal.may("propose"),
        push_base=merges and row.direct_push,
        base_refusal=refusal,
    )
