"""Importing many texts at once: the request, and what became of each document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from base import limits
from controller.api.importing import Paste
from controller.api.shapes.inputs import check_storable
from controller.api.shapes.pulls import PullShape
from controller.api.shapes.readings import ReadByModelShape
from ingest.advisor.advising import Advising
from ingest.blocks import Form
from ingest.corrections import Overrides
from schemas.model import Model

Outcome = Literal["ready", "proposed", "imported_before", "left_out", "refused"]

_FILE_MAX_CHARACTERS = 500
_NAMES_MAX = 10_000


class BatchDocument(Model):
    """One text of a batch. It is data: nothing in it is executed or obeyed."""

    file: Annotated[str, StringConstraints(min_length=1, max_length=_FILE_MAX_CHARACTERS)] = Field(
        description="Its place in the folder or archive; comes back with what became of it.",
        examples=["payments/replica-lag.md"],
    )
    text: str = Field(description="As of `POST /runbooks`.")
    format: Form | None = Field(None, description="Recognised where left out.")
    name: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, description="The runbook's name; made from the title, and distinct, where left out."
    )

    @field_validator("file")
    @classmethod
    def _storable(cls, file: str) -> str:
        check_storable(file)
        return file

    def to_paste(self, advising: Advising) -> Paste:
        """As the import takes it."""
        return Paste(self.text, self.format, self.name, {}, Overrides(), advising)


class BatchRequest(Model):
    """Texts of one pull request."""

    documents: Annotated[
        tuple[BatchDocument, ...], Field(min_length=1, max_length=limits.BATCH_MAX_DOCUMENTS)
    ]
    dry_run: bool = Field(False, description="Only say what would become of each; keep nothing.")
    without_commands: bool = Field(
        False, description="Propose a text with instructions for people and no command, too."
    )
    avoid: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=63)], ...], Field(max_length=_NAMES_MAX)
    ] = Field((), description="Names that other parts of the same import have.")


class BatchedShape(Model):
    """What became of one document. The figures are there where it could be read."""

    file: str
    sha256: str = Field(description="Of its text as UTF-8, in hexadecimal.")
    outcome: Outcome = Field(
        description="`ready`: a dry run would propose it. `imported_before`: it is in service or in an "
        "open pull request. `left_out`: it has no command. `refused`: `reason` says why."
    )
    reason: str | None = None
    name: str | None = None
    title: str | None = None
    pull: int | None = Field(None, description="The pull request that it is in.")
    repository: str | None = Field(
        None, description="The repository of that pull request, where there are several."
    )
    steps: int | None = None
    commands: int | None = None
    tally: dict[str, int] | None = Field(
        None, description="Steps by badge: safe, caution, dangerous, unknown, manual."
    )
    ambiguities: int | None = None
    suspicious: int | None = None
    code_left_out: int | None = Field(
        None, description="Pieces of code that read like a command and are in no step."
    )
    masked_secrets: int | None = None
    coverage_permille: int | None = Field(
        None,
        description="Sentences that are in the document, of a thousand; the others are listed as set aside.",
    )
    reading: ReadByModelShape | None = Field(None, description="There where an LLM reads texts, too.")


class BatchShape(Model):
    """All documents in the order of the request, and the pull request of those that are proposed; of the same
    batch again the one that is open already.
    """

    pull: PullShape | None = None
    documents: list[BatchedShape]
