"""What a list tells that something else does, and commands below a colon or in a block of the wrong name."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import preview
from tests.unit.ingest.telling import HEAD, commands


@pytest.mark.parametrize(
    "item",
    ["Runs `repadmin /replsummary` for the state", "Forces replication with `repadmin /syncall /AeD`",
     "✅ Runs `kubectl get pods -n prod`", "Restarts the service by `systemctl restart web`",
     "Performs all checks above, then `lvs -o name`", "Verifies the mirror via `cat /proc/mdstat`"],
)  # fmt: skip
def test_what_a_mode_does_is_told_of(item: str) -> None:
    assert list(commands(f"{HEAD}### What the mode does\n\n- {item}\n")) == ["uptime -p"]


@pytest.mark.parametrize(
    "item",
    ["Run `lvs -o name`", "Checks: `lvs -o name`", "Access the host, then run `lvs -o name`",
     "Process the list with `lvs -o name`", "Focus on it: `lvs -o name`", "Press on with `lvs -o name`"],
)  # fmt: skip
def test_what_a_reader_does_is_told(item: str) -> None:
    assert "lvs -o name" in commands(f"{HEAD}- {item}\n")


def test_what_waits_until_somebody_runs_it_is_told_of() -> None:
    told = f"{HEAD}The option keeps the threads down until you issue a `systemctl start web` by hand.\n"
    assert list(commands(told)) == ["uptime -p"]
    assert "systemctl start web" in commands(
        f"{HEAD}Wait until it is up, then issue `systemctl start web`.\n"
    )


@pytest.mark.parametrize(
    "typed", ["grub-install /dev/sdb", "sfdisk -d /dev/sda", "mkfs.xfs /dev/sdb1", "update-initramfs -u"]
)
def test_a_program_that_no_sentence_has_below_a_colon(typed: str) -> None:
    for form in ("markdown", "plain"):
        found = commands(f"Mirror\n\nRun uptime -p.\n\nWhen all is green:\n   {typed}\n", form)
        assert found[typed], form


@pytest.mark.parametrize(
    "line", ["/dev/sda and /dev/sdb", "grub-install is on /dev/sda.", "mirror on /dev/sda"]
)
def test_a_line_below_a_colon_that_is_prose(line: str) -> None:
    assert list(commands(f"# Mirror\n\nRun `uptime -p`.\n\nThe disks are:\n{line}\n")) == ["uptime -p"]


def test_a_login_in_a_block_that_is_called_yaml() -> None:
    assert "ssh ops@10.1.100.2" in commands(f"{HEAD}```yaml\n# Spine 1\nssh ops@10.1.100.2\n```\n")
    assert list(commands(f"{HEAD}```yaml\nmail: ops@example.com\nhost: web\n```\n")) == ["uptime -p"]


@pytest.mark.parametrize("statement", ["SHOW SLAVE STATUS", "STOP REPLICA", "SHOW FULL PROCESSLIST"])
def test_whole_statements_without_an_end(statement: str) -> None:
    told = [f"{HEAD}Use `{name}` to look at it.\n" for name in (statement, "CREATE INDEX")]
    found = [{step.get("command") for step in parsed_json(preview(text))["steps"]} for text in told]
    assert statement in found[0]
    assert "CREATE INDEX" not in found[1]
