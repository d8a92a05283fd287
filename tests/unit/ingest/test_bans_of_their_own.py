"""A ban that names what it forbids says nothing of what is below; one for a time or place is a case."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import commands
from tests.unit.ingest.test_cases import waits

HEAD = "# A\n\n## Repair\n\n"
LIST = "\n\n1. Run `lvs -o name`.\n2. Run `uptime -p` twice.\n"
CODE = "\n\n```\nlvs -o name\n```\n\nThen run `uptime -p`.\n"


@pytest.mark.parametrize(
    "ban",
    [
        "Never paste the unseal key in a chat.",
        "> [!CAUTION]\n> Three people must be on the call. Do not copy the key anywhere.",
        "Do not use the admin console for this.",
        "Do not apply changes during the freeze.",
        "**Never run commands of other teams!**",
        "Do not call the vendor at night.",
    ],
)
@pytest.mark.parametrize("below", [LIST, CODE])
def test_what_names_another_thing_forbids_nothing_below(ban: str, below: str) -> None:
    assert list(commands(f"{HEAD}{ban}{below}")) == ["lvs -o name", "uptime -p"]


@pytest.mark.parametrize(
    "ban",
    [
        "Never run these.",
        "Do not use the old way.",
        "Do not run the commands below.",
        "Never do it like this.",
        "Never use lvs on a mirror.",
        "Do not run",
        "Do not run any of the following commands by hand.",
        "Do not run this in any case.",
        "Never do this on any account.",
        "Do not do this at all.",
    ],
)
def test_what_points_below_still_forbids_it(ban: str) -> None:
    assert list(commands(f"{HEAD}{ban}{CODE}")) == ["uptime -p"]


@pytest.mark.parametrize(
    ("ban", "case"),
    [
        ("Kill the pod. Do not do this during business hours.", "during business hours"),
        ("Never run this on the primary.", "on the primary"),
        ("Do not run this while a backup is running:", "while a backup is running"),
    ],
)
@pytest.mark.parametrize("below", [LIST, CODE])
def test_what_is_forbidden_at_a_time_or_place_is_asked_about(ban: str, case: str, below: str) -> None:
    assert ("lvs -o name", f"{case}: is that so?", "no") in waits(f"{HEAD}{ban}{below}")


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Run `systemctl reload web`. Never restart it.", True),
        ("Run `systemctl restart web`. Never restart it.", False),
        ("Run `kubectl get pods`. Never delete them.", True),
        ("Run `rm -rf /x`. Never run this.", False),
        ("Run `rm -rf /x`. Do not use it any more.", False),
        ("Run `rm -rf /x`. Never do this without approval.", False),
        ("Run `rm -rf /x`. Do not run it until the lead agrees.", False),
        ("Run `rm -rf /x`. Do not run this unless the disk is full.", False),
        ("Run `rm -rf /x`. Never run this command.", False),
        ("Run `rm -rf /x`. Do not use this, it is broken.", False),
        ("Run `rm -rf /x`. Never do this in any case.", False),
        ("Run `rm -rf /x`. Do not run this under any circumstances.", False),
    ],
)
def test_a_ban_behind_a_command_is_of_what_it_names(said: str, typed: bool) -> None:
    assert (len(commands(f"{HEAD}Run `uptime -p`.\n\n{said}\n")) == 2) is typed


def test_a_ban_behind_a_command_for_a_place_is_its_case() -> None:
    text = f"{HEAD}Run `kubectl drain n1`. Never do this in production.\n"
    assert waits(text) == [("kubectl drain n1", "in production: is that so?", "no")]


@pytest.mark.parametrize(
    ("ban", "code"),
    [
        ("Never run the purge script on a live database.", "./purge.sh --all"),
        ("Do not use the force flag.", "terraform apply -force"),
        ("Do not call the delete endpoint.", "curl -X DELETE https://a.example/b"),
        ("Do not run a full vacuum in production.", "psql -c 'VACUUM FULL'"),
        ("Never execute a failover without approval of the DBA.", "patronictl failover x"),
        ("Do not do a hard reset.", "git reset --hard"),
        ("Never use a recursive delete.", "rm -rf /srv"),
        ("Never apply a manifest from a branch.", "kubectl apply -f x.yaml"),
        ("Do not invoke destroy.", "terraform destroy"),
        ("Do not use migrations here.", "rake db:migrate"),
        ("Never run the cleanup.", "./purge.sh"),
        ("Use the page, never the command line:", "kubectl delete ns x"),
        ("Read this, but not run:", "kubectl delete ns x"),
        ("An old example, not to be copied:", "kubectl delete ns x"),
    ],
)
def test_what_is_forbidden_in_words_and_shown_below_is_not_run(ban: str, code: str) -> None:
    assert list(commands(f"{HEAD}{ban}\n\n```\n{code}\n```\n\nThen run `uptime -p`.\n")) == ["uptime -p"]


@pytest.mark.parametrize(
    "said",
    [
        "The members do not share state, so drain each:",
        "This does not restart the pods:",
        "The manifest is append-only and never compacted by GC:",
        "A bad upload leaves its events behind, so failures here do not delete data:",
    ],
)
def test_how_a_thing_is_forbids_nothing_below(said: str) -> None:
    assert list(commands(f"{HEAD}{said}{CODE}")) == ["lvs -o name", "uptime -p"]


@pytest.mark.parametrize(
    "said",
    [
        "This does not work:",
        "People do not run this:",
        "On the primary do not restart:",
        "In production we never delete:",
        "This is a trap, do not follow it:",
        "During peak hours never restart:",
        "You don't need this:",
        "These were never tested:",
        "The following commands were never used:",
    ],
)
def test_what_people_do_not_do_is_forbidden_below(said: str) -> None:
    assert "lvs -o name" not in commands(f"{HEAD}{said}{CODE}")
