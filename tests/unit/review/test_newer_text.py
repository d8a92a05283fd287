"""A newer text joined with the present document: what it changes, what people's edits keep, what is told."""

from __future__ import annotations

from typing import Any

import pytest

from controller.review.newer_text import Joined, join_text
from ingest.pipeline import preview
from schemas.lint import problems
from schemas.runbook import Runbook
from schemas.yaml_codec import Edit, dump_runbook, edit_yaml, load_runbook

OLD = """\
# The queue is full

You need access to the `mq` host.

1. Look at the queue: `rabbitmqctl list_queues name messages`
2. Restart the workers: `systemctl restart worker`
3. Purge the queue: `rabbitmqctl purge_queue $QUEUE`
4. Tell the team in #payments.
"""
STEPS = ("spec", "steps")


def imported(text: str) -> Runbook:
    return preview(text, name="queue-full").runbook


def joined(new: str, *edits: Edit, old: str = OLD, comment: str = "") -> tuple[Joined, Runbook]:
    base = imported(old)
    present = edit_yaml(dump_runbook(base), edits).replace("  steps:\n", f"  steps:\n{comment}", 1)
    found = join_text(base, present.encode(), imported(new))
    runbook = load_runbook(found.yaml.encode())
    assert not [item for item in problems(runbook) if item.severity == "error"]
    return found, runbook


def ids(runbook: Runbook) -> list[str]:
    return [step.id for step in runbook.spec.steps]


def changes(found: Joined) -> list[tuple[str, str]]:
    return [(item.change, item.step) for item in found.changes]


LOOK, RESTART, PURGE, TELL = ids(imported(OLD))


def test_the_same_text_changes_nothing() -> None:
    found, runbook = joined(OLD)
    assert found.changes_nothing
    assert runbook == imported(OLD)


def test_what_the_newer_text_adds_changes_and_takes_away() -> None:
    new = OLD.replace("restart worker", "restart worker@main").replace("4. Tell the team in #payments.\n", "")
    new = new.replace("3. Purge", "3. See who reads: `rabbitmqctl list_consumers`\n4. Purge")
    found, runbook = joined(new)
    assert ("changed", RESTART) in changes(found)
    assert ("removed", TELL) in changes(found)
    [added] = [step for change, step in changes(found) if change == "added"]
    assert ids(runbook) == [LOOK, RESTART, added, PURGE]
    assert runbook.step(RESTART).command == "systemctl restart worker@main"
    assert found.summary == "1 step added, 1 removed, 1 changed"
    assert runbook.spec.source is not None
    assert runbook.spec.source.sha256 == imported(new).spec.source.sha256  # type: ignore[union-attr]  # it has one


def test_edits_of_people_stay_and_the_comments_with_them() -> None:
    new = OLD.replace("name messages", "name messages consumers")
    found, runbook = joined(
        new,
        Edit((*STEPS, 0, "title"), "See how long it is"),
        Edit((*STEPS, 1, "risk"), "dangerous"),
        Edit((*STEPS, 1, "confirm"), "worker"),
        Edit((*STEPS, 3), {"id": "breathe", "title": "Breathe", "manual": "Breathe."}, insert=True),
        comment="    # looked at by Ann\n",
    )
    assert changes(found) == [("changed", LOOK)]
    look = runbook.step(LOOK)
    assert (look.title, look.command) == (
        "See how long it is", "rabbitmqctl list_queues name messages consumers",
    )  # fmt: skip
    assert (str(runbook.step(RESTART).risk), runbook.step(RESTART).confirm) == ("dangerous", "worker")
    assert ids(runbook) == [LOOK, RESTART, PURGE, "breathe", TELL]
    assert "# looked at by Ann" in found.yaml
    assert found.conflicts == ()
    assert found.summary == "1 step changed; your 4 edits are kept"


