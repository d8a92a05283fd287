"""What of a text is in no step of its preview: code, sentences, and what nothing obeyed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from controller.api.shapes.places import Open, SpanShape


class CodeLeftOutShape(Open):
    """A piece of code that stands in no step: lines of a block, or code in a sentence."""

    id: str = Field(
        description="The same wherever it moves. `answers` of a request name it: `typed` makes it a step, "
        "`not-typed` says that nobody types it."
    )
    text: str
    line: int
    end_line: int
    span: SpanShape
    reason: str = Field(description="Why the rules made no step of it.")
    reads_like_command: bool
    asked: bool = Field(
        description="Whether a question asks for it. One of the `ambiguities` asks for all; its option "
        "`not-typed` answers that nobody types any of them."
    )
    said: Literal["typed", "not-typed"] | None = Field(None, description="What a person says of it.")
    step: str | None = Field(None, description="The step that it became, as a person said so.")


class SetAside(Open):
    """A sentence that became nothing that runs."""

    start: int = 0
    end: int = 0
    line: int
    reason: str


class SuspiciousShape(Open):
    """A passage that speaks to a machine instead of a person, or that no reader of the source sees."""

    kind: Literal["speaks to a machine", "hidden text", "hidden characters"]
    text: str = Field(description="An excerpt; characters that are not seen are left out or named.")
    line: int
    span: SpanShape | None = Field(None, description="Left out where it stands on no screen.")
