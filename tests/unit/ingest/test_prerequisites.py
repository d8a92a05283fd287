"""What must be true first, and what only stands near it."""

from __future__ import annotations

from ingest.pipeline import preview


def before(text: str) -> list[str]:
    """The prerequisites of a preview."""
    return [item.text for item in preview(text, "markdown").runbook.spec.prerequisites]


def test_a_check_of_access_is_one_with_its_commands_as_steps() -> None:
    text = "# A\n\n## Prerequisites\n\n- Verify cluster access:\n\n```bash\nkubectl get nodes\n```\n"
    made = preview(text, "markdown")
    assert before(text) == ["Verify cluster access"]
    assert [(step.title, step.command) for step in made.runbook.spec.steps] == [
        ("Verify cluster access", "kubectl get nodes")
    ]


def test_an_instruction_below_its_commands_is_a_step_and_a_pointer_is_nothing() -> None:
    text = (
        "# A\n\n## Prerequisites\n\nYou need the VPN. For more information, see the wiki.\n\n"
        "```bash\nkubectl get nodes\n```\n\nNote the name of the node.\n"
    )
    assert before(text) == ["You need the VPN."]
    assert preview(text, "markdown").runbook.spec.steps[-1].manual == "Note the name of the node."


def test_two_in_one_sentence_are_two() -> None:
    text = "# A\n\nEnsure you are on the bastion; you must have `sudo`.\n\n- Run `uptime`\n"
    assert before(text) == ["Ensure you are on the bastion", "you must have sudo."]
