"""`dd0c run` at a gate whose command can't be judged at this moment: nobody approves it there."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from controller.cli.answers import route_of
from controller.cli.errors import ExitCode
from tests.unit.cli.answering import X, answered, sample

TEXT = "2026-01-01T00:00:00Z"


def _at_gate(*, judged: bool) -> dict[str, Any]:
    found: dict[str, Any] = sample(route_of("GET", f"executions/{X}").shape, TEXT, whole=True, items=1)
    gate = found["gate"] | {
        "step": found["steps"][0]["id"], "kind": "forward", "risk": "caution", "unknown": False,
        "lapsed": False, "confirm": None, "notJudged": not judged,
    }  # fmt: skip
    actions = ["skip", "refuse", "pause", "abort"] + ["approve"] * judged
    return found | {"id": X, "state": "await_approval", "gate": gate, "actions": actions}


def _walked(
    monkeypatch: pytest.MonkeyPatch, given: str | None, *, judged_from: int
) -> tuple[int, str, list[str]]:
    """The exit code of a walk, what it said, and the events that it sent, before how many looks each."""
    looks = 0
    events: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal looks
        if request.method == "POST":
            events.append(f"{request.url.path.rsplit('/', 1)[-1]} after {looks}")
            return httpx.Response(200, json=_at_gate(judged=True) | {"state": "completed"})
        looks += 1
        return httpx.Response(200, json=_at_gate(judged=looks >= judged_from))

    monkeypatch.setattr("controller.cli.run.interactive", lambda: given is not None)
    code, said = answered(monkeypatch, answer, "run", X, "--attach", given=given)
    return code, said, events


def test_approve_is_offered_only_once_it_can_be_judged_and_enter_looks_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, said, events = _walked(monkeypatch, "a\n\n\na\n", judged_from=3)
    assert (code, events) == (ExitCode.OK, ["approve after 3"]), said
    before, _, after = said.rpartition("can't be judged")
    assert before.count("Nobody can approve it now") == 2
    assert "[Enter] look again  [s] skip" in before
    assert "[a] approve" not in before
    assert "[a] approve" in after
    assert after.count("[Enter]") == 1, "of the look before, and not where it can be approved"


def test_what_needs_no_judgement_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    code, said, events = _walked(monkeypatch, "x\nnot now\n", judged_from=9)
    assert (code, events) == (ExitCode.OK, ["abort after 1"]), said


def test_without_a_terminal_it_says_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    code, said, events = _walked(monkeypatch, None, judged_from=9)
    assert (code, events) == (ExitCode.NEEDS_HUMAN, []), said
    assert f"the step {TEXT} can't be judged at this moment, and nobody is at this terminal." in said


def test_an_empty_answer_is_none_where_it_can_be_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    code, said, events = _walked(monkeypatch, "\n\n", judged_from=1)
    assert (code, events) == (ExitCode.NEEDS_HUMAN, []), said
    assert "[Enter]" not in said
