"""What runs in the parsing processes for a batch of texts: each is read alone, and written alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from controller.api.importing import Paste
from ingest.batch import BatchPart, batch_proposal, part_of, runbook_file
from ingest.propose import Proposed
from schemas.runbook import Runbook


def read_part(paste: Paste, file: str, author: str, at: datetime) -> BatchPart:
    """One document of a batch. Raises as `ingest.pipeline.preview`."""
    return part_of(paste.preview(), file, author=author, at=at)


def write_part(runbook: Runbook, name: str, log: str) -> bytes:
    """Its file under the name that it has in the batch."""
    return runbook_file(runbook, name, log)


def propose_parts(
    named: Sequence[tuple[str, BatchPart, bytes]], log: str, author: str, at: datetime
) -> Proposed:
    """The proposal of all that can be proposed."""
    return batch_proposal(named, log=log, author=author, at=at)
