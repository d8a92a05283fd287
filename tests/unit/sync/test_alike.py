"""What a text says of itself though it is broken, and which deleted file it was."""

from __future__ import annotations

import pytest

from controller.governance.documents import FileKind, judge_file
from controller.sync.alike import same_files
from forge.changes import Change

TEXT = b"apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {name: disk, title: Disk}\nspec:\n  steps:\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("metadata: {name: disk, title: Disk}\nspec: {", "disk"),
        ("metadata: {title: Disk, name: 'disk'}\nspec: {", "disk"),
        ('metadata:\n  title: A\n  "name": "disk"\nspec:\n  - [', "disk"),
        ("metadata:\n# name: other\n  # name: other\n\n  name: disk # why\n\tx", "disk"),
        ("metadata:\nspec:\n  name: other\n", ""),
        ("spec:\n  name: other\n", ""),
        ("metadata: {title: no name here}\n", ""),
        ("metadata: {name: Dísk}\n", ""),
        ("\x00\xff", ""),
        ("metadata: {name: disk, labels: {name: other}}\n: [", ""),
        ("metadata:" + " " * 200_000 + "name: disk", "disk"),
    ],
)
def test_the_name_of_a_text_that_is_broken(text: str, name: str) -> None:
    judged = judge_file("runbooks/a.yaml", "runbook", text.encode())
    assert (judged.runbook, judged.name) == (None, name)


class Blobs:
    def read(self, blob: str, *, max_bytes: int) -> bytes:
        assert max_bytes > 0
        return {"1": TEXT + b"    - {id: a}\n", "2": b"nothing\nof it\n"}[blob]


def test_a_new_file_is_the_deleted_one_with_whose_lines_it_shares_most() -> None:
    gone = [Change(f"runbooks/{blob}.yaml", "deleted", None, blob) for blob in "21"]
    new = Change("runbooks/new.yaml", "added", "3", None)
    contents: list[tuple[str, FileKind, bytes]] = [("runbooks/new.yaml", "runbook", TEXT + b"    - {{{\n")]
    assert same_files(Blobs(), "", [*gone, new], contents) == {"runbooks/new.yaml": "runbooks/1.yaml"}
    assert same_files(Blobs(), "", [gone[0], new], contents) == {}
    assert same_files(Blobs(), "", [new], contents) == {}
