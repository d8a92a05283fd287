"""Why a runbook may no longer be what it was: facts in, reasons out, each with what to do about it. Pure.

No reason keeps a runbook from running. A reason is shown where a person chooses one, so that the next one who
is on call doesn't find out at night.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from schemas.risk import Risk, effective, exceeds

STEPS_NAMED: Final = 5
"""Of more steps the first ones are named, and the others counted."""

_NOT_KNOWN: Final = ("tool.unknown", "tool.unknown-verb")
"""Rules of the scanner that say that something named is not in the tables."""


class Code(StrEnum):
    """What is wrong, for programs; the words of `RunbookItem.stale`."""

    SYNC_BROKEN = "sync_broken"
    OWNER_MISSING = "owner_missing"
    OWNER_UNKNOWN = "owner_unknown"
    NEVER_RUN = "never_run"
    RUN_LONG_AGO = "run_long_ago"
    LAST_RUN_FAILED = "last_run_failed"
    NEVER_REVIEWED = "never_reviewed"
    REVIEWED_LONG_AGO = "reviewed_long_ago"
    REFERENCE_UNKNOWN = "reference_unknown"
    DECLARED_TOO_LOW = "declared_too_low"
    VERDICT_WAITS = "verdict_waits"
    VERDICT_OUTDATED = "verdict_outdated"


@dataclass(frozen=True)
class Thresholds:
    """After how many days a run or a review is long ago; 0: never. The settings DD0C_STALE_…_DAYS."""

    run_days: int
    review_days: int


RunEnd: TypeAlias = Literal["completed", "aborted", "manual_intervention"]


@dataclass(frozen=True)
class StepFacts:
    """One command of the version in service. `found` is what the newest look of the scanner found, with its
    rules; `waits`: a lower verdict waits for an owner; `is_current`: the scanner of this
    process looked at it.
    """

    step: str
    declared: Risk | None
    found: Risk
    rule_ids: tuple[str, ...]
    why: str
    waits: bool = False
    is_current: bool = True


@dataclass(frozen=True)
class Review:
    """Who last looked: a merge or a direct push (`how`), or the document's own word (`said`)."""

    how: Literal["merged", "pushed", "said"]
    by: str
    at: datetime


@dataclass(frozen=True)
class Facts:
    """What is known of one runbook in service. `members`: the addresses of all who are in the tenant, in
    lower case. `since`: when it came into service first.
    """

    name: str
    owners: tuple[str, ...]
    members: frozenset[str]
    since: datetime
    last_end: RunEnd | None = None
    last_run_at: datetime | None = None
    reviews: tuple[Review, ...] = ()
    steps: tuple[StepFacts, ...] = ()
    file_state: str | None = "ok"
    file_reason: str | None = None
    repository_error: str | None = None


@dataclass(frozen=True)
class Reason:
    """One reason: what is so, and what to do. `steps` are those that it is about."""

    code: Code
    message: str
    hint: str
    steps: tuple[str, ...] = ()


def reasons(facts: Facts, thresholds: Thresholds, now: datetime) -> tuple[Reason, ...]:
    """Every reason, the most pressing first; none: it is what it was."""
    return (
        *_sync(facts),
        *_run_failed(facts),
        *_steps(facts),
        *_owners(facts),
        *_run(facts, thresholds, now),
        *_review(facts, thresholds, now),
    )


def _sync(facts: Facts) -> Iterator[Reason]:
    if facts.file_state in {"stale_invalid", "skipped"}:
        why = facts.file_reason or "its file is not read"
        yield Reason(
            Code.SYNC_BROKEN,
            f"The newest content in git is not in service, an older version runs: {why}",
            "Mend the file and merge it; `dd0c sync` has the line.",
        )
    elif facts.repository_error is not None:
        yield Reason(
            Code.SYNC_BROKEN,
            f"Its repository can't be synced, a newer version may be missing: {facts.repository_error}",
            "`dd0c sync` says what is wrong.",
        )


# ---------------------------------------------------------------- people


def _owners(facts: Facts) -> Iterator[Reason]:
    if not facts.owners:
        yield Reason(Code.OWNER_MISSING, "Nobody owns it.", "Add `metadata.owners`.")
        return
    gone = [owner for owner in facts.owners if _is_gone(owner, facts.members)]
    if gone:
        yield Reason(
            Code.OWNER_UNKNOWN,
            f"{', '.join(gone)} {'is' if len(gone) == 1 else 'are'} no member here.",
            "Name an owner who is, in `metadata.owners`, or add the member.",
        )


def _is_gone(owner: str, members: frozenset[str]) -> bool:
    """Teams and handles of a forge begin with `@`: who they are is known there alone."""
    return not owner.startswith("@") and owner.lower() not in members


# ---------------------------------------------------------------- runs and reviews


