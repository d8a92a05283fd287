"""What is asked about once, and a command that is only like the one to run."""

from __future__ import annotations

import pytest

from ingest.extract.vocabulary import is_imperative
from ingest.pipeline import preview


def asked(text: str) -> list[str]:
    """The sentences that a preview asks about."""
    return [item.text for item in preview(text, "markdown").runbook.spec.ambiguities]


def test_a_sentence_that_is_a_step_of_its_own_is_asked_about_once() -> None:
    text = "# A\n\n- Watch the volume. If it is mounted, restart the instance.\n\nRun `df -h`.\n"
    assert [item for item in asked(text) if "restart" in item] == ["restart the instance."]


@pytest.mark.parametrize(
    ("line", "open_"),
    [
        ("Drop into something like:", True),
        ("Run a command similar to this one:", True),
        ("The message will be something similar to the following:", False),
    ],
)
def test_a_command_that_is_only_like_the_one_shown_is_asked_about(line: str, open_: bool) -> None:
    assert (line in asked(f"# A\n\n{line}\n\n```\ndf -h\n```\n")) is open_


def test_two_verbs_with_a_slash_tell_to_do_it() -> None:
    assert is_imperative("Restart/resize the node.")
    assert not is_imperative("Start/end of the log")
