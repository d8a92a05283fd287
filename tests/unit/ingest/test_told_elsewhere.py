"""Where the text itself answers a question, it is not asked."""

from __future__ import annotations

from ingest.pipeline import preview


def asked(text: str) -> list[str]:
    """The sentences that a preview asks about."""
    return [item.text for item in preview(text, "markdown").runbook.spec.ambiguities]


def test_what_leads_to_where_it_is_told_is_not_asked_about() -> None:
    step = "# A\n\n1. Fix the underlying issue{}.\n2. Run `uptime`\n"
    assert asked(step.format("")) == ["Fix the underlying issue."]
    assert asked(step.format(" with [this guide](fix.md)")) == []
    assert asked(step.format(" as described above")) == []
    assert asked("# A\n\n1. Check the old URL\n\n   ```\n   webctl get url\n   ```\n2. Run `uptime`\n") == []
    assert asked("# A\n\n1. Disable the interface. As per step 1, remove the flag.\n2. Run `uptime`\n") == []
    assert asked("# A\n\n1. Check prerequisites.\n2. Run `uptime`\n\n## Prerequisites\n\n- VPN\n") == []


def test_above_the_first_step_is_told_how_things_are() -> None:
    text = "# A\n\nOnce in a while we need to grow the disk. {}\n\n## Steps\n\n1. Run `uptime`\n"
    assert asked(text.format("The steps slightly differ by provider.")) == []
    assert asked(text.format("I'm not sure if it works.")) == ["I'm not sure if it works."]


def test_what_a_program_says_is_not_vague() -> None:
    text = "# A\n\nRun `uptime`.\n\nIf you hit `the group is stable`, you need to call Ann.\n"
    assert asked(text) == []


def test_a_label_is_no_instruction() -> None:
    assert asked("# A\n\n1. Fix: rotation of the logs\n2. Run `uptime`\n") == []
