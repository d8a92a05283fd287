"""What is kept out of service is told so, in the same words everywhere."""

from __future__ import annotations

import json
from typing import Final

import pytest

from base.ids import new_id
from controller.db import queries
from controller.governance.documents import FileKind, JudgedFile
from controller.governance.pinning import InForce
from controller.sync.claims import Found
from controller.sync.holding import hold_back
from controller.sync.plan import plan_sync
from controller.sync.records import SyncRecords
from controller.sync.source import SKIPPED_MAX, _without_noise
from controller.sync.state import FileRow, Known
from forge.changes import Change, Skipped
from schemas.flags import Flag, Flags
from schemas.policy import Policy

COMMIT = "c" * 40
LINK = "it is a symbolic link, not a file"
_LINKS: Final[tuple[tuple[str, FileKind], ...]] = (("runbooks/a.yaml", "runbook"), ("docs/x", "other"))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("catalog", "list_repositories"),
        ("catalog", "broken_files"),
        ("catalog", "files_page"),
        ("drift", "kept_out_files"),
        ("repositories", "sync_totals"),
        ("runbooks", "stale_files"),
    ],
)
def test_every_query_asks_what_is_kept_out_in_the_same_words(file: str, name: str) -> None:
    words = queries.load(file)[name].replace("f.", "")
    assert "(state = 'stale_invalid' OR (state = 'skipped' AND kind <> 'other'))" in words


def test_a_deletion_that_is_held_back_is_a_rejection() -> None:
    flags = Flags(flags={"auto-run": Flag(enabled=False)})
    row = FileRow("flags.json", "flags", "a" * 40, "b" * 40, "ok")
    known = Known(files={"flags.json": row}, flags={"auto-run": False})
    in_force = InForce(Policy(governance_mode="audit"), flags)
    found, _ = hold_back(known, in_force, [Found("flags.json", "flags", None)], ())
    plan = plan_sync(known, found, COMMIT, new_id)
    assert plan.is_partial
    [rejected] = plan.rejected
    assert (rejected.path, rejected.place.code) == ("flags.json", "needs_owner")
    assert "switches the flag auto-run on again" in rejected.place.message


def test_a_runbook_that_becomes_a_link_is_a_rejection_and_any_other_link_is_none() -> None:
    links = [Found(path, kind, None, skipped=LINK) for path, kind in _LINKS]
    plan = plan_sync(Known(), links, COMMIT, new_id)
    assert [(each.path, each.place.code) for each in plan.rejected] == [("runbooks/a.yaml", "skipped")]
    assert plan.is_partial
    assert not plan_sync(Known(), links[1:], COMMIT, new_id).is_partial


def test_a_refused_path_of_ours_is_never_left_out() -> None:
    changes = [Change(f"a/{n:05}", "skipped", None, None, Skipped(LINK)) for n in range(SKIPPED_MAX + 1)]
    ours = Change("runbooks/a.yaml", "skipped", None, "b" * 40, Skipped(LINK))
    kept = _without_noise((*changes, ours), "")
    assert (len(kept), kept[-1]) == (SKIPPED_MAX + 1, ours)


def test_a_flag_that_is_off_for_other_services_is_told() -> None:
    def item(*services: str) -> Found:
        flags = Flags(flags={"auto-run": Flag(enabled=False, services=services)})
        judged = JudgedFile("flags.json", "flags", "sha256:" + "f" * 64, b"", flags=flags)
        return Found("flags.json", "flags", "f" * 40, judged)

    known = Known(flags={"auto-run": False})
    assert plan_sync(known, [item()], COMMIT, new_id).flags == {}
    assert plan_sync(known, [item("a")], COMMIT, new_id).flags == {"auto-run": (False, False)}
    known = Known(flags={"auto-run": False}, flag_services={"auto-run": ["b", "a"]})
    assert plan_sync(known, [item("a", "b")], COMMIT, new_id).flags == {}
    records = SyncRecords(new_id(), new_id(), COMMIT)
    (record,) = records.of(known, plan_sync(known, [item("c" * 600)], COMMIT, new_id), ())
    assert json.loads(record.data_text()) == {
        "name": "auto-run", "before": False, "after": False, "commit": COMMIT,
        "servicesBefore": ["b", "a"], "servicesAfter": ["c" * 512],
    }  # fmt: skip
