"""What is left open, told by its form: who follows what, which one, from where on, by which command."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from ingest.vague_checks import bare_check
from ingest.vague_deeds import acts_on_machine
from ingest.vagueness import phrases

HEAD = "# A\n\nRun `uptime -p`.\n\n"


def asked(text: str) -> list[str]:
    """The sentences that a preview asks about."""
    return [item.text for item in preview(HEAD + text, "markdown").runbook.spec.ambiguities]


@pytest.mark.parametrize(
    "line",
    [
        "Follow the onboarding instructions of the vendor.",
        "Follow our offboarding procedure.",
        "Look for details in the writer logs.",
        "Determine if this is a temporary outage.",
        "Assess whether the data is lost.",
        "Create it with the appropriate resources.",
        "Check that you are on the correct database server.",
        "Strip the suffix or similar from the name.",
        "Apply the Ansible playbook again.",
        "Run the provider's restore command.",
        "Update the API_URL environment variable.",
        "Pause all queues of the workers.",
        "Revoke the certificate of the machine.",
        "Perform a state import.",
        "Wait and see.",
        "Contact an admin.",
        "Check for increased load.",
        "Call us about repeated failures.",
        "@todo",
    ],
)
def test_what_is_left_open_is_asked_about(line: str) -> None:
    assert asked(f"- {line}\n") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "You may need to scale up the writers.",
        "They probably need scaling up.",
        "Another leader must be brought up.",
        "The fault of the node must be resolved.",
        "Do a manual clean-up.",
    ],
)
def test_what_is_to_be_done_and_not_how_is_asked_about_beside_the_steps(line: str) -> None:
    assert asked(f"{line}\n") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Follow the steps below.",
        "Follow the prompts on the screen.",
        "Follow the [offboarding procedure](off.md).",
        "Inspect the worker logs for processing failures of jobs.",
        "Update the API_URL variable to the new host.",
        "Pause the alert in the dashboard.",
        "Verify the address is explicitly permitted.",
        "Ensure the writer is receiving traffic.",
        "Look for details about the tenant in the logs.",
    ],
)
def test_what_is_told_is_not_asked_about(line: str) -> None:
    assert asked(f"- {line}\n") == []


def test_a_section_of_the_text_is_what_is_followed() -> None:
    section = "\n## Removing a node\n\nRun `df -h`.\n"
    assert asked(f"- Follow the removing a node procedure.\n{section}") == []


def test_a_result_that_is_wanted_says_what_is_normal() -> None:
    results = "- Queue depth returns to normal operating levels.\n- No new alerts for 15 m.\n"
    assert asked(f"## Verification\n\n{results}") == ["Queue depth returns to normal operating levels."]
    assert asked(f"## Impact\n\n{results}") == []


def test_a_command_below_that_moves_what_was_found_is_not_asked_about() -> None:
    assert asked("Check if users have files there and move them accordingly:\n\n    mv a b\n") == []


def test_who_says_why_is_not_asked_about() -> None:
    assert phrases("Then begin with it because that could be the cause.", "told") == []


def test_a_check_by_its_verb_says_what_is_good() -> None:
    assert not bare_check("Verify the volume is encrypted.")
    assert bare_check("Verify the service is running correctly.")
    assert not acts_on_machine("Revoke it in the console.")


@pytest.mark.parametrize(
    "line",
    [
        "Check the cloud portal for resource status.",
        "Check the browser console – no client errors.",
        "Test failover quarterly.",
        "Stop the server (Ctrl+C).",
        "Replace the disk physically.",
        "Edit the file with your favorite text editor.",
        "Check whether these spikes were there before.",
        "Check that it is healthy (see above).",
    ],
)
def test_a_check_or_deed_with_a_plain_object_is_not_asked_about(line: str) -> None:
    assert asked(f"- {line}\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "Raise the limit carefully.",
        "Gradually move the traffic.",
        "Resume the queue if desired.",
        "Consider stopping the writer.",
        "Use commands like the one in the wiki.",
        "Check that everything is still running.",
        "Move it in small steps.",
        "Page the people responsible for the app.",
    ],
)
def test_a_manner_without_a_measure_is_asked_about(line: str) -> None:
    assert asked(f"- {line}\n") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "If the changes are satisfactory, go on.",
        "If the worker seems stuck, call us.",
        "If it is obviously different, call us.",
    ],
)
def test_a_case_that_only_seems_so_is_asked_about(line: str) -> None:
    assert asked(f"{line}\n") != []


def test_a_command_within_its_item_shows_how_it_is_done() -> None:
    for between in ("", "   **Option A:**\n\n"):
        assert asked(f"1. **Reset the replication**\n\n{between}   ```bash\n   df -h\n   ```\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "Temporarily increase the partitions.",
        "Re-enable shard allocation.",
        "Disable remote access (e.g., keys of users).",
        "Verify the data was successfully migrated.",
        "Scale the readers (decision required).",
        "Notify relevant users.",
        "Securely wipe the disks.",
    ],
)
def test_a_deed_keeps_what_it_leaves_open_with_more_words(line: str) -> None:
    assert asked(f"- {line}\n") == [line]


@pytest.mark.parametrize(
    "line", ["Easiest way is to disable the login.", "It is safest to stop both writers."]
)
def test_the_best_way_without_a_command_is_asked_about(line: str) -> None:
    assert asked(f"{line}\n") == [line]


def test_a_wanted_result_against_an_unnamed_limit_is_asked_about() -> None:
    assert asked("## Verification\n\n- Memory usage below threshold.\n- 429 rate below 1 %.\n") == [
        "Memory usage below threshold."
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Remove any jobs that target this machine.",
        "Review the node logs from the following paths.",
    ],
)
def test_which_of_them_is_told(line: str) -> None:
    assert asked(f"- {line}\n") == []
