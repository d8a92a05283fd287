"""What a change means to the repository's runbooks, as a pure decision: pass, attention or fail, and why.

The same check runs on a push to the protected branch, on every push to a pull request, and before a merge.
Nothing in the change can soften it: the rules are here, and the names in service come from the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from controller.governance.documents import FileKind, JudgedFile, JudgedRunbook
from controller.governance.owners_word import Content
from controller.governance.pinning import InForce
from controller.governance.widening import Leash, widened_flags, widened_policy, widened_runbook
from controller.review.risky_steps import RiskyStep, risky_steps
from forge.pull_requests import CLASSIFICATION_CHECK, Check
from schemas.errors import Place
from schemas.flags import ALL_ON
from schemas.markdown import escape
from schemas.risk import MARKS, Risk, exceeds


@dataclass(frozen=True)
class ChangedFile:
    """One file of a change: judged content, or deleted (neither), or the reason why it is not read."""

    path: str
    kind: FileKind
    judged: JudgedFile | None = None
    skipped: str | None = None

    @property
    def deleted(self) -> bool:
        """Whether the change takes the file away."""
        return self.judged is None and self.skipped is None


@dataclass(frozen=True)
class Serving:
    """What is in service: names with their paths, and the documents that the change touches, by name.

    `in_force` is set for a forge elsewhere only: there, whatever widens what runs by itself is for an owner.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    in_force: InForce | None = None


@dataclass(frozen=True)
class Note:
    """One thing to say about a change; `error` keeps it out."""

    path: str
    place: Place
    level: Literal["error", "attention", "warning"]

    def line(self) -> str:
        """For a terminal: `path:line: message`."""
        where = f"{self.path}:{self.place.line}" if self.place.line else self.path
        field_path = f"{self.place.path}: " if self.place.path else ""
        return f"{where}: {field_path}{self.place.message}"


@dataclass(frozen=True)
class ChangeReport:
    """The outcome of a check. `raises_trust`: only an owner may let it in; `for_owner` names what of it."""

    check: Check
    notes: tuple[Note, ...]
    raises_trust: bool
    risky: tuple[RiskyStep, ...] = ()
    for_owner: frozenset[Content] = frozenset()

    @property
    def errors(self) -> tuple[Note, ...]:
        """What keeps the change out."""
        return tuple(note for note in self.notes if note.level == "error")

    @property
    def attentions(self) -> tuple[Note, ...]:
        """What a reviewer has to look at."""
        return tuple(note for note in self.notes if note.level != "error")


SUMMARY_MAX_CHARACTERS: Final = 60_000
_SHOWN_NOTES: Final = 50


def check_change(files: Sequence[ChangedFile], serving: Serving) -> ChangeReport:
    """Check a change of any size. Total: hostile content is an error of its file."""
    notes: list[Note] = []
    for file in files:
        notes.extend(_file_notes(file))
    notes.extend(_name_notes(files, serving))
    owned = [(file, note) for file in files for note in _owner_notes(file, serving)]
    notes.extend(note for _, note in owned)
    for file in files:
        notes.extend(_lowered_notes(file, serving))
    risky = risky_steps(file.judged for file in files if file.judged is not None)
    for_owner = frozenset((file.path, file.judged.content_sha256 if file.judged else "") for file, _ in owned)
    return ChangeReport(_check(files, notes), tuple(notes), bool(owned), risky, for_owner)


# ---------------------------------------------------------------- what there is to say


def _file_notes(file: ChangedFile) -> list[Note]:
    if file.skipped is not None:
        return [_attention(file.path, "skipped", f"it will not be read: {file.skipped}")]
    notes = []
    if file.kind in {"policy", "flags"}:
        notes.append(
            _attention(file.path, "settings", f"it changes the {file.kind} that every run is pinned to")
        )
    if file.judged is None:
        if file.kind == "runbook":
            notes.append(_attention(file.path, "deleted", "the runbook of this file is retired"))
        return notes
    notes += [
        Note(file.path, place, "error" if place.severity == "error" else "warning")
        for place in file.judged.places
    ]
    if file.judged.runbook is not None and file.judged.runbook.ambiguities:
        count = file.judged.runbook.ambiguities
        notes.append(
            _attention(
                file.path,
                "ambiguities",
                f"{count} open question(s): steps that depend on one wait for a person",
            )
        )
    return notes


def _name_notes(files: Sequence[ChangedFile], serving: Serving) -> list[Note]:
    """A name that another file carries: in service and left alone by this change, or in the change itself."""
    changed = {file.path for file in files}
    holders = {name: path for name, path in serving.names.items() if path not in changed}
    still = {path: name for name, path in serving.names.items()}
    for file in files:
        if not file.deleted and _runbook(file) is None and file.path in still:
            holders.setdefault(still[file.path], file.path)
    notes = []
    for file in sorted(files, key=lambda each: (serving.names.get(_name(each)) != each.path, each.path)):
        runbook = _runbook(file)
        if runbook is None:
            continue
        holder = holders.setdefault(runbook.name, file.path)
        if holder != file.path:
            line, column = runbook.name_place
            message = f"the name `{runbook.name}` belongs to {holder}"
            hint = "give this runbook a name of its own"
            place = Place(line, column, "metadata.name", message, hint, "duplicate_name")
            notes.append(Note(file.path, place, "error"))
    return notes


