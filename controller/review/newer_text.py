"""A newer text of a runbook that is there: what it adds, takes away, changes; people's edits stay. Pure.

Three documents: what the old text becomes today (so that a change of our rules is no change of the text), the
present one in git, and what the newer text becomes. A step is the same where its text is, else its id, else
where its text is much alike; in the present document it keeps its id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from controller.review.beside import CONFLICT, BesideChange, beside_changes
from controller.review.comparing import field_changes, moved_steps
from controller.review.newer_steps import ThreeSteps, free_name
from controller.review.renames import renamed_variables, with_names
from controller.review.three_way import (
    Conflict,
    Kept,
    Noun,
    Plain,
    Told,
    edits_of,
    field_edits,
    in_words,
    join_fields,
    join_lists,
)
from schemas.errors import Conflict as Refused
from schemas.runbook import Runbook
from schemas.step import Step
from schemas.yaml_arrange import arrange_items
from schemas.yaml_codec import DocumentInvalid, Edit, edit_yaml, load_runbook

_LINE_CHARACTERS: Final = 200


@dataclass(frozen=True)
class TextChange:
    """What the newer text does to one step of the present document. `fields` with their texts."""

    change: str
    step: str
    title: str
    fields: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Joined:
    """The present document with the newer text in it, and what there is to tell."""

    yaml: str
    changes: tuple[TextChange, ...]
    variables_added: tuple[str, ...]
    variables_removed: tuple[str, ...]
    kept: tuple[Kept, ...]
    conflicts: tuple[Conflict, ...]
    beside: tuple[BesideChange, ...] = ()
    """What changes beside the steps; variables that come or go are told above."""

    @property
    def changes_nothing(self) -> bool:
        """Whether the newer text says nothing new."""
        steps = self.changes or self.variables_added or self.variables_removed
        return not (steps or self.conflicts or self.beside)

    @property
    def summary(self) -> str:
        """`2 steps added, 1 changed; your 3 edits are kept; 1 conflict`."""
        counts = {word: sum(item.change == word for item in self.changes) for word in _WORDS}
        parts = [f"{count} {word}" for word, count in counts.items() if count]
        if parts:
            first = parts[0].split(" ", 1)
            parts[0] = f"{first[0]} step{'s' if first[0] != '1' else ''} {first[1]}"
        said = ", ".join(parts) or "no step changes"
        if self.beside:
            said += f"; {len(self.beside)} change{'s' if len(self.beside) > 1 else ''} beside the steps"
        if self.kept:
            edits = "edit is" if len(self.kept) == 1 else f"{len(self.kept)} edits are"
            said += f"; your {edits} kept"
        if self.conflicts:
            said += f"; {len(self.conflicts)} conflict{'s' if len(self.conflicts) > 1 else ''} to decide"
        return said


_WORDS: Final = ("added", "removed", "changed", "moved")


def join_text(
    base: Runbook, present: bytes, newer: Runbook, path: str = "", log: str | None = None
) -> Joined:
    """Join them; `log` is where the decision log of the newer text lies.

    Raises Refused (`cannot_join`) where what comes out is no sound document.
    """
    text = present.decode("utf-8")
    here = load_runbook(present, path=path)
    told = Told()
    names = renamed_variables(base, here, newer)
    base, newer = with_names(base, names), with_names(newer, names)
    told.kept += [Kept(f"variable {new}", "changed", "name") for new in names.values()]
    was, now, wanted = (_plain(item) for item in (base, here, newer))
    steps = ThreeSteps(base.spec.steps, here.spec.steps, newer.spec.steps, told)
    joined_steps = steps.join()
    edits = _head_edits((was, now, wanted), told)
    for name, key in _LISTS.items():
        items = _list(name, (was, now, wanted), steps, joined_steps, told)
        edits += edits_of(("spec", name), now["spec"].get(name, []), items, key)
    edits += _source_edits(now, wanted, log)
    yaml = _with_steps(edit_yaml(text, edits), now["spec"]["steps"], joined_steps)
    sound = _require_sound(yaml, path)
    variables = [{item.name for item in side.spec.variables} for side in (here, sound)]
    return Joined(
        yaml,
        tuple(_changes(here.spec.steps, joined_steps)),
        tuple(sorted(variables[1] - variables[0])),
        tuple(sorted(variables[0] - variables[1])),
        tuple(told.kept),
        tuple(told.conflicts),
        tuple(beside_changes(now, _plain(sound), _LISTS, _place_of)),
    )


_LISTS: Final = {
    "alerts": lambda item: repr(sorted(item.items(), key=str)),
    "prerequisites": lambda item: item["text"],
    "variables": lambda item: item["name"],
    "ambiguities": lambda item: (item["kind"], item["text"], item.get("step")),
}


_NOUNS: Final[Mapping[str, Noun]] = {
    "alerts": "alert",
    "prerequisites": "prerequisite",
    "variables": "variable",
    "ambiguities": "question",
}


def _head_edits(documents: tuple[Plain, Plain, Plain], told: Told) -> list[Edit]:
    edits: list[Edit] = []
    for outer, names in (("metadata", ("title", "service")), ("spec", ("notes",))):
        heads = [{name: side[outer][name] for name in names if name in side[outer]} for side in documents]
        joined = join_fields(heads[0], heads[1], heads[2], "the runbook", told, kind="runbook")
        edits += field_edits((outer,), heads[1], joined)
    return edits


def _with_steps(yaml: str, now: Sequence[Plain], then: Sequence[Plain]) -> str:
    """The YAML with these steps; each that stays keeps its comments, also where it moves."""
    path = ("spec", "steps")
    at = {step["id"]: index for index, step in enumerate(now)}
    if [step["id"] for step in now] != [step["id"] for step in then]:
        arranged = arrange_items(yaml, path, [at.get(step["id"], step) for step in then])
        if arranged is None:
            return edit_yaml(yaml, edits_of(path, now, then, lambda item: item["id"]))
        yaml = arranged
    edits = [
        edit
        for index, step in enumerate(then)
        if step["id"] in at
        for edit in field_edits((*path, index), now[at[step["id"]]], step)
    ]
    return edit_yaml(yaml, edits)


def _list(
    name: str, documents: tuple[Plain, Plain, Plain], steps: ThreeSteps, joined: Sequence[Plain], told: Told
) -> list[Plain]:
    """One of the lists beside the steps, joined."""
    base, here, newer = (document["spec"].get(name, []) for document in documents)
    key, place = _LISTS[name], _place_of(name)
    before = len(told.conflicts)
    if name != "ambiguities":
        found = join_lists(base, here, newer, key, place, told, _NOUNS[name])
        if name == "variables":
            _concern_users(told, before, {place(item): item["name"] for item in (*here, *newer)}, joined)
            found = _with_used(found, here, joined)
        return found
    sides = (steps.told_of(base, "base"), steps.told_of(here, "here"), steps.told_of(newer, "newer"))
    found = join_lists(*sides, key, place, told, _NOUNS[name])
    return _fitting([*found, *_questions(told)], {item["id"] for item in joined})


def _concern_users(told: Told, first: int, names: Mapping[str, str], steps: Sequence[Plain]) -> None:
    """A conflict about a variable concerns each step that it goes into."""
    for index in range(first, len(told.conflicts)):
        name = names[told.conflicts[index].place]
        users = tuple(step["id"] for step in steps if name in _used(step))
        told.conflicts[index] = replace(told.conflicts[index], concerns=users)


def _used(step: Plain) -> set[str]:
    return {*re.findall(r"\{\{\s*(\w+)\s*\}\}", repr(step)), *step.get("env", {}).values()}


def _with_used(found: list[Plain], here: Sequence[Plain], steps: Sequence[Plain]) -> list[Plain]:
    """With the variables that a step needs which stayed."""
    names = {item["name"] for item in found}
    used = {name for step in steps for name in _used(step)}
    return [*found, *(item for item in here if item["name"] in used - names)]


def _plain(runbook: Runbook) -> dict[str, Any]:
    found = runbook.to_json()
    found["spec"]["steps"] = [step.given() for step in runbook.spec.steps]
    return found


def _place_of(name: str) -> Any:
    word = "an alert" if name == "alerts" else _NOUNS[name]

    def place(item: Plain) -> str:
        told = item.get("name") or item.get("text") or ""
        return f"{word} {str(told)[:80]}".strip()

    return place


def _source_edits(now: Plain, wanted: Plain, log: str | None) -> list[Edit]:
    """The document is made from the newer text from now on."""
    source = {"sha256": wanted["spec"]["source"]["sha256"]}
    if now["spec"].get("source", {}).get("sha256") == source["sha256"]:
        return []
    return [Edit(("spec", "source"), source if log is None else {**source, "decisionLog": log})]


def _questions(told: Told) -> list[Plain]:
    """Each conflict is an open question on every step that it concerns, which can't run by itself then."""
    found: list[Plain] = []
    for number, item in enumerate(told.conflicts, 1):
        both = [text for text in (item.here, item.newer) if isinstance(text, str) and _is_line(text)]
        base = {
            "id": f"{CONFLICT}{number}",
            "kind": "contradictory",
            "text": f"The newer text {_said(item)}",
            **({"candidates": both} if len(both) > 1 else {}),
        }
        which = "It was edited here: which is right for"
        steps = item.waiting
        found += [{**base, "question": f"{which} the step {step}?", "step": step} for step in steps]
        if not steps:
            found.append({**base, "question": f"{which} {item.place}?"})
    return found


