"""Commands that a text tells to run and that were set aside: as a ban, a label, or as no line of a shell."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from tests.unit.ingest.telling import HEAD, X, commands, told_to_people
from tests.unit.ingest.texts import found


@pytest.mark.parametrize(
    "answer", [f"No: `{X}`", f"No → `{X}`", f"No - `{X}`", f"**No**: `{X}`", f"NO: `{X}`"]
)
def test_no_below_a_question_is_an_answer(answer: str) -> None:
    text = f"{HEAD}1. Is the queue empty?\n   - Yes: go on with step 2.\n   - {answer}\n2. Run `uptime`.\n"
    assert commands(text).get(X) is True


def test_no_without_a_question_is_a_label_of_what_not_to_run() -> None:
    assert X not in commands(f"{HEAD}- Yes: `systemctl reload web`\n- No: `{X}`\n")


@pytest.mark.parametrize(
    "behind",
    ["if it isn't", "if the service is not running", "on the replica if it is not in recovery",
     "unless that should not be", "when the disk can't be mounted", "so that jobs are not lost"],
)  # fmt: skip
def test_a_negation_in_the_case_behind_a_command_forbids_nothing(behind: str) -> None:
    text = f"{HEAD}Run `{X}` {behind}. Run `uptime`.\n"
    assert set(commands(text)) == {"uptime -p", X, "uptime"}


@pytest.mark.parametrize(
    "behind",
    ["must not be run if it is down", "should never be used when busy", "is not allowed, even if it is down"],
)
def test_a_ban_behind_a_command_holds_though_it_names_a_case(behind: str) -> None:
    assert commands(f"{HEAD}`{X}` {behind}.\n").get(X) is not False


def test_a_ban_of_the_same_deed_on_something_else_is_asked_about() -> None:
    text = f"{HEAD}Run `kubectl rollout restart deploy/web`. Never restart the database.\n\nRun `uptime`.\n"
    assert commands(text)["kubectl rollout restart deploy/web"] is True
    assert "Although it says “Never restart the database”?" in told_to_people(text)
    plain = f"{HEAD}Run `kubectl rollout restart deploy/web`. Never delete the database.\n"
    assert commands(plain)["kubectl rollout restart deploy/web"] is False


@pytest.mark.parametrize(
    "state", ["The server must not be running.", "Backups should not be running at that time.",
              "The disk must not be holding data."],
)  # fmt: skip
def test_how_something_has_to_be_forbids_nothing_below(state: str) -> None:
    assert X in commands(f"{HEAD}{state}\n\n```\n{X}\n```\n")


@pytest.mark.parametrize("ban", ["You should not be running this.", "You must not run these:"])
def test_what_nobody_should_be_running_is_forbidden(ban: str) -> None:
    assert X not in commands(f"{HEAD}{ban}\n\n```\n{X}\n```\n")


@pytest.mark.parametrize(
    "line",
    [
        ": > /var/log/app.log",
        ":>/var/log/app.log",
        ". ./env.sh",
        ". /etc/profile.d/app.sh",
        '"$JAVA_HOME/bin/java" -jar x.jar',
        "$APP_HOME/bin/stop now",
        "${APP_HOME}/bin/stop",
        "! grep -q x /etc/y",
        "psql<dump.sql",
        "gunzip<a.gz|psql db",
        "trap 'rm -f /tmp/x' EXIT",
    ],
)
def test_signs_of_the_shell_hide_no_command(line: str) -> None:
    for label in ("bash", ""):
        assert found(f"systemctl stop web\n{line}\ndf -h", label) == ["systemctl stop web", line, "df -h"]


@pytest.mark.parametrize("line", ["> /var/log/app.log", "$CMD --now", "((n++))", "2>/dev/null ls"])
def test_what_only_a_shell_reads_so_is_a_command_of_its_block(line: str) -> None:
    assert found(f"df -h\n{line}", "bash") == ["df -h", line]


@pytest.mark.parametrize("line", ["latency<5", "$100 per day", "<your-tool> restart", "cost: $5/month"])
def test_other_signs_make_no_command(line: str) -> None:
    assert found(line, "") == []


@pytest.mark.parametrize(
    "first", ["cat <<EOF > /etc/app.conf", "cat <<EOF >> /etc/app.conf", "tee /etc/x <<EOF >/dev/null"]
)
def test_a_here_document_has_no_placeholder_in_its_redirections(first: str) -> None:
    text = f"# A\n\n```\n{first}\nport=1\nEOF\n```\n"
    made = preview(text)
    assert [item.step.command for item in made.built.steps] == [f"{first}\nport=1\nEOF"]
    assert [item.question.text for item in made.built.asked if "EOF" in item.question.text] == []
    assert list(made.runbook.spec.variables) == []


def test_a_program_without_its_alias_is_one() -> None:
    assert found("\\cp a b\ndf -h", "") == ["\\cp a b", "df -h"]


def test_items_of_a_plain_list_end_the_commands_above_them() -> None:
    text = """Reboot a worker
===============

Steps:
  * Drain it:
      kubectl drain w1
  * Reboot: ssh w1 sudo reboot
  * Uncordon
      kubectl uncordon w1
"""
    assert list(commands(text, "plain")) == ["kubectl drain w1", "ssh w1 sudo reboot", "kubectl uncordon w1"]


@pytest.mark.parametrize("line", ["mytool run --all", "house-purge now", "deployer restart /srv/app"])
def test_a_command_of_an_unknown_program_alone_in_a_numbered_list_is_a_step(line: str) -> None:
    assert list(commands(f"# A\n\n1. Run `df -h`\n2. `{line}`\n")) == ["df -h", line]


@pytest.mark.parametrize("name", ["web", "config.yaml", "the queue", "max_connections = 5"])
def test_a_name_alone_in_a_numbered_list_is_none(name: str) -> None:
    assert list(commands(f"# A\n\n1. Run `df -h`\n2. `{name}`\n")) == ["df -h"]


def test_a_row_that_waits_for_somebody_is_no_ban() -> None:
    text = (
        "# A\n\n| Step | Command | Notes |\n|---|---|---|\n| Look | `df -h` | |\n"
        "| Delete | `userdel -r jdoe` | Do not run before the manager agreed |\n"
    )
    assert list(commands(text)) == ["df -h", "userdel -r jdoe"]
    assert "Do not run before the manager agreed" in told_to_people(text)
    banned = text.replace("before the manager agreed", "on the primary, ever")
    assert commands(banned).get("userdel -r jdoe") is not False


@pytest.mark.parametrize("block", ["set -a\n. ./prod.env\nset +a\n./migrate.sh", "shopt -s extglob\nls -l"])
def test_switches_of_the_shell_begin_a_block_of_commands(block: str) -> None:
    assert found(block, "") == block.split("\n")
