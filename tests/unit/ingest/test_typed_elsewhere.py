"""What is typed at other prompts: of Windows, of routers, of consoles that a command opens; and by root."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import preview
from tests.unit.ingest.telling import HEAD, commands


def typed(text: str) -> list[tuple[str, str]]:
    """The commands of a text with their dialects, without the one of HEAD."""
    steps = parsed_json(preview(text))["steps"]
    return [
        (step["command"], step["dialect"])
        for step in steps
        if step.get("command", "uptime -p") != "uptime -p"
    ]


@pytest.mark.parametrize(
    "line",
    ["sfc /scannow", "DISM /Online /Cleanup-Image /RestoreHealth", "chkdsk c:", "net stop spooler",
     "sc query w32time", "reg query HKLM\\Software\\Acme", "ipconfig /flushdns", "tool.exe --file out.txt"],
)  # fmt: skip
def test_a_command_of_windows_needs_no_label(line: str) -> None:
    shown = (f"```\n{line}\n```", f"`{line}`", line, f"1. Run `{line}`.", f"```bash\n{line}\n```")
    for text in shown:
        assert typed(f"{HEAD}Repair it:\n\n{text}\n") == [(line, "cmd")], text


def test_what_a_command_of_windows_prints_is_none() -> None:
    block = "net start\nThese services are started:\n\n   DHCP Client\n\nThe command completed.\ncd C:\\Logs"
    assert typed(f"{HEAD}```\n{block}\n```\n") == [("net start", "cmd"), ("cd C:\\Logs", "cmd")]


@pytest.mark.parametrize(
    "line", ["net income grew", "sc is short for service control", "defrag and cleanmgr are old",
     "reg the user",
             "`GET /health`", "sfc", "netsh, ipconfig and sfc."],
)  # fmt: skip
def test_words_that_are_no_command_of_windows(line: str) -> None:
    assert typed(f"{HEAD}Look at it.\n\n{line}\n") == []


def test_a_router_is_known_by_its_prompt() -> None:
    block = (
        "{master:0}[edit]\nops@qfx-1# set chassis auto-image-upgrade\nops@qfx-1# commit\ncommit complete\n\n"
        "ops@qfx-1> show version\nHostname: qfx-1"
    )
    assert typed(f"{HEAD}```\n{block}\n```\n") == [
        ("set chassis auto-image-upgrade", "switch"), ("commit", "switch"), ("show version", "switch")
    ]  # fmt: skip
    assert typed(f"{HEAD}```\nroot@db1# rm -rf /tmp/x\n```\n") == [("rm -rf /tmp/x", "shell")]


def test_a_console_that_an_earlier_command_opened_is_known_by_its_prompt() -> None:
    text = (
        f"{HEAD}```\n$ sudo parted /dev/sdb\n```\n\nThen:\n\n```\n(parted) p\nModel: x\n(parted) rm 2\n```\n"
    )
    assert [command for command, _ in typed(text)] == ["sudo parted /dev/sdb", "p", "rm 2"]
    assert typed(f"{HEAD}```\n(venv) $ pip install x\n```\n") == [("pip install x", "shell")]


@pytest.mark.parametrize(
    "opener",
    ["docker exec -it db psql -U postgres", "kubectl exec -it db-0 -n prod -- psql -U app", "psql -h db"],
)
def test_sql_below_what_opens_its_console_wherever_that_stands(opener: str) -> None:
    block = f"systemctl status postgresql\n{opener}\nSELECT 1;\n\\q\nuptime -s"
    found = [command for command, _ in typed(f"{HEAD}```bash\n{block}\n```\n")]
    assert found == ["systemctl status postgresql", opener, "SELECT 1;", "uptime -s"]


@pytest.mark.parametrize(
    "statement", ["STOP SLAVE;", "CHANGE MASTER TO MASTER_HOST='db1';", "set global x_counter=1;",
                  "PURGE BINARY LOGS BEFORE '2024-01-01';", "stop slave ;\nstart slave ;"],
)  # fmt: skip
def test_statements_of_mysql(statement: str) -> None:
    every = [line.rstrip() for line in statement.split("\n")]
    found = [
        command.rstrip()
        for command, dialect in typed(f"{HEAD}```sql\n{statement}\n```\n")
        if dialect == "sql"
    ]
    assert found == every
    plain = parsed_json(preview(f"Repair\n\nOn the replica\n\n{statement}\n\nRun uptime -p\n", "plain"))
    told = [step["command"].rstrip("; ") for step in plain["steps"] if "command" in step]
    assert told[: len(every)] == [line.rstrip("; ") for line in every]


def test_root_above_what_is_printed_in_columns_or_told_of_hosts() -> None:
    rows = "# chkconfig --list httpd\nhttpd           0:off   1:off   2:on\n# chkconfig httpd on"
    assert [command for command, _ in typed(f"{HEAD}```\n{rows}\n```\n")] == [
        "chkconfig --list httpd",
        "chkconfig httpd on",
    ]
    told = "# ansible all -m ping\nweb-1 | FAILED | rc=1 >>\n# STATE saved\nweb-2 | success | rc=0 >>"
    assert [command for command, _ in typed(f"{HEAD}```shell-session\n{told}\n```\n")] == [
        "ansible all -m ping"
    ]
    assert typed(f"{HEAD}```shell-session\nweb-1 | FAILED | rc=1 >>\nERROR 2002: no\n```\n") == []


def test_a_comment_behind_a_prompt_is_none_of_the_commands() -> None:
    block = "$ # You can set it aside\n$ # with this:\n$ sudo crm node standby web-1"
    assert [command for command, _ in typed(f"{HEAD}```\n{block}\n```\n")] == ["sudo crm node standby web-1"]


@pytest.mark.parametrize(
    "block",
    ["/etc/fstab\n/etc/sysconfig/network-scripts/* (CentOS)\n/tmp/*\n/boot/*", "/proc/*\n/etc/network/*"],
)
def test_a_list_of_places_is_run_by_nobody(block: str) -> None:
    indented = block.replace("\n", "\n    ")
    assert typed(f"{HEAD}Leave these out:\n\n    {indented}\n") == []


@pytest.mark.parametrize(
    "line", ["pg_dump [connection-option...] [option...] [dbname]", "nodetool [options] status",
             "nodetool decommission [-f, --force]"],
)  # fmt: skip
def test_how_a_program_is_called_is_no_call(line: str) -> None:
    assert typed(f"{HEAD}```bash\n{line}\n```\n") == []
    assert typed(f"{HEAD}`{line}`\n") == []


@pytest.mark.parametrize("line", ["[ -f /etc/x ] && cat /etc/x", "ls [ab]*", "grep '[-a]' /etc/x"])
def test_brackets_that_a_shell_reads(line: str) -> None:
    assert [command for command, _ in typed(f"{HEAD}```bash\n{line}\n```\n")] == [line]


def test_lines_that_go_on_though_their_backslash_is_spoilt() -> None:
    blank = f"{HEAD}```bash\nredis-cli --cluster create a:1 \\\nb:1 \\ \nc:1\n```\n"
    assert [command for command, _ in typed(blank)] == ["redis-cli --cluster create a:1 \\\nb:1 \\\nc:1"]
    made = preview(f"{HEAD}```bash\ndocker run --rm \\\n  -v /a:/a\n  -it acme/x:1\n```\n")
    assert made.built.steps[-1].step.command == "docker run --rm \\\n  -v /a:/a \\\n  -it acme/x:1"
    assert [repair.kind for repair in made.normalized.repairs] == ["backslash that was left out"]
    apart = f"{HEAD}```bash\ndocker run --rm \\\n  -v /a:/a\nuptime -s\n```\n"
    assert [command for command, _ in typed(apart)] == ["docker run --rm \\\n  -v /a:/a", "uptime -s"]


def test_lines_of_a_file_shown_again_are_no_commands() -> None:
    made = "cat > s.conf <<EOF\nport 5002\nsentinel monitor m 10.0.0.1 6380 2\nEOF"
    text = f"{HEAD}```bash\n{made}\n```\n\nIt has\n\n"
    assert len(typed(f"{text}```bash\nsentinel monitor m 10.0.0.1 6380 2\n```\n")) == 1
    script = f"{HEAD}```bash\ncat > s.sh <<EOF\nsystemctl restart web\nEOF\n```\n\nOr at once:\n\n"
    assert typed(f"{script}```bash\nsystemctl restart web\n```\n")[1:] == [("systemctl restart web", "shell")]


def test_a_page_of_mdx_begins_with_no_step() -> None:
    text = "import Tabs from '@theme/Tabs';\nimport Item from '@theme/Item';\n\n# A\n\nRun `uptime -p`.\n"
    assert [step["kind"] for step in parsed_json(preview(text))["steps"]] == ["command"]


def test_a_listing_that_lost_a_colon_is_one() -> None:
    text = "A\n=\n\nLook at it:\n\n.. code:\n\n   $ sudo gdisk /dev/sda\n\n.. note: rm -rf /\n"
    assert list(commands(text, "rst")) == ["sudo gdisk /dev/sda"]


@pytest.mark.parametrize(
    ("said", "run"),
    [("Don't do this for multiple nodes at the same time.", True), ("Never run this on both members.", True),
     ("Don't run this on all nodes:", False), ("Do not run the following command.", False)],
)  # fmt: skip
def test_not_at_once_is_no_ban(said: str, run: bool) -> None:
    assert ("lvs -o name" in commands(f"{HEAD}{said}\n\n```\nlvs -o name\n```\n")) is run


def test_a_program_that_no_list_knows_alone_in_a_plain_text() -> None:
    line = "acmecloud ks worker reload -c <name> --worker <id>"
    text = f"Reload\n\nClassic: Reload the node.\n\n{line}\n\nRun uptime -p\n"
    assert len(commands(text, "plain")) == 2
    prose = "Reload\n\nnobody knows the flag of the tool that was -c once\n\nRun uptime -p\n"
    assert list(commands(prose, "plain")) == ["uptime -p"]


def test_a_line_that_begins_with_a_word_of_a_sentence_is_no_program() -> None:
    text = "# Jail\n\nRun `uptime -p`.\n\nin jail\npw groupadd -q -n data\n"
    assert not any(command.startswith("in jail") for command in commands(text))
