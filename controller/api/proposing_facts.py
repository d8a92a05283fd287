"""What a text that became a document leaves in its row and in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class ParsedFacts:
    """`sha256` in hexadecimal; `masked` as the preview has it."""

    sha256: str
    form: str
    steps: int
    commands: int
    variables: int
    ambiguities: int
    masked: Sequence[Mapping[str, Any]]
    coverage_permille: int

    @classmethod
    def of(cls, document: Mapping[str, Any], coverage_permille: int) -> Self:
        """The facts of a preview as the API shows it."""
        return cls(
            sha256=document["sourceSha256"],
            form=document["format"],
            steps=len(document["steps"]),
            commands=sum(step["kind"] == "command" for step in document["steps"]),
            variables=len(document["variables"]),
            ambiguities=len(document["ambiguities"]),
            masked=document["masked"],
            coverage_permille=coverage_permille,
        )
