"""What a merge needs of other people: under four eyes the approval of exactly the head that is merged.

An approval counts while its giver may merge, has neither proposed the change nor pushed to it, and the branch
is where it was. Roles are those of now, not of the day on which the word was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.pinning import load_in_force
from controller.governance.repositories import RepositoryRow, chosen_repository
from controller.review.acting import actor_of
from controller.review.checks import ChangeReport
from controller.review.errors import forge_border
from controller.review.forges import Forges, RepositoryForge
from controller.tenants.members import find_member
from controller.tenants.principal import Principal
from controller.tenants.roles import Permission, Role, may
from forge.pull_requests import PullRequest, Verdict
from forge.pull_rows import EVENTS_MAX, PUSHED_FROM, PullEvent
from forge.repair import REPAIR_ACTOR
from forge.reviews import contributors
from schemas.errors import Conflict, Forbidden, NotFound
from schemas.ids import member_of

Asks: TypeAlias = Literal["nothing", "somebody", "owner"]
"""Whose approval a merge needs: nobody's, that of another who may merge, or that of another owner."""

_QUERIES: Final = queries.load("proposals")
_ASKED_FOR: Final = "changes are asked for at this very commit"
_LACKS: Final[Mapping[Asks, str]] = {
    "somebody": "the policy asks for four eyes: somebody else who may merge has to approve this very commit",
    "owner": "the policy asks for four eyes, and only an owner may let this in: another owner has to approve "
    "this very commit",
}
REVIEWERS_ASKED: Final = 10
"""As many who asked for changes, and as many who approved, are looked up elsewhere: a call for each."""

_HOW: Final = "Approve it on its page or with `dd0c pr approve`; a push in between asks for it again."
_REMEDY_ELSEWHERE: Final = (
    "It takes commits, 249 at most, whose addresses GitHub knows as somebody's account, and an end to the "
    "reviews that ask for changes."
)
_HOW_ELSEWHERE: Final = "Approve it on GitHub; a push in between asks for it again."


@dataclass(frozen=True)
class Standing:
    """Where a pull request stands with its reviewers. `approved` and `refused`: whose word counts now.
    `missing`: why it can't be merged yet, None where nothing of this hinders. `refusal`: why the one who
    looks can't review it.
    """

    asks: Asks = "nothing"
    approved: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    missing: str | None = None
    hint: str | None = None
    refusal: str | None = None


@dataclass(frozen=True)
class Words:
    """What is known of a pull request's people. `own`: who had a hand in it; `roles`: of reviewers who are
    members, by actor. `untold`: why it can't be told who had, `remedy`: what helps; `merger_is_author`:
    who merges proposed it.
    """

    own: frozenset[str]
    roles: Mapping[str, str]
    untold: str | None = None
    remedy: str = "Close it, and push its commits under another branch name."
    merger_is_author: bool = False


def stand(pull: PullRequest, words: Words, asks: Asks, how: str = _HOW) -> Standing:
    """Whether the reviewers let it be merged. Pure."""
    right = Permission.RAISE_TRUST if asks == "owner" else Permission.MERGE
    said = [review for review in pull.reviews if review.is_of(pull.head)]
    approved = tuple(
        review.reviewer
        for review in said
        if review.state == "approved"
        and review.reviewer not in words.own
        and _may(words, review.reviewer, right)
    )
    refused = tuple(
        review.reviewer
        for review in said
        if review.state == "refused" and _may(words, review.reviewer, Permission.PROPOSE)
    )
    missing, hint = _missing(words, asks, approved, refused, how)
    return Standing(asks, approved, refused, missing, hint)


def _missing(
    words: Words, asks: Asks, approved: Sequence[str], refused: Sequence[str], how: str
) -> tuple[str | None, str | None]:
    if refused:
        return _ASKED_FOR, "Push what they ask for, or have them approve it."
    if asks == "nothing":
        return None, None
    if words.untold is not None:
        return words.untold, words.remedy
    if not approved:
        return _LACKS[asks], how
    if words.merger_is_author:
        return "the policy asks for four eyes: you proposed it, so somebody else merges it", how
    return None, None


