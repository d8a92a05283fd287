"""A change that takes most runbooks out of service at once is for an owner, as a sync holds it back. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from controller.review.change import ChangedFile, Note, Serving, attention, runbook_of

DEPARTURES_MIN = 3
"""As in `controller/sync/departures.py`; a test compares them."""


def departing(files: Sequence[ChangedFile], serving: Serving) -> tuple[list[ChangedFile], list[Note]]:
    """The files that go, where they are more than half of what serves, and what the check says of it."""
    claimed = {runbook.name for file in files if (runbook := runbook_of(file)) is not None}
    there = {path: name for name, path in serving.names.items()}
    gone = [file for file in files if file.deleted and file.path in there and there[file.path] not in claimed]
    if len(gone) < DEPARTURES_MIN or 2 * len(gone) <= len(there):
        return [], []
    said = f"{len(gone)} of {len(there)} runbooks in service would go at once: for an owner"
    return gone, [attention(gone[0].path, "needs_owner", said)]
