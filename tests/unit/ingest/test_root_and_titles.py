"""What root typed behind a `#`: in a block of its own, below a title, in a plain text; and titles."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from tests.unit.ingest.telling import HEAD, commands, made_of


@pytest.mark.parametrize(
    "line",
    ["# ls", "#cd /etc/swift/rings", "\t# ssh admin@web-1", "   # yum install -y httpd",
     "# katello-backup /tmp/backup", "# cd /srv\n# rm -rf /srv/old"],
)  # fmt: skip
def test_a_block_of_nothing_but_roots_lines(line: str) -> None:
    bare = [part.strip().lstrip("# ") for part in line.split("\n")]
    assert list(commands(f"{HEAD}```\n{line}\n```\n"))[1:] == bare


@pytest.mark.parametrize(
    "block",
    ["# nginx", "# web-server settings", "# make sure that it is up", "#include <stdio.h>", "#pragma once",
     "# ls\n# the list of files", "#!/bin/sh -e", "# database"],
)  # fmt: skip
def test_comments_alone_are_none(block: str) -> None:
    assert list(commands(f"{HEAD}```\n{block}\n```\n")) == ["uptime -p"]


def test_comments_beside_commands_stay_comments() -> None:
    block = "if ls /srv; then\n  # rm -rf /srv/old\n  df -h /srv\nfi"
    found = list(commands(f"{HEAD}```bash\n{block}\n```\n"))[1:]
    assert found == [block]
    over = "# cp a /srv\ncp b /srv"
    assert list(commands(f"{HEAD}```bash\n{over}\n```\n"))[1:] == ["cp b /srv"]


@pytest.mark.parametrize("form", ["markdown", "plain"])
def test_a_title_that_is_a_command_was_typed_by_root(form: str) -> None:
    first = "a) Copy it to /usr/local/sbin.\n# cp tool /usr/local/sbin"
    text = f"# Install\n\n{first}\n\nb) Look at it.\n# ls -l /usr/local/sbin\n"
    assert list(commands(text, form)) == ["cp tool /usr/local/sbin", "ls -l /usr/local/sbin"]


@pytest.mark.parametrize(
    "title", ["# Copy the tool", "# cp and mv", "# find out what is /srv", "## cp tool /usr/local/sbin"]
)
def test_other_titles_stay_titles(title: str) -> None:
    assert list(commands(f"# A\n\nRun `uptime -p`.\n\n{title}\n\nIt is so.\n", "markdown")) == ["uptime -p"]


def test_the_first_title_stays_one_though_it_is_a_command() -> None:
    made = preview("# cp tool /usr/local/sbin\n\nRun `uptime -p`.\n", "markdown")
    assert made.extraction.title == "cp tool /usr/local/sbin"


def test_titles_without_a_blank_behind_their_signs() -> None:
    needs = "##Prerequisites {#prer}\n\n- The cloud is deployed."
    text = f"#Remove a disk\n\nLook.\n\n{needs}\n\n##Removing\n\nRun `uptime -p`.\n"
    made = made_of(text)
    assert made is not None
    assert made.extraction.title == "Remove a disk"
    assert [need.text for need in made.built.runbook.spec.prerequisites] == ["The cloud is deployed."]


@pytest.mark.parametrize("said", ["#incident is where we talk.", "#1 is the first.", "Talk in #Ops first."])
def test_other_signs_are_no_titles(said: str) -> None:
    made = made_of(f"# A\n\n{said}\n\nRun `uptime -p`.\n")
    assert made is not None
    assert all(block.kind != "heading" for block in made.normalized.blocks[1:])


def test_commands_over_a_rule_are_no_title() -> None:
    lines = "sudo zfs create zroot/mr/data\nsudo mkdir /usr/jails/data"
    text = f"# Jail\n\n{lines}\n--------------------\nRun `uptime -p`.\n"
    assert list(commands(text)) == [
        "sudo zfs create zroot/mr/data",
        "sudo mkdir /usr/jails/data",
        "uptime -p",
    ]


@pytest.mark.parametrize(
    "row",
    [
        "/usr/ports  /jail/my/usr/ports  nullfs  ro  0  0",
        "/dev/sdb1 /srv ext4 defaults 0 2",
        "/swap.img none swap sw 0 0",
    ],
)
def test_a_row_of_mounts_is_no_command(row: str) -> None:
    for text in (f"```\n{row}\n```", f"    {row}", row):
        assert list(commands(f"{HEAD}The table has:\n\n{text}\n")) == ["uptime -p"], text


def test_a_copy_into_a_folder_is_done_below_it() -> None:
    text = f"{HEAD}Copy the tool to /usr/local/sbin.\n\n```\ncp tool /usr/local/sbin\n```\n"
    assert "cp tool /usr/local/sbin" in commands(text)
    shown = f"{HEAD}Copy this to /etc/cron.d/clean.\n\n```\nrm -rf /tmp/x\n```\n"
    assert "rm -rf /tmp/x" not in commands(shown)


@pytest.mark.parametrize(
    "text",
    ["# mount /dev/sdb1\n\nHow a disk is mounted.\n", "You will see:\n\n# mount /dev/sdb1\n",
     "The file has:\n\n# mount /dev/sdb1\n\nand that is a comment.\n",
     "The file contains:\n\n    mount /dev/sdb1\n"],
)  # fmt: skip
def test_a_first_line_is_a_title_and_what_a_file_holds_is_not_typed(text: str) -> None:
    assert commands(text, "plain") == {}
