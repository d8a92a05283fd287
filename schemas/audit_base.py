"""What the payloads of the audit trail have in common."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from base.limits import REASON_MAX_CHARACTERS
from schemas.model import Model

Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_.-]{0,62}$")]
"""A reason that a program can act on: lower case, underscores."""

Reason = Annotated[str, Field(strict=True, max_length=REASON_MAX_CHARACTERS)]
"""What a member gave as the reason, in words."""

Short = Annotated[str, Field(strict=True, max_length=512)]
Hex = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{2,128}$")]


class AuditPayload(Model):
    """The data of one event. Ids, digests, risks, counts, reasons; never a command, an output or a paste."""

    EVENT_TYPE: ClassVar[str]
