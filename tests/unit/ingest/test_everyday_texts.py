"""How people on call write: prose among commands, cards of labels, arrows, what stands beside a command."""

from __future__ import annotations

import pytest

from ingest.extract.metadata import is_metadata
from ingest.extract.prose_lines import is_prose
from ingest.pipeline import preview
from tests.unit.ingest.texts import told

UP = "uptime -p"
HEAD = f"# A\n\n1. Run `{UP}`.\n"


@pytest.mark.parametrize(
    "line",
    [
        "wait till the lag goes down (usually 10-15 min)",
        "if it doesn't, call the backend team lead",
        "the LAG column should be < 10000",
        "then restart the other one as well",
        "check that all of the pods are up",
        "this should take less than a minute",
        "watch the log until it says ready",
        "make sure that the replica is in sync",
        "otherwise page the DBA on call",
        "curl the endpoint until it is up again",
        "Wait until all pods are Running",
        "exit the pod when you are done # really",
    ],
)
def test_a_line_of_prose_is_none_of_a_shell(line: str) -> None:
    assert is_prose(line)


@pytest.mark.parametrize(
    "line",
    [
        "wait",
        "wait $pid",
        "wait-for-it db:5432",
        "if systemctl is-active web; then echo it is up; fi",
        "while true; do date; sleep 1; done",
        "until curl -sf http://x/health; do sleep 1; done",
        "for i in a b c; do echo $i; done",
        "echo wait for the other node to be up",
        "git commit -m 'wait until it is up and the rest is done'",
        "kubectl wait --for=condition=ready pod/x",
        "find / -name core",
        "make test",
        "test -f /tmp/x",
        "watch kubectl get pods",
        "kill -9 4711",
        "deployctl promote the-standby",
        "exit  # we are done, get out",
        "Successfully rolled out the deployment",
        "time ./backup.sh to the nas",
    ],
)
def test_a_command_is_no_prose(line: str) -> None:
    assert not is_prose(line)


SCALE = "kubectl -n orders scale deploy/c --replicas=<N>"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (
            f"KAFKA\n\n1) Scale up:\n   {SCALE}    # max 12, = partitions!\n   wait till lag goes down\n"
            "   if it doesn't, call the team lead\n2) look at it\n   kubectl -n orders get pods\n"
            "   the READY column should be 1/1\n",
            [
                SCALE,
                "~wait till lag goes down",
                "?if it doesn't: is that so?",
                "~call the team lead",
                "kubectl -n orders get pods",
            ],
        ),
        (
            "# A\n\n```\nkubectl get pods\nwait until all of them are Running\nkubectl get nodes\n```\n",
            ["kubectl get pods", "~wait until all of them are Running", "kubectl get nodes"],
        ),
        (
            "# A\n\n```bash\ncat > /etc/motd <<EOF\nwait until it is up\nEOF\n```\n",
            ["cat > /etc/motd <<EOF\nwait until it is up\nEOF"],
        ),
        (
            '# A\n\n```bash\necho "first line\nwait until it is up\nand so on"\n```\n',
            ['echo "first line\nwait until it is up\nand so on"'],
        ),
        (
            "# A\n\n```bash\ndocker run -it \\\n  wait until it is up\n```\n",
            ["docker run -it \\\n  wait until it is up"],
        ),
        ("# A\n\n```bash\napt upgrade -y\nRun 'apt list' to see them.\n```\n", ["apt upgrade -y"]),
    ],
)
def test_prose_among_commands_is_read_as_prose(text: str, steps: list[str]) -> None:
    assert told(text) == steps


def test_a_block_is_parted_only_into_whole_commands_that_no_line_of_prose_limits() -> None:
    get, kill = "kubectl get pods", "kubectl delete pod web-0"
    loop = "for h in a b; do\nwait for all of them to be done\nssh $h reboot\ndone"
    quoted = 'psql shop -c "\ndelete the rows that are in the table of it\nselect 1"'
    typed = ["mysql shop", "delete all the rows from the table for good", "drop table orders"]
    whole = {
        f"{get}\nif this is the primary, stop\n{kill}": None,
        f"{get}\nif it is the primary, do not go on\n{kill}\nkubectl delete pod web-1": None,
        f"{get}\nif the lag is high, wait\n{kill}": None,
        f"{get}\nif it is stuck, do not do this:\n{kill}": None,
        f"{get}\nwhen it is a statefulset, skip this\n{kill}": [
            get,
            "when it is a statefulset, skip this",
            kill,
        ],
        f"systemctl status web\n{loop}": ["systemctl status web", loop],
        f'echo "don\'t"\n{quoted}\nsystemctl restart web': ['echo "don\'t"', quoted, "systemctl restart web"],
        "\n".join(typed): typed,
        f"{get}\nthen check that all of them are up\n{kill}": [
            get,
            "~then check that all of them are up",
            kill,
        ],
    }
    read = {text: told(f"# A\n\n```\n{text}\n```\n") for text in whole}
    assert read == {text: steps or [text] for text, steps in whole.items()}


