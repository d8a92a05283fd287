"""Where several repositories have a runbook or a pull request of one name: asked for, never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.unit.cli.answering import answered, route_asked, sample


def _of(request: httpx.Request) -> httpx.Response:
    """Two repositories, `prod` and `staging`, each with a runbook `disk`; whatever is asked is answered."""
    route = route_asked(request)
    found = json.loads(json.dumps(sample(route.shape, "disk", whole=True, items=2)))
    if route.parts == ("runbooks",):
        found["nextCursor"] = None
        for item, name in zip(found["items"], ("prod", "staging"), strict=True):
            item["repository"]["name"], item["id"] = name, f"rbk_{name}"
    if route.parts == ("sync",):
        for item, name in zip(found["items"], ("prod", "staging"), strict=True):
            item["name"] = name
    if route.parts == ("pulls",):
        found["nextCursor"] = None
        for item in found["items"]:
            item["repository"] = request.url.params["repository"]
    return httpx.Response(200, json=found, request=request)


def test_a_name_that_two_repositories_have_is_refused_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (("runbooks", "retire", "disk"), ("export", "disk"), ("run", "disk")):
        code, said = answered(monkeypatch, _of, *command)
        assert (code, "2 repositories have a runbook disk" in said) == (1, True), said
        assert "prod (rbk_prod), staging (rbk_staging)" in said
        code, said = answered(monkeypatch, _of, *command, "--repository", "qa")
        assert (code, "qa has no runbook disk" in said) == (4, True), said


def test_a_repository_that_is_named_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        place = request.url.params.get("repository", "")
        asked.append(f"{request.method} {request.url.path} {place}".strip())
        return _of(request)

    for word in ("show", "diff", "check", "close"):
        answered(monkeypatch, answer, "pr", word, "7", "-r", "prod")
    answered(monkeypatch, answer, "pr", "merge", "7", "-r", "prod", "--yes")
    answered(monkeypatch, answer, "pr", "approve", "7", "-r", "prod", "--yes", "--head", "a" * 40)
    answered(monkeypatch, answer, "pr", "comment", "7", "Good", "-r", "prod")
    assert [line for line in asked if not line.endswith(" prod")] == []
    asked.clear()
    answered(monkeypatch, answer, "runbooks", "retire", "disk", "-r", "staging")
    assert asked[-1] == "DELETE /api/v1/runbooks/rbk_staging"


def test_a_newer_text_goes_onto_the_runbook_of_the_repository_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text, asked = tmp_path / "disk.md", list[str]()
    text.write_text("# Disk\n\n1. Run `df -h`.\n")

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        return _of(request)

    code, said = answered(monkeypatch, answer, "pr", "open", str(text), "--onto", "disk")
    assert (code, "2 repositories have a runbook disk" in said) == (1, True), said
    for command in (("pr", "open", str(text)), ("import", str(text), "--yes")):
        answered(monkeypatch, answer, *command, "--onto", "disk", "-r", "prod")
        assert asked[-1] == "POST /api/v1/runbooks/rbk_prod/newer-text"
        code, said = answered(monkeypatch, answer, *command, "-r", "prod")
        assert (code, "--onto" in said) == (2, True), said


def test_an_approval_is_of_the_head_that_was_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.method} {request.content.decode()}")
        return _of(request)

    for command in (("--yes",), ("--yes", "--head", "abcdef123456")):
        code, said = answered(monkeypatch, answer, "pr", "approve", "7", *command)
        assert (code, "--head" in said, sent) == (2, True, []), said
    for word, field in (("approve", "head"), ("merge", "expectedHead")):
        sent.clear()
        answered(monkeypatch, answer, "pr", word, "7", "--yes", "--head", "a" * 40)
        (only,) = sent
        assert only.startswith("POST ")
        assert json.loads(only.removeprefix("POST "))[field] == "a" * 40


def test_pull_requests_of_every_repository_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = answered(monkeypatch, _of, "pr", "list")
    assert code == 0
    assert [said.count("prod"), said.count("staging"), said.count("REPOSITORY")] == [2, 2, 1]
