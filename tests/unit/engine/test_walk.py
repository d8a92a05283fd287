"""`needs`, `when`, and the walk through branches: decided by the product's own `decide`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from controller.engine import events as ev
from controller.engine.conditions import matched_patterns
from controller.engine.context import Refusal
from controller.engine.states import Execution, State, StepStatus
from tests.unit.engine.runs import Run, runbook_of

BRANCHED = """
  steps:
    - {id: look, title: Look, command: uname -a}
    - {id: ask, title: Ask, manual: Which?, answers: [left, right]}
    - {id: left, title: Left, needs: [ask], when: {step: ask, answer: left}, command: touch /l}
    - {id: right, title: Right, needs: [ask], when: {step: ask, answer: right}, command: touch /r}
    - {id: join, title: Join, needs: [left, right], command: uname}
"""


def test_one_branch_done_and_the_other_passed_by_is_enough_for_the_join() -> None:
    run = Run.of(BRANCHED).through_preflight()
    run.succeed("look").report("left")
    assert (run.x.state, run.x.cursor) == (State.AWAIT_APPROVAL, "left")
    run.succeed("left")
    assert run.status("right") is StepStatus.SKIPPED_BY_BRANCH
    assert run.x.cursor == "join"


def test_what_needs_only_steps_that_were_passed_by_is_passed_by_too() -> None:
    text = BRANCHED.replace("needs: [left, right]", "needs: [left]")
    run = Run.of(text).through_preflight()
    run.succeed("look").report("right").succeed("right")
    assert run.x.state is State.COMPLETED
    assert run.status("join") is StepStatus.SKIPPED_BY_BRANCH
    assert 7 in run.path


def test_a_step_that_a_person_skipped_does_not_take_others_with_it() -> None:
    run = Run.of(
        "  steps:\n    - {id: a, title: A, command: uname}\n    - {id: b, title: B, command: uname}\n"
    )
    run.through_preflight().bring(ev.Skip(by=run.by, reason="no need"))
    assert (run.x.state, run.x.cursor) == (State.AWAIT_APPROVAL, "b")


@pytest.mark.parametrize(
    ("condition", "exit_code", "taken"),
    [
        ("{step: a, exitCode: [0]}", 0, True),
        ("{step: a, exitCode: [3]}", 3, True),
        ("{not: {step: a, exitCode: [0]}}", 3, True),
        ("{not: {step: a, exitCode: [0]}}", 0, False),
        ("{any: [{step: a, exitCode: [3]}, {step: a, exitCode: [0]}]}", 3, True),
        ("{all: [{step: a, exitCode: [0]}, {not: {step: a, skipped: true}}]}", 0, True),
    ],
)
def test_conditions_on_exit_codes(condition: str, exit_code: int, taken: bool) -> None:
    text = f"""
  steps:
    - {{id: a, title: A, command: uname}}
    - {{id: b, title: B, when: {condition}, command: uname}}
"""
    run = Run.of(text).through_preflight()
    run.end("a", exit_code)
    assert (run.x.cursor == "b") is taken
    assert run.status("a") is (StepStatus.SUCCEEDED if exit_code == 0 else StepStatus.FAILED)


def test_a_failure_that_no_condition_names_stops_the_run() -> None:
    text = """
  steps:
    - {id: a, title: A, command: uname}
    - {id: b, title: B, when: {step: a, exitCode: [3]}, command: uname}
"""
    run = Run.of(text).through_preflight()
    run.end("a", 4)
    assert run.x.state is State.MANUAL_INTERVENTION


def test_a_condition_on_output_reads_only_what_matched_and_never_lets_the_step_run_by_itself() -> None:
    text = """
  trustLevel: 2
  steps:
    - {id: a, title: A, command: uname}
    - {id: b, title: B, when: {step: a, output: "Linux.*"}, command: uname}
"""
    runbook = runbook_of(text)
    assert matched_patterns(runbook, "a", "Linux box") == ("Linux.*",)
    assert matched_patterns(runbook, "a", "Darwin") == ()
    assert matched_patterns(runbook, "a", "Linux\nsecond line") == ()
    run = Run.of(text, audit=True, safe=True).through_preflight()
    assert run.x.state is State.EXECUTING  # a ran by itself
    run.end("a", 0, matched=("Linux.*",))
    assert (run.x.state, run.x.cursor) == (State.AWAIT_APPROVAL, "b")


def test_skipped_can_be_asked_for() -> None:
    text = """
  steps:
    - {id: a, title: A, command: uname}
    - {id: b, title: B, when: {step: a, skipped: true}, command: uname}
"""
    run = Run.of(text).through_preflight().bring(ev.Skip(by=Run.by, reason="no"))
    assert run.x.cursor == "b"
    other = Run.of(text).through_preflight().end("a", 0)
    assert other.x.state is State.COMPLETED


def test_preflight_passes_only_with_values_ticks_and_agents() -> None:
    text = """
  variables: [{name: host}]
  prerequisites: [{id: vpn, text: VPN}]
  steps: [{id: a, title: A, command: "uname {{ host }}"}]
"""
    run = Run.of(text).bring(ev.Start(by=Run.by))
    assert run.refused(run.passed()).code == "variable_missing"
    assert run.refused(ev.Bind(by=run.by, name="host", value="a;b")).code == "variable_value"
    assert run.refused(ev.Bind(by=run.by, name="other", value="a")).code == "variable_unknown"
    run.bring(ev.Bind(by=run.by, name="host", value="web-1"))
    assert run.refused(run.passed()).code == "prerequisite_open"
    assert run.refused(ev.Tick(by=run.by, prerequisite="dns")).code == "prerequisite_unknown"
    run.bring(ev.Tick(by=run.by, prerequisite="vpn"))
    assert run.refused(ev.PreflightPassed()).code == "no_agent"
    run.bring(run.passed())
    assert run.x.state is State.AWAIT_APPROVAL


def test_a_refused_event_changes_nothing_and_says_what_state_it_met() -> None:
    run = Run.of(BRANCHED)
    refusal = run.refused(ev.Resume(by=run.by))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "not_now"
    assert "pending" in refusal.reason
    assert run.x == Execution(id=run.x.id, tenant=run.x.tenant)


def test_a_command_s_time_counts_from_its_start_and_stands_still_while_it_is_paused() -> None:
    run = Run.of(BRANCHED).through_preflight().approve()
    assert run.x.attempt is not None
    sent = run.x.attempt.deadline_at
    later = run.context().now + timedelta(seconds=90)
    run.bring(ev.AttemptStarted(attempt=run.attempt()), now=later)
    assert run.x.attempt.deadline_at > sent
    due = run.x.attempt.deadline_at
    assert (due - later).total_seconds() == 1 + 10 + 10  # timeout, grace, slack
    run.bring(ev.Pause(by=run.by), now=due - timedelta(seconds=5))
    run.bring(ev.Resume(by=run.by), now=due + timedelta(hours=1))
    assert run.x.attempt.deadline_at == due + timedelta(hours=1, seconds=5)
