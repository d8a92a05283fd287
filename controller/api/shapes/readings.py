"""What an LLM read beside the rules, in short; the whole of it is in the preview."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from ingest.part_reading import PartReading
from schemas.model import Model


class ReadByModelShape(Model):
    """What an LLM made of a text beside the rules, in short. Nothing of it is taken by itself."""

    by: str = Field(description="Which model, with which prompt.")
    read: bool = Field(description="Whether it read all of the text.")
    said: str = Field(description="Who read it, and why not the model, as one sentence.")
    differences: int = Field(
        description="Passages that it reads otherwise; the preview of the text shows them."
    )

    @classmethod
    def of(cls, found: PartReading | None) -> Self | None:
        """As the API shows it; None where none reads texts."""
        if found is None:
            return None
        return cls(by=found.by, read=found.is_read, said=found.said, differences=found.differences)
