"""Where a case ends, which sentence it is of, and what “nothing to do” leaves out."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import preview
from tests.unit.ingest.telling import commands

HEAD = "# A\n\nRun `uptime -p`.\n\n"


def cases(text: str) -> list[tuple[str, bool, bool]]:
    """Each case, and whether it leads to a step, and its other answer to one."""
    found = parsed_json(preview(text))["branches"]
    return [(case["if"], bool(case["then"]), bool(case["else"])) for case in found]


@pytest.mark.parametrize(
    ("said", "case"),
    [
        ('If there is "Error: no certificate, see log" put the old one back:',
         'If there is "Error: no certificate, see log"'),
        ("Look at it; if it says “STOP: disk” run the cleanup:", "if it says “STOP: disk”"),
        ("The slot may still exist, in which case drop it:", "The slot may still exist"),
    ],
)  # fmt: skip
def test_a_case_goes_to_its_end(said: str, case: str) -> None:
    text = f"{HEAD}{said}\n\n```\nsudo cp /srv/a /srv/b\n```\n"
    assert cases(text) == [(case, True, False)]
    assert commands(text)["sudo cp /srv/a /srv/b"] is True


@pytest.mark.parametrize(
    "said",
    [
        "If that date is more than 30 days away there's nothing to do.",
        "If that date is more than 30 days away, there is nothing to do.",
        "If that date is more than 30 days away you're done.",
        "If that date is more than 30 days away no action is needed.",
    ],
)
def test_nothing_to_do_leaves_out_what_follows(said: str) -> None:
    text = f"{HEAD}{said}\n\nThen log in:\n\n```\ndf -h\n```\n\n## Next\n\nRun `ls -l`.\n"
    assert commands(text) == {"uptime -p": False, "df -h": True, "ls -l": False}
    assert ("If that date is more than 30 days away", True, True) in cases(text)


def test_a_case_in_brackets_is_of_what_they_tell() -> None:
    said = "Cancel anything older than an hour (ask in #analytics first if it is `theirs`):"
    code = "\n\n```\nkill 17\n```\n"
    assert commands(f"{HEAD}{said}{code}")["kill 17"] is False
    assert commands(f"{HEAD}Cancel the oldest (only if it is `theirs`):{code}")["kill 17"] is True
