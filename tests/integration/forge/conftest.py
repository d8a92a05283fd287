"""A bare repository with two files, and a way to advance it behind the forge's back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from base.clock import SystemClock
from forge.builtin import BuiltinForge, BuiltinSettings
from forge.commit import commit_files, compare_and_swap
from forge.pull_requests import ProposedFile, PullRequest, Verdict
from forge.storage import BareRepository, RepositoryFolder
from tests.integration.forge.conformance import AUTHOR, MAINTAINER, AdvanceBase, Reviewer
from tests.integration.forge.memory_rows import MemoryPullRows

TENANT = UUID(int=1)
REPOSITORY = UUID(int=2)


def commit_on(repository: BareRepository, files: dict[str, bytes | None], branch: str = "main") -> str:
    """Commit files on a branch of a bare repository."""
    with repository.writing() as git:
        ref = f"refs/heads/{branch}"
        before = repository.ref(ref)
        proposed = [ProposedFile(path, content) for path, content in files.items()]
        new = commit_files(
            git, base=before, files=proposed, message="change\n", author=AUTHOR, at=datetime.now(UTC)
        )
        compare_and_swap(git, ref, before, new)
    return new


@pytest.fixture
def folder(tmp_path: Path) -> RepositoryFolder:
    return RepositoryFolder(tmp_path / "repositories")


@pytest.fixture
def repository(folder: RepositoryFolder) -> BareRepository:
    made = folder.create(TENANT, REPOSITORY)
    commit_on(made, {"runbooks/a.yaml": b"a: 1\n", "README.md": b"hello\n"})
    return made


@pytest.fixture
def rows() -> MemoryPullRows:
    return MemoryPullRows()


@pytest.fixture
def builtin(repository: BareRepository, rows: MemoryPullRows) -> BuiltinForge:
    return BuiltinForge(repository, rows, SystemClock(), BuiltinSettings())


@pytest.fixture
def advance_base(repository: BareRepository) -> AdvanceBase:
    return lambda files: commit_on(repository, files)


@pytest.fixture
def reviewer(builtin: BuiltinForge) -> Reviewer:
    def say(pull: PullRequest, verdict: Verdict, body: str) -> None:
        builtin.review(pull.number, head=pull.head, verdict=verdict, body=body, actor=MAINTAINER)

    return Reviewer(MAINTAINER.id, say)
