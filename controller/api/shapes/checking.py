"""What a document that is being written comes to, as the API shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from base.limits import DOCUMENT_MAX_BYTES
from schemas.model import Model
from schemas.risk import EffectiveRisk


class CheckRequest(Model):
    """A whole document, sound or not."""

    yaml: Annotated[str, Field(max_length=DOCUMENT_MAX_BYTES)]


class CheckedPlace(Model):
    """What is wrong, and where. Lines and columns count from 1."""

    line: int
    column: int
    path: str
    message: str
    hint: str | None = None
    severity: Literal["error", "warn"]


class CheckedStep(Model):
    """One step with the verdict of its command."""

    id: str
    line: int = Field(description="Of its command or its instruction.")
    risk: EffectiveRisk = Field(description="max(declared, verdict).")
    unknown: bool = Field(False, description="Nobody could tell: the risk is caution for that reason.")
    manual: bool = Field(False, description="A person does it.")
    why: str | None = Field(None, description="What the scanner says.")
    reason: str | None = Field(None, description="Which merge rule decided, in words.")
    rule_ids: tuple[str, ...] = ()


class CheckedDocument(Model):
    """The document as a push would find it."""

    ok: bool = Field(description="Whether it could be merged as it is.")
    places: list[CheckedPlace]
    steps: list[CheckedStep] = Field(description="Empty where it can't be read.")
