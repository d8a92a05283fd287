"""What a person does before a command never vanishes into its title, whatever verb the text takes for it."""

from __future__ import annotations

import pytest

from ingest.extract.command_forms import reports
from ingest.extract.gates import is_gate
from ingest.parsed import parsed_json
from ingest.pipeline import preview

GATES = """
Hand over to the night shift
Make sure that nobody is logged in
Ensure that no one is using the system
Confirm that the alert is no longer firing
Make sure everyone has saved their work
Let the customers know
Have a second engineer join the call
Brief the incident commander
Ring the duty manager
Stand by for the all-clear
Agree with the DBA on a time
Loop in the database team
Remind everyone to save their work
Nobody may be logged in
The customer must have been informed
Warn the users
Insert the disk
Don't start before the backup has finished
Do not proceed until everyone is out
Never start without approval
Do not run this on prod without approval
Only continue if the DBA has agreed
Two people must be present
Do not forget to announce it
""".strip().split("\n")
PLACES = {
    "a sentence": "{}.\n\n```bash\nkubectl delete namespace x\n```\n",
    "a colon": "{}:\n\n```bash\nkubectl delete namespace x\n```\n",
    "an item": "1. {}.\n2. Run `kubectl delete namespace x`.\n",
    "an item over code": "1. {}.\n\n   ```bash\n   kubectl delete namespace x\n   ```\n",
}
BESIDE = {
    "one sentence": "{}, then run `kubectl delete namespace x`.\n",
    "two sentences": "{}. Then run `kubectl delete namespace x`.\n",
    "a comment": "```bash\n# {}\nkubectl delete namespace x\n```\n",
    "a heading": "## {}\n\n```bash\nkubectl delete namespace x\n```\n",
}


def kinds(text: str) -> list[str]:
    """The kinds of what the text becomes; what must be true first is ticked by a person before all steps."""
    shown = parsed_json(preview(f"# T\n\n{text}", "markdown"))
    return ["manual" for _ in shown["prerequisites"]] + [step["kind"] for step in shown["steps"]]


@pytest.mark.parametrize("place", [*PLACES, *BESIDE])
def test_a_gate_is_a_manual_step_before_its_command(place: str) -> None:
    form = {**PLACES, **BESIDE}[place]
    gates = [gate for gate in GATES if place in PLACES or is_gate(gate)]
    wrong = {
        gate: found
        for gate in gates
        if (found := kinds(form.format(gate)))[0] != "manual" or found[-1] != "command"
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    [
        "Make sure that nobody runs `rm -rf /srv`.",
        "Make sure nobody runs the following:\n\n```\nrm -rf /srv\n```",
        "Do not proceed with `rm -rf /srv`.",
        "Never run this:\n\n```\nrm -rf /srv\n```",
        "Nobody should run this:\n\n```\nrm -rf /srv\n```",
        "## Do not do this\n\n```\nrm -rf /srv\n```",
    ],
)
def test_what_is_forbidden_is_no_step(text: str) -> None:
    shown = parsed_json(preview(f"# T\n\nRun `uptime -p`.\n\n{text}\n", "markdown"))
    assert [step["command"] for step in shown["steps"] if "command" in step] == ["uptime -p"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Make sure that nobody is logged in:\n\n```\nwho -a\n```", ["command"]),
        ("Wait until it is up:\n\n```\nkubectl rollout status deploy/a\n```", ["command"]),
        ("Delete the users:\n\n```\nkubectl delete pod a\n```", ["command"]),
        ("Restart the team service:\n\n```\nsystemctl restart team\n```", ["command"]),
    ],
)
def test_what_its_command_does_is_no_gate(text: str, wanted: list[str]) -> None:
    assert kinds(text) == wanted


def test_what_only_says_how_something_is_is_no_command() -> None:
    said = ["service degraded since 10:00", "node worker-1 unreachable", "host unreachable", "test failed"]
    typed = [
        "service nginx restart",
        "docker compose down",
        "kill 4711",
        "make install",
        "docker restart web",
    ]
    assert [line for line in (*said, *typed) if reports(line)] == said
    assert kinds("Check the status page:\n\n```\nservice degraded since 10:00\n```\n") == ["manual"]


@pytest.mark.parametrize(
    ("typed", "commands"),
    [
        ("router# show version", ["show version"]),
        ("sw1#show vlan brief\nVLAN Name\n1    default", ["show vlan brief"]),
        ("r1#conf t\nr1(config)# interface Gi0/1", ["conf t", "interface Gi0/1"]),
        ("r1# ping 10.0.0.1", ["ping 10.0.0.1"]),
    ],
)
def test_what_is_typed_at_a_router(typed: str, commands: list[str]) -> None:
    shown = parsed_json(preview(f"# T\n\n```\n{typed}\n```\n", "markdown"))
    assert [step["command"] for step in shown["steps"]] == commands
    assert all("template" not in step for step in shown["steps"])  # no agent types into a router
