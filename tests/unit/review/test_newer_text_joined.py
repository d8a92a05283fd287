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


def told_beside(found: Joined) -> list[tuple[str, str]]:
    return [(item.change, item.place) for item in found.beside]


def test_what_changes_beside_the_steps_is_told_and_is_no_nothing() -> None:
    old = preview("# A\n\nYou need VPN access.\n\n1. Run `kubectl get pods`\n", name="a").runbook
    page = "# A better title\n\nYou need VPN access and the role dba.\n\n1. Run `kubectl get pods`\n"
    found, runbook = joined(old, preview(page, name="a").runbook)
    assert told_beside(found) == [
        ("changed", "the runbook's title"),
        ("removed", "prerequisite You need VPN access."),
        ("added", "prerequisite You need VPN access and the role dba."),
    ]
    assert not found.changes_nothing
    assert found.summary == "no step changes; 3 changes beside the steps"
    assert [item.text for item in runbook.spec.prerequisites] == ["You need VPN access and the role dba."]
    same, _ = joined(old, old)
    assert same.changes_nothing and same.beside == ()


def test_a_new_warning_of_the_whole_text_comes_in() -> None:
    page = "# A\n\n{}1. Run `kubectl get pods`\n2. Run `df -h`\n"
    old = preview(page.format(""), name="a").runbook
    new = old.model_copy(update={"spec": old.spec.model_copy(update={"notes": "Never touch billing."})})
    found, runbook = joined(old, new)
    assert runbook.spec.notes == "Never touch billing."
    assert told_beside(found) == [("changed", "the runbook's notes")]


RENAMED = (
    Edit((*STEPS, 0, "command"), "kubectl get pods -n {{ ns }}"),
    Edit((*STEPS, 1, "command"), "kubectl get svc -n {{ ns }}"),
    Edit(("spec", "variables", 0, "name"), "ns"),
)


def test_a_variable_that_a_person_renamed_stays_renamed_in_what_is_newer() -> None:
    lines = ("See: `kubectl get pods -n <namespace>`", "See: `kubectl get svc -n <namespace>`")
    newer = (
        "See: `kubectl get pods -n <namespace> -o wide`", lines[1],
        "Then: `kubectl get deploy -n <namespace>`",
    )  # fmt: skip
    found, runbook = joined(imported(*lines), imported(*newer), *RENAMED)
    assert [step.command for step in runbook.spec.steps] == [
        "kubectl get pods -n {{ ns }} -o wide",
        "kubectl get svc -n {{ ns }}",
        "kubectl get deploy -n {{ ns }}",
    ]
    assert [item.name for item in runbook.spec.variables] == ["ns"]
    assert found.conflicts == ()
    assert [(item.place, item.what, item.field) for item in found.kept] == [
        ("variable ns", "changed", "name")
    ]
    assert (found.variables_added, found.variables_removed) == ((), ())


@pytest.mark.parametrize(
    "newer",
    [
        "See: `kubectl get pods -n <namespace> --context <ns>`",  # the newer text has a variable of that name
        "See: `kubectl get pods -n <namespace> -o wide`",
    ],
)
def test_a_name_that_is_not_surely_the_same_variable_is_left_alone(newer: str) -> None:
    lines = ("See: `kubectl get pods -n <namespace>`", "See: `kubectl get svc -n <namespace>`")
    half = (RENAMED[0], Edit((*STEPS, 1, "command"), "kubectl get svc -n {{ other }}"), RENAMED[2])
    more = Edit(("spec", "variables", 1), {"name": "other"}, insert=True)
    edits = RENAMED if "<ns>" in newer else (*half, more)
    found, _ = joined(imported(*lines), imported(newer, lines[1]), *edits)
    assert [item.field for item in found.conflicts if item.step] == ["command"]
