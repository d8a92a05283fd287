"""The decision log: why a document or a classification came out as it did (also a change of the product)."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from schemas.model import Instant, Model

_Prose = Annotated[str, Field(strict=True, min_length=1, max_length=65_536)]


class Alternative(Model):
    """Something else that was considered."""

    model_config = ConfigDict(alias_generator=None)

    option: _Prose
    why_not: _Prose


class DecisionLog(Model):
    """Exactly these six keys, in snake_case. `confidence` is the one number of the product that is no
    integer:

    0 to 1, for people; a log is hashed as a file, never by its canonical bytes.
    """

    model_config = ConfigDict(alias_generator=None)

    prompt: _Prose
    reasoning: _Prose
    alternatives_considered: Annotated[tuple[Alternative, ...], Field(max_length=100)]
    confidence: Annotated[float, Field(ge=0, le=1, strict=True)]
    timestamp: Instant
    author: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]

    def to_text(self) -> str:
        """The file's content: two blanks of indent, keys in the order above, a newline at the end."""
        content: dict[str, Any] = self.model_dump(mode="json")
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
