"""Cases in which something is left out, in which one of several is done, and what is done beside them."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import HEAD, X, commands, told_to_people
from tests.unit.ingest.test_skips import waits_for


@pytest.mark.parametrize(
    "text",
    [
        f"- Stop it (skip if it is old): `{X}`",
        f"- Skip this if it is old: `{X}`",
        f"- `{X}` (not needed if it is old)",
        f"- `{X}` — not necessary if it is old",
        f"Skip this step if it is old. Otherwise run `{X}`.",
        f"Skip this step if it is old. Run `{X}`.",
        f"Skip this if it is old.\n\n```\n{X}\n```",
        f"Not needed if it is old:\n\n```\n{X}\n```",
        f"Run `{X}`. Skip this if it is old.",
        f"```\n{X}\n```\n\nSkip this if it is old.",
        f"## Stop (skip if it is old)\n\n```\n{X}\n```",
        f"## Stop\n\nSkip this section if it is old.\n\nThe web has a cache.\n\n```\n{X}\n```",
    ],
)
def test_what_is_left_out_in_a_case_is_done_in_the_other_one(text: str) -> None:
    assert waits_for(f"{HEAD}{text}\n", X) == ("if it is old", "no")


@pytest.mark.parametrize("text", [f"- Do not skip this if it is old: `{X}`", f"- `{X}` (only if it is old)"])
def test_what_is_not_left_out_is_done(text: str) -> None:
    asked = waits_for(f"{HEAD}{text}\n", X)
    assert asked is None or asked[1] == "yes"


def test_a_version_ends_no_case() -> None:
    assert waits_for(f"{HEAD}- Upgrade (skip if already on 1.29): `{X}`\n", X) == ("if already on 1.29", "no")


@pytest.mark.parametrize(
    "told", ["Skip to step 4 if it is fine.", "Go to step 4 if it is fine.", "Stop here if it is fine."]
)
def test_the_case_of_a_jump_may_stand_behind_it(told: str) -> None:
    text = f"# A\n\n1. Check `df -h`.\n2. {told}\n3. Run `{X}`.\n4. Run `uptime`.\n"
    assert waits_for(text, X) == ("if it is fine", "no")


def test_arrows_may_lead_to_a_step() -> None:
    text = (
        "# A\n\n## Step 1 - Decide\n\n* more than 100k messages -> do NOT purge, go to step 3\n"
        "* otherwise -> step 2\n\n"
        f"## Step 2 - Purge\n\n`{X}`\n\n## Step 3 - Scale\n\n`uptime`\n"
    )
    assert waits_for(text, X) == ("more than 100k messages", "no")
    assert waits_for(text, "uptime") is None


@pytest.mark.parametrize("label", ["Between 70% and 90%", "Below 70%", "At least 3 nodes", "Under 10 s"])
def test_a_range_is_a_case(label: str) -> None:
    assert waits_for(f"{HEAD}- {label}: run `{X}`.\n", X) == (label, "yes")


def test_what_is_done_in_a_case_may_stand_behind_why() -> None:
    assert "false alarm, close the alert." in told_to_people(
        f"{HEAD}- Below 70%: false alarm, close the alert.\n"
    )


@pytest.mark.parametrize(
    "told",
    ["Edit `/etc/app.conf` and set `max_conn=200`.", "Open `/etc/hosts` and add the line for `db2`."],
)  # fmt: skip
def test_what_a_person_edits_before_a_command_is_a_step(told: str) -> None:
    text = f"{HEAD}{told} Then run `systemctl reload web`.\n"
    assert told.replace("`", "") in told_to_people(text)
    assert list(commands(text)) == ["uptime -p", "systemctl reload web"]


def test_what_the_command_does_is_no_step_of_its_own() -> None:
    assert told_to_people(f"{HEAD}Restart `web`. Run `systemctl restart web`.\n").strip(" |") == ""


def test_behind_a_stop_in_its_sentence_the_other_case_holds() -> None:
    text = f"{HEAD}If the plan shows `aws_db_instance`, STOP. Then run `{X}`.\n"
    assert waits_for(text, X) == ("If the plan shows aws_db_instance", "no")
    assert "STOP." in told_to_people(text)


@pytest.mark.parametrize("line", ["terraform apply", "make install", "docker-compose restart", "npm run"])
def test_two_words_may_be_all_of_a_command(line: str) -> None:
    assert line in commands(f"{HEAD}Run `{line}`.\n")


@pytest.mark.parametrize("name", ["kubectl logs", "systemctl restart", "git commit"])
def test_two_words_may_name_a_tool(name: str) -> None:
    assert name not in commands(f"{HEAD}Look with `{name}` at it.\n")


def test_who_logs_in_is_elsewhere() -> None:
    text = f"{HEAD}Log into the primary (`ssh db1`), and run:\n\n```\n{X}\n```\n"
    assert list(commands(text)) == ["uptime -p", "ssh db1"]
    assert X in told_to_people(text)


def test_what_is_first_may_be_said_last() -> None:
    text = f"{HEAD}```\n{X}\n```\n\nYou will lose data! Get approval from the DBA first.\n"
    assert told_to_people(text).strip(" |") == "Get approval from the DBA first."
    made = list(commands(text))
    assert made == ["uptime -p", X]


def test_the_last_sentence_says_for_which_case_the_code_below_it_is() -> None:
    text = f"{HEAD}If not running → see [install](x). If it runs but is old:\n\n```\n{X}\n```\n"
    assert waits_for(text, X) == ("If it runs but is old", "yes")
    later = f"{HEAD}Wait. You should see it. If you don't, look at the logs:\n\n```\n{X}\n```\n"
    assert waits_for(later, X) == ("If you don't", "yes")
    assert "Wait." in told_to_people(later)


def test_rows_of_ranges_are_cases() -> None:
    text = (
        "# A\n\n| Queue depth | Action |\n|---|---|\n| < 1000 | Do nothing |\n"
        f"| 1000 - 10000 | `{X}` |\n| > 10000 | `uptime` and page Ann |\n"
    )
    assert waits_for(text, X) == ("Queue depth 1000 - 10000", "yes")
    assert waits_for(text, "uptime") == ("Queue depth > 10000", "yes")
    plain = f"# A\n\n| No. | Action |\n|---|---|\n| 1 | `{X}` |\n| 2 | `uptime` |\n"
    assert waits_for(plain, X) is None


def test_a_case_in_brackets_with_its_own_deed_is_not_that_of_the_command_before_it() -> None:
    text = f"FIX\n\n1. df -h\n2. {X}  (if still running: kill -9 <pid>)\n3. /etc/init.d/tomcat start\n"
    assert commands(text, "plain") == {"df -h": False, X: False, "/etc/init.d/tomcat start": False}


@pytest.mark.parametrize(
    "over",
    [f"Wait until it is green, then stop it:\n\n```\n{X}\n```", f"Wait until it is green, then run `{X}`."],
)
def test_what_is_waited_for_before_a_command_is_a_step(over: str) -> None:
    made = told_to_people(f"{HEAD}{over}\n").strip(" |")
    assert made.startswith("Wait until it is green")
    assert made.count("Wait") == 1
    assert list(commands(f"{HEAD}{over}\n")) == ["uptime -p", X]


def test_what_is_done_then_is_for_what_was_asked() -> None:
    assert waits_for(f"{HEAD}Did the job time out? Then run `{X}`.\n", X) == ("Did the job time out?", "yes")
    assert waits_for(f"{HEAD}Look at the job. Then run `{X}`.\n", X) is None


@pytest.mark.parametrize("line", ["pgbadger /var/log/postgresql/*.log", "deployer restart /srv/app"])
def test_a_program_that_no_list_knows_is_run_where_it_is_told(line: str) -> None:
    assert line in commands(f"{HEAD}Run `{line}`.\n")
