"""The rule of decision logs, tried on small repositories."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scripts.check_decisions import LOGS, check, invalid_logs
from tests.architecture.tree import ROOT

GOOD = {
    "prompt": "Which of two things shall the scanner do here?",
    "reasoning": "The first, because the second was measured to be slower on every input that was tried.",
    "alternatives_considered": [{"option": "the second", "why_not": "slower in every run"}],
    "confidence": 0.8,
    "timestamp": "2026-11-22T20:00:00Z",
    "author": "dd0c/run engineering",
}
Git = Callable[..., str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "clone" / LOGS
    folder.mkdir(parents=True)
    shutil.copy(ROOT / LOGS / "schema.json", folder)
    (folder / "README.md").write_text("How.\n")
    return tmp_path / "clone"


@pytest.fixture
def git(repository: Path) -> Git:
    def run(*arguments: str) -> str:
        settings = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "core.hooksPath=")
        answer = subprocess.run(
            ["git", *settings, *arguments], cwd=repository, capture_output=True, text=True, check=True
        )
        return answer.stdout.strip()

    run("init", "--quiet", "--initial-branch=main")
    return run


def write(repository: Path, path: str, text: str = "x = 1\n") -> None:
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_text(text)


def log(repository: Path, name: str = "0001-first.json", changes: Mapping[str, object] | None = None) -> None:
    write(repository, LOGS + name, json.dumps(GOOD | dict(changes or {})))


def commit(git: Git, message: str = "Change") -> None:
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "-m", message)


def test_the_logs_of_this_repository_are_valid() -> None:
    assert invalid_logs(ROOT) == []


@pytest.mark.parametrize(
    "path",
    [
        "scanner/walk.py",
        "scanner/knowledge/kubernetes.yaml",
        "ingest/pipeline.py",
        "agent/shim.py",
        "controller/engine/table.py",
        "controller/review/checks.py",
        "controller/governance/policy.py",
    ],
)
def test_a_guarded_change_on_a_branch_needs_a_new_log(repository: Path, git: Git, path: str) -> None:
    log(repository)
    commit(git)
    git("checkout", "--quiet", "-b", "work")
    write(repository, path)
    commit(git)
    assert "without a new decision log" in check(repository)[0]
    log(repository, "0002-second.json")
    assert check(repository) == []
    commit(git)
    assert check(repository) == []


def test_a_change_that_is_not_committed_counts_too(repository: Path, git: Git) -> None:
    commit(git)
    git("checkout", "--quiet", "-b", "work")
    write(repository, "agent/shim.py")
    assert check(repository)


def test_a_changed_old_log_is_not_a_new_one(repository: Path, git: Git) -> None:
    log(repository)
    write(repository, "agent/shim.py")
    commit(git)
    git("checkout", "--quiet", "-b", "work")
    write(repository, "agent/shim.py", "x = 2\n")
    log(repository, changes={"confidence": 0.9})
    commit(git)
    assert check(repository)


def test_a_removed_guarded_file_counts(repository: Path, git: Git) -> None:
    write(repository, "scanner/walk.py")
    commit(git)
    git("checkout", "--quiet", "-b", "work")
    (repository / "scanner/walk.py").unlink()
    commit(git)
    assert check(repository)


@pytest.mark.parametrize(
    "path", ["controller/api/routes.py", "docs/agent/x.md", "tests/unit/scanner/test_x.py"]
)
def test_another_change_needs_none(repository: Path, git: Git, path: str) -> None:
    commit(git)
    git("checkout", "--quiet", "-b", "work")
    write(repository, path)
    commit(git)
    assert check(repository) == []


def test_on_main_without_a_remote_the_whole_tree_is_the_change(repository: Path, git: Git) -> None:
    write(repository, "agent/shim.py")
    commit(git)
    assert check(repository)
    log(repository)
    commit(git)
    assert check(repository) == []


def test_on_main_with_a_remote_what_was_not_pushed_is_the_change(repository: Path, git: Git) -> None:
    write(repository, "agent/shim.py")
    commit(git)
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert check(repository) == []
    write(repository, "agent/shim.py", "x = 2\n")
    commit(git)
    assert check(repository)


def test_only_the_branch_counts_where_main_moved_on(repository: Path, git: Git) -> None:
    commit(git)
    git("checkout", "--quiet", "-b", "work")
    git("checkout", "--quiet", "main")
    write(repository, "agent/shim.py")
    commit(git)
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    git("checkout", "--quiet", "work")
    assert check(repository) == []


def test_without_git_only_the_logs_are_checked(repository: Path) -> None:
    write(repository, "agent/shim.py")
    assert check(repository) == []
    log(repository, changes={"confidence": 2})
    assert check(repository)


@pytest.mark.parametrize(
    "change",
    [
        {"confidence": 1.1},
        {"confidence": "high"},
        {"alternatives_considered": []},
        {"alternatives_considered": ["the second"]},
        {"alternatives_considered": [{"option": "the second"}]},
        {"timestamp": "2026-11-22"},
        {"timestamp": "2026-13-22T20:00:00Z"},
        {"reasoning": "Because."},
        {"notes": "more"},
    ],
)
def test_an_invalid_log_is_found(repository: Path, change: dict[str, object]) -> None:
    log(repository)
    assert invalid_logs(repository) == []
    log(repository, changes=change)
    assert len(invalid_logs(repository)) == 1


@pytest.mark.parametrize("key", sorted(GOOD))
def test_a_missing_key_is_found(repository: Path, key: str) -> None:
    write(repository, LOGS + "0001-x.json", json.dumps({k: v for k, v in GOOD.items() if k != key}))
    assert invalid_logs(repository)


def test_a_bad_name_a_repeated_number_and_a_repeated_key_are_found(repository: Path) -> None:
    log(repository, "0001-first.json")
    log(repository, "0001-again.json")
    log(repository, "second.json")
    write(repository, LOGS + "0003-twice.json", '{"prompt": "a", "prompt": "b"}')
    found = invalid_logs(repository)
    assert len(found) == 3
    assert "keys given twice: prompt" in "".join(found)
