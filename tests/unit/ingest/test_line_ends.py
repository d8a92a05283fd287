"""A plain text with a line for each thought, and one that is wrapped at its edge."""

from __future__ import annotations

import pytest

from ingest.sources.line_ends import paragraphs_of, thoughts_of
from tests.unit.ingest.telling import commands, told_to_people

MAIL = """\
Subject: disk full on build agents (again)

hi all, since this keeps happening this is what I do when ci-agent-* alerts with "DiskSpaceLow":
check what's eating space: df -h / and then sudo du -xh --max-depth=2 /var | sort -h | tail -20
9 out of 10 times it's docker. run
    sudo docker system df
if reclaimable is > 20GB then sudo docker system prune -af
DON'T add --volumes, the maven cache lives in a volume and everyone's builds will crawl for a day.
if it's /var/log/journal: sudo journalctl --vacuum-size=500M
if it's none of these, ask Tomas.

cheers
"""
WRAPPED = """\
When the queue is stuck you will see many messages in the deferred directory and
the monitoring shows the alert "MailQueueHigh". Before you do anything, look at
the reason: run mailq and read the last lines. Most of the time the relay is
down, in which case you only have to wait. If it is up again, flush the queue
with postqueue -f and look whether the number goes down within a few minutes.
"""


def test_a_mail_with_a_line_for_each_thought_loses_no_command() -> None:
    assert commands(MAIL, "plain") == {
        "df -h /": False,
        "sudo du -xh --max-depth=2 /var | sort -h | tail -20": False,
        "sudo docker system df": False,
        "sudo docker system prune -af": True,
        "sudo journalctl --vacuum-size=500M": True,
    }
    assert "ask Tomas." in told_to_people(MAIL, "plain")


def test_a_wrapped_text_stays_one_paragraph() -> None:
    lines = WRAPPED.splitlines()
    assert list(paragraphs_of(lines)) == [(0, len(lines))]
    assert commands(WRAPPED, "plain") == {"mailq": False, "postqueue -f": True}


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        (["look at the log of postfix", "in /var/log/mail.log and check", "that the relay answers."], 1),
        (["check the disk of the host", "restart the web service afterwards"], 2),
        (["Call the DBA on duty", "if the database is slow for more than an hour"], 1),
        (["Call the DBA on duty", "if the database is slow for an hour: restart it"], 2),
        (["Look at `df", "-h` and restart the service of the host"], 1),
        (["Then restart the mail service with", "systemctl restart postfix", "and watch the queue."], 1),
        (["a", "restart the service of the host"], 1),
        ([], 1),
    ],
)  # fmt: skip
def test_a_line_ends_where_something_new_begins(lines: list[str], parts: int) -> None:
    found = list(paragraphs_of(lines))
    assert len(found) == parts
    assert [at for begin, end in found for at in range(begin, end)] == list(range(len(lines)))


@pytest.mark.parametrize(
    ("item", "guarded", "told"),
    [
        (
            "Look at it: `kubectl get node n3`\n   Check the logs.",
            {"kubectl get node n3": False},
            "Check the logs.",
        ),
        (
            "Run `kubectl get node n3`\n   Drain it by hand",
            {"kubectl get node n3": False},
            "Drain it by hand",
        ),
        ("Run `uptime`\n   If it is down, run `reboot`", {"uptime": False, "reboot": True}, None),
        (
            "Run `uptime`\n   **Never** restart the pod.\n   Then run `df -h`",
            {"uptime": False, "df -h": False},
            None,
        ),
    ],
)
def test_a_line_of_an_item_that_begins_anew_is_a_sentence_of_its_own(
    item: str, guarded: dict[str, bool], told: str | None
) -> None:
    text = f"# A\n\n1. {item}\n2. Run `free`\n"
    assert commands(text) == {**guarded, "free": False}
    assert told is None or told in told_to_people(text)


@pytest.mark.parametrize(
    "paragraph",
    [
        "Look at the nodes of the cluster that the alert names before you go on, and\nCheck_MK",
        "Use the\nCheck page of the console to see them all.",
        "See the nodes, pods and\nRestart counts of the whole cluster.",
        "Look at the dashboard of the team, where the panels of the cluster stand, see also\nCheck the logs.",
        "Look at the dashboard of the\nrestart counts.",
    ],
)
def test_a_wrapped_line_of_markdown_goes_on(paragraph: str) -> None:
    assert list(thoughts_of(paragraph)) == []


def test_a_case_alone_in_its_line_is_no_word_of_the_command_above() -> None:
    text = (
        "# A\n\n1. Is it paused? (somebody forgot it)\n        patronictl -c /etc/patroni/p.yml show-config"
        ' | grep -i pause\n    if "pause: true":\n        patronictl -c /etc/patroni/p.yml resume p --wait\n'
    )
    assert commands(text)["patronictl -c /etc/patroni/p.yml resume p --wait"] is True
    assert commands(
        "# A\n\n1. Restart\n   the service with it, if\n   it is down:\n\n   ```\n   df -h\n   ```\n"
    ) == {"df -h": True}
