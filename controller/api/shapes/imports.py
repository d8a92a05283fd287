"""Pasting a runbook: the request, and the pull request that comes of it. The preview is in `preview.py`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from controller.api.importing import Paste
from controller.api.shapes.preview import PreviewShape
from controller.api.shapes.pulls import PullShape
from ingest.advisor.advising import Advising
from ingest.blocks import Form
from ingest.corrections import Overrides, VariableChange
from ingest.differences import DIFFERENCES_MAX
from ingest.questions import Answer
from schemas.model import Model

_EXAMPLE = (
    "# Disk is full\n\n1. See how full it is:\n\n```\ndf -h\n```\n\n2. Remove old logs: "
    "`journalctl --vacuum-time=7d`\n"
)
_QUESTION_MAX_CHARACTERS = 64
_OPTION_MAX_CHARACTERS = 64
_VALUE_MAX_CHARACTERS = 2_000
_ANSWERS_MAX = 300
_VARIABLES_MAX = 64


class AnswerShape(Model):
    """The answer to one question: exactly one of an offered option and a value of one's own."""

    option: Annotated[str, StringConstraints(max_length=_OPTION_MAX_CHARACTERS)] | None = Field(
        None, description="The `id` of one of the question's `options`."
    )
    value: Annotated[str, StringConstraints(max_length=_VALUE_MAX_CHARACTERS)] | None = Field(
        None, description="Where the question has `free`: a text that matches its pattern."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.option is None) == (self.value is None):
            raise PydanticCustomError("one_of", "give exactly one of `option`, `value`")
        return self


class VariableChangeShape(Model):
    """What a person corrects about one variable."""

    name: Annotated[str, StringConstraints(max_length=63)] | None = Field(
        None, description="What it is called instead: `[a-z][a-z0-9_]*`."
    )
    value: Annotated[str, StringConstraints(max_length=_VALUE_MAX_CHARACTERS)] | None = Field(
        None, description="Stands in its place in every step; must match the variable's pattern as a whole."
    )


class OverridesShape(Model):
    """What a person corrects in the preview; it takes the place of what was found."""

    title: Annotated[str, StringConstraints(max_length=200)] | None = None
    service: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="The service that it is about; an empty text takes away what was found."
    )
    name: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, description="As `name` of the request, which it goes before."
    )
    variables: Annotated[
        dict[Annotated[str, StringConstraints(max_length=63)], VariableChangeShape],
        Field(max_length=_VARIABLES_MAX),
    ] = Field(default_factory=dict, description="By the name that the variable has without this override.")

    def to_overrides(self) -> Overrides:
        """As the import takes them. Raises Unprocessable for a name that no variable can have."""
        return Overrides(
            self.title,
            self.service,
            self.name,
            {found: VariableChange(change.name, change.value) for found, change in self.variables.items()},
        )


class PasteRequest(Model):
    """A pasted text. It is data: nothing in it is executed or obeyed."""

    text: str = Field(
        description="Markdown, HTML, reStructuredText, AsciiDoc or plain text, at most 1 MiB as UTF-8.",
        examples=[_EXAMPLE],
    )
    format: Form | None = Field(None, description="Recognised where left out.")
    name: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, description="The runbook's name, its identity for ever; made from the title where left out."
    )
    answers: Annotated[
        dict[Annotated[str, StringConstraints(max_length=_QUESTION_MAX_CHARACTERS)], AnswerShape],
        Field(max_length=_ANSWERS_MAX),
    ] = Field(
        default_factory=dict,
        description="By the `id` of an ambiguity. What the text no longer asks comes back in `unused`.",
    )
    overrides: OverridesShape = Field(default_factory=OverridesShape)
    taken: Annotated[
        frozenset[Annotated[str, StringConstraints(pattern="^[0-9a-f]{16}$")]],
        Field(max_length=DIFFERENCES_MAX),
    ] = Field(
        default=frozenset(),
        description="Ids of the `reading.differences` of which you take the model's reading. 422 "
        "`not_grounded` for one that is not in the text.",
    )

    def to_paste(self, advising: Advising) -> Paste:
        """As the import takes it. Raises Unprocessable for an override that can't be one."""
        return Paste(
            self.text,
            self.format,
            self.name,
            {key: Answer(item.option, item.value) for key, item in self.answers.items()},
            self.overrides.to_overrides(),
            advising,
            taken=self.taken,
        )


class PreviewRequest(PasteRequest):
    """A text to look at."""

    yaml: bool = Field(False, description="Give the document as YAML, too; it takes a moment longer.")
    advice: Literal["wait", "now"] = Field(
        "wait",
        description="`now`: do not wait for an LLM; what it has not said yet is `pending`, and there at the "
        "next look.",
    )
    reading: Literal["wait", "kept"] = Field(
        "wait",
        description="`kept`: do not ask an LLM to read the text; only what it said of this text before. What "
        "it has not read is `pending` then.",
    )


class EditRequest(Model):
    """The whole document in its new form."""

    yaml: Annotated[str, StringConstraints(max_length=524_288)]


class ProposedShape(Model):
    """The pull request of a change."""

    pull: PullShape


class ImportedShape(ProposedShape):
    """The pull request of a paste, and what was found in it."""

    preview: PreviewShape
