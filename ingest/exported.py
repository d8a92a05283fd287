"""An exported runbook that is pasted: the document that it is, not what the rules would read in its lines.

`dd0c export` writes every step, guard, variable and question with its id. The rules look for what one
person tells another, and would make a different runbook of it; so it is read strictly and judged anew.
A paste brings no trust: a declared risk counts where it is the higher one, nobody has reviewed it, and
it has the trust level of any import.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ingest.blocks import Normalized
from ingest.building import Asked, BuiltStep
from ingest.command_steps import example_of
from ingest.corrections import Overrides
from ingest.document import Built
from ingest.extract.accounts import Accounted, Fate
from ingest.extract.conditions import Condition
from ingest.extract.drafts import Extraction
from ingest.judging import Advise, judge
from ingest.markdown_read import ReadExport, ReadLines, is_export, read_export
from ingest.questions import Answers, Option, Question
from ingest.renaming import corrected
from ingest.suspicious import Suspicious, find_suspicious
from ingest.trace import Span
from schemas.errors import DocumentInvalid, Place, Unprocessable
from schemas.holes import fill_text, holes
from schemas.risk import effective, worse
from schemas.runbook import Ambiguity, Runbook
from schemas.yaml_codec import load_runbook

_SETTLED: Final = Option(
    "settled", "It is settled", "The question leaves the document; the step stays as it is.", "keep"
)
_TRUST_LEVEL: Final = 1
"""Of every import: each step waits for a person."""
_ASKS: Final = re.compile(r"^Decide: |: is that so\?$")
_PLACE: Final = re.compile(r"spec\.(\w+)\[(\d+)\]")
_FATES: Final[Mapping[str, tuple[Fate, str]]] = {
    "": ("note", "a field of the document"),
    "prerequisites": ("prerequisite", "a prerequisite of the document"),
    "variables": ("note", "a variable of the document"),
    "steps": ("step", "a step of the document"),
    "ambiguities": ("note", "an open question of the document"),
}


@dataclass(frozen=True)
class Exported:
    """What an exported runbook is, in the form of every import."""

    built: Built
    extraction: Extraction
    cases: list[Condition]
    suspicious: tuple[Suspicious, ...]


def read_exported(
    normalized: Normalized, answers: Answers, overrides: Overrides, advise: Advise | None
) -> Exported | None:
    """None of any other text. Raises Unprocessable where a line is not of the form of an export, or holds a
    secret or a sentence for a machine, or where it is no sound document, with the lines.
    """
    if normalized.form != "markdown" or not is_export(normalized.text):
        return None
    read = read_export(normalized.text)
    places = _Places(normalized.text, read)
    suspicious = _refuse_foreign(normalized, places)
    values = _as_imported(read.values, normalized.sha256)
    asked = _loaded(values, places)
    questions = {item.id: places.question(item, at) for at, item in enumerate(asked.spec.ambiguities)}
    for name, question in questions.items():
        answers.settle(name, question)
    values, unused = corrected(values, overrides)
    values["spec"]["ambiguities"] = [
        item for item in values["spec"].get("ambiguities", ()) if item["id"] not in answers.settled
    ]
    steps = _judged(_loaded(values, places), places, advise)
    values["spec"]["steps"] = [
        step | ({} if item.step.risk is None else {"risk": item.step.risk.value})
        for step, item in zip(values["spec"]["steps"], steps, strict=True)
    ]
    runbook = _loaded(values, places)
    built = Built(
        runbook,
        steps,
        {index: item.step.id for index, item in enumerate(steps)},
        tuple(Asked(item.id, questions[item.id], item.step) for item in runbook.spec.ambiguities),
        {item.name: [places.of("variables", item.name)] for item in runbook.spec.variables},
        {item.id: places.of("prerequisites", item.id) for item in runbook.spec.prerequisites},
        (),
        unused,
    )
    found = Extraction(runbook.metadata.title, accounts=places.accounts())
    return Exported(built, found, _cases(built), suspicious)


def _as_imported(values: dict[str, Any], sha256: str) -> dict[str, Any]:
    """The document as a paste brings it: from this text, with the trust of any import, reviewed by nobody."""
    spec = {key: value for key, value in values["spec"].items() if key not in ("review", "source")}
    trust = spec.get("trustLevel")
    if isinstance(trust, int) and trust > _TRUST_LEVEL:
        spec["trustLevel"] = _TRUST_LEVEL
    return {**values, "spec": {"source": {"sha256": sha256}, **spec}}


def _loaded(values: Mapping[str, Any], places: _Places) -> Runbook:
    """The document, sound; raises Unprocessable with the lines where it is not."""
    try:
        return load_runbook(json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except DocumentInvalid as refusal:
        found = [places.told(place) for place in refusal.places if place.severity == "error"]
        raise Unprocessable(
            f"This exported runbook is no sound document: line {found[0].line}: {found[0].message}",
            hint=found[0].hint or "Edit the YAML document, or export it again: `dd0c export NAME`.",
            code="not_an_export",
            places=found,
        ) from refusal


def _refuse_foreign(normalized: Normalized, places: _Places) -> tuple[Suspicious, ...]:
    """What is suspicious and may stay. Raises Unprocessable for a secret, or a sentence that is for a machine
    where a person reads it.
    """
    listed = find_suspicious(normalized.text, normalized.hidden)
    kept = [item for item in listed if not places.declares_risk(item.line - 1)]
    found = [places.at(item.span.start, "a secret was masked here") for item in normalized.masked]
    found += [
        Place(item.line, 1, "", "it speaks to a machine, not to a person")
        for item in kept
        if item.kind == "speaks to a machine" and not places.runs(item.line - 1)
    ]
    if found:
        raise Unprocessable(
            f"Line {found[0].line} of this exported runbook can't be part of a document: {found[0].message}.",
            hint="Take it out. A secret is a variable of the document, with its value on the agent's host.",
            code="not_an_export",
            places=found,
        )
    return tuple(kept)


def _judged(runbook: Runbook, places: _Places, advise: Advise | None) -> tuple[BuiltStep, ...]:
    """Each step with its verdict; its risk is the verdict's, or the declared one where that is higher."""
    variables = {item.name: example_of(item) for item in runbook.spec.variables}
    found = []
    for index, step in enumerate(runbook.spec.steps):
        span = places.of("steps", step.id)
        first, last = places.rows("steps", index)
        if step.command is None:
            found.append(BuiltStep(step, first, last, None, spans=(span,)))
            continue
        filled = fill_text(step.command, {hole.name: variables[hole.name] for hole in holes(step.command)})
        verdict = judge(filled, advise)
        risk = effective(worse(verdict.risk, step.declared_risk or verdict.risk))
        found.append(
            BuiltStep(
                step.model_copy(update={"risk": risk}), first, last, verdict, step.command, filled, (span,),
                places.fence(index),
            )
        )  # fmt: skip
    return tuple(found)