def _trust_notes(file: ChangedFile, serving: Serving) -> list[Note]:
    runbook = _runbook(file)
    if runbook is None:
        return []
    before = _trust(serving.documents.get(runbook.name))
    after = _trust(runbook.document)
    if after <= before:
        return []
    return [
        _attention(
            file.path, "trust_level", f"it raises the trust level from {before} to {after}: for an owner"
        )
    ]


def _owner_notes(file: ChangedFile, serving: Serving) -> list[Note]:
    found = _trust_notes(file, serving)
    if found or serving.in_force is None:
        return found
    why = _widens(file, serving, serving.in_force)
    return [] if why is None else [_attention(file.path, "needs_owner", f"{why}: for an owner")]


def _widens(file: ChangedFile, serving: Serving, in_force: InForce) -> str | None:
    if file.kind == "flags" and file.deleted:
        return widened_flags(in_force.flags, ALL_ON)
    if file.judged is None:
        return None
    if file.judged.policy is not None:
        return widened_policy(in_force.policy, file.judged.policy)
    if file.judged.flags is not None:
        return widened_flags(in_force.flags, file.judged.flags)
    runbook = _runbook(file)
    if runbook is None:
        return None
    return widened_runbook(Leash.of(serving.documents.get(runbook.name, {})), Leash.of(runbook.document))


def _trust(document: Mapping[str, Any] | None) -> int:
    """The trust level of a document; a new runbook is compared with the default."""
    level = (document or {}).get("spec", {}).get("trustLevel", 1)
    return level if isinstance(level, int) else 1


def _lowered_notes(file: ChangedFile, serving: Serving) -> list[Note]:
    """Steps whose declared risk goes down: allowed where the scanner agrees, but never unseen."""
    runbook = _runbook(file)
    if runbook is None:
        return []
    steps = serving.documents.get(runbook.name, {}).get("spec", {}).get("steps", [])
    before = {step.get("id"): step.get("risk") for step in steps if isinstance(step, Mapping)}
    notes = []
    for step in runbook.steps:
        risk = before.get(step.step_id)
        if risk is not None and exceeds(Risk(risk), step.declared or Risk.SAFE):
            now = step.declared or "undeclared"
            notes.append(
                _attention(file.path, "lowered", f"the step `{step.step_id}` was declared {risk}, now {now}")
            )
    return notes


def _runbook(file: ChangedFile) -> JudgedRunbook | None:
    return file.judged.runbook if file.judged is not None else None


def _name(file: ChangedFile) -> str:
    runbook = _runbook(file)
    return runbook.name if runbook is not None else ""


def _attention(path: str, code: str, message: str) -> Note:
    return Note(path, Place(0, 0, "", message, None, code, "warn"), "attention")


# ---------------------------------------------------------------- how it is said


def _check(files: Sequence[ChangedFile], notes: Sequence[Note]) -> Check:
    errors = sum(note.level == "error" for note in notes)
    attention = sum(note.level == "attention" for note in notes)
    runbooks = sum(_runbook(file) is not None for file in files)
    if errors:
        return Check(CLASSIFICATION_CHECK, "fail", f"{errors} error(s)", _summary(files, notes))
    title = f"{runbooks} runbook(s) checked"
    if attention:
        return Check(
            CLASSIFICATION_CHECK, "attention", f"{title}, {attention} to look at", _summary(files, notes)
        )
    return Check(CLASSIFICATION_CHECK, "pass", title, _summary(files, notes))


def _summary(files: Sequence[ChangedFile], notes: Sequence[Note]) -> str:
    order = {"error": 0, "attention": 1, "warning": 2}
    ranked = sorted(notes, key=lambda note: order[note.level])
    lines = [f"- **{note.level}** {escape(note.line())}{_hint(note)}" for note in ranked[:_SHOWN_NOTES]]
    if len(ranked) > _SHOWN_NOTES:
        lines.append(f"- and {len(ranked) - _SHOWN_NOTES} more")
    tables = [_table(file.path, runbook) for file in files if (runbook := _runbook(file)) is not None]
    return "\n\n".join(["\n".join(lines), *tables] if lines else tables)[:SUMMARY_MAX_CHARACTERS]


def _hint(note: Note) -> str:
    return f" ({escape(note.place.hint)})" if note.place.hint else ""


def _table(path: str, runbook: JudgedRunbook) -> str:
    rows = [
        f"### {escape(runbook.name)}",
        escape(path),
        "",
        "| step | risk | why | undone by |",
        "| --- | --- | --- | --- |",
    ]
    for step in runbook.steps:
        if step.verdict is None:
            rows.append(f"| {escape(step.step_id)} | a person | {escape(step.title)} | |")
            continue
        shown = Risk.UNKNOWN if step.verdict.unknown and step.risk is Risk.CAUTION else step.risk
        undone = "a rollback" if step.can_be_undone else ""
        why = escape(step.verdict.reason)
        rows.append(f"| {escape(step.step_id)} | {MARKS[shown]} {step.risk} | {why} | {undone} |")
    return "\n".join(rows)
