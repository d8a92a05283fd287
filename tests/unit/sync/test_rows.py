"""What one statement of a sync holds."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from base.ids import new_whole_id
from base.limits import MIB
from controller.governance.documents import judge_file
from controller.sync.plan import NewVersion
from controller.sync.rows import STATEMENT_MAX_BYTES, VERSIONS_MAX, version_columns

_DOCUMENT = (
    b"apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {name: disk, title: Disk}\n"
    b"spec:\n  target: {labels: {role: host}}\n  steps:\n    - {id: look, title: Look, command: df -h}\n"
)


def _statements(versions: int, size: int) -> list[int]:
    """How many versions each statement takes, of contents of a size in bytes."""
    judged = judge_file("runbooks/disk.yaml", "runbook", _DOCUMENT)
    assert judged.runbook is not None
    file = replace(judged, content=b" " * size)
    stored = [
        NewVersion(new_whole_id(), UUID(int=1), "a", "b", file, judged.runbook, is_new=True)
        for _ in range(versions)
    ]
    return [int.from_bytes(columns["ids"].data[12:16], "big") for columns in version_columns((), stored)]


def test_a_statement_takes_so_many_versions_and_so_many_bytes() -> None:
    many = 2 * VERSIONS_MAX + 1
    assert _statements(many, len(_DOCUMENT)) == [VERSIONS_MAX, VERSIONS_MAX, 1]
    full = STATEMENT_MAX_BYTES // MIB
    assert _statements(2 * full + 1, MIB) == [full, full, 1]


def test_a_version_that_is_larger_than_a_statement_may_be_goes_alone() -> None:
    assert _statements(3, STATEMENT_MAX_BYTES + 1) == [1, 1, 1]
