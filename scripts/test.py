"""Runs tests in stages, cheap ones first, and says where the time went.

`gate` is `make test`: lint, unit, integration, faults (the slice that gates a change), acceptance.
A failing lint ends it before them; a failing stage of tests does not keep the later ones from running.
Vitest runs beside lint, which leaves one of two cores idle for half of its time; it is shown behind it.
The tests are compiled there, too.
The last line sums all stages up in pytest's own form.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from scripts import web
from scripts.lint import lint
from scripts.stages import compiling, refuse, say, seconds_text

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5
"""pytest's exit code where nothing was collected."""

GATE = ("-p", "scripts.hypothesis_profiles", "--hypothesis-profile=gate", "-m", "not long")
TWO = ("-n", "2")
"""Two workers, for stages whose tests do not measure time."""
THREE = ("-n", "3")
"""One more than a machine of two cores has, for stages that wait much: for processes, pages, timers."""
BY_FILE = ("--dist", "loadfile")
"""All tests of a file in one worker: each file starts a product of its own."""

VITEST = (
    *(sys.executable, "-m", "scripts.web_tool"),
    *("vitest", "run", "--reporter=default", "--reporter=json"),
)
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?)\b")
_CLOSING = re.compile(r"^(?:=+ )?(?:\d+ [a-z]+(?:, \d+ [a-z]+)*|no tests ran) in [\d.]+s")
_ORDER = ("failed", "error", "passed", "skipped", "deselected", "xfailed", "xpassed")


@dataclass(frozen=True, slots=True)
class Stage:
    """One call of pytest: its folder and the options that it needs beside the gate's, or instead of them."""

    name: str
    folder: str
    options: tuple[str, ...] = ()


@dataclass(slots=True)
class Result:
    """How a stage ended: pytest's counts and whether it was good."""

    name: str
    ok: bool
    seconds: float
    counts: Counter[str] = field(default_factory=Counter)


UNIT = Stage("unit", "tests/unit", TWO)
INTEGRATION = Stage("integration", "tests/integration", THREE)
FAULTS = Stage("faults", "tests/faults", TWO)
ACCEPTANCE = Stage("acceptance", "tests/acceptance", (*THREE, *BY_FILE, "--timeout=900"))
LONG = Stage("long", "tests/integration", ("-m", "long"))
"""What takes too long, or too many samples, to gate a change."""
FUZZ: Final = (
    *("-p", "scripts.hypothesis_profiles", "--hypothesis-profile=fuzz"),
    *("-m", "hypothesis and not long", "--timeout=3600"),
)
FUZZ_SECONDS: Final = 600.0
"""How long `make fuzz` begins passes; the last one is finished."""
TARGETS: dict[str, tuple[tuple[Stage, ...], tuple[str, ...]]] = {
    "gate": ((UNIT, INTEGRATION, FAULTS, ACCEPTANCE), GATE),
    "unit": ((UNIT,), GATE),
    "integration": ((INTEGRATION,), GATE),
    "acceptance": ((ACCEPTANCE,), GATE),
    "faults": ((FAULTS, LONG), (*GATE[:3], "-m", "")),
    "fuzz": ((UNIT,), FUZZ),
}


def counts_of(line: str) -> Counter[str]:
    """`3 failed, 2 errors in 1.2s` → the numbers by word, errors as `error`; warnings left out."""
    counted: Counter[str] = Counter()
    for number, word in _COUNT.findall(line):
        counted["error" if word == "errors" else word] += int(number)
    return Counter({word: counted[word] for word in _ORDER if counted[word]})


def closing_line(results: list[Result]) -> str:
    """All stages in one line of pytest's form: `2 failed, 7 passed in 3.20s`."""
    total: Counter[str] = Counter()
    for result in results:
        total.update(result.counts)
    words = [f"{total[word]} {word}" for word in _ORDER if total[word]]
    seconds = sum(result.seconds for result in results)
    long = (
        f" ({int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02})"
        if seconds >= 60
        else ""
    )
    return f"{', '.join(words) or 'no tests ran'} in {seconds:.2f}s{long}"


