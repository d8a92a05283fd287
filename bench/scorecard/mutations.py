"""Dangerous commands in disguise: seeded, the same seed gives the same commands."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bench.scorecard.disguises import DISGUISES, SIMPLE_ONLY, WRAPS, line
from bench.scorecard.seeds import SEEDS
from bench.scorecard.words import SPELLINGS, joined

COUNT: Final = 24_000
SEED: Final = 20_261_129


@dataclass(frozen=True, slots=True)
class Mutation:
    """A command that does what its seed does; `techniques` from the inside out."""

    command: str
    tool: str
    techniques: tuple[str, ...]


def mutations(count: int = COUNT, seed: int = SEED) -> Iterator[Mutation]:
    """Every technique once with every seed command, then pairs of them by chance, none twice."""
    seen: set[str] = set()
    for mutation in _all(seed):
        if len(seen) == count:
            return
        if mutation.command not in seen:
            seen.add(mutation.command)
            yield mutation


def _all(seed: int) -> Iterator[Mutation]:
    rng = random.Random(seed)
    for words in SEEDS:
        for name in SPELLINGS:
            yield _spelled(rng, words, name)
        for name, disguise in DISGUISES.items():
            yield Mutation(disguise(rng, words), words[0], (name,))
        for name, wrap in WRAPS.items():
            yield Mutation(wrap(line(words)), words[0], (name,))
    while True:
        yield _pair(rng)


def _spelled(rng: random.Random, words: tuple[str, ...], name: str) -> Mutation:
    every = rng.random() < 0.5
    return Mutation(joined(rng, words, SPELLINGS[name], every=every), words[0], (name,))


def _pair(rng: random.Random) -> Mutation:
    words = rng.choice(SEEDS)
    if rng.random() < 0.6:
        inner = _spelled(rng, words, rng.choice(list(SPELLINGS)))
        simple = True
    else:
        name = rng.choice(list(DISGUISES))
        inner = Mutation(DISGUISES[name](rng, words), words[0], (name,))
        simple = False
    command, techniques = inner.command, inner.techniques
    for _ in range(rng.choice((1, 1, 2))):
        names = [name for name in WRAPS if simple or name not in SIMPLE_ONLY]
        name = rng.choice(names)
        command, techniques = WRAPS[name](command), (*techniques, name)
        simple = simple and name in SIMPLE_ONLY
    return Mutation(command, words[0], techniques)
