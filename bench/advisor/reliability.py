"""Scores of the local model where it was not taught: by source, by probability, by tool (`python -m
bench.advisor.reliability [FOLDER]`, in the environment of training). Writes `docs/local-model-scores.md` and
`docs/local-model-reliability.svg`.

For each source of labels everything is learned anew without them: descriptions, words of subcommands,
published levels, the regression and its calibration. FOLDER (`../shared/commands`) holds the rows of other
projects' suites, which are never learned from.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from bench.advisor.descriptions import Row, rows
from bench.advisor.diagram import EDGES, diagram
from bench.advisor.train import SEED, learn
from bench.scorecard.rows import labelled
from ingest.advisor.lexicon import Lexicon
from ingest.advisor.local import reads
from schemas.merge import CONFIDENCE_FLOOR

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ("aws", "redis", "tldr", "coreutils")
_AT_MOST: Final = 3_000
_LEAST_OF_A_TOOL: Final = 8


@dataclass(frozen=True)
class Tried:
    """One labelled command and the probability that it only reads; None where the model abstains."""

    source: str
    tool: str
    only_reads: bool
    probability: float | None

    @property
    def safe(self) -> bool:
        """Whether the model calls it safe and is sure."""
        return self.probability is not None and int(self.probability * 1000) >= CONFIDENCE_FLOOR


def commands_of(source: str, published: Iterable[Row]) -> list[tuple[str, str, bool]]:
    """(tool, command, only reads) of a source; of a large one a seeded sample."""
    found = []
    for row in published:
        if row.source != source or row.label not in ("read", "act") or row.tool == "valkey-cli":
            continue
        if source == "tldr":
            found.append((row.path.split()[0], row.path, row.label == "read"))
        else:
            tail = {"aws": "--example value", "redis": "key", "coreutils": "file"}[source]
            command = " ".join(filter(None, (row.tool, row.path, tail)))
            found.append(
                (f"aws {row.path.split()[0]}" if source == "aws" else row.tool, command, row.label == "read")
            )
    if len(found) > _AT_MOST:
        found = random.Random(SEED).sample(found, _AT_MOST)
    return found


def without(source: str, published: Sequence[Row]) -> list[Row]:
    """The published rows, the labels of one source taken off; of tldr its examples with them."""
    return [
        replace(row, label="") if row.source == source else row
        for row in published
        if row.source != source or source != "tldr"
    ]


def tried_on(source: str, published: Sequence[Row]) -> list[Tried]:
    """The source's commands, by a model that has learned nothing from it."""
    learned = learn(without(source, published)).lexicon
    return [
        Tried(source, tool, only_reads, reads(command, "bash", learned))
        for tool, command, only_reads in commands_of(source, published)
    ]


def tried_on_suites(folder: Path, learned: Lexicon) -> list[Tried]:
    """The labelled rows of other projects: those that are safe, and those that are not."""
    return [
        Tried("suites", row.tool, row.most == 0, reads(row.command, row.language, learned))
        for row in labelled(folder)
        if row.most == 0 or (row.suite in ("suites", "bypasses") and row.least >= 1)
    ]


# ---------------------------------------------------------------- the page


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({100 * part / whole:.1f} %)" if whole else "–"


def _by_source(all_tried: Sequence[Tried]) -> Iterable[str]:
    yield "| source, not learned from | reads: called safe | acts: called safe | abstains |"
    yield "| --- | --- | --- | --- |"
    for source in dict.fromkeys(each.source for each in all_tried):
        has = [each for each in all_tried if each.source == source]
        read, act = [e for e in has if e.only_reads], [e for e in has if not e.only_reads]
        yield (
            f"| {source} | {_share(sum(e.safe for e in read), len(read))} | "
            f"{_share(sum(e.safe for e in act), len(act))} | "
            f"{_share(sum(e.probability is None for e in has), len(has))} |"
        )


def _by_probability(all_tried: Sequence[Tried]) -> Iterable[str]:
    sources = list(dict.fromkeys(each.source for each in all_tried))
    yield f"| it says | {' | '.join(sources)} |"
    yield "| --- |" + " --- |" * len(sources)
    for low, high in pairwise(EDGES):
        cells = []
        for source in sources:
            has = [e for e in all_tried if e.source == source and e.probability is not None]
            inside = [e for e in has if low <= (e.probability or 0.0) < high]
            cells.append(_share(sum(e.only_reads for e in inside), len(inside)))
        yield f"| {low:g} to {min(high, 1):g} | {' | '.join(cells)} |"


def _by_tool(all_tried: Sequence[Tried]) -> Iterable[str]:
    tools: dict[str, list[Tried]] = defaultdict(list)
    for each in all_tried:
        tools[each.tool].append(each)
    yield "| tool | reads: called safe | acts: called safe | abstains |"
    yield "| --- | --- | --- | --- |"
    for tool, has in sorted(tools.items()):
        if len(has) >= _LEAST_OF_A_TOOL and tool.replace("-", "").replace(" ", "").replace(".", "").isalnum():
            read, act = [e for e in has if e.only_reads], [e for e in has if not e.only_reads]
            yield (
                f"| {tool} | {_share(sum(e.safe for e in read), len(read))} | "
                f"{_share(sum(e.safe for e in act), len(act))} | {sum(e.probability is None for e in has)} |"
            )


def page(all_tried: Sequence[Tried], version: str) -> str:
    """The page as Markdown."""
    return "\n".join(
        [
            "# Scores of the local model",
            "",
            f"Written by `python -m bench.advisor.reliability`, of `{version}`. What the page of the",
            "[local model](local-model.md) says in short stands here by source, by probability, by tool.",
            "",
            "Each source of labels was held out: everything was learned anew without it, and then it was",
            "asked about that source's commands, their published level hidden. `tldr` is labelled by the",
            "verb of its description, which is a heuristic. `suites` are the rows of other projects' guards,",
            "which nothing was learned from; there *acts* means that the row must not be safe. Safe is a",
            "probability of 0.9 and more.",
            "",
            *_by_source(all_tried),
            "",
            "## Reliability",
            "",
            "Of the commands that it gives a probability of reading, how many do. On the diagonal it would",
            "be exact; above it is too careful, below too sure.",
            "",
            "![reliability diagram](local-model-reliability.svg)",
            "",
            *_by_probability(all_tried),
            "",
            f"## By tool, of {_LEAST_OF_A_TOOL} commands and more",
            "",
            *_by_tool(all_tried),
            "",
        ]
    )


def main() -> None:
    """Learn, ask, write."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "commands"
    published = rows()
    all_tried = [each for source in SOURCES for each in tried_on(source, published)]
    shipped = learn(published).lexicon
    all_tried += tried_on_suites(folder, shipped)
    (ROOT / "docs" / "local-model-scores.md").write_text(page(all_tried, shipped.version), "utf-8")
    points = {
        source: [
            (e.probability, e.only_reads)
            for e in all_tried
            if e.source == source and e.probability is not None
        ]
        for source in dict.fromkeys(each.source for each in all_tried)
    }
    (ROOT / "docs" / "local-model-reliability.svg").write_text(diagram(points), "utf-8")
    print(*_by_source(all_tried), "", *_by_probability(all_tried), sep="\n")


if __name__ == "__main__":
    main()
