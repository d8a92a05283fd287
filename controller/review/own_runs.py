"""Which steps begin to run by themselves, or do so in more cases than before, and why. Pure.

A lone step runs where its prerequisites are met, where whoever stands before it in the walk has let the run
go on, where the lone steps that it comes after ended well, and where its branch is taken. Each of these is
compared with what held before; whatever can't be shown to hold still counts as lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from controller.review.implied import Implied
from controller.review.step_facts import Content, StepFacts
from controller.review.walks import Act, Walk, WalkStep, walk_of
from schemas.text import format_duration

NAME_MAX_CHARACTERS: Final = 60
SENTENCES_MAX: Final = 100
_BEFORE: Final = 0
_AFTER: Final = 1


class Reason(NamedTuple):
    """What no longer holds a step back, as the rest of a sentence about one step, and about several."""

    one: str
    many: str


@dataclass(frozen=True)
class Wider:
    """A step that runs by itself where it did not. Without reasons it did not run by itself at all."""

    facts: StepFacts
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class OwnRuns:
    """`begins`: in the order of the new content. `ends`: steps of the old one that run alone no longer; one
    that does in fewer cases still runs.
    """

    begins: tuple[Wider, ...] = ()
    ends: tuple[StepFacts, ...] = ()

    @property
    def looser(self) -> tuple[str, ...]:
        """What no longer holds back steps that ran by themselves already: a sentence a reason, a hundred at
        most.
        """
        found: dict[Reason, list[StepFacts]] = {}
        for each in self.begins:
            for reason in each.reasons:
                found.setdefault(reason, []).append(each.facts)
        return tuple(
            f"{_names(steps)} {reason.one if len(steps) == 1 else reason.many}"
            for reason, steps in list(found.items())[:SENTENCES_MAX]
        )


def compare_own_runs(
    before: Content | None,
    after: Content | None,
    old_facts: Sequence[StepFacts],
    new_facts: Sequence[StepFacts],
) -> OwnRuns:
    """What runs alone on either side. A new id, title or place of a step changes nothing by itself, nor does
    a gate more, a condition or an expectation that is tighter.
    """
    if after is None or before is None:
        return OwnRuns(
            tuple(Wider(facts) for facts in new_facts if facts.runs_by_itself),
            tuple(facts for facts in old_facts if facts.runs_by_itself),
        )
    return _Sides(walk_of(before, old_facts), walk_of(after, new_facts)).compare()


class _Sides:
    def __init__(self, before: Walk, after: Walk) -> None:
        self._before, self._after = before, after
        self._was = _pairs(before, after)
        self._now = {was: now for now, was in self._was.items()}
        self._implied = Implied((before, after), (self._now, self._was))
        self._open = _lost_prerequisites(before, after)
        self._ends = {
            was: tuple(_looser_end(before.steps[was], after.steps[now])) for now, was in self._was.items()
        }

    def compare(self) -> OwnRuns:
        begins, stays = [], set()
        for place, step in enumerate(self._after.steps):
            was = self._was.get(place)
            if step.gate:
                continue
            if was is None or self._before.steps[was].gate:
                begins.append(Wider(step.facts))
                continue
            stays.add(was)
            reasons = tuple(dict.fromkeys(self._reasons(place, was)))
            if reasons:
                begins.append(Wider(step.facts, reasons))
        ends = [
            step.facts
            for place, step in enumerate(self._before.steps)
            if not step.gate and place not in stays
        ]
        return OwnRuns(
            tuple(sorted(begins, key=lambda each: each.facts.number)),
            tuple(sorted(ends, key=lambda facts: facts.number)),
        )

    def _reasons(self, place: int, was: int) -> Iterator[Reason]:
        """1. what it may do itself; 2. prerequisites; 3. what stands before it; 4. its branch."""
        yield from _looser_run(self._before.steps[was], self._after.steps[place])
        yield from self._open
        for other in _stand_before(self._before, was):
            reasons = self._lost(other, was, place)
            if reasons and not self._before.exclude(other, was):
                yield from reasons
        if not self._implied.taken(_AFTER, place, was):
            yield Reason(
                "runs under another condition than before", "run under another condition than before"
            )

    def _lost(self, other: int, was: int, place: int) -> tuple[Reason, ...]:
        """What stood in the way of a step before the change, and stands there no longer: a person, or a step
        that could fail. What it came after along `needs` it has to come after still: a next change may turn
        the order of steps that don't wait for each other.
        """
        name, now = _name(self._before.steps[other].facts), self._now.get(other)
        came_after = other in self._before.upstream[was]
        if now is None or now not in (self._after.upstream[place] if came_after else range(place)):
            return (Reason(f"no longer waits for {name}", f"no longer wait for {name}"),)
        if self._before.steps[other].gate and not self._after.steps[now].gate:
            words = f"for a person at {name}"
            return (Reason(f"no longer waits {words}", f"no longer wait {words}"),)
        if not self._implied.taken(_BEFORE, other, now):
            words = f"for {name} in fewer cases than before"
            return (Reason(f"waits {words}", f"wait {words}"),)
        return self._ends[other]


def _stand_before(walk: Walk, place: int) -> list[int]:
    """Who holds a step back: a person anywhere before it, since the walk stops there, and the lone steps that
    it comes after. Lone steps that it does not come after may stand in any order.
    """
    return [other for other in range(place) if walk.steps[other].gate or other in walk.upstream[place]]


def _pairs(before: Walk, after: Walk) -> dict[int, int]:
    """For places of the walk after the place before of the same act: the first is the first, the second the
    second; where there are more or fewer of them than before, the same id says which went.
    """
    olds, news = _by_act(before), _by_act(after)
    found: dict[int, int] = {}
    for act, places in news.items():
        known = olds.get(act, [])
        same = None if len(known) == len(places) else _same_ids(before, after, known, places)
        found.update(zip(places, known, strict=False) if same is None else same)
    return found


def _by_act(walk: Walk) -> Mapping[Act, list[int]]:
    found: dict[Act, list[int]] = {}
    for place, step in enumerate(walk.steps):
        found.setdefault(step.act, []).append(place)
    return found


def _same_ids(before: Walk, after: Walk, olds: Sequence[int], news: Sequence[int]) -> dict[int, int] | None:
    """The places of equal ids; None where there is none, or where they changed their order."""
    ids = {before.steps[place].step.id: place for place in olds}
    both = {place: ids[name] for place in news if (name := after.steps[place].step.id) in ids}
    return both if both and list(both.values()) == sorted(both.values()) else None


# ---------------------------------------------------------------- what became looser


def _lost_prerequisites(before: Walk, after: Walk) -> tuple[Reason, ...]:
    gone = Counter(_asked(before)) - Counter(_asked(after))
    names = [f"the prerequisite “{_short(text)}”" for text, _, _ in gone]
    return tuple(Reason(f"no longer waits for {name}", f"no longer wait for {name}") for name in names)


def _asked(walk: Walk) -> Iterator[tuple[str, str, str]]:
    """What a person says is met; how it is checked belongs to it."""
    for item in walk.runbook.spec.prerequisites:
        check = item.check
        command = "" if check is None else check.command
        expect = "" if check is None or check.expect is None else check.expect.model_dump_json()
        yield item.text, command, expect


def _looser_run(before: WalkStep, after: WalkStep) -> Iterator[Reason]:
    """How much more the same command may do: for longer, or more often."""
    was, now = before.step.timeout_ms, after.step.timeout_ms
    if now > was:
        words = f"may run for {format_duration(now)} instead of {format_duration(was)}"
        yield Reason(words, words)
    if after.plan.max_attempts > before.plan.max_attempts:
        words = f"may be tried {after.plan.max_attempts} times instead of {before.plan.max_attempts}"
        yield Reason(words, words)


def _looser_end(before: WalkStep, after: WalkStep) -> Iterator[Reason]:
    """How a step upstream lets the run go on where it stopped it."""
    name = _name(before.facts)
    if before.plan.handled or before.step.command is None:
        return
    if after.plan.handled:
        yield _also(f"where {name} fails in any way")
        return
    codes, printed = [], False
    for code in sorted({*after.step.expected_exit_codes, *after.plan.handled_codes}):
        was, now = before.goes_on(code), after.goes_on(code)
        if now is not None and was is None:
            codes.append(str(code))
        elif now is not None and was not in ("", now):
            printed = True
    if codes:
        yield _also(f"where {name} exits with {_some(codes)}")
    if printed:
        yield _also(f"where {name} prints something else than it had to")


def _also(where: str) -> Reason:
    return Reason(f"now also runs {where}", f"now also run {where}")


# ---------------------------------------------------------------- how it is said


def _names(steps: Sequence[StepFacts]) -> str:
    return _some([_name(facts) for facts in steps])


def _some(items: Sequence[str]) -> str:
    """The first ten, and how many more."""
    shown = list(items[:10])
    last = f"{len(items) - 10} more" if len(items) > 10 else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last


def _name(facts: StepFacts) -> str:
    return f"“{_short(facts.title)}”"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= NAME_MAX_CHARACTERS else flat[: NAME_MAX_CHARACTERS - 1] + "…"
