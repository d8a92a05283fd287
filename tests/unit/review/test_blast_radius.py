"""A hundred seeded changes: whatever begins to run by itself, or does so in more cases, is flagged, and no
change is passed off as none.

The oracle plays every run of both sides (`simulation`); what may run alone is the engine's own decision.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import pytest

from controller.governance.documents import FileKind, JudgedFile, judge_file
from controller.governance.pinning import InForce
from controller.review.change import ChangedFile, Serving
from controller.review.checks import check_change
from controller.review.sides import compare_files
from controller.review.views import RunbookChange
from ingest.advisor.advising import LOCAL
from schemas.flags import Flags
from schemas.policy import Policy
from tests.unit.review.simulation import Act, Play, play_of, widened

SEEDS: Final = 100
COMMANDS: Final = (
    "df -h",
    "uptime",
    "kubectl get pods",
    "free -m",
    "rm -rf /srv/data",
    "systemctl restart web",
)
SERVICES: Final = ("pay", "web")
TARGETS: Final = ({"role": "db"}, {"role": "host"}, {"role": "host", "env": "prod"})
NAMES: Final = ("a", "b", "c", "d")
PATH: Final = "runbooks/disk.yaml"
Document = dict[str, Any]


def document(seeds: random.Random) -> Document:
    """A runbook of a few steps: commands of every risk, questions, conditions, what they need and expect."""
    steps: list[Document] = []
    commands = seeds.sample(COMMANDS, len(COMMANDS))
    for place in range(seeds.randint(2, 4)):
        step: Document = {"id": NAMES[place], "title": f"Step {place}"}
        if seeds.random() < 0.25:
            step |= {"manual": f"Ask {place}", "answers": ["yes", "no"]}
        else:
            step |= command(seeds, commands[place])
        steps.append(step)
        if place and seeds.random() < 0.5:
            step["needs"] = needs(seeds, steps, place)
        if place and seeds.random() < 0.4:
            condition(seeds, steps, place)
    asked = seeds.choice((None, None, None, steps[0]["id"]))
    return {
        "apiVersion": "dd0c.run/v1",
        "kind": "Runbook",
        "metadata": {"name": "disk", "title": "Disk", "service": seeds.choice(SERVICES)},
        "spec": {
            "trustLevel": seeds.choice((1, 2, 2, 2)),
            **({"governance": "strict"} if seeds.random() < 0.1 else {}),
            "target": {"labels": seeds.choice(TARGETS)},
            "prerequisites": [{"id": "vpn", "text": "The board said yes"}] if seeds.random() < 0.3 else [],
            "ambiguities": [
                {"id": "q", "kind": "vague", "text": "soon", "question": "W", "step": asked}
            ] if asked else [],
            "steps": steps,
        },
    }  # fmt: skip


def command(seeds: random.Random, text: str) -> Document:
    """What a step of this command has beside it."""
    step: Document = {"command": text}
    if text.startswith("rm"):
        step |= {"risk": "dangerous", "confirm": "data"}
    if seeds.random() < 0.2:
        step["expect"] = {"exitCodes": seeds.choice(([0, 1], [1]))}
    if seeds.random() < 0.2:
        step["timeout"] = seeds.choice(("10s", "1h"))
    if seeds.random() < 0.1:
        step["target"] = {"labels": seeds.choice(TARGETS)}
    return step


def needs(seeds: random.Random, steps: list[Document], place: int) -> list[str]:
    return [step["id"] for step in steps[:place] if seeds.random() < 0.6]


def condition(seeds: random.Random, steps: list[Document], place: int) -> None:
    """Give a step a condition on one of those before it, and the need of it."""
    asked = seeds.choice(steps[:place])
    atom: Document = {"step": asked["id"]}
    words: Document = (
        {"answer": seeds.choice(("yes", "no"))} if "manual" in asked else {"exitCode": [seeds.choice((0, 1))]}
    )
    atom |= {"skipped": True} if seeds.random() < 0.2 else words
    steps[place]["when"] = {"not": atom} if seeds.random() < 0.2 else atom
    if "needs" in steps[place] and asked["id"] not in steps[place]["needs"]:
        steps[place]["needs"].append(asked["id"])
    elif "needs" not in steps[place]:
        steps[place]["needs"] = [asked["id"]]


# ---------------------------------------------------------------- what a pull request does


def edit_needs(seeds: random.Random, steps: list[Document]) -> None:
    place = seeds.randrange(1, len(steps))
    steps[place]["needs"] = needs(seeds, steps, place)


def edit_when(seeds: random.Random, steps: list[Document]) -> None:
    place = seeds.randrange(1, len(steps))
    steps[place].pop("when", None)
    if seeds.random() < 0.5:
        condition(seeds, steps, place)


def swap_ids(seeds: random.Random, steps: list[Document]) -> None:
    one, other = seeds.sample(steps, 2)
    one["id"], other["id"] = other["id"], one["id"]


def rename(seeds: random.Random, steps: list[Document]) -> None:
    """Every id, wherever it stands: nothing that runs changes."""
    text = json.dumps(steps)
    for step in list(steps):
        text = text.replace(f'"{step["id"]}"', f'"new-{step["id"]}"')
    steps[:] = json.loads(text)


def edit_expect(seeds: random.Random, steps: list[Document]) -> None:
    step = seeds.choice(steps)
    if "command" in step:
        step["expect"] = {"exitCodes": seeds.choice(([0], [0, 1], [0, 1, 255]))}


def edit_timeout(seeds: random.Random, steps: list[Document]) -> None:
    step = seeds.choice(steps)
    if "command" in step:
        step["timeout"] = seeds.choice(("10s", "1h"))


def edit_target(seeds: random.Random, steps: list[Document]) -> None:
    step = seeds.choice(steps)
    if "command" in step:
        step["target"] = {"labels": seeds.choice(TARGETS)}


def add_gate(seeds: random.Random, steps: list[Document]) -> None:
    place = seeds.randrange(len(steps))
    steps.insert(place, {"id": "gate", "title": "Gate", "manual": "Look again"})


def drop(seeds: random.Random, steps: list[Document]) -> None:
    gone = steps.pop(seeds.randrange(len(steps)))["id"]
    for step in steps:
        if gone in step.get("needs", ()):
            step["needs"].remove(gone)
        if gone in json.dumps(step.get("when", {})):
            del step["when"]


def reorder(seeds: random.Random, steps: list[Document]) -> None:
    seeds.shuffle(steps)


def other_command(seeds: random.Random, steps: list[Document]) -> None:
    step = seeds.choice(steps)
    free = [each for each in COMMANDS[:4] if each not in {one.get("command") for one in steps}]
    if free and "command" in step and not step["command"].startswith("rm"):
        step["command"] = seeds.choice(free)


EDITS: Final[tuple[Callable[[random.Random, list[Document]], None], ...]] = (
    edit_needs, edit_needs, edit_when, edit_when, swap_ids, rename, edit_expect, edit_expect, edit_timeout,
    edit_target, add_gate, drop, reorder, other_command,
)  # fmt: skip


def edited(seeds: random.Random, old: Document) -> Document:
    """One to three edits, and now and then a line beside the steps; one that may serve."""
    while True:
        new: Document = json.loads(json.dumps(old))
        for _ in range(seeds.randint(1, 3)):
            if len(new["spec"]["steps"]) > 1:
                seeds.choice(EDITS)(seeds, new["spec"]["steps"])
        other = document(seeds)
        for key in ("trustLevel", "prerequisites", "ambiguities", "target"):
            if seeds.random() < 0.08:
                new["spec"][key] = other["spec"][key]
        if not judge_file(PATH, "runbook", json.dumps(new).encode(), LOCAL).errors:
            return new


def rules(seeds: random.Random) -> tuple[bytes, bytes]:
    """policy.json and flags.json."""
    kept = seeds.choice(("", "", "", '{"id": "pay", "services": ["pay"], "autoRun": false}',
                         '{"id": "db", "targets": {"role": "db"}, "governanceMode": "strict"}'))  # fmt: skip
    mode = seeds.choice(("audit", "audit", "audit", "strict"))
    policy = f'{{"version": 1, "governanceMode": "{mode}", "rules": [{kept}]}}'
    off = seeds.choice(
        ("", "", "", '"auto-run": {"enabled": false, "services": ["pay"]}', '"dispatch": {"enabled": false}')
    )
    return policy.encode(), f'{{"version": 1, "flags": {{{off}}}}}'.encode()


def judged(path: str, kind: FileKind, content: bytes) -> JudgedFile:
    found = judge_file(path, kind, content, LOCAL)
    assert not found.errors, (content, found.errors)
    return found


def in_force(policy: bytes, flags: bytes) -> InForce:
    found = judged("policy.json", "policy", policy).policy, judged("flags.json", "flags", flags).flags
    assert isinstance(found[0], Policy)
    assert isinstance(found[1], Flags)
    return InForce(found[0], found[1], "sha256:" + "0" * 64, "c" * 40)


def drawn(seed: int) -> tuple[Document, Document, random.Random]:
    seeds = random.Random(seed)  # reason: a seed that a failure names
    while True:
        old = document(seeds)
        if not judge_file(PATH, "runbook", json.dumps(old).encode(), LOCAL).errors:
            return old, edited(seeds, old), seeds


def begins(shown: RunbookChange) -> set[str]:
    steps = [step.after for step in shown.steps if step.after is not None]
    return {step.id for step in steps if step.number in shown.begins_alone}


def acts(play: Play, wider: set[Act]) -> set[str]:
    return {step.id for step in play.order if play.act(step) in wider}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_widening_is_flagged_and_none_is_passed_off_as_no_change(seed: int) -> None:
    old, new, seeds = drawn(seed)
    before_rules, after_rules = rules(seeds), rules(seeds)
    changed = [seeds.random() < 0.3, seeds.random() < 0.2]
    after_rules = tuple(b if c else a for a, b, c in zip(before_rules, after_rules, changed, strict=True))  # type: ignore[assignment]  # two, as before
    then, now = in_force(*before_rules), in_force(*after_rules)
    was, will = (judged(PATH, "runbook", json.dumps(side).encode()) for side in (old, new))
    files = [ChangedFile(PATH, "runbook", will)]
    for path, kind, content, is_changed in (
        ("policy.json", "policy", after_rules[0], changed[0]),
        ("flags.json", "flags", after_rules[1], changed[1]),
    ):
        if is_changed:
            files.append(ChangedFile(path, kind, judged(path, kind, content)))  # type: ignore[arg-type]  # its words
    assert was.runbook is not None
    serving = Serving({"disk": PATH}, {"disk": was.runbook.document}, {"disk": was}, then)
    report = check_change(files, serving)
    (shown,), _ = compare_files([was], [will], (then, now), 30)

    before, after = play_of(was, then), play_of(will, now)
    wider = widened(before, after)
    if wider:
        codes = {note.place.code for note in report.notes}
        assert "widened" in codes, (wider, codes)
        assert report.check.status == "attention"
        assert acts(after, wider) <= begins(shown), (wider, shown.looser)
        assert shown.change == "changed"
    if not before.let and after.let:
        assert report.raises_trust, "from nothing to something is for an owner"


def test_the_seeds_do_widen() -> None:
    """The test above is about something: many seeds let more run alone, and of the others many are silent."""
    audit = InForce(Policy(governance_mode="audit"), Flags(flags={}), "sha256:" + "0" * 64, "c" * 40)
    found = Counter[tuple[bool, bool]]()
    for seed in range(40):
        old, new, _ = drawn(seed)
        for side in (old, new):
            side["spec"] |= {"trustLevel": 2, "governance": None, "ambiguities": []}
            del side["spec"]["governance"]
        was, will = (judged(PATH, "runbook", json.dumps(side).encode()) for side in (old, new))
        wider = bool(widened(play_of(was, audit), play_of(will, audit)))
        (shown,), _ = compare_files([was], [will], (audit, audit), 30)
        found[wider, bool(shown.begins_alone)] += 1
    assert found[True, True] >= 8, found
    assert found[True, False] == 0, found
    assert found[False, False] >= 3 * found[False, True], found
