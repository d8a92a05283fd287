"""Which step of one text is which of another: by what it does, by its id, by how much alike it is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import Final

from schemas.step import Step

_ALIKE: Final = 0.6
_COMPARED: Final = 60
"""Steps without a pair on each side that are compared by their letters."""


def pair_edited(olds: Sequence[Step], news: Sequence[Step]) -> list[int | None]:
    """For each step here the one of the old text that it is: the same text, else the same id.

    The text goes first: an id of an earlier text stays here, and the old text may give it to another step.
    """
    pairs: list[int | None] = [None] * len(news)
    _pair(pairs, dict.fromkeys(range(len(olds))), olds, news, (_same_both, same_text, _equal_id))
    return pairs


def _pair(
    pairs: list[int | None],
    free: dict[int, None],
    olds: Sequence[Step],
    news: Sequence[Step],
    tests: Sequence[Callable[[Step, Step], bool]],
) -> None:
    """Give each step without a pair the first free old one that passes the first test that one passes."""
    for same in tests:
        for index, step in enumerate(news):
            if pairs[index] is None:
                found = next((old for old in free if same(olds[old], step)), None)
                if found is not None:
                    pairs[index] = found
                    del free[found]


def pair_texts(olds: Sequence[Step], news: Sequence[Step]) -> list[int | None]:
    """For each step of the newer text the one of the old text that it is: the same text, id, or one alike."""
    pairs: list[int | None] = [None] * len(news)
    free = dict.fromkeys(range(len(olds)))
    _pair(pairs, free, olds, news, (_same_both, same_text, _same_id))
    left = [index for index, pair in enumerate(pairs) if pair is None][:_COMPARED]
    every = ((index, old, _alike(olds[old], news[index])) for index in left for old in list(free)[:_COMPARED])
    ranked = sorted(
        (
            (ratio + _told_alike(olds[old], news[index]), -index, old)
            for index, old, ratio in every
            if ratio >= _ALIKE
        ),
        reverse=True,
    )
    for _, negative, old in ranked:
        if pairs[-negative] is None and old in free:
            pairs[-negative] = old
            del free[old]
    return pairs


def same_text(old: Step, new: Step) -> bool:
    return (old.command, old.manual) == (new.command, new.manual)


def _same_both(old: Step, new: Step) -> bool:
    return old.id == new.id and same_text(old, new)


def _equal_id(old: Step, new: Step) -> bool:
    return old.id == new.id


def _same_id(old: Step, new: Step) -> bool:
    return old.id == new.id and (old.command is None) == (new.command is None)


def _alike(old: Step, new: Step) -> float:
    if (old.command is None) != (new.command is None):
        return 0.0
    one, other = (step.command or step.manual or "" for step in (old, new))
    return SequenceMatcher(None, one[:400], other[:400], autojunk=False).ratio()


def _told_alike(old: Step, new: Step) -> float:
    """How much else speaks for it: the same verb, and a condition on both or on none."""
    verb = old.title.split(None, 1)[0].lower() == new.title.split(None, 1)[0].lower()
    return 0.25 * verb + 0.1 * ((old.when is None) == (new.when is None))
