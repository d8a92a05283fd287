"""What an LLM made of one text, in short: who read it, and how often it differs from the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ingest.readings import Reading


@dataclass(frozen=True)
class PartReading:
    """Whether an LLM read a text, too, as one sentence; and how many passages it read otherwise. Nothing of
    them is taken by itself: the document is what the rules read.
    """

    by: str
    is_read: bool
    said: str
    differences: int

    @classmethod
    def of(cls, reading: Reading | None) -> Self | None:
        """Of a preview's reading."""
        if reading is None:
            return None
        heard = reading.heard
        count = len(reading.differences) + reading.not_listed
        return cls(heard.by, heard.missing is None, heard.sentence, count)