def _may(words: Words, actor: str, right: Permission) -> bool:
    role = words.roles.get(actor)
    return role is not None and may(role, right)


class Approvals:
    """One a process. `repository` is a name; None is the tenant's only one."""

    def __init__(self, forges: Forges) -> None:
        self._forges = forges

    async def of(
        self, principal: Principal, row: RepositoryRow, pull: PullRequest, report: ChangeReport | None = None
    ) -> Standing:
        """Where it stands for this member, by a check that ran just now; None: by what its last one said."""
        if pull.state != "open":
            return Standing()
        for_owner = any(check.for_owner for check in pull.checks)
        four_eyes = any(check.four_eyes for check in pull.checks)
        if report is not None:
            for_owner, four_eyes = report.raises_trust, report.four_eyes
        async with self._forges.database.work(principal.tenant_id) as uow:
            four_eyes = four_eyes or (await load_in_force(uow)).policy.four_eyes
            place = {"repository_id": row.id, "pull_number": pull.number}
            proposer = await uow.value(_QUERIES["proposer_of_pull"], **place)
        if row.forge != "builtin":
            words = await self._elsewhere(principal, row, pull, proposer, four_eyes=four_eyes)
            words = replace(words, merger_is_author=proposer == principal.actor)
            found = stand(pull, words, "somebody" if four_eyes else "nothing", _HOW_ELSEWHERE)
            return replace(found, refusal="it is reviewed on GitHub")
        words = await self._here(principal, row, pull)
        found = stand(pull, words, ("owner" if for_owner else "somebody") if four_eyes else "nothing")
        return replace(found, refusal=_refusal(principal, words, pull))

    async def give(
        self,
        principal: Principal,
        number: int,
        *,
        head: str,
        verdict: Verdict,
        body: str,
        repository: str | None = None,
    ) -> PullRequest:
        """Say what a member thinks of the head that they saw; audited with it. Needs `propose`.

        Raises Conflict (`head_moved`, `not_mergeable`), and Unprocessable for who proposed or pushed it.
        """
        principal.require("propose")
        if verdict == "approved":
            _require_whole(principal)
        async with self._forges.database.work(principal.tenant_id) as uow:
            row = await chosen_repository(uow, repository)

        def say(forge: RepositoryForge) -> PullRequest:
            forge.review(number, head=head, verdict=verdict, body=body, actor=actor_of(principal))
            return forge.get(number)

        with forge_border():
            forge = self._forges.open(principal.tenant_id, row)
            return replace(await self._forges.runner(lambda: say(forge)), repository=row.name)

    async def _here(self, principal: Principal, row: RepositoryRow, pull: PullRequest) -> Words:
        with forge_border():
            forge = self._forges.open(principal.tenant_id, row)
            events: Sequence[PullEvent] = await self._forges.runner(lambda: forge.events(pull.number))
        own, roles = contributors(pull.author, events), {}
        async with self._forges.database.work(principal.tenant_id) as uow:
            for actor in sorted({each.reviewer for each in pull.reviews if each.is_of(pull.head)}):
                member_id = member_of(actor)
                try:
                    member = None if member_id is None else await find_member(uow, member_id)
                except NotFound:
                    continue
                if member is not None and member.removed_at is None:
                    roles[actor] = member.role
        return Words(own, roles, untold_here(pull, events, own))

    async def _elsewhere(
        self,
        principal: Principal,
        row: RepositoryRow,
        pull: PullRequest,
        proposer: str | None,
        *,
        four_eyes: bool,
    ) -> Words:
        """Accounts there are no members here: whoever may push there, and neither opened it nor wrote one of
        its commits, may approve it. Who asks for changes is heard whatever the policy says.
        """
        said = [each for each in pull.reviews if each.is_of(pull.head)]
        if not said:
            return Words(frozenset(), {})

        async with self._forges.database.work(principal.tenant_id) as uow:
            email = await _email_of(uow, proposer)

        def look(forge: RepositoryForge) -> Words:
            authors = forge.authors(pull.number, pull.head, email) if four_eyes else frozenset()
            return elsewhere(pull, authors, forge.may_push, four_eyes=four_eyes)

        with forge_border():
            forge = self._forges.open(principal.tenant_id, row)
            return await self._forges.runner(lambda: look(forge))


