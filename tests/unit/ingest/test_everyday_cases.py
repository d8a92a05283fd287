"""Cases as people on call write them: tersely, over code, in rows, behind arrows."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from tests.unit.ingest.telling import commands
from tests.unit.ingest.texts import told

UP = "uptime -p"
HEAD = f"# A\n\n1. Run `{UP}`.\n"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (
            "DISK\n\n1) is it /var/log/remote? then compress what is older\n"
            "find /var/log/remote -mtime +2 -exec gzip {} \\;\nthis takes about 20 min\n"
            "2) if still > 90%: delete archives (ask compliance first)\nfind /var/log -name '*.gz' -delete\n"
            "3) journal\njournalctl --vacuum-size=500M\n4) restart it only if it does not write\n"
            "systemctl restart rsyslog\ntail -f /var/log/x.log\n",
            [
                "?is it /var/log/remote?",
                "find /var/log/remote -mtime +2 -exec gzip {} \\;",
                "?if still > 90%: is that so?",
                "~ask compliance first",
                "find /var/log -name '*.gz' -delete",
                "journalctl --vacuum-size=500M",
                "?only if it does not write: is that so?",
                "systemctl restart rsyslog",
                "tail -f /var/log/x.log",
            ],
        ),
        (
            f"{HEAD}\nYou see one leader. If there is none, go ahead. If there are two, STOP and call me.\n",
            [
                UP,
                "?If there is none: is that so?",
                "~If there is none, go ahead.",
                "?If there are two: is that so?",
                "~STOP and call me.",
            ],
        ),
        (
            f"{HEAD}2. `systemctl stop web` if it hangs.\n",
            [UP, "?if it hangs: is that so?", "systemctl stop web"],
        ),
        (
            f"{HEAD}\n- Event 1000 → disk or memory: reboot it (`sudo reboot now`)\n",
            [UP, "?Event 1000: is that so?", "sudo reboot now"],
        ),
    ],
)
def test_cases_of_terse_texts_hold_for_what_stands_below(text: str, steps: list[str]) -> None:
    assert told(text) == steps


def test_otherwise_over_code_turns_the_case_of_its_paragraph() -> None:
    made = preview(
        f"{HEAD}2. If it says OK, reload: `rndc reload a`. Otherwise restore it from git:\n\n"
        "   ```bash\n   git checkout HEAD~1 -- a.zone\n   ```\n"
    )
    waits = {item.written: item.step.when for item in made.built.steps if item.written}
    answers = {command: when.answer if when else None for command, when in waits.items()}
    assert answers == {UP: None, "rndc reload a": "yes", "git checkout HEAD~1 -- a.zone": "no"}


def test_a_dated_line_of_a_history_is_told() -> None:
    assert told(f"{HEAD}\n2023-04-01: broker 3 was rebuilt by Anna using `esrally race --track=x`.\n") == [UP]


DIG = "dig +short www.example.com @192.0.2.1"


@pytest.mark.parametrize(
    ("row", "steps"),
    [
        (f"| Does it resolve? | `{DIG}` | an A record |", [DIG]),
        ("| Is it stuck? | `systemctl restart web` | up |", ["?Is it stuck?", "systemctl restart web"]),
    ],
)
def test_a_question_of_a_row_that_its_command_answers_is_no_case(row: str, steps: list[str]) -> None:
    assert told(f"{HEAD}\n| What | Command | Expected |\n|---|---|---|\n{row}\n") == [UP, *steps]


def test_a_way_through_menus_is_no_case() -> None:
    assert not preview(f"{HEAD}2. AWS Console → RDS → Databases\n").cases


def test_what_is_wrong_in_a_case_retracts_nothing() -> None:
    check = "named-checkzone example.com /etc/bind/zones/example.com.zone"
    for lead, steps in (
        ("If both are wrong, check the zone file:", ["?If both are wrong: is that so?", check]),
        ("The wrong command:", []),
    ):
        assert told(f"{HEAD}\n{lead}\n\n```\n{check}\n```\n") == [UP, *steps], lead


def test_a_cmdlet_is_typed_into_powershell_whether_the_scanner_knows_it_or_not() -> None:
    made = preview(f"{HEAD}2. Reboot it (`Restart-Computer -Force`).\n3. Run `Start-WebAppPool -Name x`.\n")
    assert [item.dialect for item in made.built.steps] == ["shell", "powershell", "powershell"]


@pytest.mark.parametrize(
    ("behind", "steps"),
    [
        ("First drain the node.", ["~First drain the node.", "reboot"]),
        ("Then call Ann. Take a backup first.", ["~Take a backup first.", "reboot", "~Then call Ann."]),
        ("Run `df -h`. Ask Ann in advance.", ["reboot", "~Ask Ann in advance.", "df -h"]),
        ("The first line is of the root. Call Ann.", ["reboot", "~Call Ann."]),
        ("Before that, stop the app.", ["~Before that, stop the app.", "reboot"]),
        ("Before that, run `df -h`.", ["df -h", "reboot"]),
        (
            "Call Ann. Then run `lsblk -f`. Before this, run `df -h`.",
            ["reboot", "~Call Ann.", "df -h", "lsblk -f"],
        ),
        ("Never run `dropdb a`.", ["reboot"]),
        ("Never drop the database.", ["reboot"]),
    ],
)
def test_what_is_told_behind_a_command_to_be_done_first_is_first(behind: str, steps: list[str]) -> None:
    assert told(f"{HEAD}2. Run `reboot`. {behind}\n") == [UP, *steps]


@pytest.mark.parametrize("behind", ["Before that, stop the app.", "But beforehand drain the node."])
def test_a_paragraph_that_tells_what_is_before_is_before(behind: str) -> None:
    assert told(f"{HEAD}```sh\nreboot\n```\n\n{behind}\n") == [UP, f"~{behind}", "reboot"]


@pytest.mark.parametrize(
    "behind",
    [
        "Never run this.",
        "Never do that!",
        "Never, ever.",
        "Never run `reboot` on the primary.",
        "Never reboot the primary.",
    ],
)
def test_a_ban_behind_a_command_is_on_it(behind: str) -> None:
    assert "reboot" not in told(f"{HEAD}2. Run `reboot`. {behind}\n")


def test_a_ban_for_a_place_behind_a_command_is_a_case() -> None:
    assert told(f"{HEAD}2. Run `reboot`. Never in production.\n") == [
        UP,
        "?in production: is that so?",
        "reboot",
    ]
    assert commands(f"{HEAD}2. Run `reboot`. Never in production.\n") == {UP: False, "reboot": True}
