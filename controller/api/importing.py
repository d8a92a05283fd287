"""What runs in the parsing processes for the API: foreign text in, plain values out. Imports no server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from controller.api.checking import judged_commands
from ingest.advisor.advising import ONE_KEY, Advising
from ingest.advisor.question import Question
from ingest.corrections import Overrides
from ingest.extract.heard import Heard
from ingest.extract.passages import Part
from ingest.parsed import parsed_json
from ingest.pipeline import Preview, preview
from ingest.propose import Edit, Proposed, build_proposal, edit_proposal, runbook_path
from ingest.questions import Answer
from schemas.errors import Unprocessable


@dataclass(frozen=True)
class Paste:
    """A text with what a person said about it."""

    text: str
    form: str | None = None
    name: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    overrides: Overrides = field(default_factory=Overrides)
    advising: Advising = ONE_KEY
    heard: Heard | None = None
    """What an LLM read in it; None where there is none to read it."""
    taken: frozenset[str] = frozenset()
    """Differences of which the person takes the LLM's reading, by id."""

    def preview(self) -> Preview:
        """What it becomes. Raises as `ingest.pipeline.preview`."""
        return preview(
            self.text,
            self.form,
            self.name,
            answers=self.answers,
            overrides=self.overrides,
            advise=None if self.advising == ONE_KEY else self.advising,
            heard=self.heard,
            taken=self.taken,
        )


@dataclass(frozen=True)
class Imported:
    """A preview as the API shows it, its proposal, and the figures for the audit trail."""

    document: dict[str, Any]
    proposed: Proposed
    coverage_permille: int


@dataclass(frozen=True)
class Surroundings:
    """What is there already: names in service, names out of service with when, and files on the branch."""

    serving: frozenset[str] = frozenset()
    retired: Mapping[str, str] | None = None
    paths: frozenset[str] = frozenset()
    prefix: str = ""
    proposed: frozenset[str] = frozenset()
    """Names that open pull requests bring."""

    @property
    def path_names(self) -> frozenset[str]:
        """The names of files on the branch: an import of that name would overwrite one."""
        return frozenset(PurePosixPath(path).stem for path in self.paths)

    def is_taken(self, name: str) -> bool:
        """Whether an import under this name would overwrite something."""
        return name in self.serving or f"{self.prefix}{runbook_path(name)}" in self.paths


@dataclass(frozen=True)
class FirstLook:
    """What LLMs are asked before a paste is read with their answers: about its commands, and to read it."""

    questions: tuple[Question, ...]
    parts: tuple[Part, ...]


def first_look(paste: Paste) -> FirstLook:
    """Read the paste by the rules. Raises as `ingest.pipeline.preview`."""
    found = paste.preview()
    return FirstLook(found.questions, found.parts)


def preview_document(paste: Paste, with_yaml: bool) -> dict[str, Any]:
    """A preview as the API shows it. Raises as `ingest.pipeline.preview`."""
    found = paste.preview()
    return {**found.to_json(), "yaml": found.yaml} if with_yaml else found.to_json()


def parse_document(paste: Paste) -> dict[str, Any]:
    """A preview in the form for scripts. Raises as `ingest.pipeline.preview`."""
    return parsed_json(paste.preview())


def import_text(paste: Paste, around: Surroundings, author: str, at: datetime) -> Imported:
    """The preview and the proposal of a paste. Raises as `preview`, and Conflict where the name is taken."""
    found = paste.preview()
    require_taken(paste, found)
    called = found.runbook.name
    # A name that comes back after its retirement is a new proposal, not the merged one of then.
    base = (around.retired or {}).get(called)
    proposed = build_proposal(found, author=author, at=at, base_blob=base, taken=around.is_taken(called))
    return Imported(found.to_json(), proposed, found.coverage.permille)


def edit_document(edit: Edit, advising: Advising) -> Proposed:
    """The proposal of an edit. Raises DocumentInvalid, Conflict."""
    return edit_proposal(edit, lambda yaml: judged_commands(yaml, advising))


def require_taken(paste: Paste, found: Preview) -> None:
    """Raises Unprocessable where something that a person took is not there: the document is not what they
    saw.
    """
    there = set() if found.reading is None else {item.id for item in found.reading.taken}
    if paste.taken - there:
        raise Unprocessable(
            "What you took of the model's reading is no longer there.",
            hint="Look at the preview again, then propose it.",
            code="reading_gone",
        )
