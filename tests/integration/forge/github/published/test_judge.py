"""The judge of what the adapter asks: what GitHub would refuse is refused, each wrong thing by its name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.forge.github.published.judge import (
    completed,
    find,
    judge_answer,
    judge_request,
)

REPO = "/repos/acme/runbooks"
PULL = {"title": "T", "head": "dd0c/k", "base": "main"}


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "said"),
    [
        ("POST", f"{REPO}/pulls", {}, {"title": "T", "head": "dd0c/k"}, "'base' is a required property"),
        ("POST", f"{REPO}/pulls", {}, {**PULL, "labels": ["dd0c"]}, "'labels' was unexpected"),
        ("POST", f"{REPO}/pulls", {}, None, "None is not of type 'object'"),
        ("POST", f"{REPO}/statuses/{'a' * 40}", {}, {"state": "green"}, "'green' is not one of"),
        ("GET", f"{REPO}/pulls", {"sate": "open"}, None, "no such parameter sate"),
        ("GET", f"{REPO}/pulls", {"state": "opened"}, None, "'opened' is not one of"),
        ("GET", f"{REPO}/pulls", {"page": "two"}, None, "'two' is not of type 'integer'"),
        ("GET", f"{REPO}/pulls/one", {}, None, "'one' is not of type 'integer'"),
        ("GET", f"{REPO}/pulls/1", {}, {"a": 1}, "a body where none is read"),
        ("PUT", f"{REPO}/pulls/1", {}, {}, "no such operation"),
    ],
)
def test_what_github_does_not_describe_is_refused(
    method: str, path: str, query: dict[str, str], body: Any, said: str
) -> None:
    assert any(said in each for each in judge_request(method, path, query, body))


def test_what_it_describes_is_not() -> None:
    assert judge_request("POST", f"{REPO}/pulls", {}, PULL) == []
    assert judge_request("GET", f"{REPO}/pulls", {"page": "2", "state": "all"}, None) == []
    found = find("GET", f"{REPO}/git/ref/heads/dd0c/a/b")
    assert found is not None
    assert found.line.endswith("/git/ref/{ref}")


def test_an_answer_is_a_whole_one_and_nothing_made_up() -> None:
    path, ref = f"{REPO}/git/ref/heads/main", {"ref": "refs/heads/main"}
    assert any("'object' is a required" in each for each in judge_answer("GET", path, 200, ref))
    whole = completed("GET", path, 200, ref)
    assert judge_answer("GET", path, 200, whole) == []
    assert whole["ref"] == "refs/heads/main"
    assert judge_answer("GET", path, 200, {**whole, "ours": 1}) != []
    assert judge_answer("GET", path, 200, {**whole, "object": {**whole["object"], "sha": 7}}) != []
    assert judge_answer("GET", path, 202, whole) == ["GET /repos/{owner}/{repo}/git/ref/{ref}: no answer 202"]
    assert json.dumps(whole)
