"""Which runbook a file of a change is, on both sides."""

from __future__ import annotations

from controller.review.sides import compare_files
from tests.unit.review.bodies import AUDIT, LOOK, document, judged

WRONG = "    - {id: wrong, titel: A key that nobody knows}\n"


def test_a_broken_file_that_moved_is_still_its_runbook() -> None:
    old, new = judged(document(LOOK)), judged(document(LOOK + WRONG), "runbooks/new.yaml")
    changes, _ = compare_files([old], [new], (AUDIT, AUDIT), 30)
    assert [(each.name, each.change, each.old_path) for each in changes] == [
        ("disk", "broken", "runbooks/disk.yaml")
    ]
    other = judged(document(LOOK + WRONG, name="other"), "runbooks/new.yaml")
    changes, _ = compare_files([old], [other], (AUDIT, AUDIT), 30)
    assert [(each.name, each.change) for each in changes] == [("new.yaml", "broken"), ("disk", "retired")]
