"""A sync as a decision: what the rows say and what a commit holds in, what to write out. No I/O.

A commit is one step: the rows show the old one or the new one, never a mixture (R44, I9). A file that does
not validate keeps its last good version in service, whatever else the commit does (R43).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from base.ids import part_id
from controller.governance.documents import JudgedFile, JudgedRunbook
from controller.sync.claims import Claims, Found
from controller.sync.moves import Moves, follow_moves
from controller.sync.state import FileRow, Known, RunbookRow
from schemas.errors import Place
from schemas.flags import Flags
from schemas.policy import Policy
from schemas.verdict import Verdict

ERROR_MAX_CHARACTERS: Final = 1_000


@dataclass(frozen=True)
class NewVersion:
    """A version to store; `is_new` False where this content is known already and serves again. The id of one
    that is new is whole: the verdicts that it brings have theirs from it.
    """

    id: UUID
    runbook_id: UUID
    path: str
    blob_oid: str
    file: JudgedFile
    runbook: JudgedRunbook
    is_new: bool

    def brought(self) -> Iterator[tuple[str, UUID, Verdict]]:
        """Of a new version, by step, the id and the verdict of each command: the n-th has the n-th part."""
        commands = [step for step in self.runbook.steps if step.command_sha256 is not None]
        for number, step in enumerate(commands, 1):
            assert step.verdict is not None, "a command without a verdict"
            yield step.step_id, part_id(self.id, number), step.verdict


@dataclass(frozen=True)
class RunbookChange:
    """A runbook to insert or bring up to date; `version_id` None keeps what serves."""

    id: UUID
    name: str
    title: str
    service: str
    path: str
    version_id: UUID
    is_new: bool


@dataclass(frozen=True)
class Rejected:
    """A file that stays out of service, or a deletion that is held back, with what is wrong first."""

    path: str
    place: Place
    serving_version_id: UUID | None


@dataclass(frozen=True)
class Plan:
    """Everything that one sync writes."""

    files: tuple[FileRow, ...] = ()
    runbooks: tuple[RunbookChange, ...] = ()
    versions: tuple[NewVersion, ...] = ()
    retired: tuple[RunbookRow, ...] = ()
    moved: tuple[tuple[RunbookRow, str], ...] = ()
    """Runbooks that go on serving as they are, at another path: the one that can't serve yet."""
    rejected: tuple[Rejected, ...] = ()
    policy: Policy | None = None
    policy_sha256: str | None = None
    policy_changes: bool = False
    flags: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)
    """Flags that switch, or that are off for other services than before: (before, after) by name."""
    flags_document: Flags | None = None

    @property
    def is_partial(self) -> bool:
        """Whether something of the commit did not get into service."""
        return any(row.is_kept_out for row in self.files)


def plan_sync(known: Known, found: Iterable[Found], commit: str, new_id: Callable[[], UUID]) -> Plan:
    """What brings the rows to a commit.

    `found` holds every path that differs from the rows, and those that were invalid and are still there.
    `new_id` gives whole ids.
    """
    items = {item.path: item for item in found}
    taken = Claims(known, items)
    taken.settle()
    moves = follow_moves(known, taken)
    changes, versions = _serve(known, taken, new_id)
    ids = {change.path: change.version_id for change in changes}
    files, rejected = _files(known, taken, moves, ids, commit)
    policy = _policy(known, items)
    flags, document = _flags(known, items)
    return Plan(
        files=files,
        runbooks=changes,
        versions=versions,
        retired=tuple(row for row in taken.released() if not moves.goes_on(row)),
        moved=(*taken.followed(), *((row, path) for path, row in sorted(moves.carried.items()))),
        rejected=rejected,
        policy=policy.policy,
        policy_sha256=policy.sha256,
        policy_changes=policy.changes,
        flags=flags,
        flags_document=document,
    )


# ---------------------------------------------------------------- runbooks and versions


def _serve(
    known: Known, taken: Claims, new_id: Callable[[], UUID]
) -> tuple[tuple[RunbookChange, ...], tuple[NewVersion, ...]]:
    changes, versions = [], []
    for name, path in sorted(taken.holders.items()):
        runbook = taken.claim(path)
        item = taken.items.get(path)
        if runbook is None or item is None or item.judged is None or item.blob is None:
            continue
        row = known.runbooks.get(name)
        if row is not None and row.serves(path, item.judged.content_sha256):
            continue
        runbook_id = row.id if row is not None else new_id()
        version_id = known.versions.get((runbook_id, item.judged.content_sha256))
        is_new = version_id is None
        version_id = version_id or new_id()
        changes.append(
            RunbookChange(runbook_id, name, runbook.title, runbook.service, path, version_id, row is None)
        )
        versions.append(NewVersion(version_id, runbook_id, path, item.blob, item.judged, runbook, is_new))
    return tuple(changes), tuple(versions)


# ---------------------------------------------------------------- files


