"""A hundred seeded changes of policy and flags: whatever begins to run by itself in a runbook that they leave
alone is flagged, step by step.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from controller.governance.documents import JudgedFile
from controller.governance.pinning import InForce
from controller.governance.widening import Leash
from controller.review.change import ChangedFile, Serving
from controller.review.checks import check_change
from controller.review.reached import compare_reached, runs_otherwise
from tests.unit.review.simulation import Act, play_of, widened
from tests.unit.review.test_blast_radius import (
    PATH,
    SEEDS,
    acts,
    begins,
    drawn,
    in_force,
    judged,
    rules,
)


def played(seed: int) -> tuple[JudgedFile, tuple[bytes, bytes], InForce, InForce, set[Act]]:
    """A runbook, the files after, the rules on both sides, and what begins to run alone under the second."""
    document, _, seeds = drawn(seed)
    before, after = rules(seeds), rules(seeds)
    then, now = in_force(*before), in_force(*after)
    file = judged(PATH, "runbook", json.dumps(document).encode())
    return file, after, then, now, widened(play_of(file, then), play_of(file, now))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_widening_of_what_is_not_touched_is_flagged(seed: int) -> None:
    file, after, then, now, wider = played(seed)
    assert file.runbook is not None
    chosen = runs_otherwise(Leash.of(file.runbook.document), then, now)
    files = [
        ChangedFile("policy.json", "policy", judged("policy.json", "policy", after[0])),
        ChangedFile("flags.json", "flags", judged("flags.json", "flags", after[1])),
    ]
    report = check_change(files, Serving(in_force=then, reached=[file] if chosen else []))
    shown = compare_reached([file], then, now)
    told = "widened" in {note.place.code for note in report.notes}
    assert told == bool(shown and shown[0].begins_alone), "page and check say the same"
    if wider:
        assert told, report.notes
        assert acts(play_of(file, now), wider) <= begins(shown[0])
        assert report.raises_trust, "from nothing to something is for an owner"


def test_the_seeds_do_widen() -> None:
    """The test above is about something; what does not widen is silent, but for a step that no run takes."""
    found = Counter[tuple[bool, bool]]()
    for seed in range(SEEDS):
        file, _, then, now, wider = played(seed)
        shown = compare_reached([file], then, now)
        found[bool(wider), bool(shown and shown[0].begins_alone)] += 1
    assert found[True, True] >= 8, found
    assert found[True, False] == 0, found
    assert found[False, True] <= 2, found
