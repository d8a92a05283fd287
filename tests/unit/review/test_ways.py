"""By which way a run comes to a step, held against runs that are thought through one by one."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from controller.review.ways import ways
from schemas.runbook import Runbook
from schemas.step import Expect, When

COMMANDS = ("df -h", "uptime", "free -m")
PEOPLE = ("Ask the board", "Look at the panel")


def runbook(steps: list[dict[str, Any]], **spec: Any) -> Runbook:
    return Runbook.from_json(
        {
            "apiVersion": "dd0c.run/v1",
            "kind": "Runbook",
            "metadata": {"name": "disk", "title": "Disk"},
            "spec": {**spec, "steps": [{"title": "A step", **step} for step in steps]},
        }
    )


def alone(found: Runbook) -> set[str]:
    return {step.id for step in found.spec.steps if step.command is not None}


def no_wider(old: Runbook, new: Runbook, command: str = "uptime") -> bool:
    """Whether the way to a command is no wider than it was."""
    one, other = (
        next(ways(side, alone(side))[s.id] for s in side.spec.steps if s.command == command)
        for side in (new, old)
    )
    return one.is_no_wider_than(other)


PROBE: dict[str, Any] = {"id": "probe", "command": "df -h", "needs": []}
NEVER = {"id": "never", "command": "free -m", "needs": ["probe"], "when": {"step": "probe", "exitCode": [99]}}
ASK = {"id": "ask", "manual": "Ask the board", "needs": ["probe"]}
LOOK: dict[str, Any] = {"id": "look", "command": "uptime", "needs": ["ask", "probe"]}
ONE_CODE, ANY_CODE = {"exitCodes": [0]}, {"exitCodes": [0, 1, 2, 255]}
BOARD = {"prerequisites": [{"id": "board", "text": "The board said yes"}]}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([PROBE, NEVER, ASK, LOOK], [PROBE, NEVER, {**ASK, "needs": ["never"]}, LOOK], False),
        ([PROBE, NEVER, {**LOOK, "needs": ["never"]}], [PROBE, NEVER, {**LOOK, "needs": ["probe"]}], False),
        ([{**PROBE, "expect": ONE_CODE}, {**LOOK, "needs": ["probe"]}],
         [{**PROBE, "expect": ANY_CODE}, {**LOOK, "needs": ["probe"]}], False),
        ([PROBE, {**LOOK, "needs": ["probe"]}],
         [PROBE, {**LOOK, "needs": ["probe"]}, {"id": "then", "command": "free -m", "needs": ["probe"],
                                                "when": {"step": "probe", "exitCode": [1]}}], False),
        ([PROBE, ASK, LOOK], [PROBE, {**ASK, "when": {"step": "probe", "exitCode": [1]}}, LOOK], False),
        ([PROBE, {**LOOK, "needs": ["probe"]}], [PROBE, ASK, LOOK], True),
        ([PROBE, ASK, LOOK], [{**PROBE, "id": "p"}, {**ASK, "id": "a", "needs": ["p"]},
                              {**LOOK, "id": "l", "needs": ["a", "p"], "title": "Other"}], True),
        ([PROBE, NEVER, {**LOOK, "needs": ["never"]}],
         [PROBE, NEVER, {**ASK, "needs": ["never"]}, {**LOOK, "needs": ["ask"]}], True),
        ([PROBE, {**LOOK, "needs": ["probe"]}], [{**LOOK, "needs": []}], True),
    ],
    ids=["a gate that is skipped", "a branch that is lost", "a failure that is expected",
         "a failure that is named", "a gate with a condition", "a gate more", "other names",
         "a gate more in the branch", "a look less"],
)  # fmt: skip
def test_what_makes_a_way_wider(old: list[dict[str, Any]], new: list[dict[str, Any]], expected: bool) -> None:
    assert no_wider(runbook(old), runbook(new)) is expected


def test_ids_that_change_places_ask_about_another_command() -> None:
    steps: list[dict[str, Any]] = [
        {"id": "a", "command": "df -h", "needs": []},
        {"id": "b", "command": "free -m", "needs": []},
        {**LOOK, "needs": ["a", "b"], "when": {"step": "a", "exitCode": [1]}},
    ]
    swapped = [{**steps[0], "id": "b"}, {**steps[1], "id": "a"}, steps[2]]
    assert not no_wider(runbook(steps), runbook(swapped))


def test_a_prerequisite_holds_every_step_back() -> None:
    assert not no_wider(
        runbook([PROBE, {**LOOK, "needs": ["probe"]}], **BOARD),
        runbook([PROBE, {**LOOK, "needs": ["probe"]}]),
    )
    assert no_wider(runbook([{**LOOK, "needs": []}]), runbook([{**LOOK, "needs": []}], **BOARD))


def test_a_chain_of_as_many_steps_as_a_document_has_is_compared() -> None:
    links: list[dict[str, Any]] = [{"id": f"s{n}", "command": "df -h", "needs": [f"s{n - 1}"] if n else [],
              "when": {"step": f"s{n - 1}", "exitCode": [0]} if n else None} for n in range(299)]  # fmt: skip
    chain = [{key: value for key, value in step.items() if value is not None} for step in links]
    old = runbook([*chain, {**LOOK, "needs": ["s298"]}])
    new = runbook([*chain, {**LOOK, "needs": ["s297"]}])
    assert no_wider(old, old)
    assert not no_wider(old, new)


# ---------------------------------------------------------------- runs, one by one


def holds(when: When, exits: dict[str, int], skipped: set[str]) -> bool:
    if when.step is None:
        parts = [holds(child, exits, skipped) for child in when.children()]
        return not parts[0] if when.not_ is not None else (all if when.all else any)(parts)
    if when.skipped:
        return when.step in skipped
    return when.step not in skipped and exits.get(when.step) in (when.exit_code or ())


def reached(found: Runbook, look: str, outcome: dict[str, int], others: set[str]) -> frozenset[str] | None:
    """The people who were asked before a command ran in this run; None where it did not run. What runs by
    itself and stands before it on one side only stops nothing.
    """
    exits = {step.id: outcome[step.command] for step in found.spec.steps if step.command is not None}
    named = {
        (atom.step, code)
        for step in found.spec.steps
        if step.when is not None
        for atom in step.when.atoms()
        for code in atom.exit_code or ()
    }
    skipped: set[str] = set()
    for step_id in found.order():
        step, needs = found.step(step_id), found.needs_of(step_id)
        if (needs and skipped.issuperset(needs)) or (step.when and not holds(step.when, exits, skipped)):
            skipped.add(step_id)
    before = found.upstream(look) - skipped
    failed = [each for each in before if each in exits and found.step(each).command in others
              and exits[each] not in (found.step(each).expect or Expect()).exit_codes
              and (each, exits[each]) not in named]  # fmt: skip
    if look in skipped or failed:
        return None
    return frozenset(found.step(each).manual or "" for each in before if found.step(each).manual)


def drawn(seeds: random.Random) -> list[dict[str, Any]]:
    """A few steps, each of what there is once, with any needs and conditions upward."""
    does = [*({"command": each} for each in COMMANDS), *({"manual": each} for each in PEOPLE)]
    seeds.shuffle(does)
    steps: list[dict[str, Any]] = []
    for number, what in enumerate(does):
        above = [each["id"] for each in steps]
        step: dict[str, Any] = {
            "id": f"s{number}",
            **what,
            "needs": seeds.sample(above, seeds.randint(0, min(2, len(above)))),
        }
        if "command" in what and seeds.random() < 0.3:
            step["expect"] = {"exitCodes": [0, 1]}
        asked = [each["id"] for each in steps if "command" in each and each["id"] in step["needs"]]
        if asked and seeds.random() < 0.5:
            step["when"] = {"step": asked[0], "exitCode": [seeds.choice((0, 1))]}
        steps.append(step)
    return steps


def edited(steps: list[dict[str, Any]], seeds: random.Random) -> list[dict[str, Any]]:
    """One step of it changed as people do: other needs, condition or expectation."""
    other = drawn(seeds)
    place = seeds.randrange(1, len(steps))
    taken = seeds.choice(("needs", "when", "expect"))
    changed = {**steps[place], taken: other[place].get(taken)}
    if taken == "when" and changed["when"] is not None:
        changed["needs"] = sorted({*changed["needs"], changed["when"]["step"]})
    kept = {key: value for key, value in changed.items() if value is not None}
    if "when" in kept and kept["when"]["step"] not in kept["needs"]:
        kept["needs"] = [*kept["needs"], kept["when"]["step"]]
    if "manual" in kept:
        kept.pop("expect", None)
    return [*steps[:place], kept, *steps[place + 1 :]]


def test_no_run_gets_further_by_a_way_that_is_called_no_wider() -> None:
    widened = quiet = 0
    for seed in range(400):
        seeds = random.Random(seed)  # reason: a seed that a failure names
        steps = drawn(seeds)
        old, new = runbook(steps), runbook(edited(steps, seeds))
        both = (ways(old, alone(old)), ways(new, alone(new)))
        for step in [each for each in new.spec.steps if each.command is not None]:
            others = {found.command or "" for side in (old, new) for found in side.spec.steps
                      if all(found.id in each.upstream(step.id) for each in (old, new))}  # fmt: skip
            calm = both[1][step.id].is_no_wider_than(both[0][step.id])
            further = False
            for codes in itertools.product((0, 1), repeat=len(COMMANDS)):
                outcome = dict(zip(COMMANDS, codes, strict=True))
                was, now = (reached(side, step.id, outcome, others) for side in (old, new))
                further |= now is not None and (was is None or not was <= now)
            assert not (calm and further), (seed, step.id)
            widened, quiet = widened + further, quiet + calm
    assert min(widened, quiet) > 30, (widened, quiet)