def test_what_tells_to_stop_in_a_case_is_not_turned_round() -> None:
    kill = "kubectl delete pod web-0"
    cases = {
        "If this is the primary, stop.": "no",
        "If this is the primary, stop here:": "no",
        "If it is a statefulset, skip this.": "no",
        "If it is the primary, do not go on.": "no",
        "If it hangs, stop it:": "yes",
        "If it hangs, delete the pod:": "yes",
    }
    for lead, answer in cases.items():
        steps = preview(f"# A\n\n{lead}\n\n```\n{kill}\n```\n").built.steps
        waits = [item.step.when.answer for item in steps if item.written == kill and item.step.when]
        assert waits == [answer], lead
    for said in ("if it hangs, never reboot the host",):
        assert not preview(f"{HEAD}2. Run `df -h`; {said}\n").cases


def test_code_in_brackets_that_changes_something_is_only_spoken_of() -> None:
    for said in (
        "Look at how Bob deleted it (`rm -rf /data`).",
        "Wait until the cron job has removed it (`rm -rf /old`).",
        "Wait till Ann has restarted it (`systemctl restart web`).",
        "Keep the old way in mind (`rm -rf /old`).",
        "Look for processes that drop it (`dropdb shop`).",
        "Restore the deleted table (`dropdb shop`).",
    ):
        assert told(f"{HEAD}2. {said}\n") == [UP, f"~{said.replace('`', '')}"]


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        (
            "Restart it: `systemctl restart web`. Wait 5 minutes.",
            ["systemctl restart web", "~Wait 5 minutes."],
        ),
        (
            "Restart it: `systemctl restart web`. If it does not come back, escalate to the lead.",
            [
                "systemctl restart web",
                "?If it does not come back: is that so?",
                "~escalate to the lead.",
            ],
        ),
        (
            "Restart it: `systemctl restart web`. Wait until it is there (`curl localhost:9200/_cat/nodes`).",
            ["systemctl restart web", "curl localhost:9200/_cat/nodes"],
        ),
        ("Close the tap. Run `df -h`.", ["~Close the tap.", "df -h"]),
        ("Restart the web server. Run `systemctl restart web`.", ["systemctl restart web"]),
        ("Run `df -h`. Note the mount. Never delete the WAL.", ["df -h", "~Note the mount."]),
        (
            "`systemctl stop web`; if it hangs, page @sre.",
            ["systemctl stop web", "?if it hangs: is that so?", "~page @sre."],
        ),
        (
            "Run `systemctl stop web` if the disk is full.",
            ["?if the disk is full: is that so?", "systemctl stop web"],
        ),
        ("`systemctl stop web`; then tell #ops.", ["systemctl stop web", "~then tell #ops."]),
        ("Delete the pod (`kubectl delete pod x`).", ["kubectl delete pod x"]),
        ("Find the process (`java -jar app.jar`).", ["~Find the process (java -jar app.jar)."]),
        ("Run `df -h`. Restart also clears the cache. Check logs are rotated nightly.", ["df -h"]),
        ("Run `df -h`. Check pods are running.", ["df -h", "~Check pods are running."]),
    ],
)
def test_what_stands_beside_a_command_is_for_a_person(said: str, steps: list[str]) -> None:
    assert told(f"{HEAD}2. {said}\n") == [UP, *steps]


@pytest.mark.parametrize(
    ("said", "runs"),
    [
        ("The cluster was migrated in 2023 with `esrally race --track=geonames`.", False),
        ("The index had been rebuilt last year using `esrally race --track=geonames`.", False),
        ("Last time Maria fixed this by running `esrally race --track=geonames`.", False),
        ("In January we solved it with `esrally race --track=geonames`.", False),
        ("Check that the track was loaded with `esrally race --track=geonames`.", True),
        ("Once the node was drained, load it with `esrally race --track=geonames`.", True),
        ("Tracks that were deleted can be loaded with `esrally race --track=geonames`.", True),
        ("Load it with `esrally race --track=geonames`.", True),
    ],
)
def test_what_was_done_is_told(said: str, runs: bool) -> None:
    assert ("esrally race --track=geonames" in told(f"{HEAD}\n{said}\n")) is runs