def test_what_both_changed_is_told_and_asked() -> None:
    new = OLD.replace("restart worker", "restart worker@main")
    found, runbook = joined(new, Edit((*STEPS, 1, "command"), "systemctl try-restart worker"))
    assert runbook.step(RESTART).command == "systemctl try-restart worker"
    [conflict] = found.conflicts
    assert (conflict.step, conflict.field) == (RESTART, "command")
    assert (conflict.here, conflict.newer) == (
        "systemctl try-restart worker", "systemctl restart worker@main",
    )  # fmt: skip
    [asked] = [item for item in runbook.spec.ambiguities if item.kind == "contradictory"]
    assert asked.step == RESTART
    assert "systemctl restart worker@main" in asked.text
    assert found.summary.endswith("; 1 conflict to decide")


def test_a_step_that_was_taken_out_stays_out() -> None:
    found, runbook = joined(OLD + "\n5. Look again: `uptime`\n", Edit((*STEPS, 2)))
    assert PURGE not in ids(runbook)
    assert [(item.what, item.place) for item in found.kept if PURGE in item.place] == [
        ("removed", f"step {PURGE}")
    ]
    told, _ = joined(OLD.replace("purge_queue $QUEUE", "purge_queue -p pay $QUEUE"), Edit((*STEPS, 2)))
    assert [(item.place, item.here) for item in told.conflicts if PURGE in item.place] == [
        (f"step {PURGE}", None)
    ]


def test_a_step_that_was_edited_is_not_taken_away() -> None:
    new = OLD.replace("3. Purge the queue: `rabbitmqctl purge_queue $QUEUE`\n", "")
    found, runbook = joined(new, Edit((*STEPS, 2, "timeout"), "5m"))
    assert PURGE in ids(runbook)
    assert [(item.step, item.newer) for item in found.conflicts] == [(PURGE, None)]
    assert any(item.step == PURGE and item.kind == "contradictory" for item in runbook.spec.ambiguities)
    gone, without = joined(new)
    assert PURGE not in ids(without)
    assert gone.variables_removed == ("queue",)


def test_steps_move_where_only_the_text_moved_them() -> None:
    lines = OLD.splitlines(keepends=True)
    new = "".join([*lines[:4], lines[5], lines[4], *lines[6:]])
    found, runbook = joined(new, Edit((*STEPS, 0, "timeout"), "5m"))
    assert ids(runbook) == [RESTART, LOOK, PURGE, TELL]
    assert [change for change, _ in changes(found)] == ["moved"]
    assert runbook.step(LOOK).timeout_ms == 300_000


def test_a_question_and_its_steps_keep_their_ids() -> None:
    old = "# A\n\n1. If it is up, stop it: `systemctl stop a`\n2. Otherwise start it: `systemctl start a`\n"
    new = old.replace("start a`", "start a.service`") + "3. Look: `systemctl status a`\n"
    found, runbook = joined(new, Edit((*STEPS, 0, "title"), "Is it up?"), old=old)
    assert ids(runbook)[:3] == ids(imported(old))
    assert runbook.spec.steps[0].title == "Is it up?"
    assert [change for change, _ in changes(found)] == ["changed", "added"]
    fewer, kept = joined(
        "# A\n\n1. Look: `systemctl status a`\n", Edit((*STEPS, 1, "timeout"), "5m"), old=old
    )
    assert {item.step for item in fewer.conflicts} >= {ids(imported(old))[1]}
    assert ids(imported(old))[0] in ids(kept), "the edited step waits for its answer"


@pytest.mark.parametrize("number", range(4))
def test_every_step_may_have_been_edited(number: int) -> None:
    edits: list[Any] = [Edit((*STEPS, number, "notes"), "Ask Ann."), Edit((*STEPS, number, "title"), "Mine")]
    new = OLD.replace("`", "`", 1).replace("worker`", "worker-2`").replace("team in", "team at once in")
    _, runbook = joined(new, *edits)
    assert (runbook.spec.steps[number].notes, runbook.spec.steps[number].title) == ("Ask Ann.", "Mine")
