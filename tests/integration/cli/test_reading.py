"""Files and standard input of the command line: bounded, and nothing but files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from base.limits import DOCUMENT_MAX_BYTES, PASTE_MAX_BYTES, SCAN_MAX_BYTES
from controller.cli.errors import CliError
from controller.cli.reading import TooLarge, read_file, size

ROOT = Path(__file__).parents[3]
READERS = {
    ("import",): PASTE_MAX_BYTES, ("parse",): PASTE_MAX_BYTES, ("pr", "open"): PASTE_MAX_BYTES,
    ("runbooks", "edit", "disk"): DOCUMENT_MAX_BYTES,
}  # fmt: skip
OF_FOLDERS = {("import",), ("pr", "open")}
"""These read all documents of a folder."""


def _dd0c(
    folder: Path, *arguments: str, given: int | None = subprocess.DEVNULL, **settings: str
) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DD0C_STATE_DIR": str(folder),
             "DD0C_URL": "http://127.0.0.1:1", "DD0C_TOKEN": "ddt_a", **settings},
        stdin=given, capture_output=True, text=True, timeout=60, check=False, cwd=folder,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("reader", READERS)
def test_what_is_larger_than_the_server_reads_is_refused_with_the_bound(
    reader: tuple[str, ...], tmp_path: Path
) -> None:
    bound = READERS[reader]
    (tmp_path / "big.md").write_bytes(b"x" * (bound + 1))
    code, said = _dd0c(tmp_path, *reader, "big.md")
    assert (code, f"big.md is larger than {size(bound)}, the most that is read here." in said) == (2, True)
    with Path("/dev/zero").open("rb") as endless:
        code, said = _dd0c(tmp_path, *reader, "-", given=endless.fileno())
    assert (code, f"Standard input is larger than {size(bound)}" in said) == (2, True)


def test_a_scan_reads_no_more_than_the_scanner_does(tmp_path: Path) -> None:
    with Path("/dev/zero").open("rb") as endless:
        code, said = _dd0c(tmp_path, "scan", given=endless.fileno())
    assert (code, f"Standard input is larger than {size(SCAN_MAX_BYTES)}" in said) == (2, True)


@pytest.mark.parametrize("reader", [*READERS, ("lint",)])
def test_only_files_are_read_and_nothing_is_waited_for(reader: tuple[str, ...], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    code, said = _dd0c(tmp_path, *reader, "pipe.md")
    assert (code, "pipe.md is a named pipe" in said) == (2, True)
    if reader != ("lint",):
        (tmp_path / "folder").mkdir()
        empty = "There is no document in folder." if reader in OF_FOLDERS else "folder is a folder."
        for name, refusal in (("/dev/zero", "/dev/zero is a device."), ("folder", empty)):
            code, said = _dd0c(tmp_path, *reader, name)
            assert (code, refusal in said) == (2, True), said
        code, said = _dd0c(tmp_path, *reader, "never.md")
        assert (code, said) == (2, "dd0c: never.md can't be read: No such file or directory.\n")


def test_a_pipe_that_the_shell_opens_is_read(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m controller.cli parse <(printf '# A\\n\\n    df -h\\n') --json"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "df -h" in done.stdout


def test_closed_standard_streams_are_no_traceback(tmp_path: Path) -> None:
    for shell, code in (("scan - <&-", 2), ("runbooks <&- >&-", 7), ("scan ls >&- 2>&-", None)):
        done = subprocess.run(
            ["bash", "-c", f"{sys.executable} -m controller.cli {shell}"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DD0C_URL": "http://127.0.0.1:1",
                 "DD0C_STATE_DIR": str(tmp_path)},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert code is None or done.returncode == code, done.stderr


def test_the_settings_files_are_bounded_too(tmp_path: Path) -> None:
    code, said = _dd0c(tmp_path, "runbooks", DD0C_TOKEN="", DD0C_TOKEN_FILE="/dev/zero")
    assert (code, "/dev/zero is a device" in said) == (2, True)
    (tmp_path / "token").write_bytes(b"x" * 100_000)
    code, said = _dd0c(tmp_path, "runbooks", DD0C_TOKEN="", DD0C_TOKEN_FILE=str(tmp_path / "token"))
    assert (code, "is larger than 64 KiB" in said) == (2, True)


def test_a_bound_is_met_exactly(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_file(path, 5) == b"12345"
    with pytest.raises(TooLarge, match="larger than 4 bytes"):
        read_file(path, 4)
    with pytest.raises(CliError, match="no name of a file"):
        read_file("a\0b", 4)
    assert [size(count) for count in (1024, 1500, 2 * 1024 * 1024)] == ["1 KiB", "1,500 bytes", "2 MiB"]
