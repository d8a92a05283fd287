"""A newer text of a runbook: the request, and what joining it with the present document does."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field

from controller.api.reimport_parsing import Reimported
from controller.api.shapes.imports import PasteRequest
from controller.api.shapes.pulls import PullShape
from controller.api.shapes.readings import ReadByModelShape
from controller.review.comparing import FieldChange
from controller.review.three_way import Conflict, Noun, in_words
from schemas.model import Model


class ReimportRequest(PasteRequest):
    """A newer text of the runbook. Its `name` is not asked for: the runbook keeps its own."""

    dry_run: bool = Field(False, description="Only say what it would change; keep nothing.")


class TextChangeShape(Model):
    """What the newer text does to one step of the present document."""

    change: Literal["added", "removed", "changed", "moved"]
    step: str = Field(description="Its id in the joined document; those that stay keep theirs.")
    title: str
    risk: str | None = Field(
        None, description="The badge that the import gives it; the check judges it anew."
    )
    fields: tuple[FieldChange, ...] = ()


class BesideShape(Model):
    """What the newer text does beside the steps: a title, a prerequisite, an alert, a question, the bounds of
    a variable.
    """

    change: Literal["added", "removed", "changed"]
    place: str = Field(description="Which one, by its name: `prerequisite You need a VPN.`")
    before: str | None = Field(None, description="Of what is changed, in words; absent: it was not there.")
    after: str | None = None


class KeptShape(Model):
    """An edit of a person that the newer text does not touch."""

    place: str
    what: Literal["added", "removed", "changed"]
    field: str | None = None


class ConflictShape(Model):
    """Both sides changed it: what is here stands, and a question keeps what it concerns from running by
    itself before somebody decides.
    """

    kind: Noun = Field(description="What it is about; `order`: the order of the steps.")
    place: str = Field(description="Which one, by its name: `step restart`, `variable namespace`.")
    field: str = Field(description="Which field of it, or `all of it`.")
    step: str | None = Field(None, description="Of a step: its id in the joined document.")
    waiting: tuple[str, ...] = Field(
        description="Ids of the steps that can't run by themselves till then; empty: no step can."
    )
    keeps: str = Field(description="The same in words: `the step restart`, `every step`.")
    here: str | None = Field(None, description="Absent where a person took it out.")
    newer: str | None = Field(None, description="Absent where the newer text took it out.")

    @classmethod
    def of(cls, found: Conflict) -> Self:
        """Values as text, short ones as they are."""
        return cls(
            kind=found.kind,
            place=found.place,
            waiting=found.waiting,
            keeps=found.keeps,
            field=found.field,
            step=found.step,
            here=_text(found.here),
            newer=_text(found.newer),
        )


class ReimportShape(Model):
    """What joining them does, and the pull request unless it was a dry run."""

    pull: PullShape | None = None
    summary: str = Field(description="One line: “2 steps added, 1 changed; your 3 edits are kept”.")
    changes: list[TextChangeShape]
    variables_added: list[str]
    variables_removed: list[str]
    beside: list[BesideShape] = Field(
        default_factory=list, description="Beside steps; variables that come or go are told above."
    )
    kept: list[KeptShape]
    conflicts: list[ConflictShape]
    yaml: str = Field(description="The joined document.")
    reading: ReadByModelShape | None = Field(None, description="There where an LLM reads texts, too.")

    @classmethod
    def of(cls, found: Reimported, pull: PullShape | None) -> Self:
        """As the API shows it."""
        joined = found.joined
        return cls(
            pull=pull,
            summary=joined.summary,
            changes=[
                TextChangeShape.model_validate(
                    {
                        "change": item.change,
                        "step": item.step,
                        "title": item.title,
                        "risk": found.risks.get(item.step),
                        "fields": [dict(each) for each in item.fields],
                    }
                )
                for item in joined.changes
            ],
            variables_added=list(joined.variables_added),
            variables_removed=list(joined.variables_removed),
            beside=[
                BesideShape(
                    change=item.change, place=item.place, before=_text(item.before), after=_text(item.after)
                )
                for item in joined.beside
            ],
            kept=[KeptShape(place=item.place, what=item.what, field=item.field) for item in joined.kept],
            conflicts=[ConflictShape.of(item) for item in joined.conflicts],
            yaml=joined.yaml,
            reading=ReadByModelShape.of(found.reading),
        )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = in_words(value)
    return text if len(text) <= 16_384 else text[:16_384] + "…"
