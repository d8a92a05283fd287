"""What the engine's shell is made of; built once by `controller/main/assembly.py`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from base.limits import APPROVAL_MINUTES, GRANT_SECONDS, OUTPUT_MAX_BYTES
from controller.db.bus import Bus
from controller.db.database import Database
from controller.db.objects import ObjectStore
from controller.engine.judgements import Judgements
from controller.engine.sealed_outputs import SealedOutputs
from controller.pki.sealer import Sealer
from controller.pki.signer import GrantSigner


@dataclass(frozen=True)
class EngineParts:
    """The rooms below, and three settings.

    How long a grant may be used, what is kept of an output, and how long a gate stays open where the policy
    says nothing about it.
    """

    database: Database
    bus: Bus
    objects: ObjectStore
    sealer: Sealer
    signer: GrantSigner
    judgements: Judgements
    grant_seconds: int = GRANT_SECONDS
    output_max_bytes: int = OUTPUT_MAX_BYTES
    approval_minutes: int = APPROVAL_MINUTES

    @cached_property
    def outputs(self) -> SealedOutputs:
        """The outputs in the object store, sealed; one for all who write and read them."""
        return SealedOutputs(self.objects)
