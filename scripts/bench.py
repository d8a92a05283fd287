"""Runs the benchmarks of `bench/`, one file a row, and writes `docs/performance.md` after a full run.

Each file is a program whose last line is its row: `P1 ours … beside … ratio … target … ok|short`;
what it prints before says what the row is made of. It exits with 1 where it falls short.
`python -m scripts.bench p1` runs one and writes nothing.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from scripts.stages import refuse, say, seconds_text

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "performance.md"
_FILE = re.compile(r"^(p[0-9]+|cold)(?:_[a-z0-9_]+)?\.py$")


def programs() -> dict[str, Path]:
    """Row → program, in the order of the rows."""
    found = {match[1]: path for path in (ROOT / "bench").glob("*.py") if (match := _FILE.match(path.name))}
    return dict(sorted(found.items(), key=lambda item: int(item[0][1:]) if item[0] != "cold" else 0))


def measure(row: str, path: Path) -> tuple[bool, list[str]]:
    """Run one program, its output passed through; whether it held its target, and its lines, the row last."""
    started = time.monotonic()
    lines: list[str] = []
    command = [sys.executable, "-m", f"bench.{path.stem}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            lines += [line.strip()] if line.strip() else []
    say(f"bench: {row} took {seconds_text(time.monotonic() - started)}")
    return process.returncode == 0, lines or [f"{row.upper()} wrote nothing"]


def machine() -> str:
    """One line about what was measured on."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    load = f"load {os.getloadavg()[0]:.1f} at the end"
    return f"{system}, Python {platform.python_version()}; commit {commit or 'unknown'}; {when}; {load}"


def main(arguments: list[str]) -> int:
    """Run all rows or the one named; 1 where one falls short."""
    every = programs()
    wanted = [name.lower() for name in arguments]
    unknown = [name for name in wanted if name not in every]
    if unknown:
        refuse(f"bench: there is no {', '.join(unknown)}; bench/ has {', '.join(every) or 'none yet'}.")
    outcomes = [measure(row, path) for row, path in every.items() if not wanted or row in wanted]
    if outcomes and not wanted:
        rows = "\n\n".join(
            "\n".join([f"    {lines[-1]}", *(f"      {line}" for line in lines[:-1])])
            for _, lines in outcomes
        )
        REPORT.write_text(
            "# Performance\n\nWritten by `make bench`; every figure is a ratio within one run. "
            f"Under a row stands\nwhat it is made of.\n\n{machine()}\n\n{rows}\n",
            encoding="utf-8",
        )
    if not outcomes:
        say("bench: bench/ has no benchmark yet")
    return 0 if all(good for good, _ in outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
