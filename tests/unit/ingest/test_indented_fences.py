"""Fences that stand deeper than their list lets them, root's prompt in a sentence, an address to go to."""

from __future__ import annotations

import pytest

from ingest.coverage import partition
from ingest.pipeline import preview

DEEP = """\
# Recovery

  1. Edit the exports

    Name the folders:

    ```bash
    sudo nano /etc/exports
    ```

  2. Add entries for the folders, replacing placeholders:

    ```bash
    /pv/data SERVER1_IP(root_squash,rw)
    ```

  3. Mount it:

    ```bash
    sudo mount NFS:/pv /mnt
    ```

    Wait for it.
"""


def typed(text: str) -> list[str]:
    return [draft.text for draft in preview(text).extraction.drafts if draft.kind == "command"]


def test_fences_in_indented_code_are_fences() -> None:
    assert typed(DEEP) == ["sudo nano /etc/exports", "sudo mount NFS:/pv /mnt"]
    made = preview(DEEP)
    parts = [span for span, _ in partition(made.normalized.text, made.coverage)]
    assert not made.normalized.text[parts[-1].end :].strip()
    assert [step.step.manual for step in made.built.steps][-1] == "Wait for it."


@pytest.mark.parametrize("text", ["    ```\n    not closed\n", "    ``` a\n    ``` b\n"])
def test_what_is_not_closed_stays_one_block(text: str) -> None:
    blocks = preview(f"# A\n\nRun `df -h`.\n\n{text}").normalized.blocks
    assert [block.kind for block in blocks] == ["heading", "paragraph", "code"]


def test_root_types_in_a_sentence_and_nobody_types_an_address() -> None:
    assert typed("# A\n\n- go https://ci.example.com/prepare/\n- `# systemctl stop jenkins`\n") == [
        "systemctl stop jenkins"
    ]
