"""What must be true first, and what only stands near it."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import preview
from scanner import scan
from schemas.patterns import fullmatch
from schemas.risk import Risk


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


@pytest.mark.parametrize(
    ("text", "command", "output", "not_output"),
    [
        ("kubectl context `prod-eu`", "kubectl config current-context", "prod-eu", "prod-eu-2"),
        ("`patronictl list` shows a `streaming` one", "patronictl list", "a\nb streaming", "b stopped"),
        ("`redis-cli ping` returns `PONG`", "redis-cli ping", "PONG", "NOAUTH"),
        ("`kubectl get nodes` works", "kubectl get nodes", None, None),
        ("helm and jq installed", "command -v helm && command -v jq", None, None),
        ("You need `jq`", "command -v jq", None, None),
        ("You are logged in to AWS", "aws sts get-caller-identity", None, None),
        ("Access to the Kubernetes cluster", "kubectl cluster-info", None, None),
    ],
)
def test_a_prerequisite_is_a_check_where_one_can_be_written(
    text: str, command: str, output: str | None, not_output: str | None
) -> None:
    made = preview(f"# A\n\n## Prerequisites\n\n- {text}\n\n## Steps\n\n1. `uptime`\n", "markdown")
    (item,) = made.runbook.spec.prerequisites
    assert item.check is not None and item.check.expect is not None
    assert item.check.command == command
    assert scan(command).risk is Risk.SAFE
    pattern = item.check.expect.output
    assert (pattern is None) == (output is None)
    if pattern is not None and output is not None and not_output is not None:
        assert fullmatch(pattern, output) and not fullmatch(pattern, not_output)
    (shown,) = parsed_json(made)["prerequisites"]
    assert shown["check"]["command"] == command


def test_a_check_without_a_known_result_is_read_by_a_person() -> None:
    made = preview("# A\n\n## Prerequisites\n\n- `git status` must be clean\n\n## Do\n\n`uptime`\n")
    (item,) = made.runbook.spec.prerequisites
    assert item.check is not None and (item.check.command, item.check.expect) == ("git status", None)


@pytest.mark.parametrize(
    "text",
    [
        "Run `kubectl delete ns old` before",
        "`kubectl -n <namespace> get pods` shows `Running`",
        "`curl -X POST https://x` returns `ok`",
        "`psql` installed on the bastion",
        "kubectl >= 1.25",
        "VPN connected",
        "Approval from the DBA",
        "Permission to exec into pods",
    ],
)
def test_else_it_is_a_box_to_tick(text: str) -> None:
    made = preview(f"# A\n\n## Prerequisites\n\n- {text}\n\n## Steps\n\n1. `uptime`\n", "markdown")
    (item,) = made.runbook.spec.prerequisites
    assert item.check is None
    assert "check" not in parsed_json(made)["prerequisites"][0]