def _said(item: Conflict) -> str:
    """What the newer text does, as the end of a sentence about it."""
    whole = item.field == "all of it"
    if item.newer is None:
        return "takes this step away" if whole and item.step else f"takes away {item.place}, {item.field}"
    of = "" if item.step else f"{item.place}, "
    return f"says for {of}`{item.field}`: {_short(item.newer)}"


def _is_line(text: str) -> bool:
    return len(text) <= _LINE_CHARACTERS and text.isprintable() and bool(text.strip())


def _short(value: Any) -> str:
    text = in_words(value)
    return text if len(text) <= 2_000 else text[:2_000] + "…"


def _fitting(items: Sequence[Plain], steps: set[str]) -> list[Plain]:
    """Questions with ids of their own; one about a step that went goes with it."""
    used: set[str] = set()
    found: list[Plain] = []
    for item in items:
        if item.get("step") and item["step"] not in steps:
            continue
        found.append({**item, "id": free_name(item["id"], used)})
    return found


def _changes(here: Sequence[Step], then: Sequence[Plain]) -> list[TextChange]:
    """What the joined document has other than the present one, step by step."""
    was = {step.id: step for step in here}
    found = [
        TextChange("removed", step.id, step.title)
        for step in here
        if step.id not in {item["id"] for item in then}
    ]
    order = [step.id for step in here]
    pairs = [order.index(item["id"]) if item["id"] in was else None for item in then]
    moved = moved_steps(pairs)
    for index, item in enumerate(then):
        if item["id"] not in was:
            found.append(TextChange("added", item["id"], item["title"], _fields({}, item)))
        elif was[item["id"]].given() != dict(item):
            found.append(
                TextChange("changed", item["id"], item["title"], _fields(was[item["id"]].given(), item))
            )
        if index in moved:
            found.append(TextChange("moved", item["id"], item["title"]))
    return found


def _fields(before: Plain, after: Plain) -> tuple[Mapping[str, Any], ...]:
    return tuple(item.to_json() for item in field_changes(before, after) if item.field != "id")


def _require_sound(yaml: str, path: str) -> Runbook:
    try:
        return load_runbook(yaml.encode(), path=path)
    except DocumentInvalid as error:
        raise _cannot(str(error)) from error


def _cannot(why: str) -> Refused:
    return Refused(
        f"The newer text and the edits here can't be joined: {why}",
        hint="Edit the runbook by hand, or import the text under another name.",
        code="cannot_join",
    )
