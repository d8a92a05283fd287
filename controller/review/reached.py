"""The runbooks that a change leaves alone, and that run otherwise under its policy and flags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base.limits import APPROVAL_MINUTES
from controller.db import queries
from controller.db.database import Database
from controller.governance.documents import JudgedFile
from controller.governance.judging import Judging
from controller.governance.pinning import InForce
from controller.governance.silence import FLAG as ADVISOR_FLAG
from controller.governance.widening import Leash, let_alone, reach_of
from controller.review.contents import content_of
from controller.review.stored import as_stored, load_stored
from controller.review.views import RunbookChange, compare

REACHED_MAX: Final = 100
"""That are judged step by step; of more it is said how many."""

_QUERIES: Final = queries.load("runbooks")


@dataclass(frozen=True)
class Reached:
    """Each as it serves, with the verdicts that are stored. `left_out`: how many more there are."""

    files: tuple[JudgedFile, ...] = ()
    left_out: int = 0


@dataclass(frozen=True)
class _Trusted:
    id: UUID
    repository_id: UUID
    name: str
    trust: int
    strict: bool
    service: str | None
    labels: dict[str, str]
    own_labels: list[dict[str, str]]
    commands: int

    @property
    def leash(self) -> Leash:
        """As `Leash.of` reads it from the document."""
        reach = reach_of(self.labels, self.own_labels, self.commands)
        labels = tuple(sorted(self.labels.items()))
        return Leash(self.trust, self.strict, self.name, self.service, labels, reach)


@dataclass(frozen=True)
class _Content:
    repository_id: UUID
    name: str
    path: str
    content: bytes


async def load_reached(
    database: Database,
    judging: Judging,
    tenant_id: UUID,
    touched: tuple[UUID, Collection[str]],
    rules: tuple[InForce, InForce],
) -> Reached:
    """Those of all repositories of the tenant. `touched`: a repository, and the names of what the change
    itself writes or takes away there. Raises Unavailable where too many texts are being parsed.
    """
    if (rules[0].policy, rules[0].flags) == (rules[1].policy, rules[1].flags):
        return Reached()
    repository_id, names = touched
    async with database.work(tenant_id) as uow:
        trusted = await uow.all(_QUERIES["trusted_runbooks"], _Trusted)
        others = [each for each in trusted if each.repository_id != repository_id or each.name not in names]
        found = [each for each in others if runs_otherwise(each.leash, *rules)]
        chosen = found[:REACHED_MAX]
        contents = await uow.all(_QUERIES["contents_of"], _Content, ids=[each.id for each in chosen])
        stored = {
            place: await load_stored(
                uow, place, [], [each.name for each in chosen if each.repository_id == place]
            )
            for place in {each.repository_id for each in chosen}
        }
    judged = await judging.judge(
        tenant_id, [(each.path, "runbook", bytes(each.content)) for each in contents]
    )
    by_place: dict[UUID, list[JudgedFile]] = defaultdict(list)
    for each, file in zip(contents, judged, strict=True):
        by_place[each.repository_id].append(file)
    files = [file for place, group in by_place.items() for file in as_stored(group, stored[place])]
    return Reached(tuple(files), len(found) - len(chosen))


def runs_otherwise(leash: Leash, before: InForce, after: InForce) -> bool:
    """Whether its safe steps run by themselves under one of the two only, or are safe by other keys. Pure."""
    was, now = (
        (let_alone(leash, rules), rules.flags.is_on(ADVISOR_FLAG, service=leash.service))
        for rules in (before, after)
    )
    return was != now and (was[0] or now[0])


def compare_reached(
    files: Sequence[JudgedFile], before: InForce, after: InForce, approval_minutes: int = APPROVAL_MINUTES
) -> tuple[RunbookChange, ...]:
    """Those of which a step begins or ends to run by itself, beginning ones first. Pure."""
    changes = []
    for file in files:
        was = content_of(file, before, approval_minutes)
        change = (
            None if was is None else compare(was, content_of(file, after, approval_minutes), path=file.path)
        )
        if change is not None and (change.begins_alone or change.ends_alone):
            changes.append(change)
    return tuple(sorted(changes, key=lambda change: (-len(change.begins_alone), change.name)))
