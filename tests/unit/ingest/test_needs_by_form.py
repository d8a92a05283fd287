"""What must be true first: under which headings, by what must be so, and where it is no need."""

from __future__ import annotations

import pytest

from ingest.extract.prerequisites import listed, required
from ingest.extract.vocabulary import asks_below, explained
from ingest.pipeline import preview


@pytest.mark.parametrize(
    "heading",
    [
        "📋 Prerequisites",
        "Step 1: Prerequisites",
        "2. Prerequisites",
        "1.3 Requirements",
        "Needed credentials:",
        "Required tooling",
        "System requirements",
        "**A) Before you begin**",
        "What is needed",
        "Before you touch anything",
        "Precondition",
    ],
)
def test_a_heading_over_needs_may_have_a_sign_and_a_number(heading: str) -> None:
    assert asks_below([heading])


@pytest.mark.parametrize("heading", ["1. Overview", "2.1 Purpose", "📖 Background"])
def test_a_heading_that_explains_may_have_a_sign_and_a_number(heading: str) -> None:
    assert explained([heading])


@pytest.mark.parametrize("heading", ["1. Restore", "Step 2: Fix the permissions", "3 nodes are down"])
def test_a_number_alone_makes_no_need_and_no_explanation(heading: str) -> None:
    assert not asks_below([heading])
    assert not explained([heading])


@pytest.mark.parametrize(
    "sentence",
    [
        "The candidate must reside within the primary region.",
        "The virtual machine must be down to resize the volumes.",
        "The bucket must have versioning on.",
    ],
)
def test_how_a_thing_must_be_is_a_need_before_the_first_step(sentence: str) -> None:
    assert required(sentence, first=True) == [sentence]
    assert required(sentence) == []


def test_a_nested_list_of_needs_ends_with_its_item() -> None:
    text = "# A\n\n* You'll want\n    * a quiet channel\n    * the admin role\n* Stop it\n    * `uptime -p`\n"
    spec = preview(text, "markdown").runbook.spec
    assert [item.text for item in spec.prerequisites] == ["a quiet channel", "the admin role"]


def test_a_precondition_lists_its_parts() -> None:
    sentence = "Precondition: a ticket, a second person, and you are on the jump host."
    assert required(sentence, first=True) == ["a ticket", "a second person", "you are on the jump host"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Laptop only, never from a runner.",
        "The machine needs outbound access to the registry.",
    ],
)
def test_who_needs_what_and_where_it_is_done_is_a_need(sentence: str) -> None:
    assert required(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "The following variables need to be set: `A` (the id) and `B`.",
        "The commands in this procedure can be run on any master node.",
    ],
)
def test_what_is_set_and_where_it_runs_is_a_need_wherever_it_stands(sentence: str) -> None:
    assert required(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "After that you should have a copy of all volumes.",
        "To make sure you are on the right one:",
        "Signs that may require a failover:",
        "A rotation requires a Deployment restart.",
        "The node must be rebooted.",
    ],
)
def test_what_holds_then_and_what_is_done_is_no_need(sentence: str) -> None:
    assert required(sentence, first=True) == []


def test_a_case_under_the_heading_of_needs_stays_a_case() -> None:
    case = "If any check fails, fix it before proceeding."
    assert listed(case) == []
    text = (
        f"# A\n\n## ✅ Pre-flight\n\n- Access to the cluster\n\n{case}\n\n## Steps\n\n1. Run `uptime -p`.\n"
    )
    spec = preview(text, "markdown").runbook.spec
    assert [item.text for item in spec.prerequisites] == ["Access to the cluster"]
    assert any(step.when is not None for step in spec.steps)