def untold_here(pull: PullRequest, events: Sequence[PullEvent], own: frozenset[str]) -> str | None:
    """Why it can't be told who had a hand in one of the built-in forge; None where it can. Pure."""
    if len(events) >= EVENTS_MAX:
        return "its history is too long to tell who pushed to it"
    moved = [event for event in events if event.kind in {"opened", "pushed"}]
    heads = {event.commit for event in moved}
    begun = {event.data[PUSHED_FROM] for event in moved if PUSHED_FROM in event.data}
    # A push moves its branch first, and is written down after that, or never where that failed: then the head
    # is one that nobody pushed, or another went on from it.
    if REPAIR_ACTOR.id in own or pull.head not in heads or not begun <= heads:
        return "who pushed a commit of it is not known"
    return None


def elsewhere(
    pull: PullRequest, authors: frozenset[str] | None, may_push: Callable[[str], bool], *, four_eyes: bool
) -> Words:
    """What is known of those who reviewed it on a forge elsewhere. `may_push` is a call for each of them, and
    on a public repository anybody reviews: of those who ask for changes and of those who approve
    REVIEWERS_ASKED at most are looked at. `authors`: see RepositoryForge.
    """
    hands = {pull.author.removeprefix("github:").casefold(), *(authors or ())}
    said = [each for each in pull.reviews if each.is_of(pull.head)]
    own = frozenset(each.reviewer for each in said if each.reviewer.casefold() in hands)
    refused = [each.reviewer for each in said if each.state == "refused"]
    approved = [each.reviewer for each in said if each.state == "approved" and each.reviewer not in own]
    asked = refused[:REVIEWERS_ASKED] + (approved[:REVIEWERS_ASKED] if four_eyes else [])
    roles = {name: Role.MAINTAINER.value for name in asked if may_push(name)}
    untold = None
    if four_eyes and authors is None:
        untold = "whose commits these are can't be told on GitHub"
    elif len(refused) > REVIEWERS_ASKED:
        untold = "too many people ask for changes to look at the rights of each"
    return Words(own, roles, untold, _REMEDY_ELSEWHERE)


def _require_whole(principal: Principal) -> None:
    """An approval counts by its giver's role, so a token gives it that could do all that this role may."""
    for permission in (Permission.MERGE, Permission.RAISE_TRUST):
        if may(principal.role, permission):
            principal.require(permission)
    if principal.scopes and not may(principal.role, Permission.MERGE):  # tomorrow they may be a maintainer
        raise Forbidden("An approval is not said by this token.", hint="Sign in and approve it on its page.")


async def _email_of(uow: UnitOfWork, actor: str | None) -> str | None:
    """A member's address; None for whoever is none."""
    member_id = None if actor is None else member_of(actor)
    try:
        return None if member_id is None else (await find_member(uow, member_id)).email
    except NotFound:
        return None


def _refusal(principal: Principal, words: Words, pull: PullRequest) -> str | None:
    """Why a member can't review it. Who asked for changes, and pushed to it since, may still take it back."""
    if not principal.may(Permission.PROPOSE):
        return "your role may not review it"
    asked = any(
        (each.reviewer, each.state) == (principal.actor, "refused") and each.is_of(pull.head)
        for each in pull.reviews
    )
    if principal.actor in words.own and not asked:
        return "you proposed it or pushed to it: somebody else reviews it"
    return None


def require(standing: Standing, number: int) -> None:
    """Raises Conflict where a merge lacks somebody's word."""
    if standing.missing is not None:
        raise Conflict(
            f"Pull request {number} can't be merged yet: {standing.missing}.",
            hint=standing.hint,
            code="not_approved",
            extra={"needs": standing.asks},
        )
