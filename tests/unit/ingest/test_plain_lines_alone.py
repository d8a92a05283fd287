"""A plain text without empty lines: what stands on a line of its own is what it looks like."""

from __future__ import annotations

import pytest

from ingest.sources.typed_lines import stands_alone
from tests.unit.ingest.telling import commands, made_of

CONFIG = "kafka-configs.sh --bootstrap-server b:1 --alter --entity-name t"
MESSY = f"""KAFKA BROKER DOWN

1) Look
kubectl -n kafka get pods -l app=kafka
Expected: 3/3 Running

5) Disk full
export TOPIC=audit-log
{CONFIG} --add-config retention.ms=3600000
wait 10 minutes, then put it back
{CONFIG} --delete-config retention.ms

6) Memory
kubectl -n kafka edit statefulset kafka  (set limits.memory to 8Gi)
-- if it fails, call Ann
-- if it works, tell the others

Rollback
If consumers complain: kubectl -n kafka rollout undo statefulset/kafka
"""


def test_each_command_is_one_and_none_is_lost() -> None:
    found = commands(MESSY, "plain")
    assert list(found) == [
        "kubectl -n kafka get pods -l app=kafka",
        "export TOPIC=audit-log",
        f"{CONFIG} --add-config retention.ms=3600000",
        f"{CONFIG} --delete-config retention.ms",
        "kubectl -n kafka edit statefulset kafka",
        "kubectl -n kafka rollout undo statefulset/kafka",
    ]
    assert found["kubectl -n kafka rollout undo statefulset/kafka"]


def test_dashes_are_items_and_a_section_stands_over_what_is_below() -> None:
    made = made_of(MESSY, "plain")
    assert made is not None
    asked = [case.text for case in made.cases]
    assert asked == ["if it fails", "if it works", "If consumers complain"]


WRAPPED = (
    "Ask whoever is on call for the database whether it is fine to have it restarted by\n"
    "kubectl rollout restart deploy/db -n prod\nand wait for their word.",
    "Then look at what the cluster of the region has, which is best done with the command\n"
    "kubectl get pods -n\nprod, as ever.",
)


@pytest.mark.parametrize("text", WRAPPED)
def test_a_line_that_a_page_broke_is_no_command_of_its_own(text: str) -> None:
    lines = text.split("\n")
    assert not stands_alone(lines, 1)
    # The same line where the ends are meant: the next word would have had room.
    assert stands_alone([lines[0], "Short.", lines[1].removesuffix(" -n") + " -n x", "Then."], 2)


def test_half_a_command_of_a_broken_line_never_runs() -> None:
    assert "kubectl get pods -n" not in commands(f"A\n\nRun `uptime -p`.\n\n{WRAPPED[1]}\n", "plain")
