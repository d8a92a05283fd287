"""Texts of 64 KiB made to be dear to judge: constructs of shells, of SQL and of small languages, repeated.

What a real script repeats fifty times, these repeat until the text is as long as the scanner reads, or as
often as it just still judges. A shape is a head, a piece and an end; `long_texts.toml` has the pieces. The
random ones cross each rule and each wrapper of the tables, with the options that it knows, with what a word
may be. `python -m bench.long_texts [SECONDS]` times all shapes, then random ones, and lists the dearest.
"""

from __future__ import annotations

import random
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from base.limits import SCAN_MAX_BYTES
from scanner import scan
from scanner.api import Language
from scanner.tables import knowledge
from scanner.work import MAX_COMMANDS, MAX_WORDS

LIMIT_MS: Final = 50.0
"""Of the processor, for any text that the scanner reads."""
SIZES: Final = (SCAN_MAX_BYTES // 8, SCAN_MAX_BYTES // 5)
"""Bytes, beside the whole: a text of short pieces is refused by its nodes where it is longer."""
_JOINTS: Final = {";": ";", " in lines": "\n", " &&": " && "}
_PIECES: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


class Shape(NamedTuple):
    """A family of texts: `head`, as many of `piece` as fit, `end`. A `%d` is the number of the piece."""

    name: str
    head: str
    piece: str
    end: str = ""
    language: Language = "bash"

    def text(self, size: int = SCAN_MAX_BYTES, most: int = SCAN_MAX_BYTES) -> str:
        """A text of up to `size` bytes and `most` pieces."""
        room = size - len(self.head.encode()) - len(self.end)
        if "%d" not in self.piece:
            return self.head + self.piece * min(most, room // len(self.piece.encode())) + self.end
        parts: list[str] = []
        while len(parts) < most:
            part = self.piece.replace("%d", str(len(parts)))
            room -= len(part.encode())
            if room < 0:
                break
            parts.append(part)
        return self.head + "".join(parts) + self.end

    def texts(self) -> Iterator[str]:
        """It at every size, and as often as its pieces may just be judged."""
        yield self.text()
        yield self.text(most=MAX_COMMANDS)
        for size in SIZES:
            yield self.text(size)


def shapes() -> list[Shape]:
    """Every shape of the file, in its order."""
    return [*_of_words(), *_of_commands(), *_of_languages()]


def _of_words() -> Iterator[Shape]:
    for kind, piece in {**_PIECES["words"], **_PIECES["glued"]}.items():
        for program in ("cat", "foo", "kubectl get", "echo"):
            yield Shape(f"{program} of {kind}", f"{program} ", piece)


def _of_commands() -> Iterator[Shape]:
    for name, command in _PIECES["commands"].items():
        if command.endswith("\n"):
            yield Shape(name, "", command)
            continue
        for kind, joint in _JOINTS.items():
            yield Shape(f"{name}{kind}", "", command + joint, "ls")
        if "#" in command:
            continue
        yield Shape(f"$({name})", "echo ", f"$({command}) ")
        yield Shape(f"{name} in a loop", "cat f | while read -r x; do ", f"{command};", " done")
        yield Shape(f"{name} in a function", "f() { ", f"{command};", " }; f a")
        yield Shape(f"{name} given in a function", "f() { ", f"{command} $1;", " }; f a")
        yield Shape(f"{name} for a shell", "sh <<E\n", f"{command}\n", "E\n")
        if "'" not in command:
            yield Shape(f"{name} in a shell", "bash -c '", f"{command};", "'")
            yield Shape(f"{name} in shells", "", f"bash -c '{command}';")


def _of_languages() -> Iterator[Shape]:
    for name, group in _PIECES["inside"].items():
        for piece in group["pieces"]:
            yield Shape(f"{name}: {piece.strip()[:24]}", group.get("head", ""), piece, group.get("end", ""))
    for name, group in _PIECES["sql"].items():
        head, end = group.get("head", ""), group.get("end", "")
        for piece in group["pieces"]:
            yield Shape(f"SQL {name}: {piece.strip()[:24]}", head, piece, end, "sql")
            if not set("'\"`$") & set(piece + head + end):
                yield Shape(f"psql {name}: {piece.strip()[:24]}", f"psql -c '{head}", piece, f"{end}'")


# -- random ones

_FORMS: Final = tuple(_PIECES["forms"]["words"])
_COPIES: Final = (1, 1, 5, 30, MAX_COMMANDS - 10)
_WORDS: Final = (30, 100, 250, MAX_WORDS)


def programs() -> list[tuple[str, list[str]]]:
    """A name with a verb for each rule of the tables, and each wrapper, with the options that it knows."""
    tables = knowledge()
    found: dict[object, tuple[str, list[str]]] = {}
    for name, index in tables["tools"].items():
        spec = tables["tool_specs"][index]
        ours = {rule: f"{name} {verb}" for verb, rule in spec.get("verbs", {}).items()}
        ours |= {spec[kind]: name for kind in ("bare", "other") if kind in spec}
        for rule, called in ours.items():
            found.setdefault((index, rule), (called, _options(spec, tables["rules"].get(rule, {}))))
        found.setdefault((index, ""), (name, _options(spec)))
    return [*found.values(), *((name, _options(spec)) for name, spec in tables["wrappers"].items())]


def _options(*specs: Any) -> list[str]:
    lists = ("values", "flags", "options", "raise", "exec", "lower")
    return sorted({name for spec in specs for kind in lists for name in spec.get(kind, ())})


def crossed(chance: random.Random, known: Sequence[tuple[str, list[str]]]) -> str:
    """Commands of a random program: some of its options, with words of some forms, each with its number."""
    name, options = chance.choice(known)
    given = [None, *chance.sample(options, min(3, len(options)))][: chance.randint(1, 4)]
    most, copies = chance.choice(_WORDS), chance.choice(_COPIES)
    words: list[str] = []
    for form in chance.sample(_FORMS, 3):
        for option in given:
            values = [form.replace("%d", str(at)) for at in range(most)]
            words += values if option is None else [f"{option} {value}" for value in values]
    if chance.random() < 0.5:
        chance.shuffle(words)
    command = " ".join([name, *words[: max(3, MAX_WORDS // copies - 10)]])
    return "; ".join([command] * copies)[:SCAN_MAX_BYTES]


# -- timing


class Timed(NamedTuple):
    """What one text took, in milliseconds of the processor, the best of some tries."""

    milliseconds: float
    name: str
    size: int


def timed(name: str, text: str, language: Language = "bash", tries: int = 3) -> Timed:
    """The best of `tries`, fewer where the first is far below the limit."""
    best = float("inf")
    for _ in range(tries):
        begun = time.process_time()
        scan(text, language)
        best = min(best, 1000 * (time.process_time() - begun))
        if best < LIMIT_MS / 2:
            break
    return Timed(best, name, len(text))


def dearest(found: Sequence[Shape]) -> list[Timed]:
    """The dearest text of each shape, the dearest shape first."""
    each = [max(timed(one.name, text, one.language) for text in one.texts()) for one in found]
    return sorted(each, reverse=True)


def main(arguments: Sequence[str]) -> int:
    """Time every shape, then random ones for some seconds; 1 where one is over the limit."""
    scan("rm -rf /; x=$(ls); psql -c 'SELECT 1'; find / -name a; ${")
    every = dearest(shapes())
    print(f"{len(every)} shapes, the dearest:")
    for one in every[:20]:
        print(f"  {one.milliseconds:.0f} ms {one.name!r} of {one.size} bytes")
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    chance, known, count, over = random.Random(seed), programs(), 0, every[0].milliseconds > LIMIT_MS
    until = time.monotonic() + (float(arguments[0]) if arguments else 60.0)
    while time.monotonic() < until:
        text = crossed(chance, known)
        one, count = timed(text[:120], text), count + 1
        if one.milliseconds > LIMIT_MS:
            over = True
            print(f"  {one.milliseconds:.0f} ms {one.name!r} of {one.size} bytes")
    print(f"{count} random ones of seed {seed}")
    return int(over)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
