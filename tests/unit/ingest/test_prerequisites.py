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


@pytest.mark.parametrize(
    "text",
    [
        "Need to have access to Concourse.",
        "Needs admin access.",
        "Must be in the ops group.",
        "You will need to log in to the bastion.",
        "Request editor access to the subscription.",
        "Connect to the staging VPN.",
        "If you don't have credentials, ask the SRE team.",
        "The change must be approved by the service owner.",
        "The tenant owner needs to do this manually.",
        "The script requires kubectl 1.28 or later.",
        "jq and yq are required.",
        "All of these assume you are logged in to a master.",
        "Ensure no jobs are running.",
        "The agent must already be installed.",
        "Make sure that the backup is there before proceeding.",
        "Pause all builds before continuing.",
        "You'll want to have the AWS CLI installed.",
        "Have your key ready.",
        "Have a second engineer on the call.",
        "Only run this during the maintenance window.",
        "You already have admin-level access to the cluster.",
        "Start in a working copy of the infrastructure repository.",
        "Run this from the jump host.",
        "This must be executed as root.",
        "All commands below are run on the primary.",
        "To resize a member, the server has to be offline.",
        "No jobs may be running.",
        "You should become root before starting this process.",
        "Having at least 500MB free on /usr would be recommended.",
        "The disk must have enough free space.",
        "Your user must be in the docker group.",
        "The user running this must have sudo.",
        "You are expected to have a GCP account.",
        "Only SREs can do this.",
        "You should only do this if you have write permissions on the repo.",
        "Please familiarize yourself with etcd.",
        "It's essential that the endpoint stays reachable.",
        "This operation has to happen on the hypervisor.",
        "These all require rsh'ing into a pod.",
        "Terraform >= 1.3",
        "Python 3.9+",
        "This runbook is intended for members of the platform team.",
        "There must be at least one replica.",
        "Log in to the cluster first.",
        "The user must be added to the ops group beforehand.",
        "This should be done outside business hours.",
        "You may need elevated permissions.",
        "Install jq if you haven't already.",
        "The storage class must support volume expansion.",
        "You are logged in as an admin.",
        "You have cloned this repo.",
        "You have a working kubeconfig.",
        "First, ensure the user has an account.",
        "Do this only after hours.",
        "The following instructions only apply to clusters with three nodes.",
        "The steps below are to be done in the substance repository.",
        "Here is the command to do that (run from the project root).",
        "You shouldn't reboot them unless you can reach the lab.",
        "This assumes the path of the disk is in the default group.",
        "Your machine needs to be in Shut Down state before we start.",
        "In order to look at it, you will need to first access a jumpbox.",
        "Run these commands as root.",
        "Only senior engineers should do this.",
        "Two people are needed for it.",
        "A maintenance window must be scheduled.",
        "Clone the infrastructure repository first.",
        "Log in with your SSO account.",
        "Familiarity with Ansible is expected.",
        "Python 3.9 or newer.",
        "Important: pause all builds before continuing.",
        "First configure your environment to point to the cluster.",
        "It is assumed that you are an admin.",
        "Before starting, make sure that no deploys are running.",
        "Set AWS_PROFILE before running anything.",
        "Staff must get permission from a manager.",
        "Admin permission is normally required.",
        "The script depends on a library.",
        "Make sure you're logged in with your account.",
    ],
)
def test_what_is_needed_first_is_told_in_many_ways(text: str) -> None:
    assert before(f"# A\n\n{text}\n\n- Run `uptime`\n") == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Needs to be restarted.",
        "You should be able to see the page.",
        "You will need to download the manifest.",
        "Request the page again.",
        "Get the role of the node.",
        "Connect to the database.",
        "If you don't have a backup, stop here.",
        "This must be done by restarting the node.",
        "It must be run by the nightly job.",
        "A restart is required.",
        "This is required.",
        "This assumes the only reason is a failed deploy.",
        "If it fails, ensure that the record is right.",
        "Only do this if the tasks can be queued again.",
        "Use these only once it is empty.",
        "You can look at more of it if you want.",
        "If you don't have network access, it is most likely the driver.",
        "Be certain that you want a promoted replica.",
        "Tell others, whether permission is required or not.",
        "Have a look at the graphs.",
        "Run the checks before the nodes come up.",
        "Take the old node out before the new one is up.",
        "The alert only applies to the old cluster.",
        "The page must be in the cache.",
        "Do not restart it unless the lag grows.",
        "First check your mail.",
        "Run the following command in all pods.",
        "A record must exist by then again.",
        "Two people were here.",
        "Run this on every node.",
        "This is run as a job each night.",
        "Make sure you attach the region to the facility.",
        "Make sure to note the id.",
        "Working on it requires a lot of disk space.",
        "The users must log in again.",
    ],
)
def test_what_looks_like_a_need_is_none(text: str) -> None:
    assert before(f"# A\n\n{text}\n\n- Run `uptime`\n") == []


