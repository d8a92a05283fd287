"""What a change of runbooks means at 3 a.m.: two contents compared, as values that pages show. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from pydantic import Field

from controller.governance.policy import Governance
from controller.review.comparing import FieldChange, StepChange, compare_steps, field_changes
from controller.review.own_runs import compare_own_runs
from controller.review.step_facts import Content, ShownRisk, StepFacts
from schemas.errors import Place
from schemas.model import Model

ELEVATIONS: Final = frozenset({"sudo", "doas", "su"})
"""Words that run the rest as somebody else."""


class Outlook(Model):
    """What one content would do in a run that starts now."""

    steps: int
    profile: tuple[ShownRisk, ...] = Field(description="The mark of each step, in order.")
    runs_by_itself: int
    waits: int = Field(description="Steps that wait for a person: at a gate, or because a person does them.")
    point_of_no_return: int | None = Field(None, description="The number of the first step that stays done.")
    trust_level: int
    governance: Governance
    policy_commit: str | None = Field(None, description="Where the policy came from; absent: the product's.")


class News(Model):
    """Something that no step did before, and the first step that does it."""

    name: str
    detail: str | None = None
    step: int


class DocumentPlace(Model):
    """An error or warning at a place of a file."""

    line: int
    column: int
    path: str
    message: str
    hint: str | None = None
    severity: Literal["error", "warn"]


class RunbookChange(Model):
    """One runbook before and after."""

    path: str
    old_path: str | None = Field(None, description="Where its file was, if it moved.")
    name: str
    title: str
    change: Literal["added", "changed", "retired", "broken"]
    before: Outlook | None = None
    after: Outlook | None = None
    steps: tuple[StepChange, ...] = ()
    fields: tuple[FieldChange, ...] = Field((), description="Changes outside the steps.")
    begins_alone: tuple[int, ...] = Field(
        (),
        description="Numbers of steps that run by themselves after it and did not before, or in fewer cases.",
    )
    ends_alone: tuple[int, ...] = Field(
        (), description="Numbers, before it, of steps that run by themselves no longer."
    )
    looser: tuple[str, ...] = Field(
        (), description="Why steps that ran by themselves do so in more cases: a sentence a reason."
    )
    new_verbs: tuple[News, ...] = Field((), description="Rules of the scanner that no step met before.")
    new_resources: tuple[News, ...] = Field((), description="With examples of variables, or their names.")
    new_targets: tuple[News, ...] = Field((), description="Labels of agents that steps run on.")
    new_privileges: tuple[News, ...] = Field((), description="Secrets that steps are given, and sudo.")
    document: dict[str, Any] = Field(
        default_factory=dict, description="Metadata and spec without the steps, of the newest content."
    )
    places: tuple[DocumentPlace, ...] = ()


def outlook(content: Content, facts: Sequence[StepFacts]) -> Outlook:
    """One content in figures."""
    alone = sum(step.runs_by_itself for step in facts)
    return Outlook(
        steps=len(facts),
        profile=tuple(step.shown for step in facts),
        runs_by_itself=alone,
        waits=len(facts) - alone,
        point_of_no_return=content.point_of_no_return(),
        trust_level=content.pinned.trust,
        governance=content.pinned.governance,
        policy_commit=content.pinned.commit or None,
    )


def compare(
    before: Content | None,
    after: Content | None,
    *,
    path: str,
    old_path: str | None = None,
    places: Iterable[Place] = (),
) -> RunbookChange:
    """A runbook before and after; one side may be missing. Raises ValueError where both are."""
    newest = after or before
    if newest is None:
        raise ValueError("there is nothing to compare")
    old_facts = () if before is None else before.facts()
    new_facts = () if after is None else after.facts()
    alone = compare_own_runs(before, after, old_facts, new_facts)
    return RunbookChange(
        path=path,
        old_path=old_path if old_path != path else None,
        name=newest.runbook.name,
        title=newest.runbook.metadata.title,
        change="added" if before is None else ("retired" if after is None else "changed"),
        before=None if before is None else outlook(before, old_facts),
        after=None if after is None else outlook(after, new_facts),
        steps=compare_steps(before, after, old_facts, new_facts),
        fields=() if before is None or after is None else _fields(before, after),
        begins_alone=tuple(each.facts.number for each in alone.begins),
        ends_alone=tuple(facts.number for facts in alone.ends),
        looser=alone.looser,
        new_verbs=_news(old_facts, new_facts, _verbs),
        new_resources=_news(old_facts, new_facts, _resources),
        new_targets=_news(old_facts, new_facts, _targets),
        new_privileges=_news(old_facts, new_facts, _privileges),
        document=without_steps(newest),
        places=shown_places(places),
    )


def broken(
    path: str, name: str, before: Content | None, places: Iterable[Place], *, old_path: str | None = None
) -> RunbookChange:
    """A file that does not become a runbook: what serves stays, and why."""
    facts = () if before is None else before.facts()
    return RunbookChange(
        path=path,
        old_path=old_path if old_path != path else None,
        name=name,
        title=name if before is None else before.runbook.metadata.title,
        change="broken",
        before=None if before is None else outlook(before, facts),
        places=shown_places(places),
    )


def shown_places(places: Iterable[Place]) -> tuple[DocumentPlace, ...]:
    """At most a hundred, as pages show them."""
    return tuple(
        DocumentPlace(
            line=place.line,
            column=place.column,
            path=place.path,
            message=place.message,
            hint=place.hint,
            severity="error" if place.severity == "error" else "warn",
        )
        for place, _ in zip(places, range(100), strict=False)
    )


def without_steps(content: Content) -> dict[str, Any]:
    """Metadata and spec as an author writes them, without the steps; the trust level always."""
    document = content.runbook.to_document()
    spec = {name: value for name, value in document["spec"].items() if name != "steps"}
    # Said even where the document leaves it out: from nothing to 2 would hide what was before.
    spec["trustLevel"] = content.runbook.spec.trust_level
    return {"metadata": document["metadata"], "spec": spec}


def _fields(before: Content, after: Content) -> tuple[FieldChange, ...]:
    old, new = without_steps(before), without_steps(after)
    return field_changes(old["metadata"], new["metadata"]) + field_changes(old["spec"], new["spec"])


# ---------------------------------------------------------------- what is new


def _news(old: Sequence[StepFacts], new: Sequence[StepFacts], read: Any) -> tuple[News, ...]:
    known = {item.name for step in old for item in read(step)}
    found: dict[str, News] = {}
    for step in new:
        for item in read(step):
            if item.name not in known:
                found.setdefault(item.name, item)
    return tuple(found.values())[:200]


def _verbs(step: StepFacts) -> list[News]:
    found = []
    for said, command in ((step.scanner, step.command), (step.undo, step.rollback)):
        if said is None:
            continue
        texts = {span.rule_id: (command or "")[span.start : span.end] for span in said.spans}
        found += [News(name=rule, detail=texts.get(rule), step=step.number) for rule in said.rule_ids]
    return found


def _resources(step: StepFacts) -> list[News]:
    said = [each for each in (step.scanner, step.undo) if each is not None]
    return [News(name=name, step=step.number) for each in said for name in each.resources]


def _targets(step: StepFacts) -> list[News]:
    if step.command is None:
        return []
    name = ", ".join(f"{key}={value}" for key, value in sorted(step.target.items()))
    return [News(name=name or "any agent", step=step.number)]


def _privileges(step: StepFacts) -> list[News]:
    found = [News(name=name, detail="secret", step=step.number) for name in step.secrets]
    for command, detail in ((step.command, "elevation"), (step.rollback, "elevation of its rollback")):
        words = set((command or "").replace("\n", " ").split()) & ELEVATIONS
        found += [News(name=word, detail=detail, step=step.number) for word in sorted(words)]
    return found
