"""`make scorecard`: the scanner, the advisors, the merged verdict and two public guards on the same commands.

`python -m bench.scorecard [FOLDER] [--count N] [--seed N] [--list]`; FOLDER (default `../shared/commands`)
holds `suites.jsonl`, `bypasses.jsonl`, `benign.jsonl`. Writes `docs/scorecard.md`; with `--list` it asks the
scanner alone, names each labelled command that is outside of its bounds, and writes nothing. Exit 1 where a
mutation, a bypass or a command that is destructive by its source's policy comes out safe.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.scorecard.disguises import DISGUISES, WRAPS
from bench.scorecard.figures import figures, wrong
from bench.scorecard.guards import GUARDS, GuardMissing
from bench.scorecard.mutations import COUNT, SEED
from bench.scorecard.page import Column, page
from bench.scorecard.rows import Row, labelled, mutated
from bench.scorecard.seeds import SEEDS
from bench.scorecard.words import SPELLINGS
from ingest.advisor.local import advise
from scanner import scan
from schemas.merge import advised_risk, merge
from schemas.risk import Risk
from schemas.verdict import Verdict

ROOT: Final = Path(__file__).resolve().parents[2]
_GATES: Final = ("false safe, destructive by policy", "false safe, bypasses", "false safe, mutations")


def _ours(rows: Sequence[Row]) -> tuple[Column, Column, Column]:
    """Scanner, local model, and both, on every row."""
    scanner, model, merged = (Column(name, []) for name in ("scanner", "local model", "merged"))
    times: tuple[list[float], list[float]] = ([], [])
    for row in rows:
        begun = time.perf_counter()
        finding = scan(row.command, row.language)
        between = time.perf_counter()
        advice = advise(row.command, row.language)
        times[0].append((between - begun) * 1e6)
        times[1].append((time.perf_counter() - between) * 1e6)
        for column, risk in (
            (scanner, finding.risk),
            (model, advised_risk(advice)),
            (merged, _effective(merge(finding, advice))),
        ):
            assert isinstance(column.risks, list)
            column.risks.append(risk)
    scanner.microseconds, model.microseconds = times
    return scanner, model, merged


def _effective(verdict: Verdict) -> Risk:
    return Risk.UNKNOWN if verdict.unknown else Risk(verdict.risk)


def _listed(folder: Path) -> int:
    """The scanner alone on the labelled commands: its figures, and every row outside of its bounds."""
    rows = labelled(folder)
    risks = [scan(row.command, row.language).risk for row in rows]
    ours = figures(rows, risks)
    for name, rate in ours.items():
        if rate.total:
            print(f"{name}: {rate}")
    for row, risk in wrong(rows, risks):
        print(f"  {risk:9} {row.command!r}  [{row.suite}: {row.technique}]")
    return 1 if any(ours[name].count for name in _GATES) else 0


def main() -> int:
    """Judge, write the page, print the figures."""
    parser = argparse.ArgumentParser(prog="scorecard")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "commands")
    parser.add_argument("--count", type=int, default=COUNT, help="how many mutations")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--list", action="store_true", help="the scanner alone, row by row; writes nothing")
    options = parser.parse_args()
    if not (options.folder / "suites.jsonl").exists():
        sys.stderr.write(f"scorecard: {options.folder} holds no suites.jsonl; name the folder of commands.\n")
        return 2
    if options.list:
        return _listed(options.folder)
    rows = [*labelled(options.folder), *mutated(options.count, options.seed)]
    columns, missing = list(_ours(rows)), {}
    for name, ask in GUARDS.items():
        try:
            asked = ask([row.command for row in rows])
            columns.append(Column(name, asked.risks, asked.microseconds))
        except GuardMissing as why:
            missing[name] = str(why)
    facts = {
        "seeds": len(SEEDS), "techniques": len(SPELLINGS) + len(DISGUISES) + len(WRAPS),
        "mutations": sum(row.suite == "mutations" for row in rows), "seed": options.seed,
    }  # fmt: skip
    (ROOT / "docs" / "scorecard.md").write_text(page(rows, columns, missing, facts), encoding="utf-8")
    for column in columns:
        print(
            column.name,
            *(f"  {name}: {rate}" for name, rate in figures(rows, column.risks).items()),
            sep="\n",
        )
    print(*(f"not run: {name}: {why}" for name, why in missing.items()), sep="\n")
    ours = figures(rows, columns[0].risks)
    return 1 if any(ours[name].count for name in _GATES) else 0


if __name__ == "__main__":
    sys.exit(main())
