"""What goes on with a case is for it, too; what shows how a command's output looks is no case."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import preview
from tests.unit.ingest.telling import commands

ITEM = """# Rabbit

1. {case}, extend the volume:

   ```
   aws ec2 modify-volume --volume-id vol-1 --size 10
   ```

   {on}

   ```
   sudo growpart /dev/nvme1n1 1
   ```

2. Run `uptime -p`.
"""


@pytest.mark.parametrize("on", ["Then on the node:", "then on the node", "And:", "After that grow it:"])
def test_a_paragraph_of_an_item_goes_on_with_its_case(on: str) -> None:
    found = commands(ITEM.format(case="If the disk is still > 90% after that", on=on))
    assert list(found.values()) == [True, True, False]


@pytest.mark.parametrize(
    ("case", "on"),
    [
        ("If the disk is still > 90% after that", "Look at the partitions on the node:"),
        ("If you haven't done so already", "Then on the node:"),
        ("If the tool is not installed", "Then on the node:"),
    ],
)
def test_what_everybody_does_is_not_for_the_case(case: str, on: str) -> None:
    assert list(commands(ITEM.format(case=case, on=on)).values()) == [True, False, False]


def test_outside_of_items_only_the_same_sentence_goes_on() -> None:
    text = "# A\n\nIf it hangs, open a shell:\n\n```\nkubectl get pods\n```\n\n{}:\n\n```\ndf -h\n```\n"
    assert list(commands(text.format("and then run")).values()) == [True, True]
    assert list(commands(text.format("Then run")).values()) == [True, False]


def test_an_arrow_behind_a_command_is_no_case() -> None:
    text = "Rabbit\n\n1. Look:\n   df -h /var/lib   -> should show the new size\n2. Check the queue.\n"
    assert parsed_json(preview(text))["branches"] == []
