"""Which refs a push may move. Pure: what git and the rows say comes in as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pygit2

from forge.pull_refs import is_pull_branch
from forge.pull_requests import BRANCH_PREFIX, PullState, RefUpdate, is_proposal_key

AUDIT_REF: Final = "refs/heads/dd0c-audit"
"""The witness of the audit trail: written by the controller, fetched by whoever wants to check it."""

_REF_MAX_CHARACTERS: Final = 200


@dataclass(frozen=True)
class PushRights:
    """What the member behind a push may do. `refusal` is the sentence for a push to the base branch."""

    read: bool
    push: bool
    push_base: bool
    base_refusal: str = "it is protected: push a branch dd0c/<name> and merge its pull request"


@dataclass(frozen=True)
class PushFacts:
    """What is known about one update: the base branch, the pull request of its branch, faked trailers."""

    base_ref: str
    pull_state: PullState | None
    fakes_merge: bool


def refuse_update(update: RefUpdate, rights: PushRights, facts: PushFacts) -> str | None:
    """Why a ref may not move, or None. In order: who, which name, then what the ref is for."""
    if not rights.push:
        return "your role may not push"
    reason = _refuse_name(update.ref)
    if reason is not None:
        return reason
    if update.ref == facts.base_ref:
        return _refuse_base(update, rights, facts)
    if is_pull_branch(update.ref):
        return _refuse_pull(update, facts)
    return _refuse_tag(update, rights, facts) if update.ref.startswith("refs/tags/") else None


def _refuse_name(ref: str) -> str | None:
    if ref == AUDIT_REF:
        return "this branch witnesses the audit trail: nobody pushes to it"
    if not ref.startswith(("refs/heads/", "refs/tags/")):
        return "only branches and tags can be pushed"
    if len(ref) > _REF_MAX_CHARACTERS or not ref.isprintable() or not pygit2.reference_is_valid_name(ref):
        return "this is no valid name for a branch or a tag"
    if ref.removeprefix("refs/heads/").removeprefix("refs/tags/").startswith("-"):
        return "the name begins with -, which a command line takes for an option"
    return None


def _refuse_base(update: RefUpdate, rights: PushRights, facts: PushFacts) -> str | None:
    if not rights.push_base:
        return rights.base_refusal
    if update.new is None:
        return "the protected branch can't be deleted"
    if update.forced:
        return "the protected branch never goes back: rebase onto it and push again"
    if facts.fakes_merge:
        return "a commit carries the trailer Dd0c-Pull, which only a merge writes: reword it"
    return None


def _refuse_tag(update: RefUpdate, rights: PushRights, facts: PushFacts) -> str | None:
    if update.new is not None and update.ref.removeprefix("refs/tags/") == facts.base_ref.removeprefix(
        "refs/heads/"
    ):
        return "git would take a tag of this name for the protected branch: choose another"
    if update.old is not None and not rights.push_base:
        return "a tag that exists stays where it is"
    return None


def _refuse_pull(update: RefUpdate, facts: PushFacts) -> str | None:
    if not is_proposal_key(update.ref.removeprefix(f"refs/heads/{BRANCH_PREFIX}")):
        return "the branch of a pull request is named dd0c/ and then a-z, 0-9 and -"
    if facts.pull_state == "merged":
        return "its pull request is merged: push under another name"
    return None


def summarize(reasons: Sequence[str]) -> str:
    """Reasons as one line, as the protocol wants it."""
    return "; ".join(" ".join(reason.split()) for reason in reasons)[:400]