def _run_failed(facts: Facts) -> Iterator[Reason]:
    if facts.last_end not in {"aborted", "manual_intervention"} or facts.last_run_at is None:
        return
    how = "was aborted" if facts.last_end == "aborted" else "ended in manual intervention"
    yield Reason(
        Code.LAST_RUN_FAILED,
        f"Its last run {how} on {_day(facts.last_run_at)}.",
        "Look at that run, then mend the runbook or run it again.",
    )


def _run(facts: Facts, thresholds: Thresholds, now: datetime) -> Iterator[Reason]:
    if not thresholds.run_days:
        return
    if facts.last_run_at is None:
        if _is_old(facts.since, thresholds.run_days, now):
            yield Reason(
                Code.NEVER_RUN,
                f"It is in service since {_day(facts.since)} and never ran.",
                "Rehearse it, or retire it.",
            )
    elif _is_old(facts.last_run_at, thresholds.run_days, now):
        yield Reason(
            Code.RUN_LONG_AGO,
            f"Its last run was {_ago(facts.last_run_at, now)}, on {_day(facts.last_run_at)}.",
            "Rehearse it, or retire it.",
        )


def _review(facts: Facts, thresholds: Thresholds, now: datetime) -> Iterator[Reason]:
    if not thresholds.review_days:
        return
    read = [review for review in facts.reviews if review.how != "pushed"]
    if not read and not _is_old(facts.since, thresholds.review_days, now):
        return
    if not read:
        pushed = max(facts.reviews, key=lambda review: review.at, default=None)
        who = "" if pushed is None else f": {pushed.by} pushed it on {_day(pushed.at)}"
        yield Reason(
            Code.NEVER_REVIEWED,
            f"No review of what serves is known{who}.",
            "Read it, and say so in `spec.review` by a pull request.",
        )
        return
    last = max(read, key=lambda review: review.at)
    if _is_old(last.at, thresholds.review_days, now):
        how = "merged" if last.how == "merged" else "read"
        yield Reason(
            Code.REVIEWED_LONG_AGO,
            f"{last.by} {how} it {_ago(last.at, now)}, on {_day(last.at)}; nobody since.",
            "Read it, and say so in `spec.review` by a pull request.",
        )


def _is_old(at: datetime, days: int, now: datetime) -> bool:
    return now - at >= timedelta(days=days)


def _ago(at: datetime, now: datetime) -> str:
    days = max((now - at).days, 0)
    return "1 day ago" if days == 1 else f"{days} days ago"


def _day(at: datetime) -> str:
    return at.strftime("%Y-%m-%d")


# ---------------------------------------------------------------- steps


def _steps(facts: Facts) -> Iterator[Reason]:
    low = [step for step in facts.steps if step.declared is not None and exceeds(step.found, step.declared)]
    if low:
        yield Reason(
            Code.DECLARED_TOO_LOW,
            f"{_named(low)} declares less than the scanner finds: its file would not come in again.",
            f"Declare `risk: {effective(max(low, key=_weight).found)}` there, or leave it out.",
            _ids(low),
        )
    unknown = [step for step in facts.steps if _is_unknown(step)]
    if unknown:
        said = f": {unknown[0].why}" if len(unknown) == 1 else ""
        yield Reason(
            Code.REFERENCE_UNKNOWN,
            f"{_named(unknown)} uses a tool or a verb that the scanner does not know{said}",
            "Look whether it still exists under that name; a manual step says what a person does instead.",
            _ids(unknown),
        )
    waiting = [step for step in facts.steps if step.waits]
    if waiting:
        yield Reason(
            Code.VERDICT_WAITS,
            f"{_named(waiting)} is held at a stricter verdict of an older scanner.",
            f"An owner accepts the lower one: `dd0c upgrade accept --runbook {facts.name}`.",
            _ids(waiting),
        )
    outdated = [step for step in facts.steps if not step.is_current]
    if outdated:
        yield Reason(
            Code.VERDICT_OUTDATED,
            f"{_named(outdated)} was judged by another version of the scanner or its knowledge.",
            "The server judges it again by itself; `dd0c upgrade` says how far it is.",
            _ids(outdated),
        )


def _is_unknown(step: StepFacts) -> bool:
    return step.found is Risk.UNKNOWN and any(rule in _NOT_KNOWN for rule in step.rule_ids)


def _weight(step: StepFacts) -> int:
    return (Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS).index(effective(step.found))


def _ids(steps: Iterable[StepFacts]) -> tuple[str, ...]:
    return tuple(step.step for step in steps)


def _named(steps: Sequence[StepFacts]) -> str:
    """`The step x`, or `Each of the steps x, y and 3 more`: what follows is in the singular."""
    names = [step.step for step in steps[:STEPS_NAMED]]
    if len(steps) == 1:
        return f"The step {names[0]}"
    more = len(steps) - len(names)
    return f"Each of the steps {', '.join(names)}" + (f" and {more} more" if more else "")