@pytest.mark.parametrize(
    ("line", "card"),
    [
        ("Alert: `X` · Severity: P1 · Owner: @search-infra", True),
        ("**Alert:** X", True),
        ("Contact: #fedora-admin, sysadmin-main", True),
        ("WHO: platform on-call      LAST UPDATED: 2024-03-02 (maria)", True),
        ("Team: payments | Slack: #payments | Last reviewed: 2024-01-02", True),
        ("Status: draft\nVersion: 3", True),
        ("Stand: 2024-03-02 · Verantwortlich: Team Datenbank", True),
        ("Contact: call the DBA on duty", False),
        ("Status: check the status page", False),
        ("Status: pending → check the quota", False),
        ("Severity: if it is P1, page the lead:", False),
        ("Contact the DBA on duty", False),
        ("Alert the team", False),
        ("Restart: the web server", False),
    ],
)
def test_a_card_of_labels_tells_nobody_to_do_anything(line: str, card: bool) -> None:
    assert is_metadata(line, []) is card


def test_a_card_that_holds_an_instruction_is_read_for_it() -> None:
    for line in (
        "Alert: disk full · Action: restart the web server",
        "Alert: disk full; Fix: restart the web server",
        "Alert: disk full, restart the web server",
    ):
        assert not is_metadata(line, []), line


def test_a_card_that_holds_a_command_is_read_for_it() -> None:
    assert not is_metadata("Status: systemctl status web", ["systemctl status web"])


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        (
            "Lag on ONE partition only? -> go to 6. Lag on all? -> call the DBA.",
            ["?Lag on ONE partition only?", "~go to 6.", "?Lag on all?", "~call the DBA."],
        ),
        ("Is it up? -> done. Still down? -> call the DBA.", ["?Still down?", "~call the DBA."]),
        ("Go to Settings → Users. Click Add → Save.", ["~Go to Settings → Users. Click Add → Save."]),
        (
            "If it is yellow, only replicas are missing: skip to “Yellow”.",
            ["?If it is yellow: is that so?", "~only replicas are missing: skip to “Yellow”."],
        ),
    ],
)
def test_arrows_and_reasons_lead_to_what_is_done_then(said: str, steps: list[str]) -> None:
    assert told(f"{HEAD}2. {said}\n") == [UP, *steps]


def test_a_gate_aside_in_a_lead_comes_before_its_command() -> None:
    drop = "dropdb old"
    for lead in (
        "Drop it (older than a year - ask the data team first!):",
        "Drop it (ask the data team first):",
    ):
        assert told(f"{HEAD}\n{lead}\n\n```\n{drop}\n```\n") == [UP, "~ask the data team first", drop], lead
    assert told(f"{HEAD}\nDrop it (see above):\n\n```\n{drop}\n```\n") == [UP, drop]


def test_what_sets_up_the_shell_is_a_step_and_its_variable_is_known() -> None:
    made = preview(
        "# A\n\n## Before you start\n\n* You need the VPN.\n* `export ES=https://es:9200`\n\n## Do\n\n"
        "Run `curl $ES/_cat/health`.\n"
    )
    assert [item.written for item in made.built.steps] == [
        "export ES=https://es:9200",
        "curl $ES/_cat/health",
    ]
    assert [item.text for item in made.runbook.spec.prerequisites] == ["You need the VPN."]
    assert not made.runbook.spec.variables


def test_a_login_below_an_item_is_a_step() -> None:
    assert told("LAG\n\n1) log in to bastion\n   ssh oncall@bastion.example.com\n2) go on\n")[0] == (
        "ssh oncall@bastion.example.com"
    )


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("kafka-consumer-groups.sh --topic orders:PARTITION --to-offset OFFSET+1", ["partition", "offset_1"]),
        ("curl -XDELETE http://es/logstash-YYYY.MM.DD", ["yyyy_mm_dd"]),
        ("pg_restore /backup/db_YYYYMMDD.dump", ["yyyymmdd"]),
        ("psql -c 'SELECT a FROM b LIMIT 5 OFFSET 10'", []),
    ],
)
def test_words_in_capitals_that_stand_for_a_value(command: str, names: list[str]) -> None:
    made = preview(f"{HEAD}\n```bash\n{command}\n```\n")
    assert [item.name for item in made.runbook.spec.variables] == names
    assert all("{{ " + name + " }}" in (made.built.steps[-1].step.command or "") for name in names)


@pytest.mark.parametrize(
    "said",
    [
        "Usually resolves by itself.",
        "If verification fails, stop here and contact security.",
        "This fixes itself within 10 minutes.",
    ],
)
def test_nobody_is_asked_how_it_is_done(said: str) -> None:
    assert not preview(f"{HEAD}\n{said}\n").runbook.spec.ambiguities
