"""Commands without a mark of code: below a title in one paragraph, behind a prompt, over what they print."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import HEAD, commands

LONG = "This is the page of the database team, who ask you to keep to the order of what is told below.\n\n"
X = "systemctl status postgresql"


@pytest.mark.parametrize("form", ["plain", "markdown"])
@pytest.mark.parametrize(
    ("title", "typed"),
    [("Check the service on both hosts", X), ("On the standby", "journalctl -u postgresql"),
     ("Errors in the log of the kernel", "dmesg | grep -i error"),
     ("Make a volume of it", "pvcreate /dev/sdb")],
)  # fmt: skip
def test_a_line_below_a_short_title_is_a_command(form: str, title: str, typed: str) -> None:
    text = f"{LONG}{title}\n{typed}\n\nThen look at the graphs\n{typed} -n\n"
    assert list(commands(text, form)) == [typed, f"{typed} -n"]


@pytest.mark.parametrize("form", ["plain", "markdown"])
@pytest.mark.parametrize(
    "prose",
    ["You will find that nobody but the owner of the host, who has to be asked for it, may ever run\n"
     f"{X}\nand that it says little.",
     f"The old script, of which nobody knows any more who wrote it for whom at that time, called\n"
     f"{X} --no-pager\nand told nobody.",
     "It was killed on that night by somebody who wanted to free the memory of the host, and who typed\n"
     "kill -9 4711 -n\n4711 was the database.",
     f"{X}\nshows what is up.", "docker ps -a\nlists what ran."],
)  # fmt: skip
def test_a_wrapped_sentence_is_none(form: str, prose: str) -> None:
    assert list(commands(f"{LONG}{prose}\n\nRun `uptime -p`.\n", form)) == ["uptime -p"]


def test_what_is_forbidden_above_a_line_is_not_run() -> None:
    assert X not in commands(f"{LONG}Never run this one\n{X}\n\nRun uptime -p\n", "plain")
    assert X not in commands(f"{LONG}Do not run:\n{X}\n\nRun uptime -p\n", "plain")


def test_programs_alone_are_commands_where_they_only_look() -> None:
    assert list(commands("Volumes\n\npvs\nlvs\nvgs\n\nRun uptime -p\n", "plain")) == [
        "pvs",
        "lvs",
        "vgs",
        "uptime -p",
    ]
    assert list(commands("Our services\n\nnginx\nhaproxy\nmysql\n\nRun uptime -p\n", "plain")) == [
        "uptime -p"
    ]


@pytest.mark.parametrize(
    "typed",
    ["[root@db1 /]# gluster volume info", "$ nova host-list", "deploy@web-1:~$ gluster volume info",
     "\\# gluster volume info", "#gluster volume info"],
)  # fmt: skip
def test_a_paragraph_behind_a_prompt_is_a_command_and_what_it_prints(typed: str) -> None:
    told = f"# Heal\n\nLook at it.\n\n{typed}\nBrick: db1 systemctl stop x\n\nRun `uptime -p`.\n"
    bare = typed.split("# ")[-1].split("$ ")[-1].lstrip("#")
    assert list(commands(told, "markdown")) == [bare, "uptime -p"]


@pytest.mark.parametrize(
    "said", ["$ 100 is what it costs", "\\# of hosts that are down", "#gluster is where we talk"]
)
def test_signs_before_prose_are_no_prompt(said: str) -> None:
    assert list(commands(f"# Heal\n\n{said}\n\nRun `uptime -p`.\n", "markdown")) == ["uptime -p"]


def test_a_prompt_below_an_item_of_a_rest_text() -> None:
    listed = "#. To list them, run::\n\n   $ nova host-list\n\n#. Move::\n\n   $ nova evacuate web host_b\n"
    text = f"Move\n====\n\n{listed}"
    assert list(commands(text)) == ["nova host-list", "nova evacuate web host_b"]


@pytest.mark.parametrize(
    "typed",
    [
        "setfattr -n trusted.x -v 0x84 /var/brick1/gv0",
        "pvcreate -ff /dev/sdb",
        "btrfs device scan /dev/sdb/x",
    ],
)
def test_a_paragraph_that_is_a_command_of_a_program_known_to_the_scanner(typed: str) -> None:
    assert list(commands(f"# Heal\n\nSet it.\n\n{typed}\n\nRun `uptime -p`.\n")) == [typed, "uptime -p"]
    told = f"# Heal\n\nSet it.\n\n{typed} is what they ran.\n\nRun `uptime -p`.\n"
    assert list(commands(told)) == ["uptime -p"]


@pytest.mark.parametrize(
    "block",
    ["zpool status\n...\n  pool: data\n state: DEGRADED\n...",
     "cat /proc/mdstat\nPersonalities : [raid1]\nmd0 : active raid1 sda1[0]",
     "rndc status\nversion: BIND 9.18\nzones: 12"],
)  # fmt: skip
def test_a_command_is_told_from_what_it_prints_without_a_prompt(block: str) -> None:
    assert list(commands(f"# A\n\nLook at it:\n\n```\n{block}\n```\n")) == [block.split("\n")[0]]


@pytest.mark.parametrize(
    "block",
    ["Type=simple\nRestart=always",
     "Restart=always\nUser=app\nGroup=app"],
)  # fmt: skip
def test_a_file_of_settings_is_no_command(block: str) -> None:
    assert list(commands(f"{HEAD}```\n{block}\n```\n")) == ["uptime -p"]


@pytest.mark.parametrize(
    "line",
    ["......................................", "................Done!",
     "f4723652-c643-4622-802e-7b4713c2819e",
     "verify /md5 (flash:image.bin) = 2f12e313fced39906499474d0c379e79", "d41d8cd98f00b204e9800998ecf8427e"],
)  # fmt: skip
def test_what_a_program_prints_is_no_command_of_a_shell(line: str) -> None:
    assert list(commands(f"{HEAD}```bash\nls -l /srv\n{line}\n```\n")) == ["uptime -p", "ls -l /srv"]


def test_a_place_to_fill_in_with_a_blank_is_one_value() -> None:
    block = "KEY=<key name>\nCERT=<cert>\n\n# look\nopenssl rsa -noout -in $KEY"
    found = list(commands(f"# A\n\nRun:\n\n```\n{block}\n```\n"))
    assert any("openssl rsa -noout -in" in command for command in found)
    assert any(command.startswith("CERT=") for command in found)


def test_root_is_known_by_its_sign_above_an_output_with_fields() -> None:
    block = (
        "# nodetool status\n\nDatacenter: dc1\nStatus=Up/Down\n--  Address  Load\nUN  172.24.0.2  3.68 GiB"
    )
    assert list(commands(f"{HEAD}Look at it:\n\n```text\n{block}\n```\n")) == ["uptime -p", "nodetool status"]


@pytest.mark.parametrize(
    "said", ["# Node should not appear", "# the old host must not be listed", "# it shouldn't show up"]
)
def test_how_it_looks_where_all_went_well_forbids_nothing(said: str) -> None:
    assert "nodetool status" in commands(f"{HEAD}```bash\nnodetool status  {said}\n```\n")


@pytest.mark.parametrize(
    "said", ["# must not be run", "# you should not list it", "# do not show this to anybody"]
)
def test_a_ban_behind_a_command_still_holds(said: str) -> None:
    assert "nodetool status" not in commands(f"{HEAD}```bash\nnodetool status  {said}\n```\n")


def test_instead_of_what_stands_before_a_comma() -> None:
    block = "```\nceph-volume lvm create --data /dev/sdb\n```\n"
    told = f"{HEAD}Instead of preparing and activating, the device can be made in one call, like\n\n{block}"
    assert "ceph-volume lvm create --data /dev/sdb" in commands(told)
    banned = f"{HEAD}For that reason, ask instead of running\n\n{block}"
    assert "ceph-volume lvm create --data /dev/sdb" not in commands(banned)


def test_a_part_called_command_line_holds_commands() -> None:
    text = f"{HEAD}### Command Line\n\n```bash\npsql -h db -c 'SELECT 1'\n```\n"
    assert "psql -h db -c 'SELECT 1'" in commands(text)