def _cases(built: Built) -> list[Condition]:
    """Each question whose answer decides about steps, with the steps on both of its sides."""
    sides: dict[str, tuple[list[int], list[int]]] = {}
    order = {item.step.id: at for at, item in enumerate(built.steps)}
    for at, item in enumerate(built.steps):
        for atom in () if item.step.when is None else item.step.when.atoms():
            asked = built.steps[order[atom.step or ""]].step
            if atom.answer is not None:
                other = atom.answer != (asked.answers or (atom.answer,))[0]
                sides.setdefault(asked.id, ([], []))[other].append(at)
    return [
        Condition(_ASKS.sub("", built.steps[order[name]].step.title), built.steps[order[name]].spans[0],
                  tuple(then), tuple(otherwise))
        for name, (then, otherwise) in sorted(sides.items(), key=lambda item: order[item[0]])
    ]  # fmt: skip


class _Places:
    """Where each entry of an export stands in its text."""

    def __init__(self, text: str, read: ReadExport) -> None:
        self.text, self.read = text, read
        self.lines = text.split("\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._entries: dict[tuple[str, int], list[ReadLines]] = {}
        for item in read.lines:
            self._entries.setdefault((item.section, item.index), []).append(item)
        self._names = {
            (section, str(entry.get("id", entry.get("name")))): index
            for section, entries in read.values["spec"].items()
            if section in _FATES
            for index, entry in enumerate(entries)
        }

    def span(self, first: int, last: int) -> Span:
        """Whole lines, counted from 0, without the blanks around them."""
        start, end = self._starts[first], self._starts[last + 1] - 1
        whole = self.text[start:end]
        return Span(start + len(whole) - len(whole.lstrip()), start + len(whole.rstrip()))

    def rows(self, section: str, index: int) -> tuple[int, int]:
        """The lines of an entry, counted from 1."""
        lines = self._entries.get((section, index)) or self._entries["", -1]
        return lines[0].first + 1, lines[-1].last + 1

    def of(self, section: str, name: str) -> Span:
        """The place of an entry by its id or name in the text; a renamed one has the section's."""
        first, last = self.rows(section, self._names.get((section, name), -1))
        return self.span(first - 1, last - 1)

    def fence(self, index: int) -> Span | None:
        """The place of a step's command."""
        for item in self._entries["steps", index]:
            if item.fence == "command" and item.last > item.first + 1:
                return self.span(item.first + 1, item.last - 1)
        return None

    def declares_risk(self, line: int) -> bool:
        """Whether a line, counted from 0, is the field of a step that says which risk it has."""
        found = self._lines_at(line)
        return found is not None and not found.fence and self.lines[line].startswith("- risk: `")

    def runs(self, line: int) -> bool:
        """Whether a line, counted from 0, is part of a command: that is judged, whatever it says."""
        found = self._lines_at(line)
        return found is not None and bool(found.fence) and self.lines[found.first].rstrip().endswith("bash")

    def _lines_at(self, line: int) -> ReadLines | None:
        at = bisect_right(self.read.lines, line, key=lambda item: item.first) - 1
        found = self.read.lines[at] if at >= 0 else None
        return found if found is not None and line <= found.last else None

    def question(self, asked: Ambiguity, index: int) -> Question:
        """An open question of the document; what it asks about can be changed in the text."""
        first, last = self.rows("ambiguities", index)
        return Question(
            asked.kind, asked.text, asked.question, first,
            span=self.span(first - 1, last - 1), words=asked.id, options=(_SETTLED,),
        )  # fmt: skip

    def accounts(self) -> list[Accounted]:
        """What becomes of the lines, those of an entry together."""
        found = []
        for (section, index), lines in self._entries.items():
            fate, detail = _FATES[section]
            if index < 0 and section:
                fate, detail = "title", "a heading of the export"
            for item in lines if index < 0 else (ReadLines(lines[0].first, lines[-1].last, section, index),):
                span = self.span(item.first, item.last)
                text = self.text[span.start : span.end]
                draft = index if section == "steps" and index >= 0 else None
                if item.first == 0:
                    fate, detail = "title", "the title"
                found.append(Accounted(item.first + 1, item.last + 1, fate, detail, text, span, draft))
                if item.first == 0:
                    fate, detail = _FATES[section]
        return found

    def at(self, offset: int, why: str) -> Place:
        """A place by its offset."""
        return Place(self.text.count("\n", 0, offset) + 1, 1, "", why)

    def told(self, place: Place) -> Place:
        """A place of the document as one of the text."""
        found = _PLACE.match(place.path)
        line = self.rows(found[1], int(found[2]))[0] if found else 1
        return replace(place, line=line, column=1)
