"""Both sides of a change as read from git, judged, and paired: a runbook is its name, not its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from base import limits
from controller.governance.documents import FileKind, JudgedFile, kind_of, unreadable
from controller.governance.pinning import InForce
from controller.review.change import ChangedFile
from controller.review.contents import content_of
from controller.review.reviewer import CHANGE_MAX_BYTES
from controller.review.step_facts import Content
from controller.review.step_notes import rules_after
from controller.review.views import RunbookChange, broken, compare
from forge.errors import BadPack, TooLarge
from forge.mirror import Mirror

SHOWN_RUNBOOKS: Final = 50
"""How many runbooks one review compares; a pull request of ours changes far fewer."""
_SETTINGS: Final = frozenset({"policy", "flags"})


@dataclass
class Sides:
    """Contents before and after by path; files that are too large to read are judged already."""

    before: list[tuple[str, FileKind, bytes]] = field(default_factory=list)
    after: list[tuple[str, FileKind, bytes]] = field(default_factory=list)
    refused: list[JudgedFile] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def read_sides(mirror: Mirror, old: str, new: str, prefix: str) -> Sides:
    """Every file of ours that differs between two commits, on both sides. Synchronous. Raises TooLarge."""
    sides, total = Sides(), 0
    for change in mirror.changes(old, new, prefix):
        kind = kind_of(change.path, prefix)
        if kind == "other" or change.skipped is not None:
            sides.others.append(change.path)
            continue
        for blob, into in ((change.old_blob, sides.before), (change.blob, sides.after)):
            content = None if blob is None else _read(mirror, blob)
            if blob is not None and content is None and into is sides.after:
                sides.refused.append(
                    unreadable(change.path, kind, "the file is too large to be a document", "document_size")
                )
            if content is not None:
                total += len(content)
                into.append((change.path, kind, content))
        if total > CHANGE_MAX_BYTES:
            raise TooLarge(f"the changed files are more than {CHANGE_MAX_BYTES} bytes together")
    return sides


def _read(mirror: Mirror, blob: str) -> bytes | None:
    try:
        return mirror.read(blob, max_bytes=limits.DOCUMENT_MAX_BYTES)
    except (TooLarge, BadPack):
        return None


def changed_settings(sides: Sides, judged: Sequence[JudgedFile]) -> tuple[ChangedFile, ...]:
    """The policy and flags that a change writes, breaks or takes away."""
    found = [ChangedFile(file.path, file.kind, file) for file in judged if file.kind in _SETTINGS]
    still = {file.path for file in judged} | set(sides.others)
    gone = [each for each in sides.before if each[1] in _SETTINGS and each[0] not in still]
    found += [ChangedFile(path, kind) for path, kind, _ in gone]
    return tuple(found)


def former_settings(
    sides: Sides, judged: Sequence[JudgedFile], settings: Sequence[ChangedFile]
) -> tuple[ChangedFile, ...]:
    """The same files as they were on the side before; `judged` is that side."""
    was = {path: file for (path, _, _), file in zip(sides.before, judged, strict=True)}
    return tuple(ChangedFile(each.path, each.kind, was.get(each.path)) for each in settings)


def touched_names(sides: Sides, before: Iterable[JudgedFile], after: Iterable[JudgedFile]) -> set[str]:
    """The runbooks that a change writes, or takes away with their file. A file that is broken or not read
    leaves in service what it was.
    """
    names = {file.runbook.name for file in after if file.runbook is not None}
    still = {path for path, _, _ in sides.after} | {file.path for file in sides.refused} | set(sides.others)
    return names | {
        file.runbook.name for file in before if file.runbook is not None and file.path not in still
    }


def changed_rules(settings: Sequence[ChangedFile], before: InForce, commit: str) -> InForce:
    """The policy and flags after the change, as the check takes them; a policy has its digest once stored."""
    then = rules_after(settings, before)
    if all(file.judged is None or file.judged.policy is None for file in settings):
        return then
    return replace(then, policy_sha256="", commit=commit)


def compare_files(
    before: Iterable[JudgedFile],
    after: Iterable[JudgedFile],
    rules: tuple[InForce, InForce],
    approval_minutes: int,
) -> tuple[tuple[RunbookChange, ...], int]:
    """One entry a runbook, broken ones first, then those that let more run alone, and how many were left out.
    Pure.
    """
    olds = _by_name(before, rules[0], approval_minutes)
    old_paths = {path: (name, content) for name, (path, content) in olds.items()}
    found, seen = [], set()
    for file in after:
        content = content_of(file, rules[1], approval_minutes)
        if content is None:
            name, old, moved_from = _broken_name(file, old_paths, olds)
            seen.add(name)
            found.append(broken(file.path, name, old, file.places, old_path=moved_from))
            continue
        name = content.runbook.name
        seen.add(name)
        path, old = olds.get(name, (None, None))
        found.append(compare(old, content, path=file.path, old_path=path, places=file.places))
    found += [compare(content, None, path=path) for name, (path, content) in olds.items() if name not in seen]
    found.sort(key=lambda item: (item.change != "broken", not item.begins_alone, item.path))
    return tuple(found[:SHOWN_RUNBOOKS]), max(0, len(found) - SHOWN_RUNBOOKS)


def _broken_name(
    file: JudgedFile, old_paths: Mapping[str, tuple[str, Content]], olds: Mapping[str, tuple[str, Content]]
) -> tuple[str, Content | None, str | None]:
    """Which runbook a file is that does not become one: the one of its path; else the one whose name its text
    still carries, with where that was; else none.
    """
    if file.path in old_paths:
        return (*old_paths[file.path], None)
    if file.name in olds:
        path, content = olds[file.name]
        return file.name, content, path
    return file.path.rpartition("/")[2], None, None


def _by_name(
    files: Iterable[JudgedFile], rules: InForce, approval_minutes: int
) -> Mapping[str, tuple[str, Content]]:
    found = {}
    for file in files:
        content = content_of(file, rules, approval_minutes)
        if content is not None:
            found[content.runbook.name] = (file.path, content)
    return found
