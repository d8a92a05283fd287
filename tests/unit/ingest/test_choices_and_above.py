"""What is left open by a choice, by “above” and by a hedge; titles that what stands below them tells."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from ingest.vague_deeds import acts_on_machine

HEAD = "# A\n\n## Steps\n\n1. Run `uptime -p`.\n"


def asked(text: str) -> list[str]:
    """The sentences that a preview asks about."""
    return [item.text for item in preview(HEAD + text, "markdown").runbook.spec.ambiguities]


@pytest.mark.parametrize(
    "line",
    [
        "Fix/replace the server.",
        "Physically repair or replace the disk.",
        "Wait for the jobs or abort some of them.",
        "Repeat the above steps for each node.",
        "Follow the same process as above.",
        "First, follow the instructions above on creating a copy.",
        "Update the settings and stop as above.",
        "This may involve initiating the set again.",
        "Sometimes a restart fixes it.",
        "Start it a second time; it will most likely be necessary to sign in.",
        "There may be other causes.",
    ],
)
def test_a_choice_a_place_above_and_a_hedge_are_asked_about(line: str) -> None:
    assert asked(f"2. {line}\n") == [line]


def test_a_place_above_is_asked_about_behind_another_sentence() -> None:
    text = "2. Load `a.json` into the index. See steps 4 and 5 above.\n"
    assert asked(text) == ["See steps 4 and 5 above."]


def test_a_value_that_is_to_be_changed_is_asked_about_over_its_command() -> None:
    line = "Use this command (change the name of course):"
    assert asked(f"2. {line}\n\n   ```sh\n   aws iam list-users\n   ```\n") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Check the chain of the certificate in `a.pem` (see above).",
        "Use the node that you found in the steps above.",
        "Suspend/disable with `gsctl pause`.",
        "Set it to `true` or `false`.",
        "This might take up to 10 minutes.",
        "Stop it, or page the database team if it does not stop.",
        "Enter the token (replace it with yours).",
    ],
)
def test_what_says_which_is_not_asked_about(line: str) -> None:
    assert asked(f"2. {line}\n") == []


@pytest.mark.parametrize(
    "below",
    [
        "\nTo take it out, log in to the node first:\n\n```sh\nnodetool decommission\n```\n",
        "   - Log in with `ssh ci.example.com`.\n   - `systemctl stop ci`\n",
        "- Log in with `ssh ci.example.com`.\n- `systemctl stop ci`\n",
    ],
)
def test_a_title_is_told_by_what_stands_below_it(below: str) -> None:
    assert "Decommission the node" not in asked(f"2. Decommission the node\n{below}")


def test_the_last_of_several_short_instructions_is_no_title() -> None:
    text = "2. Restore the data\n3. Restart the workers\n\nThen look at it:\n\n```sh\nuptime -s\n```\n"
    assert asked(text) == ["Restore the data", "Restart the workers"]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Failover typically completes within a minute", False),
        ("If it shows an error, repair is required.", False),
        ("Failover the service", True),
        ("If it shows an error, restart the index.", True),
    ],
)
def test_what_a_machine_does_by_itself_is_no_deed(sentence: str, *, told: bool) -> None:
    assert acts_on_machine(sentence) is told


@pytest.mark.parametrize(
    "text",
    [
        "The last copy will need to be restored. To achieve this, use this:\n\n```sh\nmake a\n```\n",
        "No further action is needed if it runs.\n",
        "2. Update this runbook.\n",
        "2. Follow this guide carefully.\n",
        "2. Verify the below requirements.\n",
        "2. Ensure that one node becomes the leader.\n",
        "2. Regularly copy `a.tar` to the bucket.\n",
        "2. After the repair (if required), run `uptime -s`.\n",
        "2. Boot from an ISO.\n",
        "Watch these metrics:\n\n- `ReadLatency`\n- `FreeMemory`\n",
    ],
)
def test_what_is_told_beside_it_or_is_none_is_not_asked_about(text: str) -> None:
    assert asked(text) == []
