"""A newer text joined: nothing of it is lost where nobody edited, a moved step keeps its comments, and each
conflict keeps what it concerns from running by itself.
"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from controller.review.newer_text import Joined, join_text
from ingest.pipeline import preview
from schemas.errors import Conflict
from schemas.runbook import Runbook
from schemas.yaml_codec import Edit, dump_runbook, edit_yaml, load_runbook

STEPS = ("spec", "steps")
LINES = (
    "Look at the pods: `kubectl get pods`",
    "Look again: `kubectl get pods`",
    "Restart it: `kubectl rollout restart deployment/api`",
    "If the kubelet is down, restart it: `systemctl restart kubelet`",
    "If it is still down: `systemctl restart kubelet`",
    "If the disk is full, delete old logs: `journalctl --vacuum-time=7d`",
    "Otherwise start it: `systemctl start api`",
    "Is the queue empty? If not, go to the next step.",
    "Stop the workers: `systemctl stop $WORKER`",
    "Tell the team in #ops.",
)


def text(*lines: str) -> str:
    return "# A\n\n" + "".join(f"{number}. {line}\n" for number, line in enumerate(lines, 1))


def imported(*lines: str) -> Runbook:
    return preview(text(*lines), name="a").runbook


def joined(old: Runbook, new: Runbook, *edits: Edit) -> tuple[Joined, Runbook]:
    found = join_text(old, edit_yaml(dump_runbook(old), edits).encode(), new)
    return found, load_runbook(found.yaml.encode())


def shown(runbook: Runbook) -> list[tuple[object, ...]]:
    """Steps without their ids: each that one names as its place."""
    order = {step.id: index for index, step in enumerate(runbook.spec.steps)}
    return [
        (
            *(step.command, step.manual, step.title, step.risk, step.answers, str(step.rollback)),
            sorted(order[name] for name in step.needs or ()),
            sorted(order[name] for name in (step.when.steps() if step.when else ())),
        )
        for step in runbook.spec.steps
    ]


def asked(runbook: Runbook) -> set[str | None]:
    return {item.step for item in runbook.spec.ambiguities if item.kind == "contradictory"}


@pytest.mark.parametrize("seed", range(12))
def test_where_nobody_edited_the_newer_text_is_what_comes_out(seed: int) -> None:
    chosen = random.Random(seed)
    first = chosen.sample(LINES, chosen.randint(2, 6))
    moved = chosen.sample(first, len(first))
    texts = [imported(*lines) for lines in (first, moved, chosen.sample(LINES, 5), first)]
    yaml = dump_runbook(texts[0])
    for old, new in pairwise(texts):
        found = join_text(old, yaml.encode(), new)
        yaml = found.yaml
        assert (found.kept, found.conflicts) == ((), ())
        assert shown(load_runbook(yaml.encode())) == shown(new)


def test_a_command_that_stands_there_already_may_come_again() -> None:
    old = (LINES[0], LINES[2], LINES[3])
    found, runbook = joined(imported(*old), imported(*old, LINES[1], LINES[4]))
    assert [step.command for step in runbook.spec.steps if step.command][-2:] == [
        "kubectl get pods", "systemctl restart kubelet",
    ]  # fmt: skip
    assert [item.change for item in found.changes].count("added") >= 2
    own = {"id": "mine", "title": "Mine", "command": "kubectl get pods"}
    _, once = joined(imported(*old[1:]), imported(*old[1:], LINES[1]), Edit((*STEPS, 0), own, insert=True))
    assert [step.id for step in once.spec.steps if step.command == "kubectl get pods"] == ["mine"]
    assert once.spec.steps[0].id == "mine", "a person's step stays where they put it"


def test_a_step_stays_behind_those_that_it_asks_about_where_both_moved_some() -> None:
    old = (LINES[8], LINES[0], LINES[2], "Is it up? If so, stop it: `systemctl stop api`")
    base = imported(*old)
    steps = base.to_document()["spec"]["steps"]
    edits = [Edit((*STEPS, 1)), Edit((*STEPS, 0), steps[1], insert=True)]
    found, runbook = joined(base, imported(old[3], old[1], old[2], old[0]), *edits)
    assert "order" in [item.field for item in found.conflicts]
    assert None in asked(runbook), "the order concerns every step"
    names = [step.id for step in runbook.spec.steps]
    for step in runbook.spec.steps:
        waits = step.when.steps() if step.when else ()
        assert all(names.index(name) < names.index(step.id) for name in waits)


def test_what_no_join_can_mend_is_refused_in_words() -> None:
    old = imported("If it is up, stop it: `systemctl stop a`")
    new = old.to_document()
    question, stop = new["spec"]["steps"]
    question["answers"] = ["up", "down"]
    stop["when"]["answer"] = "up"
    own = {"id": "own", "title": "Own", "command": "id", "when": {"step": question["id"], "answer": "yes"}}
    with pytest.raises(Conflict) as refused:
        joined(old, Runbook.model_validate(new), Edit((*STEPS, 2), own, insert=True))
    assert refused.value.reason_code == "cannot_join"


def test_a_moved_step_takes_its_comments_along() -> None:
    old = imported(LINES[0], LINES[2], LINES[9])
    look, restart, tell = (step.id for step in old.spec.steps)
    yaml = dump_runbook(old)
    for step in (look, restart, tell):
        yaml = yaml.replace(f"    - id: {step}\n", f"    # above {step}\n    - id: {step}  # at {step}\n")
    yaml = yaml.rstrip("\n") + "\n# the end\n"
    found = join_text(old, yaml.encode(), imported(LINES[9], LINES[8], LINES[0], LINES[2]))
    for step in (look, restart, tell):
        assert f"    # above {step}\n    - id: {step}  # at {step}\n" in found.yaml
    assert found.yaml.count("# the end\n") == 1
    assert load_runbook(found.yaml.encode()).spec.steps[0].id == tell


def test_a_conflict_about_a_variable_asks_each_step_that_it_goes_into() -> None:
    old = imported(LINES[0], LINES[8], "Start the workers: `systemctl start $WORKER`")
    document = old.to_document()["spec"]
    variables = [{**document["variables"][0], "pattern": "[a-z]{1,9}"}]
    new = old.to_document()
    new["spec"]["variables"] = [{**document["variables"][0], "pattern": "[a-f]{1,9}"}]
    found, runbook = joined(old, Runbook.model_validate(new), Edit(("spec", "variables"), variables))
    assert [item.field for item in found.conflicts] == ["pattern"]
    assert asked(runbook) == {step.id for step in runbook.spec.steps[1:]}


@pytest.mark.parametrize(
    ("name", "here", "newer"),
    [
        ("timeout", "5m", "6m"),
        ("expect", {"exitCodes": [1]}, {"exitCodes": [2]}),
        ("notes", "Mine.", "Theirs."),
    ],
)
def test_a_conflict_about_any_field_asks_its_step(name: str, here: object, newer: object) -> None:
    old = imported(LINES[0], LINES[2])
    new = load_runbook(edit_yaml(dump_runbook(old), [Edit((*STEPS, 1, name), newer)]).encode()).to_document()
    found, runbook = joined(old, Runbook.model_validate(new), Edit((*STEPS, 1, name), here))
    assert [item.field for item in found.conflicts] == [name]
    assert asked(runbook) == {old.spec.steps[1].id}


def test_a_command_and_its_rollback_are_one() -> None:
    old = imported(LINES[0], LINES[2])
    undo = {"command": "kubectl rollout undo deployment/api"}
    new = imported(LINES[0], LINES[2].replace("/api", "/shop"))
    found, runbook = joined(old, new, Edit((*STEPS, 1, "rollback"), undo))
    step = runbook.spec.steps[1]
    assert (step.command, step.rollback.command if step.rollback else None) == (
        "kubectl rollout restart deployment/api", undo["command"],
    )  # fmt: skip
    assert [(item.field, item.newer) for item in found.conflicts] == [
        ("command", "kubectl rollout restart deployment/shop")
    ]
    assert asked(runbook) == {step.id}
