"""What is needed first, by the place where it is said and by who has it."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from tests.unit.ingest.test_prerequisites import before


def test_the_needs_of_a_paste_without_empty_lines_end_at_the_next_section() -> None:
    text = (
        "{}It is for failed releases.\nPreconditions\n- It is known.\n{}\n- Run `df -h`.\nNotes\n- Ask us.\n"
    )
    for made in (
        preview(text.format("# A\n\n", "Steps")),
        preview(text.format("A\n", "Procedure:"), "plain"),
    ):
        assert [item.text for item in made.runbook.spec.prerequisites] == ["It is known."]
        assert [step.command for step in made.runbook.spec.steps if step.command] == ["df -h"]


def test_how_a_need_is_seen_is_none() -> None:
    how = (
        "You can check whether it is on by looking at the output of `kubectl get a`. It is if it has values."
    )
    text = f"# A\n\n## Prerequisites\n\n- The proxy is on.\n\n  {how}\n\n## Steps\n\nRun `df -h`.\n"
    assert before(text) == ["The proxy is on."]
    assert [step.command for step in preview(text).runbook.spec.steps if step.command] == [
        "kubectl get a",
        "df -h",
    ]


def test_a_setting_that_must_be_set_is_needed_first() -> None:
    text = "# A\n\n- `HOUSE_TOKEN` must be set to your own token\n\nRun `df -h`.\n"
    assert before(text) == ["HOUSE_TOKEN must be set to your own token"]


@pytest.mark.parametrize("label", ["Prereqs:", "**Prereqs:**", "Pre-reqs:", "Prerequisites:"])
def test_what_is_needed_has_short_names_too(label: str) -> None:
    made = preview(f"# A\n\n{label} VPN, kubectl ≥ 1.25\n\nRun `ls -l`.\n")
    assert [item.text for item in made.runbook.spec.prerequisites] == ["VPN", "kubectl ≥ 1.25"]


@pytest.mark.parametrize(
    "text",
    [
        "Before embarking on any restoration make sure to follow the guidance.",
        "Make sure we have backups of whatever is needed on it.",
        "The user who runs it must have write permissions in the folder.",
    ],
)
def test_what_we_have_and_what_a_user_must_have_is_needed(text: str) -> None:
    assert before(f"# A\n\n{text}\n\nRun `df -h`.\n") == [text]


STEPS = "# A\n\n## One\n\nRun `uptime -p`.\n\nRun `df -h`.\n\nRun `free -m`.\n\nRun `who`.\n\n## Two\n\n"


@pytest.mark.parametrize(
    "need",
    [
        "You will need a token of the vault.",
        "VPN access is required for this.",
        "This may only be done once the containers are gone.",
        "Assuming the data is in `/data`, and the cluster is called `blue`.",
        "It is best to make copies before any recovery.",
        "Make sure to run it during a maintenance window.",
    ],
)
def test_what_is_needed_at_the_head_of_a_later_section_is_needed_first(need: str) -> None:
    assert before(f"{STEPS}{need}\n\nRun `ls -l`.\n") == [need.replace("`", "")]


@pytest.mark.parametrize(
    "said",
    [
        "Only do this for old ones.",
        "Make sure that it is up.",
        "It is advisable to wait until the next run before going on.",
        "Assuming it is up, look at the other.",
    ],
)
def test_what_only_a_section_says_of_itself_is_no_need(said: str) -> None:
    assert before(f"{STEPS}{said}\n\nRun `ls -l`.\n") == []


def test_what_says_more_of_a_need_is_no_need_of_its_own() -> None:
    needs = "You need a host of the cluster. Generally that is the first one. The VPN is on."
    assert before(f"# A\n\n## Before you begin\n\n{needs}\n\n## Steps\n\nRun `df -h`.\n") == [
        "You need a host of the cluster. Generally that is the first one.",
        "The VPN is on.",
    ]


def test_a_question_and_what_answers_it_are_no_needs() -> None:
    asks = "1. **Is it down?**\n   - Is a customer hit?\n   - Crash: yes\n2. The VPN is on.\n"
    text = f"# A\n\n## Pre-flight checks\n\n{asks}\n## Steps\n\nRun `df -h`.\n"
    assert before(text) == ["The VPN is on."]


def test_what_leads_to_another_text_is_no_need() -> None:
    text = "# A\n\n## Prerequisites\n\nIf you restore onto an old one, see [that](x.md). The VPN is on.\n\n"
    assert before(f"{text}## Steps\n\nRun `df -h`.\n") == ["The VPN is on."]


@pytest.mark.parametrize(
    "need",
    [
        "`house-tool` is only available in the private cloud.",
        "Before you begin, make sure that you have the manager role.",
        "These instructions were tested on Debian 12.",
    ],
)
def test_where_a_text_holds_is_needed_at_the_head_of_a_section(need: str) -> None:
    assert before(f"{STEPS}{need}\n\nRun `ls -l`.\n") == [need.replace("`", "")]


def test_what_is_done_where_a_check_fails_is_no_need() -> None:
    text = "# A\n\nRun `df -h` to see that it is new. If not, you should update it before proceeding.\n"
    assert before(text) == []


def test_what_may_only_be_done_if_you_have_something_is_needed_wherever_it_is_said() -> None:
    need = "This can only be done if you have exclusive access to the database."
    assert before(f"{STEPS}Run `ls -l`.\n\n- Run `ls -a`.\n\n{need}\n\nRun `ls`.\n") == [need]


def test_a_decision_that_is_required_is_no_need() -> None:
    assert before("# A\n\n- Scale it (DECISION REQUIRED: by how much)\n- Run `df -h`.\n") == []