def test_what_is_needed_is_found_beside_a_command_and_every_sentence_has_one_fate() -> None:
    text = "# A\n\nYou need to have a token. Run `uptime` with it. It takes long.\n"
    made = preview(text, "markdown")
    assert before(text) == ["You need to have a token."]
    fates = [(item.fate, item.text) for item in made.extraction.accounts if item.line == 3]
    assert [fate for fate, _ in fates] == ["prerequisite", "step", "note"]
    late = "# A\n\n- `uptime`\n- `df -h`\n- `free -m`\n\nYou need to have a token. Run `w -h` with it.\n"
    assert before(late) == []


def test_a_check_over_its_command_is_one_and_another_way_or_a_purpose_is_none() -> None:
    over = "# A\n\n## Prerequisites\n\nMake sure the DNS is set up:\n\n```bash\ndig a.example\n```\n\n"
    assert before(over + "Or use the other tool.\n") == ["Make sure the DNS is set up"]
    purpose = "# A\n\n## Purpose\n\nEnsure secrets are kept in sync.\n\n## Steps\n\n- Run `uptime`\n"
    assert before(purpose) == []


def test_tools_behind_a_colon_are_listed() -> None:
    assert before("# A\n\nTools needed: jq, curl\n\nRun `uptime`.\n") == ["jq", "curl"]
    assert before("# A\n\nRequired permissions: editor, owner\n\nRun `uptime`.\n") == ["editor", "owner"]


def test_behind_a_step_a_state_is_a_check_of_it_and_a_request_for_access_is_needed_all_the_same() -> None:
    steps = "- Run `uptime`\n- Run `df -h`\n- Run `free -m`\n"
    text = f"# A\n\n{steps}- Ensure no jobs are running\n- Request access to the vault\n"
    assert before(text) == ["Request access to the vault"]


def test_below_a_heading_for_checks_or_a_lead_each_item_is_one_and_what_tells_of_the_text_is_none() -> None:
    headed = (
        "# A\n\n## Pre-flight checklist\n\nThis section explains what is needed.\n\n- A ticket\n\n"
        "## Do\n\nRun `uptime`.\n"
    )
    led = "# A\n\nMake sure you have the following tools:\n\n- jq\n- helm\n\n## Do\n\nRun `uptime`.\n"
    assert before(headed) == ["A ticket"]
    assert before(led) == ["jq", "helm"]


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


FURTHER_DOWN = "# A\n\n" + "".join(f"{number}. Run `echo {number} -n`\n" for number in range(1, 7)) + "\n{}\n"


@pytest.mark.parametrize(
    "text",
    [
        "Requires: terraform >= 1.7 on the path.",
        "The template must already exist on GitHub.",
        "Note: the repos must be deleted via the API before this step.",
    ],
)
def test_what_names_itself_a_need_is_one_wherever_it_stands(text: str) -> None:
    assert before(FURTHER_DOWN.replace("{}", text)) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "You have to restart it.",
        "You have no access to the console now.",
        "First, check if the alert is for one node.",
        "The files must be deleted.",
        "This requires a restart.",
        "You have an incident.",
        "The queue must drain.",
    ],
)
def test_what_only_sounds_like_a_need_is_none(text: str) -> None:
    assert before(f"# A\n\n{text}\n\n```bash\nkubectl get nodes\n```\n") == []


def test_headings_and_lines_over_what_is_needed() -> None:
    run = "\n\n## Steps\n\n```bash\nkubectl get nodes\n```\n"
    wanted = ["Docker is running", "Your keys are up to date"]
    items = "\n".join(f"- {item}" for item in wanted)
    for over in (
        "## Starting situation",
        "PREREQUISITES",
        "Before going on call:",
        "## Prerequisites\n\n### Local",
    ):
        assert before(f"# A\n\n{over}\n\n{items}{run}") == wanted
    assert before(f"# A\n\nBefore restarting it:\n\n- Drain the node\n- Tell the team{run}") == []
    assert before(f"# A\n\n## Prerequisites\n\n- Docker is up\n\nExecution steps\n\nIt is quick.{run}") == [
        "Docker is up"
    ]