def run_stage(stage: Stage, options: tuple[str, ...]) -> Result:
    """Run one stage, its output passed through as it comes."""
    say(f"test: {stage.name}")
    started = time.monotonic()
    closing = ""
    command = [sys.executable, "-m", "pytest", stage.folder, "--durations=5", "--durations-min=2"]
    with subprocess.Popen(
        [*command, *options, *stage.options],
        cwd=ROOT,
        env=compiling(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if _CLOSING.match(line):
                closing = line
    counts, good = counts_of(closing), process.returncode in {0, NO_TESTS}
    if not good and not counts["failed"]:
        counts["error"] = max(counts["error"], 1)  # it broke off: the last line must not look like success
    return Result(stage.name, good, time.monotonic() - started, counts)


def run_passes(stage: Stage, options: tuple[str, ...]) -> list[Result]:
    """Pass after pass, each with examples of its own, until FUZZ_SECONDS are over or one fails."""
    started = time.monotonic()
    results: list[Result] = []
    while not results or (results[-1].ok and time.monotonic() - started < FUZZ_SECONDS):
        results.append(run_stage(replace(stage, name=f"pass {len(results) + 1}"), options))
    return results


def run_web(tool: tuple[str, ...] = VITEST) -> tuple[Result, str]:
    """The unit tests of the web app, by Vitest; counts as pytest counts. With all that it wrote."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        ended = subprocess.run(
            [*tool, f"--outputFile.json={report}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        found = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    counts = Counter({"passed": found.get("numPassedTests", 0), "failed": found.get("numFailedTests", 0)})
    good = ended.returncode == 0 and counts["passed"] > 0
    if not good and not counts["failed"]:
        counts["error"] = 1
    return Result("web unit", good, time.monotonic() - started, +counts), ended.stdout


def say_web(result: Result, output: str) -> Result:
    """What Vitest wrote, whole, under its heading."""
    say(f"test: {result.name}")
    say(output.rstrip())
    return result


def compile_tests() -> None:
    """Collect all tests once, so that pytest keeps them as it compiles them: in a new checkout each worker of
    each stage would compile each file for itself. A file that can't be collected fails in its stage.
    """
    subprocess.run(
        [sys.executable, "-m", "pytest", "tests", "--collect-only", "-qq", *GATE],
        cwd=ROOT,
        env=compiling(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def web_and_tests() -> tuple[Result, str]:
    """What needs one core and no figure of time: Vitest, and the compiling of the tests behind it."""
    found = run_web()
    compile_tests()
    return found


def lint_and_web() -> tuple[float | None, Result]:
    """Lint with Vitest beside it: the seconds of lint, None where it failed, and Vitest's result."""
    started = time.monotonic()
    web.packages(with_tools=True)  # before both of them look for the tools
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(web_and_tests)
        seconds = time.monotonic() - started if lint() else None
        return seconds, say_web(*beside.result())


def summary(results: list[Result], lint_seconds: float | None) -> str:
    """One line a stage, with its counts and its time."""
    lines = [f"test: {'lint':<12} {'ok':<44} {seconds_text(lint_seconds):>8}"] if lint_seconds else []
    for result in results:
        counts = ", ".join(f"{result.counts[word]} {word}" for word in _ORDER if result.counts[word])
        word = counts or "nothing to run"
        lines.append(f"test: {result.name:<12} {word:<44} {seconds_text(result.seconds):>8}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """`python -m scripts.test TARGET [options for pytest]`; 0 where everything passed."""
    if not arguments or arguments[0] not in TARGETS:
        refuse(f"test: name one of {', '.join(TARGETS)}.")
    stages, options = TARGETS[arguments[0]]
    lint_seconds = None
    web_result = None
    if arguments[0] == "gate":
        lint_seconds, web_result = lint_and_web()
        if lint_seconds is None:
            say("test: stopped, because lint failed")
            return 1
    elif arguments[0] == "unit":
        web_result = say_web(*run_web())
    there = [stage for stage in stages if any((ROOT / stage.folder).rglob("test_*.py"))]
    given = (*options, *arguments[1:])
    if arguments[0] == "fuzz":
        results = run_passes(UNIT, given)
    else:
        results = [run_stage(stage, given) for stage in there]
    if web_result is not None:
        results.insert(0, web_result)
    say(summary(results, lint_seconds))
    say(closing_line(results))
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except web.WebFailed as failure:
        web.explain(failure)
    except KeyboardInterrupt:
        refuse("test: interrupted.")
