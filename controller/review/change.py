"""A change as the check takes it: its files judged, what serves beside them, what there is to say. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from controller.governance.documents import FileKind, JudgedFile, JudgedRunbook
from controller.governance.pinning import InForce
from controller.review.logged import LoggedVerdict
from schemas.errors import Place
from schemas.flags import ALL_ON
from schemas.policy import DEFAULT_POLICY

PRODUCT: Final = InForce(DEFAULT_POLICY, ALL_ON)
"""Where git has said nothing yet: the product's own, strict policy."""


@dataclass(frozen=True)
class ChangedFile:
    """One file of a change: judged content, or deleted (neither), or the reason why it is not read. Of the
    kind `other` it is a CODEOWNERS, whose content says nothing about what runs.
    """

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
    """What is in service: names with their paths, and by name what the change touches: its documents, and
    its files with the verdicts that are stored. `in_force`: policy and flags of the protected branch,
    never those of the change. `logs`: what decision logs say of a runbook's steps, by name. `reached`: what
    the change leaves alone and runs otherwise under its policy and flags, and how many more there are.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    judged: Mapping[str, JudgedFile] = field(default_factory=dict)
    in_force: InForce = PRODUCT
    logs: Mapping[str, Mapping[str, LoggedVerdict]] = field(default_factory=dict)
    reached: Sequence[JudgedFile] = ()
    reached_left_out: int = 0


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


def runbook_of(file: ChangedFile) -> JudgedRunbook | None:
    """The sound document of a changed file."""
    return file.judged.runbook if file.judged is not None else None


def attention(path: str, code: str, message: str, line: int = 0) -> Note:
    """Something to look at before it is merged."""
    return Note(path, Place(line, 0, "", message, None, code, "warn"), "attention")
