"""Who pushed which commit of a pull request, where the second half of a push fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.review.approvals import untold_here
from forge.errors import ForgeBusy
from tests.integration.forge.git_client import commit, git
from tests.integration.forge.test_git_server import Site, site, work

__all__ = ["site", "work"]


def test_each_push_says_from_where_it_went_on(
    site: Site, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(work, "switch", "-q", "-c", "dd0c/x")
    commits = [commit(work, {"x.md": "1\n"})]
    git(work, "push", "-q", "origin", "dd0c/x")

    def busy(*_: object) -> None:
        raise ForgeBusy("the lock is taken", 1.0)

    with monkeypatch.context() as away:
        away.setattr(site.forge, "pushed", busy)
        commits.append(commit(work, {"x.md": "2\n"}))
        assert "will follow" in git(work, "push", "origin", "dd0c/x").err
    pull = site.forge.get(1)
    assert untold_here(pull, site.forge.events(1), frozenset()), "nobody knows yet who pushed this head"
    commits.append(commit(work, {"x.md": "3\n"}))
    git(work, "push", "-q", "origin", "dd0c/x")
    events = [event for event in site.forge.events(1) if event.kind in {"opened", "pushed"}]
    assert [(event.commit, event.data.get("from")) for event in events] == [
        (commits[0], None),
        (commits[2], commits[1]),
    ]
    assert untold_here(site.forge.get(1), events, frozenset())
