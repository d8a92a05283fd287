"""Plain text as people write it: steps by their word, commands below what announces them, and talk of ssh."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview


def _steps(text: str) -> list[str]:
    made = preview(text, None)
    return [item.step.command or f"~{item.step.title}" for item in made.built.steps]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (
            "DISK\n\nStep 1: Check the disk\n  df -h\nStep 2 - restart it\n  systemctl restart rsyslog\n",
            ["df -h", "systemctl restart rsyslog"],
        ),
        ("Step 1: Check the disk\ndf -h\nStep 2: Look at it\nfree -m\n", ["df -h", "free -m"]),
        ("Step 1\nCheck the disk\nStep 2\nRestart it\n", ["~Check the disk", "~Restart it"]),
        ("Check the disk:\ndf -h\nThen look at memory:\nfree -m\n", ["df -h", "free -m"]),
        ("Check the disk with\n  df -h\nand then\n  free -m\n", ["df -h", "free -m"]),
        ("Step 2. Restart the service. Step 3 is below.\n", ["~Restart the service"]),
        ("1. Look at\n   find out -- who\n2. Go on\n", ["~Look at find out -- who", "~Go on"]),
        ("Run `uptime`.\nWe should know\n  kill and make\n  are not used\n", ["uptime"]),
    ],
)
def test_commands_below_what_announces_them(text: str, steps: list[str]) -> None:
    assert _steps(text) == steps


@pytest.mark.parametrize(
    "said",
    [
        "ssh to db1",
        "ssh into db1",
        "ssh on web1",
        "ssh as root to db1",
        "ssh via bastion",
        "telnet to host 80",
        "curl to the health endpoint",
        "sudo to root",
        "su to postgres",
        "scp from db1",
    ],
)
def test_what_is_said_of_a_program_is_for_a_person(said: str) -> None:
    assert _steps(f"Run `uptime`.\n\n1. {said}\n") == ["uptime", f"~{said[0].upper()}{said[1:]}"]


def test_a_program_with_its_arguments_stays_a_command() -> None:
    commands = ["sudo systemctl restart x", "ssh db1", "ssh bob@db1"]
    assert _steps("".join(f"{place}. {command}\n" for place, command in enumerate(commands, 1))) == commands


def test_the_tasks_of_a_wiki_are_items() -> None:
    tasks = "".join(
        f"<ac:task><ac:task-id>{number}</ac:task-id><ac:task-status>incomplete</ac:task-status>"
        f"<ac:task-body>Run <code>{command}</code></ac:task-body></ac:task>"
        for number, command in enumerate(("df -h", "free -m"))
    )
    assert _steps(f"<p>Do this.</p><ac:task-list>{tasks}</ac:task-list>")[-2:] == ["df -h", "free -m"]
