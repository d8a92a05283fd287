"""Blocks that show commands with what they print, and lines of such blocks that nobody types."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import HEAD, X, typed


def block(text: str, label: str = "", lead: str = "") -> str:
    return f"{HEAD}{lead}\n\n```{label}\n{text}\n```\n"


PARTS = """\
# look
cat /proc/mdstat
Personalities : [raid1]
md0 : active raid1 sdb1[1] sda1[0](F)
      1953382336 blocks super 1.2 [2/1] [_U]

# take it out
mdadm /dev/md0 --remove /dev/sda1
mdadm: hot removed /dev/sda1 from /dev/md0
"""


def test_each_part_of_a_block_begins_with_a_command_and_prints_below_it() -> None:
    assert typed(block(PARTS))[1:] == ["cat /proc/mdstat", "mdadm /dev/md0 --remove /dev/sda1"]


@pytest.mark.parametrize(
    "text",
    [
        "cat /etc/app/notes.d/a\nThings: 3\nOthers: 4\n\nrm -rf /var/cache/app",
        "ID | Name | Role\n---+------+-----\n1 | db1 | primary",
    ],
)
def test_what_is_printed_by_what_shows_a_file_or_stands_first_is_none(text: str) -> None:
    assert typed(block(text)) == ["uptime -p"]


@pytest.mark.parametrize(
    "line",
    [
        "181004 15:48:27 mysqld_safe WSREP: Running position recovery with --log_error='/var/x'",
        "192.168.190.232",
        "192.168.1.4 db1 localhost",
        "address = nat_poller",
        "master master01 {",
        "inventory/",
        "- glusterfs1.example.com",
        "nothing to commit, working tree clean",
        "example_2015-02-04.sql.gz",
        "/usr/lib/x86_64-linux-gnu/libnss.so.3",
    ],
)
def test_what_no_shell_runs_is_no_command_of_its_block(line: str) -> None:
    assert typed(block(f"df -h /srv\n{line}", "bash")) == ["uptime -p", "df -h /srv"]


def test_names_one_a_line_are_a_listing() -> None:
    assert typed(block("cpu_period\ncpu_quota\ncpu_shares", "console")) == ["uptime -p"]


@pytest.mark.parametrize(
    "line", ["deployer exec hub <hub>", "tox -e py38", "mgradm backup db enable", "kolla-build"]
)
def test_a_program_that_no_list_knows_is_run_in_a_block_of_a_shell(line: str) -> None:
    assert line in typed(block(line, "bash"))


@pytest.mark.parametrize("label", ["Bad:", "**Bad**:", "❌ Wrong:", "Wrong way:", "Anti-pattern:"])
def test_a_label_that_what_stands_below_is_wrong_bans_it(label: str) -> None:
    text = f"{block(X, 'bash', label)}\nGood:\n\n```bash\nsystemctl reload web\n```\n"
    assert typed(text) == ["uptime -p", "systemctl reload web"]


@pytest.mark.parametrize(
    "lead", ["Uncomment this line:", "Remove the following line:", "Change these lines:"]
)
def test_lines_that_are_edited_are_not_run(lead: str) -> None:
    assert typed(block('export JAVA_OPTS="-Xmx8g"', "bash", lead)) == ["uptime -p"]


def test_a_command_in_a_comment_is_what_its_own_ban_speaks_of() -> None:
    text = block("# rm -rf /data (do not use)\nrm -rf /data/tmp", "bash")
    assert typed(text)[1:] == ["rm -rf /data/tmp"]
    banned = block("# empties everything (do not use)\nrm -rf /data/tmp", "bash")
    assert "rm -rf /data/tmp" not in typed(banned)


@pytest.mark.parametrize("said", ["# Or `df -m` on machines that don't have it", "# or use df -m, not this"])
def test_another_way_beside_a_command_is_no_ban_on_it(said: str) -> None:
    assert "df -h" in typed(block(f"df -h {said}", "bash"))


def test_do_not_wait_tells_to_go_on() -> None:
    assert X in typed(block(f"# Stop it at once (DO NOT WAIT)\n{X}", "bash"))


def test_commands_above_the_first_prompt_are_typed_too() -> None:
    text = "docker run --rm -it \\\n   -v a:/b \\\n   img /bin/bash\n(box) $ cd /b\n(box) $ rm -rf /b/c"
    found = typed(block(text, "console"))
    assert found[1].startswith("docker run --rm -it")
    assert found[2:] == ["cd /b", "rm -rf /b/c"]
    at = "n-w001:/opt/util #"
    path = f"cd /opt/util\n\n# one\n{at} ./restore.sh -s bos\n# all\n{at} ./restore.sh -a"
    assert typed(block(path, "text"))[1:] == [
        "cd /opt/util",
        "./restore.sh -s bos",
        "./restore.sh -a",
    ]
    assert typed(block("Last login: Mon\nfree of charge\n$ df -h", "console"))[1:] == ["df -h"]


def test_yaml_that_surely_is_typed_may_hold_more_of_it() -> None:
    rows = "kubectl apply -f web.yaml\nkubectl rollout status deploy/web"
    assert typed(block(rows, "yaml"))[1:] == rows.split("\n")


def test_one_tool_that_no_list_knows_is_run_line_by_line() -> None:
    rows = "aws-vault login\naws-vault exec Ops -- make <env> drop-state"
    assert typed(block(rows))[1:] == rows.split("\n")
    assert typed(block("web-proxy restarted\nweb-proxy ready")) == ["uptime -p"]


def test_statements_below_an_opened_console_stand_behind_comments_too() -> None:
    rows = "psql -U app db\n\n# who\nSELECT 1;\n\n# stop\nSELECT pg_cancel_backend(1);\n\\q"
    assert typed(block(rows, "bash"))[1:] == [
        "psql -U app db",
        "SELECT 1;",
        "SELECT pg_cancel_backend(1);",
    ]


def test_statements_alone_are_no_lines_of_a_shell() -> None:
    found = typed(block("CREATE DATABASE app;\nGRANT ALL ON app.* TO 'a'@'%';", "console"))
    assert list(found)[1:] == ["CREATE DATABASE app;", "GRANT ALL ON app.* TO 'a'@'%';"]
    assert "TRUNCATE -s 0 /var/log/app.log" not in typed(block("TRUNCATE -s 0 /var/log/app.log", "bash"))


def test_the_name_of_a_console_may_begin_with_a_capital() -> None:
    assert "request system reboot" in typed(block("AcmeOS> request system reboot"))


@pytest.mark.parametrize(
    ("above", "printed"),
    [
        ("dig +short example.org", "example.org has address 93.184.216.34"),
        ("tail -f /var/log/app.log", "restarting worker 3"),
        ("docker restart abc123", "abc123"),
    ],
)
def test_what_a_command_right_above_prints_is_none_though_the_block_is_called_a_shells(
    above: str, printed: str
) -> None:
    assert typed(block(f"{above}\n{printed}\nuptime -s", "bash"))[1:] == [above, "uptime -s"]


@pytest.mark.parametrize(
    "line", ["tools/build.py web", "deployctl roll web", "acme restart", "acme --all", "acme=3"]
)
def test_what_has_a_sign_of_being_typed_is_typed_below_any_command(line: str) -> None:
    assert line in typed(block(f"tail /var/log/app.log\n{line}", "bash"))
    assert "acme reindex" in typed(block("tail /var/log/app.log\n\nacme reindex", "bash"))
    assert "acme reindex" in typed(block("cd /srv/acme\nacme reindex", "bash"))


def test_below_a_table_its_program_may_be_typed_again() -> None:
    rows = "kubectl get secret -A\nNAMESPACE  NAME\nweb        tls\nkubectl -n web delete secret tls"
    assert typed(block(rows, "bash"))[1:] == ["kubectl get secret -A", "kubectl -n web delete secret tls"]


def test_a_program_alone_that_looks_at_something_prints_below_it() -> None:
    assert typed(block("mailq\nMail queue is empty"))[1:] == ["mailq"]
    assert typed(block("reboot\nSome words of it")) == ["uptime -p"]


def test_a_file_behind_a_sign_below_a_line_that_goes_on_is_written() -> None:
    rows = "$ oc get machine a \\\n    -o yaml \\\n    > a.yaml"
    assert typed(block(rows))[1:] == [rows.removeprefix("$ ")]
    assert typed(block("$ pg_dump app \\\n> app.sql"))[1:] == ["pg_dump app \\\n> app.sql"]
    assert typed(block("$ docker run \\\n> --rm \\\n> img"))[1:] == ["docker run \\\n--rm \\\nimg"]


def test_what_root_types_may_end_with_a_program_alone() -> None:
    assert typed(block("# wipefs -a /dev/sda\n# reboot"))[1:] == ["wipefs -a /dev/sda", "reboot"]
    assert typed(block("# watch out\n# reboot")) == ["uptime -p"]


@pytest.mark.parametrize(
    "lead",
    [
        "Delete the following lines with:",
        "Comment out the lines in the table and unmount:",
        "Edit this line, then:",
    ],
)
def test_what_edits_lines_or_comes_behind_that_is_run(lead: str) -> None:
    assert X in typed(block(X, "bash", lead))
