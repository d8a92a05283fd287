"""What agents say: reconnects, lost journals, restored databases, repeated and late words, outputs."""

from __future__ import annotations

import asyncio

from base.ids import new_id
from controller.engine import events as ev
from controller.engine import panic
from controller.engine.panic import EnginePanicHooks
from controller.engine.service import by
from controller.link.events import (
    AttemptReport,
    AttemptState,
    Epoch,
    JournalAnswer,
    OutputChunk,
    OutputStream,
    RecordedCommand,
)
from tests.integration.engine.kit import ROWS, SAFE_ADVICE, House
from tests.integration.engine.texts import ONE, STORY
from tests.integration.link.kit import eventually

CAUTION = ONE % {"trust": 1, "command": "touch /tmp/mark"}
EXPECTING = """
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: expecting, title: Expects an output}
spec:
  steps:
    - id: look
      title: Look
      command: cat /tmp/lag
      expect: {output: "lag [0-9]+"}
    - id: act
      title: Act on it
      when: {step: look, output: "lag [0-9]{3,}"}
      command: touch /tmp/mark
"""


async def test_a_repeated_word_changes_nothing(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    row, _ = await house.take(x)
    for _ in range(3):
        await house.report(row.step_execution_id, AttemptState.STARTED)
    version = (await house.view(x)).version
    await asyncio.gather(
        *(house.report(row.step_execution_id, AttemptState.FINISHED, exit_code=0) for _ in range(20))
    )
    view = await house.view(x)
    assert (view.state, view.version) == ("completed", version + 1)
    assert view.steps[0].attempts[0].late_result is None


async def test_r4_an_agent_with_another_journal_makes_its_open_step_unknown(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    await house.take(x)
    await house.hello(instance=new_id())
    view = await house.view(x)
    assert (view.state, view.unknown) == ("manual_intervention", True)
    assert view.steps[0].attempts[0].status == "lost"
    await house.act(
        x, ev.Resolve(by=by(house.owner), outcome=ev.Resolution.DID_NOT_RUN, note="looked on the host")
    )
    view = await house.view(x)
    assert view.state == "await_approval"
    assert len([d for d in await house.dispatches(x) if d.kind == "run"]) == 1


async def test_a_command_that_was_never_sent_did_not_run_whatever_became_of_the_journal(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    await house.hello(instance=new_id())
    view = await house.view(x)
    assert (view.state, view.unknown) == ("await_approval", False)
    assert [d.state for d in await house.dispatches(x)] == ["revoked"]


async def test_r3_a_journal_that_never_saw_it_is_proof_and_people_are_asked_again(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    row, _ = await house.take(x)
    await house.tick(x, "deadline")
    assert [d.kind for d in await house.dispatches(x)] == ["run", "ask"]
    answer = JournalAnswer(row.step_execution_id, house.instance, seen=False)
    await house.results.journal_answer(house.tenant, house.agent, answer)
    view = await house.view(x)
    assert (view.state, view.unknown) == ("await_approval", False)


async def test_a_journal_that_saw_it_end_brings_the_result(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    row, _ = await house.take(x)
    await house.tick(x, "deadline")
    report = AttemptReport(row.step_execution_id, 7, AttemptState.FINISHED, exit_code=0)
    answer = JournalAnswer(row.step_execution_id, house.instance, seen=True, report=report)
    await house.results.journal_answer(house.tenant, house.agent, answer)
    assert (await house.view(x)).state == "completed"


async def test_a_dispatch_that_no_agent_took_in_time_is_taken_back(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    await house.tick(x, "deadline")
    view = await house.view(x)
    assert view.state == "await_approval"
    assert [(d.kind, d.state) for d in await house.dispatches(x)] == [("run", "revoked")]


async def test_an_agent_that_saw_a_later_version_means_a_restored_database(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    await house.take(x)
    version = (await house.view(x)).version
    await house.hello(epochs=(Epoch(x, version),))
    assert (await house.view(x)).state == "executing"
    await house.hello(epochs=(Epoch(x, version + 5),))
    view = await house.view(x)
    assert (view.state, view.unknown) == ("manual_intervention", True)
    assert "restored" in view.reason


async def test_a_report_of_another_instance_is_not_believed(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    row, _ = await house.take(x)
    report = AttemptReport(row.step_execution_id, 1, AttemptState.FINISHED, exit_code=0)
    await house.results.attempt_report(house.tenant, house.agent, new_id(), report)
    assert (await house.view(x)).state == "executing"


async def test_an_agent_that_comes_online_lets_a_waiting_preflight_pass(house: House) -> None:
    text = CAUTION.replace("spec:", "spec:\n  target: {labels: {role: db}}")
    x = await house.started(await house.runbook(text))
    view = await house.view(x)
    assert [problem.code for problem in view.problems] == ["no_agent"]
    await house.run("add_agent", id=new_id(), name="db-1", labels={"role": "db"}, instance_id=new_id())
    await house.hello()
    await house.work_off()
    assert (await house.view(x)).state == "await_approval"


async def test_the_end_waits_for_the_output_that_decides_about_it(house: House) -> None:
    x = await house.started(await house.runbook(EXPECTING))
    await house.approve(x)
    row, _ = await house.take(x)
    attempt = row.step_execution_id
    text = b"lag 1234\n"
    await house.report(
        attempt, AttemptState.FINISHED, exit_code=0, output_bytes=len(text), output_sha256=bytes(32)
    )
    assert (await house.view(x)).state == "executing"
    upto = await house.results.output(
        house.tenant, house.agent, OutputChunk(attempt, 0, text[:4], OutputStream.STDOUT)
    )
    assert upto == 4
    assert (await house.view(x)).state == "executing"
    await house.results.output(
        house.tenant, house.agent, OutputChunk(attempt, 4, text[4:], OutputStream.STDOUT, last=True)
    )
    view = await house.view(x)
    assert (view.state, view.step) == ("await_approval", "act")


async def test_the_end_does_not_wait_longer_than_its_deadline(house: House) -> None:
    x = await house.started(await house.runbook(EXPECTING))
    await house.approve(x)
    row, _ = await house.take(x)
    await house.report(
        row.step_execution_id,
        AttemptState.FINISHED,
        exit_code=0,
        output_bytes=9,
        output_sha256=bytes(32),
    )
    await house.tick(x, "deadline")
    view = await house.view(x)
    assert view.state == "manual_intervention"
    assert view.steps[0].status == "failed"


async def test_output_with_a_gap_is_acknowledged_up_to_the_gap_and_a_repeat_is_harmless(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    row, _ = await house.take(x)
    attempt = row.step_execution_id

    async def send(offset: int, data: bytes) -> int:
        chunk = OutputChunk(attempt, offset, data, OutputStream.STDOUT)
        return await house.results.output(house.tenant, house.agent, chunk)

    assert await send(0, b"abc") == 3
    assert await send(5, b"fgh") == 3
    assert await send(0, b"abc") == 3
    assert await send(3, b"de") == 5
    assert (await house.engine.output(house.tenant, attempt)).data == b"abcde"
    assert (await house.engine.output(house.tenant, attempt, start=3)).data == b"de"


async def test_a_command_beside_the_runbook_is_in_the_trail_with_its_risk(house: House) -> None:
    x = await house.started(await house.runbook(CAUTION))
    command = RecordedCommand(x, b"kubectl delete pod web-1", 0, 0, 1)
    await house.results.recorded(house.tenant, house.agent, command)
    assert (await house.trail(x))[-1] == "step.unlisted"


async def test_in_audit_mode_a_safe_step_runs_by_itself_and_in_strict_mode_it_never_does(
    house: House,
) -> None:
    text = STORY.replace("needs: [look, ask]", "needs: [ask]")
    runbook = await house.runbook(text, advice={"look": SAFE_ADVICE})
    strict = await house.started(runbook, variables={"host": "web-1"}, ticked=["vpn"])
    assert (await house.view(strict)).state == "await_approval"

    await house.policy({"version": 1, "governanceMode": "audit"})
    x = await house.started(runbook, variables={"host": "web-1"}, ticked=["vpn"])
    view = await house.view(x)
    assert (view.state, view.governance) == ("executing", "audit")
    row, grant = await house.take(x)
    assert grant.approvals == ()
    assert grant.auto is not None
    assert grant.auto.policy_commit == "b" * 40
    trail = await house.trail(x)
    assert trail.index("step.auto_executed") < trail.index("step.dispatched")
    # tried again, it waits for people (forced)
    await house.report(row.step_execution_id, AttemptState.FINISHED, exit_code=1)
    assert (await house.view(x)).state == "manual_intervention"
    await house.act(x, ev.Retry(by=by(house.owner)))
    view = await house.view(x)
    assert view.gate is not None
    assert view.gate.held_by == ("forced",)


async def test_without_a_second_key_nothing_is_safe_even_in_audit_mode(house: House) -> None:
    await house.policy({"version": 1, "governanceMode": "audit"})
    x = await house.started(await house.runbook(ONE % {"trust": 2, "command": "uname -a"}))
    view = await house.view(x)
    assert view.gate is not None
    assert "risk_not_safe" in view.gate.held_by


async def test_an_agent_that_was_revoked_meanwhile_keeps_no_result_from_being_taken(house: House) -> None:
    text = """
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: two, title: Two commands}
spec:
  steps:
    - {id: one, title: One, command: touch /tmp/1}
    - {id: two, title: Two, command: touch /tmp/2}
"""
    x = await house.started(await house.runbook(text))
    await house.approve(x)
    row, _ = await house.take(x)
    await house.run("revoke_agent", id=house.agent)
    await house.report(row.step_execution_id, AttemptState.FINISHED, exit_code=0)
    view = await house.view(x)
    assert (view.state, view.step) == ("await_approval", "two")
    await house.approve(x)
    await house.tick(x, "deadline")  # nobody took it: it is taken back, and people are asked again
    view = await house.view(x)
    assert (view.state, view.unknown) == ("await_approval", False)
    await house.act(x, ev.DoneByHand(by=by(house.owner), note="did it"))
    assert (await house.view(x)).state == "completed"


async def test_a_hello_and_an_abort_never_wait_for_each_other(house: House) -> None:
    """Both take back the run that was never sent; the abort has locked the attempt already."""
    x = await house.started(await house.runbook(CAUTION))
    await house.approve(x)
    [row] = await house.dispatches(x)

    async def waits() -> bool:  # in a transaction of its own: one sees the server's state of its first look
        async with house.database.work(house.tenant) as look:
            return bool(await look.value(ROWS["waits_for_a_lock"]))

    async with house.database.work(house.tenant) as abort:
        await abort.run(ROWS["lock_attempt"], id=row.step_execution_id)
        hello = asyncio.create_task(house.hello(instance=new_id()))
        await eventually(waits)
        assert await abort.run(ROWS["revoke_run"], id=row.step_execution_id) == 1
    await hello
    assert (await house.dispatches(x))[0].state == "revoked"


async def test_agents_that_come_and_go_leave_one_look_at_a_preflight(house: House) -> None:
    await house.engine.create(house.owner, await house.runbook(STORY))
    for _ in range(8):
        await house.hello()
    assert await house.jobs("engine.preflight") <= 2, "the first, and one more however many agents came"


async def test_a_panic_goes_before_every_job_that_waits(house: House) -> None:
    await house.engine.create(house.owner, await house.runbook(STORY))
    async with house.database.work(house.tenant) as uow:
        await EnginePanicHooks().panic_on(uow, 1, house.owner.actor)
        assert await uow.value(ROWS["next_job"]) == panic.TASK