def _files(
    known: Known, taken: Claims, moves: Moves, version_ids: Mapping[str, UUID], commit: str
) -> tuple[tuple[FileRow, ...], tuple[Rejected, ...]]:
    files, rejected = [], []
    for path, item in sorted(taken.items.items()):
        before = known.files.get(path)
        row = _awaited(moves, path, commit) or _file(
            item, before, taken, version_ids.get(path) or _carried(moves, path), commit
        )
        if row is None:
            continue
        if before is None or _content(row) != _content(before):
            files.append(row)
            if row.is_kept_out:
                waits = moves.awaited.get(path)
                place = taken.errors.get(path) if waits is None else waits.place
                place = place or Place(0, 0, "", row.error_reason or "", code=item.code)
                rejected.append(Rejected(path, place, row.serving_version_id))
    return tuple(files), tuple(rejected)


def _awaited(moves: Moves, path: str, commit: str) -> FileRow | None:
    """The row of a path that is gone and whose runbook goes on."""
    waits = moves.awaited.get(path)
    if waits is None:
        return None
    return FileRow(
        path, "runbook", None, commit, "stale_invalid", 0, 0, _told(waits.place),
        waits.row.current_version_id, waits.may_be_at,
    )  # fmt: skip


def _carried(moves: Moves, path: str) -> UUID | None:
    row = moves.carried.get(path)
    return None if row is None else row.current_version_id


def _told(place: Place) -> str:
    reason = place.message if place.hint is None else f"{place.message} ({place.hint})"
    where = f"{place.path}: " if place.path else ""
    return f"{where}{reason}"[:ERROR_MAX_CHARACTERS]


def _content(row: FileRow) -> tuple[object, ...]:
    """Everything but the commit: a file that stays as it is keeps the commit that brought its state."""
    return (row.kind, row.blob_oid, row.state, row.error_line, row.error_column, row.error_reason,
            row.serving_version_id, tuple(row.may_be_at))  # fmt: skip


def _file(
    item: Found, before: FileRow | None, taken: Claims, version_id: UUID | None, commit: str
) -> FileRow | None:
    if item.is_gone:
        return None if before is None else FileRow(item.path, before.kind, None, commit, "retired")
    held = taken.serving(item.path)
    serving = version_id or (held.current_version_id if held is not None else None)
    if item.skipped is not None:
        return FileRow(
            item.path, item.kind, None, commit, "skipped",
            error_reason=item.skipped[:ERROR_MAX_CHARACTERS], serving_version_id=serving,
        )  # fmt: skip
    if item.kind == "other":
        return None if before is None else FileRow(item.path, "other", item.blob, commit, "retired")
    error = taken.errors.get(item.path)
    if error is not None:
        return FileRow(
            item.path, item.kind, item.blob, commit, "stale_invalid",
            error.line, error.column, _told(error), serving,
        )  # fmt: skip
    return FileRow(item.path, item.kind, item.blob, commit, "ok", serving_version_id=serving)


# ---------------------------------------------------------------- policy and flags


@dataclass(frozen=True)
class _PolicyPlan:
    policy: Policy | None
    sha256: str | None
    changes: bool


def _policy(known: Known, items: Mapping[str, Found]) -> _PolicyPlan:
    """The policy in force after the commit: the new one if it is sound, the last good one otherwise, the
    product's default where the file is gone."""
    item = next((item for item in items.values() if item.kind == "policy"), None)
    if item is None or item.skipped is not None:
        return _PolicyPlan(None, known.policy, False)
    if item.blob is None:
        return _PolicyPlan(None, None, known.policy is not None)
    if item.judged is None or item.judged.policy is None:
        return _PolicyPlan(None, known.policy, False)
    sha256 = item.judged.content_sha256
    return _PolicyPlan(item.judged.policy, sha256, sha256 != known.policy)


def _flags(known: Known, items: Mapping[str, Found]) -> tuple[dict[str, tuple[bool, bool]], Flags | None]:
    """Flags that switch, by name: (before, after); a known flag that the file does not name is on. So do
    those that stay off, for other services.
    """
    item = next((item for item in items.values() if item.kind == "flags"), None)
    if item is None or item.skipped is not None:
        return {}, None
    document = Flags() if item.blob is None else (item.judged.flags if item.judged is not None else None)
    if document is None:
        return {}, None
    after = {name: flag.enabled for name, flag in document.flags.items()}
    names = sorted(after.keys() | known.flags.keys())
    pairs = {name: (known.flags.get(name, True), after.get(name, True)) for name in names}
    services = services_of(document)
    elsewhere = {
        name for name in names
        if frozenset(known.flag_services.get(name, ())) != frozenset(services.get(name, ()))
    }  # fmt: skip
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1] or name in elsewhere}, document


def services_of(flags: Flags) -> dict[str, tuple[str, ...]]:
    """For which services each flag that is off is off; none: for all. Pure."""
    return {name: flag.services for name, flag in flags.flags.items() if not flag.enabled}
