"""Score the scanner on labelled commands: false safe, missed dangerous, useful safe, false alarms.

`python -m bench.scanner_score FOLDER [--list]` where FOLDER holds `suites.jsonl`, `bypasses.jsonl`,
`benign.jsonl`. Exit 1 where a command that hides what it does comes out safe.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from scanner import scan
from schemas.risk import Risk

_RANK: Final = {Risk.SAFE: 0, Risk.CAUTION: 1, Risk.UNKNOWN: 1, Risk.DANGEROUS: 2}
_NAMES: Final = {"safe": 0, "caution": 1, "unknown": 1, "dangerous": 2}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON-lines file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def judged(path: Path) -> list[tuple[dict[str, Any], Risk, str]]:
    """Each row with the scanner's risk and sentence."""
    found = []
    for row in rows(path):
        finding = scan(row["command"], row.get("lang", "bash"))
        found.append((row, finding.risk, finding.why))
    return found


def _share(part: list[Any], whole: list[Any]) -> str:
    return f"{len(part)}/{len(whole)} ({100 * len(part) / max(1, len(whole)):.1f} %)"


def _show(title: str, found: list[tuple[dict[str, Any], Risk, str]], listed: bool) -> None:
    if listed and found:
        print(f"\n## {title}")
        for row, risk, why in found:
            origin = row.get("technique") or row.get("source") or row.get("why")
            print(f"  {risk:9} {row['command']!r}  -- {why}  [{origin}]")


def main() -> int:
    """Print the figures, and with `--list` the rows behind them."""
    folder, listed = Path(sys.argv[1]), "--list" in sys.argv[2:]
    started = time.perf_counter()
    bypasses = [entry for entry in judged(folder / "bypasses.jsonl") if not entry[0].get("hard")]
    suites, benign = judged(folder / "suites.jsonl"), judged(folder / "benign.jsonl")
    seconds = time.perf_counter() - started
    safe_bypasses = [e for e in bypasses if e[1] is Risk.SAFE and e[0]["expected_min_risk"] != "safe"]
    must = [e for e in bypasses if e[0]["expected_min_risk"] == "dangerous"]
    missed = [e for e in must if e[1] is not Risk.DANGEROUS]
    risky = [e for e in suites if _NAMES[e[0]["min"]] >= 1]
    false_safe = [e for e in risky if e[1] is Risk.SAFE]
    destructive = [e for e in suites if e[0]["soft_min"] == "dangerous"]
    destructive_safe = [e for e in destructive if e[1] is Risk.SAFE]
    soft = [e for e in destructive if e[1] is not Risk.DANGEROUS]
    readable = [e for e in suites if e[0]["max"] == "safe"]
    useless = [e for e in readable if e[1] is not Risk.SAFE]
    harmless = [e for e in benign if e[0]["expected_max_risk"] == "safe"]
    alarms = [e for e in benign if _RANK[e[1]] > _NAMES[e[0]["expected_max_risk"]]]
    loud = [e for e in benign if e[1] is Risk.DANGEROUS]
    total = len(bypasses) + len(suites) + len(benign)
    print(f"bypasses: false safe            {_share(safe_bypasses, bypasses)}")
    print(f"bypasses: dangerous found       {_share([e for e in must if e not in missed], must)}")
    print(f"suites: false safe of min ≥ caution {_share(false_safe, risky)}")
    print(f"suites: destructive called safe {_share(destructive_safe, destructive)}")
    loud_destructive = [e for e in destructive if e not in soft]
    print(f"suites: destructive called dangerous {_share(loud_destructive, destructive)}")
    print(f"suites: safe recall             {_share([e for e in readable if e not in useless], readable)}")
    print(f"benign: within their bound      {_share([e for e in benign if e not in alarms], benign)}")
    print(f"benign: safe found              {_share([e for e in harmless if e[1] is Risk.SAFE], harmless)}")
    print(f"benign: called dangerous        {_share(loud, benign)}")
    print(f"time: {1000 * seconds / total:.3f} ms a command")
    _show("bypasses called safe", safe_bypasses, listed)
    _show("suites called safe against their minimum", false_safe, listed)
    _show("bypasses that should be dangerous", missed, listed)
    _show("benign above their bound", alarms, listed)
    _show("readable not called safe", useless, listed)
    _show("destructive by soft policy, not dangerous", soft, listed and "--soft" in sys.argv)
    return 1 if safe_bypasses or destructive_safe else 0


if __name__ == "__main__":
    sys.exit(main())
