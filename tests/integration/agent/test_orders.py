"""Orders while commands run: cancel, freeze, thaw, panic, its clear, new keys."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent import processes
from agent.journal import JournalFailed
from base.ids import new_id
from proto.convert import AttemptState, Refusal
from schemas.grant import (
    Cancel,
    Freeze,
    Grant,
    Keys,
    Panic,
    PanicClear,
    PublicKey,
    SignedEnvelope,
    Thaw,
)
from tests.integration.agent.host import FINISHED, REFUSED, Host, until
from tests.unit.agent.grants import Controller


def _order(kind: Any, host: Host, grant: Grant, **changes: Any) -> SignedEnvelope:
    values = {
        "tenant": host.controller.tenant,
        "agent": host.controller.agent,
        "agent_instance": host.controller.instance,
        "execution": grant.intent.execution,
        "step_execution": grant.step_execution,
        "epoch": grant.epoch + 1,
        "at": datetime.now(UTC),
        **changes,
    }
    return host.controller.envelope(kind(**values))


def _panic(host: Host, epoch: int, **changes: Any) -> SignedEnvelope:
    values = {
        "tenant": host.controller.tenant,
        "epoch": epoch,
        "at": datetime.now(UTC),
        "by": "system:test",
        **changes,
    }
    return host.controller.envelope(Panic(**values))


def _clear(host: Host, epoch: int) -> SignedEnvelope:
    order = PanicClear(tenant=host.controller.tenant, epoch=epoch, at=datetime.now(UTC), by=(new_id(),))
    return host.controller.envelope(order)


def _states(host: Host, identity: UUID) -> list[AttemptState]:
    return [report.state for report in host.reports if report.step_execution_id == identity]


def _latched(host: Host) -> bool:
    return host.journal.state.is_panicked


TICKING = "i=0; while [ $i -lt 400 ]; do echo $i; i=$((i+1)); sleep 0.02; done"


async def _ticks(host: Host, identity: UUID) -> int:
    path = host.attempts.spool.folder(identity) / "stdout"
    return len(path.read_bytes().splitlines()) if path.exists() else 0


async def _ticking(host: Host, **changes: Any) -> Grant:
    grant = host.controller.grant(TICKING, **changes)
    identity = host.offer(grant)
    await host.started(identity)
    path = host.attempts.spool.folder(identity) / "stdout"
    await until(lambda: path.exists() and path.stat().st_size > 4)
    return grant


async def test_cancel_ends_the_command(host: Host) -> None:
    grant = await _ticking(host)
    await host.orders.cancel(_order(Cancel, host, grant))
    attempt = await host.ended(grant.step_execution)
    assert attempt.status == FINISHED
    assert attempt.result is not None
    assert (attempt.result.signal, attempt.result.timed_out) == (15, False)


async def test_a_cancel_that_comes_first_leaves_a_tombstone(host: Host) -> None:
    grant = host.controller.grant(host.counting())
    await host.orders.cancel(_order(Cancel, host, grant, epoch=grant.epoch))
    await until(lambda: _states(host, grant.step_execution) == [AttemptState.REFUSED])
    host.offer(grant)
    attempt = await host.ended(grant.step_execution)
    assert (attempt.status, attempt.refusal) == (REFUSED, Refusal.CANCELLED)
    assert host.runs() == 0


async def test_a_freeze_of_what_never_came_is_answered_and_it_never_runs(host: Host) -> None:
    """Its run was held back by a closed gate, or lost with a stream, and is sent no more."""
    grant = host.controller.grant(host.counting())
    for _ in range(2):  # an order is sent again until it is answered
        await host.orders.freeze(_order(Freeze, host, grant, epoch=grant.epoch))
    await until(lambda: _states(host, grant.step_execution) == [AttemptState.REFUSED] * 2)
    assert {report.refusal for report in host.reports} == {Refusal.EXPIRED}
    await host.orders.thaw(_order(Thaw, host, grant, epoch=grant.epoch))
    host.offer(grant)
    attempt = await host.ended(grant.step_execution)
    assert (attempt.status, attempt.refusal) == (REFUSED, Refusal.EXPIRED)
    assert host.runs() == 0


async def test_a_question_about_an_unknown_id_is_answered_no_and_it_never_runs(host: Host) -> None:
    grant = host.controller.grant(host.counting())
    answer = host.attempts.answer(grant.step_execution)
    assert not answer.seen
    assert UUID(bytes=answer.report.step_execution_id) == grant.step_execution
    assert UUID(bytes=answer.instance_id) == host.controller.instance
    host.offer(grant)
    attempt = await host.ended(grant.step_execution)
    assert (attempt.status, attempt.refusal) == (REFUSED, Refusal.EXPIRED)
    assert host.runs() == 0
    assert host.attempts.answer(grant.step_execution).seen


async def test_frozen_the_deadline_stands_still(host: Host) -> None:
    grant = await _ticking(host, timeout_ms=2500)
    await host.orders.freeze(_order(Freeze, host, grant))
    assert host.attempts.is_frozen(grant.step_execution) or await until(
        lambda: host.attempts.is_frozen(grant.step_execution)
    )
    frozen_at = await _ticks(host, grant.step_execution)
    await asyncio.sleep(3.0)  # longer than the whole timeout
    assert await _ticks(host, grant.step_execution) == frozen_at
    assert grant.step_execution in host.attempts.running
    await host.orders.thaw(_order(Thaw, host, grant))
    attempt = await host.ended(grant.step_execution)
    assert attempt.result is not None
    assert attempt.result.timed_out  # by what was left of its time: the ticks would have ended later
    # The end is known a moment before it is reported.
    assert await until(lambda: AttemptState.FINISHED in _states(host, grant.step_execution))
    states = _states(host, grant.step_execution)
    assert states == [
        AttemptState.STARTED,
        AttemptState.FROZEN,
        AttemptState.THAWED,
        AttemptState.FINISHED,
    ]
    numbers = [r.report_seq for r in host.reports if r.step_execution_id == grant.step_execution]
    assert numbers == sorted(numbers)


async def test_a_cancel_of_what_is_frozen_kills_without_letting_it_run(host: Host) -> None:
    grant = await _ticking(host)
    await host.orders.freeze(_order(Freeze, host, grant))
    frozen_at = await _ticks(host, grant.step_execution)
    await host.orders.cancel(_order(Cancel, host, grant, epoch=grant.epoch + 2))
    attempt = await host.ended(grant.step_execution)
    assert attempt.result is not None
    assert attempt.result.signal == 9
    assert len((await host.text(grant.step_execution)).splitlines()) == frozen_at


async def test_panic_stops_everything_and_nothing_starts_until_its_clear(host: Host) -> None:
    grants = [await _ticking(host, timeout_ms=60_000) for _ in range(3)]
    usual = await host.usual_seconds()
    began = time.monotonic()
    await host.orders.panic(_panic(host, 7))
    assert time.monotonic() - began < 1.0 + usual
    targets = host.attempts.targets()
    moving = [pid for t in targets for pid in processes.descendants(t.pid) if not processes.is_stopped(pid)]
    assert moving == []
    await until(lambda: host.panics)
    assert {UUID(bytes=item) for item in host.panics[0].frozen} == {grant.step_execution for grant in grants}
    assert not host.panics[0].could_not_freeze

    refused = await host.run(host.counting())
    assert (refused.status, refused.refusal) == (REFUSED, Refusal.PANICKED)
    await host.orders.thaw(_order(Thaw, host, grants[0]))
    assert all(processes.is_stopped(pid) for pid in processes.descendants(targets[0].pid))

    await host.orders.panic_clear(_clear(host, 6))
    assert _latched(host)
    await host.orders.panic_clear(_clear(host, 7))
    assert not _latched(host)
    assert all(processes.is_stopped(pid) for pid in processes.descendants(targets[0].pid))
    await host.orders.thaw(_order(Thaw, host, grants[0], epoch=grants[0].epoch + 3))
    before = await _ticks(host, grants[0].step_execution)
    path = host.attempts.spool.folder(grants[0].step_execution) / "stdout"
    await until(lambda: len(path.read_bytes().splitlines()) > before)
    assert (await host.run(host.counting())).status == FINISHED
    assert host.runs() == 1
    for grant in grants:
        await host.orders.cancel(_order(Cancel, host, grant, epoch=9))
        await host.ended(grant.step_execution)


async def test_a_panic_outlives_the_agent_and_its_replay_does_not(tmp_path: Path) -> None:
    host = Host(tmp_path)
    await host.start()
    first = _panic(host, 2)
    await host.orders.panic(first)
    await host.stop()
    await host.start()
    assert _latched(host)
    assert (await host.run(host.counting())).refusal == Refusal.PANICKED
    await host.orders.panic_clear(_clear(host, 2))
    await host.orders.panic(first)  # an old envelope, sent again
    assert not _latched(host)
    assert (await host.run(host.counting())).status == FINISHED
    await host.stop()


async def test_a_drill_stops_nothing(host: Host) -> None:
    grant = await _ticking(host)
    await host.orders.panic(_panic(host, 1, drill=True))
    await until(lambda: host.panics)
    assert not _latched(host)
    before = await _ticks(host, grant.step_execution)
    path = host.attempts.spool.folder(grant.step_execution) / "stdout"
    await until(lambda: len(path.read_bytes().splitlines()) > before)
    await host.orders.cancel(_order(Cancel, host, grant))
    await host.ended(grant.step_execution)


async def test_panic_that_cannot_be_written_down_still_stops_everything(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await _ticking(host)
    real = host.journal.append
    monkeypatch.setattr(host.journal, "append", _full)
    with pytest.raises(JournalFailed):
        await host.orders.panic(_panic(host, 3))
    monkeypatch.setattr(host.journal, "append", real)
    [target] = host.attempts.targets()
    assert all(processes.is_stopped(pid) for pid in processes.descendants(target.pid))
    assert (await host.run(host.counting())).refusal == Refusal.PANICKED
    await host.orders.cancel(_order(Cancel, host, grant))
    await host.ended(grant.step_execution)


def _full(_: object) -> None:
    raise JournalFailed("the disk is full")


@pytest.mark.parametrize("change", ["tenant", "agent", "agent_instance"])
@pytest.mark.parametrize("kind", [Cancel, Freeze, Thaw])
async def test_r18_an_order_for_somebody_else_does_nothing(host: Host, kind: Any, change: str) -> None:
    grant = await _ticking(host)
    method = {Cancel: host.orders.cancel, Freeze: host.orders.freeze, Thaw: host.orders.thaw}[kind]
    await method(_order(kind, host, grant, **{change: new_id()}))
    stranger = Controller(host.controller.tenant, host.controller.agent, host.controller.instance)
    forged = stranger.envelope(kind.from_payload(_order(kind, host, grant).payload))
    await method(forged)
    await until(lambda: len(host.diagnostics) >= 2)
    assert _states(host, grant.step_execution) == [AttemptState.STARTED]
    before = await _ticks(host, grant.step_execution)
    path = host.attempts.spool.folder(grant.step_execution) / "stdout"
    await until(lambda: len(path.read_bytes().splitlines()) > before)
    await host.orders.cancel(_order(Cancel, host, grant))
    await host.ended(grant.step_execution)


async def test_r09_after_an_order_no_grant_of_an_older_epoch_runs(host: Host) -> None:
    grant = await _ticking(host)
    await host.orders.cancel(_order(Cancel, host, grant, epoch=5))
    await host.ended(grant.step_execution)
    old = await host.run(host.counting(), execution=grant.intent.execution, epoch=4)
    assert (old.status, old.refusal) == (REFUSED, Refusal.STALE_EPOCH)
    same = await host.run(host.counting(), execution=grant.intent.execution, epoch=5)
    assert same.status == FINISHED
    assert host.runs() == 1


async def test_new_keys_are_believed_from_an_old_one_only(host: Host) -> None:
    new = Controller(
        host.controller.tenant, host.controller.agent, host.controller.instance, Ed25519PrivateKey.generate()
    )

    def keys(generation: int) -> Keys:
        return Keys(
            tenant=host.controller.tenant,
            generation=generation,
            at=datetime.now(UTC),
            keys=(PublicKey(key_id="key_two", alg="ed25519", public_key=new.public_key),),
        )

    def by_new(payload: Any) -> SignedEnvelope:
        return new.sign(payload.PAYLOAD_TYPE, payload.to_payload(), "key_two")

    await host.orders.take_keys(by_new(keys(1)))
    assert host.orders.keys.generation == 0
    await host.orders.take_keys(host.controller.envelope(keys(1)))
    assert host.orders.keys.generation == 1
    host.offer(grant := host.controller.grant(host.counting()))  # signed by a key that is gone
    host.runner.offer(by_new(good := new.grant(host.counting())), "")
    assert (await host.ended(good.step_execution)).status == FINISHED
    assert grant.step_execution not in host.journal.state.attempts
    assert host.runs() == 1
