"""The runner of tests reads pytest's closing lines and adds them up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts import test as runner
from scripts.test import Result, Stage, closing_line, counts_of, summary


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("74 passed in 4.97s", {"passed": 74}),
        ("1 failed, 2 passed, 3 skipped in 61.20s (0:01:01)", {"failed": 1, "passed": 2, "skipped": 3}),
        ("==== 2 errors, 1 xfailed, 4 warnings in 0.12s ====", {"error": 2, "xfailed": 1}),
        ("1 error in 0.12s", {"error": 1}),
        ("no tests ran in 0.01s", {}),
    ],
)
def test_counts_are_read_from_a_closing_line(line: str, expected: dict[str, int]) -> None:
    assert counts_of(line) == expected
    assert runner._CLOSING.match(line)


@pytest.mark.parametrize("line", ["the gate passed in 3 seconds", "3 passed", "x = 1  # failed in 2s", ""])
def test_prose_is_no_closing_line(line: str) -> None:
    assert not runner._CLOSING.match(line)


def test_all_stages_are_added_up_in_the_form_of_pytest() -> None:
    results = [
        Result("unit", True, 40.5, counts_of("10 passed in 1s")),
        Result("faults", False, 80.0, counts_of("1 failed, 2 passed in 1s")),
    ]
    assert closing_line(results) == "1 failed, 12 passed in 120.50s (0:02:00)"
    assert runner._CLOSING.match(closing_line(results))
    assert closing_line([]) == "no tests ran in 0.00s"
    lines = summary(results, 30.0).splitlines()
    assert [line.split()[1] for line in lines] == ["lint", "unit", "faults"]
    assert lines[1].endswith("40.5 s")


def run(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    (tmp_path / "test_it.py").write_text(source)
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setenv(
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
    )  # none is used here, and to load them takes longest
    return runner.run_stage(Stage("some", "."), ("-q", "-p", "no:cacheprovider"))


def test_a_stage_passes_output_through_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run(tmp_path, "def test_a(): pass\ndef test_b(): assert 0\n", monkeypatch)
    assert not result.ok
    assert result.counts == {"passed": 1, "failed": 1}
    assert "1 failed, 1 passed in" in capsys.readouterr().out


def test_a_stage_that_breaks_off_counts_as_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(tmp_path, "import os\ndef test_a(): os._exit(3)\n", monkeypatch)
    assert not result.ok
    assert result.counts == {"error": 1}


_TOOL = (
    "import json, sys; print('it ran'); name = sys.argv[-1].partition('=')[2]; "
    "open(name, 'w').write(json.dumps({'numPassedTests': 7, 'numFailedTests': FAILED})); sys.exit(FAILED)"
)


@pytest.mark.parametrize("failed", [0, 1])
def test_what_vitest_writes_is_kept_and_counted(failed: int) -> None:
    tool = (sys.executable, "-S", "-c", _TOOL.replace("FAILED", str(failed)))
    result, output = runner.run_web(tool)
    assert (result.ok, output) == (not failed, "it ran\n")
    assert result.counts == ({"passed": 7, "failed": 1} if failed else {"passed": 7})


def test_a_vitest_that_reports_nothing_is_an_error() -> None:
    result, _ = runner.run_web((sys.executable, "-S", "-c", "pass"))
    assert not result.ok
    assert result.counts == {"error": 1}


def test_an_unknown_target_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        runner.main(["everything"])
    assert refusal.value.code == 2
    assert "name one of" in capsys.readouterr().err
