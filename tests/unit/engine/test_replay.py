"""One fold for recovery, for live running and for CI: histories replay to what they recorded."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.engine import effects as ef
from controller.engine import events as ev
from controller.engine.plan import build_plan
from controller.engine.replay import (
    ENGINE_VERSION,
    ReplayDiverged,
    begin,
    fold,
    read_context,
    read_recorded,
    write_context,
    write_recorded,
)
from controller.engine.states import RUNNING, TERMINAL, State
from schemas.canonical import canonical
from tests.unit.engine.runs import Run, runbook_of
from tests.unit.engine.wander import DOCUMENTS, run_for, setups, wander

FOLDER = Path(__file__).parent / "histories"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_r12_a_recorded_history_replays_to_the_same_transitions(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["engineVersion"] == ENGINE_VERSION, "a new engine version needs new histories, and a gate"
    history = [read_recorded(row) for row in content["history"]]
    plan = build_plan(runbook_of(content["document"]), {})
    start = begin(Run.of(DOCUMENTS["plain"]).x.id, Run.of(DOCUMENTS["plain"]).x.tenant)
    execution = fold(start, plan, history)
    assert execution.version == len(history) == history[-1].version
    assert execution.state is history[-1].state


def test_r12_fifty_histories_are_recorded_and_go_through_most_rows() -> None:
    files = sorted(FOLDER.glob("*.json"))
    assert len(files) == len(setups()) == 50
    rows: set[int] = set()
    for path in files:
        for row in json.loads(path.read_text(encoding="utf-8"))["history"]:
            rows.update(row["path"])
    assert len(rows) >= 44


def test_r12_a_history_that_leads_elsewhere_is_found() -> None:
    run = run_for("plain", 1)
    list(wander(run, random.Random(1), 20))
    broken = [*run.history[:-1], replace(run.history[-1], state=State.PREFLIGHT)]
    with pytest.raises(ReplayDiverged):
        fold(begin(run.x.id, run.x.tenant), run.plan, broken)
    with pytest.raises(ReplayDiverged):
        fold(begin(run.x.id, run.x.tenant), run.plan, run.history[1:])


names = st.sampled_from(sorted(DOCUMENTS))


@given(name=names, seed=st.integers(0, 10_000))
def test_any_run_replays_from_its_rows_to_the_same_execution(name: str, seed: int) -> None:
    run = run_for(name, seed)
    list(wander(run, random.Random(seed), 25))
    rows: list[Any] = json.loads(json.dumps([write_recorded(recorded) for recorded in run.history]))
    assert fold(begin(run.x.id, run.x.tenant), run.plan, map(read_recorded, rows)) == run.x
    for recorded in run.history:
        canonical(recorded.known)  # what is stored has a canonical form: no float, no null


@given(name=names, seed=st.integers(0, 10_000))
def test_what_was_erased_still_folds_to_the_same_states(name: str, seed: int) -> None:
    run = run_for(name, seed)
    list(wander(run, random.Random(seed), 25))
    erased = [read_recorded(write_recorded(recorded) | {"sealed": None}) for recorded in run.history]
    assert fold(begin(run.x.id, run.x.tenant), run.plan, erased).state is run.x.state


@given(name=names, seed=st.integers(0, 10_000))
def test_i1_i6_no_walk_runs_two_commands_or_leaves_a_terminal_state(name: str, seed: int) -> None:
    run = run_for(name, seed)
    attempts: set[object] = set()
    previous = run.x
    for decision in wander(run, random.Random(seed), 40):
        x = decision.execution
        assert previous.state not in TERMINAL
        assert x.version == previous.version + 1
        for effect in decision.effects:
            if isinstance(effect, ef.Dispatch):
                assert effect.attempt not in attempts, "an attempt id was used twice"
                attempts.add(effect.attempt)
                assert x.state in RUNNING
                assert x.gate is not None
                assert x.gate.automatic or len(x.gate.approvals) >= x.gate.quorum
                assert all(vote.intent_sha256 == x.gate.intent_sha256 for vote in x.gate.approvals)
                assert effect.number <= x.gate.max_attempts
                assert x.trust > 0
                assert not x.panic
        assert (x.state in RUNNING) <= (x.attempt is not None)
        previous = x


@given(name=names, seed=st.integers(0, 10_000), kind=st.sampled_from(sorted(ev.EVENTS)))
def test_decide_is_total(name: str, seed: int, kind: str) -> None:
    """Any event in any reachable state is a decision or a refusal, never an exception."""
    run = run_for(name, seed)
    source = random.Random(seed)
    list(wander(run, source, source.randrange(1, 20)))
    from controller.engine.decide import decide

    for event in strange_events():
        if ev.kind_of(event) == kind:
            decide(run.x, event, run.context())


def strange_events() -> list[ev.Event]:
    """Events with ids that nothing has, of members who are nobody."""
    from uuid import UUID

    nobody, nothing = ev.By(member=UUID(int=9), role="nobody"), UUID(int=9)
    return [
        *(kind(by=nobody) for kind in (ev.Start, ev.AskAgain, ev.RequestRollback, ev.DeclineRollback)),
        *(kind(by=Run.by) for kind in (ev.Retry, ev.Stop, ev.Pause, ev.Resume)),
        ev.Bind(by=Run.by, name="nothing", value="\0"), ev.Tick(by=Run.by, prerequisite=""),
        ev.Approve(by=Run.by, intent_sha256="x"), ev.Refuse(by=nobody, reason=""),
        ev.Edit(by=Run.by, command="", reason=""), ev.Skip(by=Run.by, reason=""),
        ev.DoneByHand(by=Run.by, note=""), ev.Reported(by=Run.by, ok=True, answer="?", note=""),
        ev.Resolve(by=Run.by, outcome=ev.Resolution.RAN_OK, note=""), ev.Abort(by=nobody, reason="x"),
        ev.PreflightPassed(), ev.PreflightFailed(), ev.Expired(gate=nothing), ev.Expired(),
        ev.ApproverLostRole(member=nothing), ev.AttemptStarted(attempt=nothing),
        ev.AttemptFinished(attempt=nothing, outcome=ev.Outcome.OK), ev.Deadline(attempt=nothing),
        ev.AttemptRefused(attempt=nothing, code="?"), ev.AttemptLost(attempt=nothing),
        ev.JournalAnswer(attempt=nothing), ev.PanicOn(epoch=0), ev.PanicOff(epoch=0), ev.Poisoned(crashes=0),
    ]  # fmt: skip


def test_the_context_is_read_back_as_it_was_written() -> None:
    context = Run.of(DOCUMENTS["plain"]).context(intent_sha256="sha256:" + "0" * 64, in_service=False)
    known = json.loads(json.dumps(write_context(context)))
    assert read_context(known | {"unknown": 1}, context.plan) == context
