"""Whether a step is taken only where one of another content is, whatever comes out of either run. Pure.

Sound, not complete: yes is proven, no means that it could not be shown. A run is known by what comes out of
each act, the same act on both sides having the same outcome. What a person does beside answering and letting
a command run (to skip it, to accept a failure) is that person's decision, and no case of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from controller.review.walks import Walk, conjuncts, stronger
from schemas.step import When

ASKED_MAX: Final = 100_000
"""Questions of one comparison; what comes after is not shown, as if it did not hold."""
_DEEPEST: Final = 60
"""How far one question may lead to another: Python's stack is no bound to meet."""


class Implied:
    """Two contents, side 0 and side 1. `pairs`: by side, the place on the other side of the same act."""

    def __init__(self, walks: tuple[Walk, Walk], pairs: tuple[Mapping[int, int], Mapping[int, int]]) -> None:
        self._walks = walks
        self._pairs = pairs
        self._equal = _Equal(walks, pairs)
        self._known: dict[tuple[int, int, int], bool] = {}
        self._asked = 0
        self._depth = 0

    def taken(self, side: int, place: int, other: int) -> bool:
        """Whether the step at `other` on the other side is taken wherever the one at `place` is."""
        if self._walks[1 - side].always[other] or self._equal.taken(side, place, other):
            return True
        key = side, place, other
        if key not in self._known:
            self._asked += 1
            if self._asked > ASKED_MAX or self._depth >= _DEEPEST:
                return False
            self._depth += 1
            self._known[key] = self._is_taken(side, place, other)
            self._depth -= 1
        return self._known[key]

    def _is_taken(self, side: int, place: int, other: int) -> bool:
        """1. what it needs is taken and its condition holds; 2. else it follows from each need by itself."""
        mine, theirs = self._walks[side], self._walks[1 - side]
        needs, wanted = mine.steps[place].needs, theirs.steps[other].needs
        when = theirs.steps[other].when
        if self._needed(side, place, wanted) and (when is None or self._follows(side, place, when)):
            return True
        return bool(needs) and all(self.taken(side, need, other) for need in needs)

    def _needed(self, side: int, place: int, wanted: Sequence[int]) -> bool:
        """Whether some of the needs on the other side is taken; the first step needs none."""
        if not wanted or any(self.taken(side, place, want) for want in wanted):
            return True
        needs = self._walks[side].steps[place].needs
        return bool(needs) and all(any(self.taken(side, need, want) for want in wanted) for need in needs)

    def _follows(self, side: int, place: int, when: When) -> bool:
        theirs = self._walks[1 - side]
        about = [self._pairs[1 - side].get(theirs.places[step_id]) for step_id in when.steps()]
        facts = self._walks[side].facts(place, [each for each in about if each is not None])
        return self._holds(side, facts, when)

    def _holds(self, side: int, facts: Sequence[When], when: When) -> bool:
        """Whether a condition of the other side holds where all of these of this side do."""
        self._asked += 1 + len(facts)
        if self._asked > ASKED_MAX:
            return False
        if when.all is not None:
            return all(self._holds(side, facts, part) for part in when.all)
        if any(self._says(side, fact, when) for fact in facts):
            return True
        return when.any is not None and any(self._holds(side, facts, part) for part in when.any)

    def _says(self, side: int, fact: When, when: When) -> bool:
        """Whether one fact is enough for a condition that is no `all`."""
        if fact.any is not None:
            return all(self._holds(side, tuple(conjuncts(part)), when) for part in fact.any)
        if fact.not_ is not None:
            inner = when.not_
            return inner is not None and self._holds(1 - side, tuple(conjuncts(inner)), fact.not_)
        return when.step is not None and self._same(side, fact, when)

    def _same(self, side: int, fact: When, when: When) -> bool:
        """Whether an atom is about the same step and asks for no less."""
        mine, theirs = self._walks[side], self._walks[1 - side]
        place, other = mine.places[fact.step or ""], theirs.places[when.step or ""]
        if self._pairs[side].get(place) != other or not stronger(fact, when):
            return False
        if when.skipped is None:
            return self.taken(side, place, other)
        by_person = mine.steps[place].gate and not theirs.steps[other].gate
        return not by_person and self.taken(1 - side, other, place)


class _Equal:
    """Branches that are the same on both sides but for the ids: one number for all steps that are taken in
    the same cases, as far as that can be read off.
    """

    def __init__(self, walks: tuple[Walk, Walk], pairs: tuple[Mapping[int, int], Mapping[int, int]]) -> None:
        self._numbers: dict[Any, int] = {}
        self._found = tuple(self._of(walks[side], side, pairs[side]) for side in (0, 1))

    def taken(self, side: int, place: int, other: int) -> bool:
        return self._found[side][place] == self._found[1 - side][other]

    def _of(self, walk: Walk, side: int, pairs: Mapping[int, int]) -> list[int]:
        found: list[int] = []

        def shape(when: When) -> Any:
            if when.step is None:
                kind = "all" if when.all else "any" if when.any else "not"
                return kind, frozenset(shape(child) for child in when.children())
            place = walk.places[when.step]
            who = (0, place) if side == 0 else (0, pairs[place]) if place in pairs else (1, place)
            gate = when.skipped and walk.steps[place].gate
            return who, found[place], gate, when.exit_code, when.answer, when.output, when.skipped

        for place, step in enumerate(walk.steps):
            needs = frozenset(found[need] for need in step.needs)
            key = (needs, None if step.when is None else shape(step.when))
            key = (frozenset(), None) if walk.always[place] else key
            found.append(self._numbers.setdefault(key, len(self._numbers)))
        return found
