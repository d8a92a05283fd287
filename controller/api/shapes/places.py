"""Places in the text of a preview."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from schemas.model import Model


class Open(Model):
    """Part of a preview; the import may say more than is described here."""

    model_config = ConfigDict(extra="allow")


class SpanShape(Open):
    """A place in `sourceText`, in Unicode code points; in a step's command where that is said."""

    start: int = Field(description="The first character, from 0; in code points, not UTF-16 units.")
    end: int = Field(description="Behind the last character.")
