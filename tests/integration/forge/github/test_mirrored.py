"""The mirror of a repository on GitHub: fetched by git with the credential, pull requests and all."""

from __future__ import annotations

import pytest

from forge.errors import ForgeRefused, NoSuchPull
from forge.github.forge import GitHubForge
from forge.mirror import FetchLimits
from tests.integration.forge.conformance import merge, proposal
from tests.integration.forge.conftest import commit_on
from tests.integration.forge.github.server import GitHub


def test_what_a_pull_request_changes_is_read_from_git(github: GitHub, github_forge: GitHubForge) -> None:
    pull = github_forge.publish(proposal())
    commit_on(github.repository, {"README.md": b"moved on\n"})
    old, new = github_forge.compared(pull.number)
    mirror = github_forge.mirror_of(pull.number, (old, new))
    assert [change.path for change in mirror.changes(old, new, "")] == ["runbooks/b.yaml"]
    assert new == pull.head


def test_what_the_mirror_holds_is_not_fetched_again(github: GitHub, github_forge: GitHubForge) -> None:
    pull = github_forge.publish(proposal())
    commits = github_forge.compared(pull.number)
    github_forge.mirror_of(pull.number, commits)
    fetched = [line for line in github.log() if line.startswith("GIT")]
    github_forge.mirror_of(pull.number, commits)
    assert [line for line in github.log() if line.startswith("GIT")] == fetched


def test_a_merged_one_shows_what_its_merge_changed(github: GitHub, github_forge: GitHubForge) -> None:
    pull = github_forge.publish(proposal())
    done = merge(github_forge, pull)
    assert github_forge.compared(pull.number) == (done.before, done.commit)
    mirror = github_forge.mirror_of(pull.number, (done.commit,))
    assert mirror.holds(done.commit)
    assert [event.kind for event in github_forge.events(pull.number)][-1] == "merged"


def test_a_wrong_token_fetches_nothing_and_is_not_shown(github: GitHub) -> None:
    secret = "ghp_" + "q" * 36
    mirror = github.forge(secret).mirror
    with pytest.raises(ForgeRefused, match="credential was refused") as refusal:
        mirror.fetch(mirror.remote(), limits=FetchLimits())
    assert secret not in str(refusal.value) + repr(mirror.remote())
    assert mirror.head("main") is None


def test_a_look_says_what_is_missing(github: GitHub, github_forge: GitHubForge) -> None:
    github_forge.look()
    github.repository.git().references.delete("refs/heads/main")
    with pytest.raises(ForgeRefused, match="acme/runbooks has no branch main"):
        github_forge.look()


def test_an_unknown_number(github_forge: GitHubForge) -> None:
    for ask in (github_forge.compared, github_forge.events, github_forge.diff, github_forge.close):
        with pytest.raises(NoSuchPull):
            ask(99)
