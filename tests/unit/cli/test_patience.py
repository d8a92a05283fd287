"""A walk through a restart of the controller: it says so, tries again, and ends with the way to go on."""

from __future__ import annotations

import time

import httpx
import pytest

from controller.cli.answers import route_of
from controller.cli.errors import ExitCode
from tests.unit.cli.answering import URL, X, answered, route_asked, sample


def _execution(state: str, version: int) -> httpx.Response:
    found = sample(route_of("GET", f"executions/{X}").shape, "2026-01-01T00:00:00Z", whole=False, items=0)
    return httpx.Response(200, json=found | {"id": X, "state": state, "version": version})


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only the pauses move; the pauses."""
    slept: list[float] = []
    monkeypatch.setattr("controller.cli.client.pause", slept.append)
    monkeypatch.setattr(time, "monotonic", lambda: sum(slept))
    return slept


@pytest.mark.parametrize("away", [None, 502, 503, 504])
def test_a_restart_in_the_middle_is_lived_through(
    away: int | None, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        if request.method == "POST":
            keys.append(request.headers["idempotency-key"])
        if 2 <= calls <= 6:
            if away is None:
                raise httpx.ConnectError("refused", request=request)
            return httpx.Response(away)
        if calls == 1:
            return _execution("pending", 1)
        return _execution("completed", 2)

    code, said = answered(monkeypatch, answer, "run", X, "--attach")
    assert code == ExitCode.OK, said
    assert said.count("does not answer") == 1, "told once"
    assert "Trying again for up to 60 s" in said
    assert f"dd0c: {URL} answers again." in said
    assert len(slept) == 5
    assert len(set(keys)) == 1, "the repeated event has the key of the first: it acts once"


def test_patience_ends_with_the_command_that_goes_on(
    slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        if calls == 1:
            return _execution("executing", 1)
        raise httpx.ConnectError("refused", request=request)

    code, said = answered(monkeypatch, answer, "run", X, "--attach")
    assert code == ExitCode.UNREACHABLE
    assert f"Once that answers, go on with: dd0c run --attach {X}" in said
    assert "make run" not in said
    assert 60 <= sum(slept) <= 62


def test_before_there_is_an_execution_nothing_is_waited_for(
    slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    for call in (("run", X, "--attach"), ("run", "disk"), ("runbooks",)):
        code, said = answered(monkeypatch, answer, *call)
        assert (code, "Start it with `make run`" in said) == (7, True)
    assert slept == []


def test_a_refusal_in_the_walk_names_the_way_to_go_on_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and route_asked(request).shape is not None:
            return _execution("pending", 1)
        return httpx.Response(403, json={"title": "No", "code": "forbidden", "hint": "Ask an approver."})

    code, said = answered(monkeypatch, answer, "run", X, "--attach")
    assert code == ExitCode.UNAUTHENTICATED
    assert f"→ Ask an approver.\n  → Go on with: dd0c run --attach {X}" in said


def test_a_refusal_after_the_restart_says_that_the_server_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        if calls == 1:
            return _execution("pending", 1)
        if calls == 2:
            raise httpx.ReadError("gone", request=request)
        return httpx.Response(422, json={"title": "No", "code": "unprocessable"})

    code, said = answered(monkeypatch, answer, "run", X, "--attach")
    assert code == ExitCode.REFUSED
    assert said.index("answers again") < said.index("dd0c: No")


def _created(request: httpx.Request) -> httpx.Response | None:
    """The answers before the POST that makes an execution; None for that one."""
    if request.method == "POST":
        return None
    found = sample(route_asked(request).shape, "2026-01-01T00:00:00Z", whole=False, items=1)
    for item in found.get("items", []):
        item["name"] = "disk"
    return httpx.Response(200, json=found)


def _problem(code: str, **more: object) -> httpx.Response:
    return httpx.Response(409, json={"title": "Conflict", "code": code, "detail": "key"} | more)


def test_a_killed_server_that_does_it_again_is_waited_for(
    slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed inside the POST; back, it holds the key for that of a call at work for a moment."""
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        before = _created(request)
        if before is not None:
            return before
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            raise httpx.RemoteProtocolError("cut", request=request)
        if len(keys) == 2:
            raise httpx.ConnectError("refused", request=request)
        return _problem("request_running") if len(keys) < 5 else _execution("completed", 1)

    code, said = answered(monkeypatch, answer, "run", "disk")
    assert code == ExitCode.OK, said
    assert len(keys) == 5
    assert len(set(keys)) == 1
    assert said.count("Trying again for up to 60 s") == 1
    assert said.count("still works on what was sent before") == 1
    assert slept == [1.0] * 4


@pytest.mark.parametrize("acted", [True, False])
def test_what_nobody_knows_of_a_killed_server_is_said_with_the_way_to_go_on(
    acted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return _created(request) or _problem("outcome_unknown", acted=acted)

    code, said = answered(monkeypatch, answer, "run", "disk")
    assert code == ExitCode.REFUSED
    assert ("it was done, at least in part" in said) is acted
    assert "dd0c run --attach ID" in said
    assert "key" not in said, "the person has none"


def test_a_server_that_never_ends_with_it_is_left_with_the_way_to_go_on(
    slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return _created(request) or _problem("request_running")

    code, said = answered(monkeypatch, answer, "run", "disk")
    assert code == ExitCode.REFUSED
    assert "dd0c run --attach ID" in said
    assert 60 <= sum(slept) <= 62


def test_leaving_while_it_is_made_says_how_to_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("controller.cli.client.pause", leave)

    def answer(request: httpx.Request) -> httpx.Response:
        return _created(request) or _problem("request_running")

    code, said = answered(monkeypatch, answer, "run", "disk")
    assert code == ExitCode.NEEDS_HUMAN
    assert "You left" in said
    assert "dd0c run --attach ID" in said


@pytest.mark.parametrize(
    "broken", [httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout, httpx.WriteError, 502, 504]
)
def test_a_change_whose_answer_was_lost_is_not_called_undone(
    broken: type[httpx.TransportError] | int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if isinstance(broken, int):
            return httpx.Response(broken)
        raise broken("gone", request=request)

    code, said = answered(monkeypatch, answer, "sync", "now")
    assert code == ExitCode.UNREACHABLE
    assert "whether it was done is not known" in said
    code, said = answered(monkeypatch, answer, "runbooks")
    assert (code, "not known" in said) == (ExitCode.UNREACHABLE, False)


@pytest.mark.parametrize("is_cut", [True, False])
def test_whoever_leaves_before_the_answer_is_told_only_what_was_seen_last(
    is_cut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("controller.cli.client.pause", leave)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return _execution("pending", 1)
        if is_cut:
            raise httpx.ReadError("cut", request=request)
        return _problem("request_running")

    code, said = answered(monkeypatch, answer, "run", X, "--attach")
    assert code == ExitCode.NEEDS_HUMAN
    assert "You left before the server had answered; when it was last seen the execution" in said
    assert f"Go on with: dd0c run --attach {X}" in said
