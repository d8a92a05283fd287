"""Everything that is checked without running the product, in one go: `make lint`.

The quick checks come first; mypy, the slowest, runs beside them. All of them run even where one
fails, and what failed is shown whole, the rest as one line each.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from scripts import web
from scripts.stages import compiling, say, seconds_text

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = "base schemas proto scanner forge ingest agent controller scripts tests bench".split()
AT_ONCE = 2
"""mypy and one other: the checks are made for a machine of two cores."""


@dataclass(frozen=True, slots=True)
class Check:
    """One tool with its arguments; `module` is run by this Python."""

    title: str
    module: str
    arguments: tuple[str, ...]

    def command(self) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", self.module, *self.arguments]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check ended, with everything it wrote."""

    check: Check
    ok: bool
    output: str
    seconds: float


def checks() -> tuple[Check, ...]:
    """What `make lint` runs, the slowest first. A package without Python yet is left out of mypy's list."""
    packages = [name for name in PACKAGES if any((ROOT / name).rglob("*.py"))]
    arguments = [word for name in packages for word in ("-p", name)]
    return (
        Check("types (mypy, strict)", "mypy", tuple(arguments)),
        Check("style and complexity (ruff)", "ruff", ("check", "--quiet", "--output-format", "concise", ".")),
        Check("layout (ruff format)", "ruff", ("format", "--check", "--output-format", "concise", ".")),
        Check("imports between rooms (import-linter)", "scripts.import_contracts", ()),
        Check("decision logs", "scripts.check_decisions", ()),
        Check("web app: types (tsc, strict)", "scripts.web_tool", ("tsc", "--noEmit")),
        Check("web app: style and complexity (biome)", "scripts.web_tool", ("biome", "check", ".")),
        Check("architecture tests", "pytest", ("tests/architecture",)),
    )


def run(check: Check) -> Outcome:
    """Run one check to its end."""
    started = time.monotonic()
    ended = subprocess.run(
        check.command(),
        cwd=ROOT,
        env=compiling(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(check, ended.returncode == 0, ended.stdout.rstrip(), time.monotonic() - started)


def lint() -> bool:
    """Run all checks, two at once; whether all of them passed."""
    good = True
    web.packages(with_tools=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(run, check) for check in checks()]):
            outcome = future.result()
            good = good and outcome.ok
            word = "ok" if outcome.ok else "FAILED"
            say(f"lint: {outcome.check.title:<40} {word:<7} {seconds_text(outcome.seconds):>8}")
            if not outcome.ok:
                say(outcome.output)
    return good


def main() -> int:
    """0 where everything passed."""
    try:
        return 0 if lint() else 1
    except web.WebFailed as failure:
        web.explain(failure)


if __name__ == "__main__":
    raise SystemExit(main())
