"""What a change means to the repository's runbooks, as a pure decision: pass, attention or fail, and why.

The same check runs on a push to the protected branch, on every push to a pull request, and before a merge.
Nothing in the change can soften it: the rules are here, and the names in service come from the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from controller.governance.documents import JudgedRunbook
from controller.governance.four_eyes import asked_of
from controller.governance.owners_word import Content
from controller.review.change import ChangedFile, Note, Serving, attention, runbook_of
from controller.review.departing import departing
from controller.review.guard_notes import guard_notes
from controller.review.risky_steps import RiskyStep, risky_steps
from controller.review.rollback_notes import rollback_notes
from controller.review.settings_notes import settings_notes
from controller.review.shell_notes import shell_notes
from controller.review.step_notes import (
    owner_notes,
    rules_after,
    stale_notes,
    unprepared_notes,
    widened_notes,
)
from forge.pull_requests import CLASSIFICATION_CHECK, Check
from schemas.errors import Place
from schemas.markdown import escape
from schemas.risk import MARKS, Risk


@dataclass(frozen=True)
class ChangeReport:
    """The outcome of a check. `raises_trust`: only an owner may let it in; `for_owner` names what of it.
    `four_eyes`: the policy asks that another approves it.
    """

    check: Check
    notes: tuple[Note, ...]
    raises_trust: bool
    risky: tuple[RiskyStep, ...] = ()
    for_owner: frozenset[Content] = frozenset()
    four_eyes: bool = False

    @property
    def errors(self) -> tuple[Note, ...]:
        """What keeps the change out."""
        return tuple(note for note in self.notes if note.level == "error")

    @property
    def why_owner(self) -> str:
        """Why only an owner may let it in."""
        found = next((note for note in self.notes if note.place.code == "needs_owner"), None)
        return "" if found is None else found.place.message.removesuffix(": for an owner")

    @property
    def attentions(self) -> tuple[Note, ...]:
        """What a reviewer has to look at."""
        return tuple(note for note in self.notes if note.level != "error")


def told(report: ChangeReport, forge: str) -> Check:
    """What a forge is told of a change. Elsewhere one for an owner fails: nobody asks us there."""
    if forge == "builtin":
        return replace(report.check, for_owner=report.raises_trust, four_eyes=report.four_eyes)
    return told_for_owner(report.check) if report.raises_trust and not report.errors else report.check


def told_for_owner(check: Check) -> Check:
    """The check of what only an owner lets in, by a merge here."""
    return replace(check, title=f"for an owner, who merges it in dd0c/run: {check.title}", for_owner=True)


SUMMARY_MAX_CHARACTERS: Final = 60_000
_SHOWN_NOTES: Final = 50


def check_change(files: Sequence[ChangedFile], serving: Serving) -> ChangeReport:
    """Check a change of any size. Total: hostile content is an error of its file."""
    notes: list[Note] = []
    served = {path: name for name, path in serving.names.items()}
    homes = {file.judged.name: file for file in files if file.judged is not None and file.judged.name}
    for file in files:
        notes.extend(_file_notes(file, serving, served))
        notes.extend(_gone_notes(file, served, homes))
    notes.extend(_name_notes(files, serving))
    owned = [(file, note) for file in files for note in owner_notes(file, serving)]
    notes.extend(note for _, note in owned)
    gone, said = departing(files, serving)
    notes.extend(said)
    then = rules_after(files, serving.in_force)
    notes.extend(settings_notes(files, serving, then))
    for file in files:
        notes.extend(guard_notes(file, serving))
        notes.extend(shell_notes(file))
        notes.extend(widened_notes(file, serving, then))
        notes.extend(stale_notes(file, serving))
        notes.extend(unprepared_notes(file))
        notes.extend(rollback_notes(file, serving))
    risky = risky_steps(file.judged for file in files if file.judged is not None)
    for_owner = frozenset(
        (file.path, file.judged.content_sha256 if file.judged else "")
        for file in (*(file for file, _ in owned), *gone)
    )
    touched = [*serving.documents.values(), *(each.document for each in map(runbook_of, files) if each)]
    flags = (serving.in_force.flags, then.flags)
    four_eyes = asked_of(serving.in_force.policy, touched, then.policy, flags)
    return ChangeReport(_check(files, notes), tuple(notes), bool(owned or gone), risky, for_owner, four_eyes)


# ---------------------------------------------------------------- what there is to say


def _file_notes(file: ChangedFile, serving: Serving, served: Mapping[str, str]) -> list[Note]:
    if file.skipped is not None:
        stays = f"; `{served[file.path]}` stays as it serves" if file.path in served else ""
        return [attention(file.path, "skipped", f"it will not be read: {file.skipped}{stays}")]
    if file.kind == "other":
        return [attention(file.path, "owners", "it changes who is asked to review a path from then on")]
    notes = []
    if file.kind in {"policy", "flags"}:
        said = f"it changes the {file.kind} that every run is pinned to"
        if file.kind == "policy" and not serving.in_force.beside.is_source:
            said = "this repository is not the policy source: its policy can only tighten"
        notes.append(attention(file.path, "settings", said))
    if file.judged is None:
        return notes
    notes += [
        Note(file.path, place, "error" if place.severity == "error" else "warning")
        for place in file.judged.places
    ]
    if file.judged.runbook is not None and file.judged.runbook.ambiguities:
        count = file.judged.runbook.ambiguities
        notes.append(
            attention(
                file.path,
                "ambiguities",
                f"{count} open question(s): steps that depend on one wait for a person",
            )
        )
    return notes


def _gone_notes(file: ChangedFile, served: Mapping[str, str], homes: Mapping[str, ChangedFile]) -> list[Note]:
    """A runbook whose file goes: retired, or moved to another path, which another line of CODEOWNERS may own.
    `served`: names by path; `homes`: the files of the change by the name that they carry.
    """
    name = served.get(file.path)
    if not file.deleted or name is None:
        return []
    home = homes.get(name)
    if home is None:
        return [attention(file.path, "deleted", "the runbook of this file is retired")]
    return [attention(home.path, "moved", f"the runbook `{name}` moves here from {file.path}")]


def _name_notes(files: Sequence[ChangedFile], serving: Serving) -> list[Note]:
    """A name that another file carries: in service and left alone by this change, or in the change itself."""
    changed = {file.path for file in files}
    holders = {name: path for name, path in serving.names.items() if path not in changed}
    still = {path: name for name, path in serving.names.items()}
    for file in files:
        if not file.deleted and runbook_of(file) is None and file.path in still:
            holders.setdefault(still[file.path], file.path)
    notes = []
    for file in sorted(files, key=lambda each: (serving.names.get(_name(each)) != each.path, each.path)):
        runbook = runbook_of(file)
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


def _name(file: ChangedFile) -> str:
    runbook = runbook_of(file)
    return runbook.name if runbook is not None else ""


# ---------------------------------------------------------------- how it is said


def _check(files: Sequence[ChangedFile], notes: Sequence[Note]) -> Check:
    errors = sum(note.level == "error" for note in notes)
    attention = sum(note.level == "attention" for note in notes)
    if errors:
        return Check(CLASSIFICATION_CHECK, "fail", f"{errors} error(s)", _summary(files, notes))
    title = f"{_counted(files)} checked"
    if attention:
        return Check(
            CLASSIFICATION_CHECK, "attention", f"{title}, {attention} to look at", _summary(files, notes)
        )
    return Check(CLASSIFICATION_CHECK, "pass", title, _summary(files, notes))


def _counted(files: Sequence[ChangedFile]) -> str:
    """What was read: runbooks, and policy and flags by their names."""
    runbooks = sum(runbook_of(file) is not None for file in files)
    settings = sorted({file.kind for file in files if file.kind in {"policy", "flags"}}, reverse=True)
    if not settings:
        return f"{runbooks} runbook(s)"
    return " and ".join([*([f"{runbooks} runbook(s)"] if runbooks else []), *settings])


def _summary(files: Sequence[ChangedFile], notes: Sequence[Note]) -> str:
    order = {"error": 0, "attention": 1, "warning": 2}
    ranked = sorted(notes, key=lambda note: order[note.level])
    lines = [f"- **{note.level}** {escape(note.line())}{_hint(note)}" for note in ranked[:_SHOWN_NOTES]]
    if len(ranked) > _SHOWN_NOTES:
        lines.append(f"- and {len(ranked) - _SHOWN_NOTES} more")
    tables = [_table(file.path, runbook) for file in files if (runbook := runbook_of(file)) is not None]
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
        undone = (
            ""
            if step.undo is None
            else f"a rollback, {MARKS[step.undo.finding.risk]} {step.undo.finding.risk}"
        )
        why = escape(step.verdict.reason)
        rows.append(f"| {escape(step.step_id)} | {MARKS[shown]} {step.risk} | {why} | {undone} |")
    return "\n".join(rows)
