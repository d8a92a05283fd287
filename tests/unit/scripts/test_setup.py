"""The setup knows when nothing has changed, and says in one sentence what is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import setup, web

ROOT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up checkout with an environment that was set up just now."""
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.delenv("PYTHON", raising=False)
    for name in setup.INPUTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in setup.PRODUCTS:
        (tmp_path / ".venv" / "bin" / name).touch()
    (tmp_path / ".venv" / "stamp").write_text(setup.fingerprint() + "\n")
    monkeypatch.setattr(web, "WEB", tmp_path / "web")
    monkeypatch.setattr(web, "DIST", tmp_path / "web" / "dist")
    for name in (
        *web.LOCKED,
        *web.SOURCES,
        "src/main.tsx",
        "public/icon.svg",
        "node_modules/.dd0c-packages",
        "dist/.dd0c-build",
    ):
        if name not in {"src", "public"}:
            (tmp_path / "web" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "web" / name).write_text(name)
    (tmp_path / "web" / "node_modules" / ".dd0c-packages").write_text(f"{web.locked()} ")
    (tmp_path / "web" / "dist" / ".dd0c-build").write_text(web.sources())
    return tmp_path


def test_an_environment_is_fresh_until_an_input_changes(environment: Path) -> None:
    assert setup.is_fresh()
    (environment / "requirements" / "dev.txt").write_text("another lock")
    assert not setup.is_fresh()


@pytest.mark.parametrize("name", ["src/main.tsx", "src/new.tsx", "index.html", "package-lock.json"])
def test_a_build_is_fresh_until_a_source_changes(environment: Path, name: str) -> None:
    assert web.is_built()
    (environment / "web" / name).write_text("another text")
    assert not web.is_built()
    assert not setup.is_fresh()


def test_packages_without_the_tools_of_tests_do_not_count_as_all(environment: Path) -> None:
    assert web.has_packages(with_tools=False)
    assert not web.has_packages(with_tools=True)
    (environment / "web" / "node_modules" / ".dd0c-packages").write_text(f"{web.locked()} tools")
    assert web.has_packages(with_tools=True)
    (environment / "web" / "package-lock.json").write_text("another lock")
    assert not web.has_packages(with_tools=False)


@pytest.mark.parametrize("name", [*(f"bin/{product}" for product in setup.PRODUCTS), "stamp"])
def test_a_part_that_is_gone_is_noticed(environment: Path, name: str) -> None:
    (environment / ".venv" / name).unlink()
    assert not setup.is_fresh()


def test_another_python_that_is_asked_for_is_noticed(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON", "python3.99")
    assert not setup.is_fresh()
    (environment / ".venv" / "stamp").write_text(setup.fingerprint() + "\npython3.99")
    assert setup.is_fresh()
    monkeypatch.delenv("PYTHON")
    assert setup.is_fresh()


def test_pips_index_is_handed_to_uv_unless_uv_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        setup, "pip_settings", lambda: {"index-url": "https://packages.example.invalid/simple"}
    )
    for name in ("UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.delenv(name, raising=False)
    assert setup.uv_environment() == {"UV_DEFAULT_INDEX": "https://packages.example.invalid/simple"}
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example.invalid/simple")
    assert setup.uv_environment() == {}


def find_python(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "scripts/find_python.sh"],
        cwd=ROOT,
        env={"PATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def interpreter(folder: Path, name: str, *, fits: bool) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {0 if fits else 1}\n")
    path.chmod(0o755)


def test_a_newer_interpreter_is_found_where_python3_is_too_old(tmp_path: Path) -> None:
    interpreter(tmp_path, "python3", fits=False)
    interpreter(tmp_path, "python3.12", fits=True)
    assert find_python(tmp_path).stdout.strip() == str(tmp_path / "python3.12")


def test_the_named_interpreter_is_taken_or_refused(tmp_path: Path) -> None:
    interpreter(tmp_path, "python3", fits=True)
    interpreter(tmp_path, "mine", fits=True)
    interpreter(tmp_path, "old", fits=False)
    assert find_python(tmp_path, PYTHON="mine").stdout.strip() == str(tmp_path / "mine")
    for name in ("old", "absent"):
        refused = find_python(tmp_path, PYTHON=name)
        assert refused.returncode == 2
        assert refused.stderr.count("\n") == 1
        assert name in refused.stderr


def test_no_interpreter_is_one_sentence(tmp_path: Path) -> None:
    refused = find_python(tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Python 3.11 or later is needed" in refused.stderr


def test_missing_git_is_one_sentence(tmp_path: Path) -> None:
    refused = subprocess.run(
        ["/bin/sh", "scripts/setup.sh"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert refused.stderr == "setup: git is needed and was not found; install it and try again.\n"


def test_a_missing_module_of_python_is_one_sentence(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "PYTHON", environment / "nowhere")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit) as refusal:
        setup.make_environment()
    assert refusal.value.code == 2
    written = capsys.readouterr().err
    assert sys.executable in written
    assert "python3-venv" in written
    assert (environment / ".venv" / "stamp").exists()
