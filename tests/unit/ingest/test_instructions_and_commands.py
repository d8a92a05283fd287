"""An instruction and the commands right below it are one step; what is told beside them is not lost."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import preview


def steps(text: str) -> list[str]:
    shown = parsed_json(preview(f"# A\n\n{text}\n", "markdown"))
    return [step.get("command") or step["manual"] for step in shown["steps"]]


def titles(text: str) -> list[str]:
    return [
        step["intent"] for step in parsed_json(preview(f"# A\n\n## Look\n\n{text}\n", "markdown"))["steps"]
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1. Delete the pod\n\n       kubectl delete pod a", ["kubectl delete pod a"]),
        ("Exit the pod, we are done.\n\n```\nexit\n```", ["exit"]),
        ("Remove old builds.\n\n```\ndu -sh /var/jobs\n```", ["Remove old builds.", "du -sh /var/jobs"]),
        ("Save it. You can verify it by:\n\n```\nkubectl get pvc\n```", ["Save it.", "kubectl get pvc"]),
        (
            "Increase the size:\n\n```\nspec:\n  storage: 2Gi\n```\n\n```\ndf -h\n```",
            ["Increase the size:", "df -h"],
        ),
        ("You will see:\n\n```\nA: b\n```\n\n```\ndf -h\n```", ["df -h"]),
        ("It is A rather than B.\n\n1. Rebuild the job.\n2. Run `df -h`", ["Rebuild the job.", "df -h"]),
        ("1. Within the portal, open it.\n2. Run `df -h`", ["Within the portal, open it.", "df -h"]),
        ("Build pods will not start.\n\n```\ndf -h\n```", ["df -h"]),
    ],
)  # fmt: skip
def test_what_is_a_step(text: str, wanted: list[str]) -> None:
    assert steps(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Find the node. You can do so by running:\n\n```\nkubectl get nodes\n```", ["Find the node"]),
        ("You can verify it by:\n\n```\nkubectl get nodes\n```", ["You can verify it"]),
        ("This is straight forward\n\n```\nkubectl get nodes\n```", ["Look"]),
        ("Generate the policy\n\n> ./generate_policy.py", ["Generate the policy"]),
        ("```\n# Save it\n# (replace N with yours)\ncp a N\n```", ["Save it (replace N with yours)"]),
        ("```\n# Ensure the password is usable\nvault status -a\n```", ["Ensure the password is usable"]),
    ],
)  # fmt: skip
def test_what_a_step_is_called(text: str, wanted: list[str]) -> None:
    assert titles(text) == wanted


def test_commands_of_which_one_is_run_are_cases() -> None:
    text = "Try one of:\n\n```bash\n# SmartOS:\nsvcadm restart jenkins\n# AIX:\n/etc/rc.d/jenkins start\n```"
    shown = parsed_json(preview(f"# A\n\n{text}\n", "markdown"))
    assert [(case["if"], case["then"]) for case in shown["branches"]] == [("SmartOS", [1]), ("AIX", [2])]


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("If it fails, the severity is critical. Roll it back.", "If it fails"),
        ("You may need to kill pods if they've a budget.", "if they've a budget"),
        ("Purge it. Only do this if it can be queued again.", "if it can be queued again"),
        ("Use the command below when the version is < 3.x.", "when the version is < 3.x"),
        ("If you hand it on, they will need the key.", "If you hand it on"),
    ],
)
def test_what_is_for_a_case(text: str, case: str) -> None:
    shown = parsed_json(preview(f"# A\n\nRun `df -h`.\n\n{text}\n\n```\nuptime -p\n```\n", "markdown"))
    assert case in [item["if"] for item in shown["branches"]]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("You may need to kill some pods.", True),
        ("It probably needs a cleanup.", True),
        ("You need to run the ansible scripts again.", True),
        ("Fill it in as per the syntax.", True),
        ("Confirm that the debug logs are in the bucket.", False),
        ("Check the other components.", True),
        ("Watch the log to confirm that it completes.", False),
        ("You may need to run the following script.", False),
        ("The severity is high.", False),
        ("Ensure the value doesn't have quotes in it.", False),
    ],
)
def test_what_is_asked_about(text: str, asked: bool) -> None:
    shown = parsed_json(preview(f"# A\n\n```\ndf -h\n```\n\n{text}\n", "markdown"))
    assert bool([item for item in shown["ambiguities"] if item["kind"] != "missing_value"]) == asked


@pytest.mark.parametrize(
    "text",
    [
        "You'll also need the psql tool.",
        "The only requirement is that one monitor is healthy.",
        "The commands below assume that you are in /opt.",
        "Two things are required for it:\n\n- a form",
    ],
)
def test_what_is_needed_first(text: str) -> None:
    assert parsed_json(preview(f"# A\n\n{text}\n\n```\ndf -h\n```\n", "markdown"))["prerequisites"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1. Restart it\n   - `systemctl restart a`", [("Restart it", "systemctl restart a")]),
        (
            "1. Check the pods\n   1. `kubectl get pods`\n   2. `kubectl get events`",
            [("Check the pods", "kubectl get pods"), ("Check the pods (2)", "kubectl get events")],
        ),
        (
            "1. Restart it\n   - Tell #payments\n   - `systemctl restart a`",
            [
                ("Restart it", "Restart it"),
                ("Tell #payments", "Tell #payments"),
                ("Restart it (2)", "systemctl restart a"),
            ],
        ),
        (
            "1. Ask the DBA\n   - `systemctl stop a`",
            [("Ask the DBA", "Ask the DBA"), ("Ask the DBA (2)", "systemctl stop a")],
        ),
        (
            "1. Remove old builds\n   - `du -sh /srv`",
            [("Remove old builds", "Remove old builds"), ("Remove old builds (2)", "du -sh /srv")],
        ),
        (
            "1. ping @anna first!\n2. ping db-1",
            [("Ping @anna first!", "ping @anna first!"), ("Ping db-1", "ping db-1")],
        ),
    ],
)  # fmt: skip
def test_commands_in_items_below_an_item_are_how_it_is_done(text: str, wanted: list[tuple[str, str]]) -> None:
    shown = parsed_json(preview(f"# A\n\n{text}\n", "markdown"))["steps"]
    assert [(step["intent"], step.get("command") or step["manual"]) for step in shown] == wanted


def test_a_question_stands_where_the_text_asks_it() -> None:
    text = "# A\n\n1. If it is down:\n   1. Wait a minute.\n   2. Run `systemctl restart a`\n"
    shown = parsed_json(preview(text, "markdown"))
    asked = next(step for step in shown["steps"] if step["intent"].startswith("Decide"))
    assert text[asked["span"]["start"] : asked["span"]["end"]] == "If it is down"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Prune images `docker image prune -f`", ["docker image prune -f"]),
        ("See what is full: `df -h`", ["df -h"]),
        ("Look whether it runs: `systemctl status nginx`", ["systemctl status nginx"]),
        ("Stop the service `systemctl stop nginx`.", ["systemctl stop nginx"]),
        ("Clean up the cache (`apt-get clean`)", ["apt-get clean"]),
        ("If it hangs, stop it `systemctl stop d`", ["it hangs: is that so?", "systemctl stop d"]),
        ("Remove the line `apt-get remove x`", ["Remove the line apt-get remove x"]),
        ("Stop the job `systemctl stop x`", ["Stop the job systemctl stop x"]),
        ("Delete `kubectl delete pod z`", ["Delete kubectl delete pod z"]),
        ("Never, ever, delete the pod `kubectl delete pod x`\n2. Run `uptime`", ["uptime"]),
        ("Stop using `systemctl stop g`\n2. Run `uptime`", ["uptime"]),
    ],
)
def test_a_sentence_that_ends_with_the_command_that_does_what_it_says(text: str, wanted: list[str]) -> None:
    assert [step.replace("If it", "it") for step in steps(f"1. {text}")] == wanted
