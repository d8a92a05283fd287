"""What a newcomer meets: endless lists, empty texts, questions, values that do not fit, wrong names."""

from __future__ import annotations

import json

import httpx
import pytest

from controller.cli.answers import route_of
from controller.cli.errors import ExitCode
from tests.unit.cli.answering import URL, X, answered, route_asked, sample


@pytest.mark.parametrize("cursors", [1, 2, 10_000_000])
def test_a_list_without_an_end_ends_with_an_error(cursors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose cursors come round again, or never end, with items or without."""
    for items in (0, 1):
        asked = 0

        def answer(request: httpx.Request, items: int = items) -> httpx.Response:
            nonlocal asked
            asked += 1
            page = sample(route_asked(request).shape, "2026-01-01T00:00:00Z", whole=False, items=items)
            return httpx.Response(200, json=page | {"nextCursor": f"c{asked % cursors}"})

        code, said = answered(monkeypatch, answer, "runbooks")
        assert code == ExitCode.USAGE, said
        assert "no end" in said
        assert asked <= 500


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_text_is_not_classified(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = answered(monkeypatch, lambda _: httpx.Response(500), "classify", text)
    assert code == ExitCode.USAGE
    assert said.startswith("dd0c: There is nothing to classify: the text is empty.\n  → Give a command")


def test_what_does_not_fit_names_the_help_of_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"title": "No", "code": "invalid_request", "hint": "`/api/v1/openapi.json` describes it."}
    code, said = answered(monkeypatch, lambda _: httpx.Response(422, json=problem), "tokens", "make", "")
    assert code == ExitCode.REFUSED
    assert "tokens make --help` says what is taken." in said
    assert "openapi" not in said


def test_why_a_server_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno -2] Name or \x1b[31mservice not known", request=request)

    code, said = answered(monkeypatch, answer, "runbooks")
    assert code == ExitCode.UNREACHABLE
    assert f"{URL} does not answer (ConnectError: Name or " in said
    assert "\x1b" not in said


@pytest.mark.parametrize("given", ["", "n\n", "\n"])
def test_whoever_leaves_a_question_said_no(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-D, no, or nothing: nothing is sent, and that is said."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(
            200, json=sample(route_asked(request).shape, "2026-01-01T00:00:00Z", whole=False, items=1)
        )

    monkeypatch.setattr("controller.cli.pulls.interactive", lambda: True)
    for call in (("pr", "merge", "1"), ("panic", "off"), ("members", "remove", "mem_1")):
        code, said = answered(monkeypatch, answer, *call, given=given)
        assert code == ExitCode.REFUSED, (call, said)
        assert "dd0c: Nothing was done.\n" in said, (call, said)
        assert "Aborted" not in said
    assert set(sent) <= {"GET"}


def test_a_value_that_does_not_fit_is_asked_for_again_with_its_pattern(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variable = {"name": "incident", "bound": False, "secret": False, "pattern": "[a-z0-9-]{1,40}"}
    given: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        shape = route_of("GET", f"executions/{X}").shape
        found = sample(shape, "2026-01-01T00:00:00Z", whole=False, items=0) | {"id": X}
        if request.method == "POST":
            given.append(json.loads(request.content)["value"])
            if given[-1] == "BAD":
                refusal = {"title": "No", "code": "values", "status": 422, "detail": "It does not match."}
                return httpx.Response(422, json=refusal)
            return httpx.Response(200, json=found | {"state": "completed"})
        return httpx.Response(200, json=found | {"state": "preflight", "variables": [variable]})

    monkeypatch.setattr("controller.cli.run.interactive", lambda: True)
    code, said = answered(monkeypatch, answer, "run", X, "--attach", given="BAD\ninc-1\n")
    assert code == ExitCode.OK, said
    assert given == ["BAD", "inc-1"]
    assert "It does not match.\n  → The whole value must match [a-z0-9-]{1,40}" in said


def test_a_wrong_attempt_names_the_list_of_the_right_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"title": "Not found", "code": "not_found", "detail": "There is no such attempt."}
    code, said = answered(
        monkeypatch, lambda _: httpx.Response(404, json=problem), "executions", "output", X, "stx_1"
    )
    assert code == ExitCode.NOT_FOUND
    assert f"`dd0c executions show {X}` lists its attempts." in said
