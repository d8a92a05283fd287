"""What a session does with each message of its agent: check, hand to the engine, then acknowledge.

A report is acknowledged only after the engine's handler returned, and the handler returns only after its
transaction committed: the agent keeps what was not acknowledged and says it again after a reconnect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base import faults, log
from controller.db.queries import load
from controller.link import trail
from controller.link.events import AttemptReport, AttemptState, Hello, JournalAnswer, OutputChunk
from controller.link.identity import PeerIdentity
from controller.link.messages import (
    answer_from_message,
    panic_from_message,
    recorded_from_message,
)
from controller.link.outgoing import Outgoing, OutgoingQueue
from controller.link.parts import LinkParts
from controller.link.renewal import renew
from proto.agent.v1 import agent_pb2
from proto.convert import report_from_message

_log = log.get(__name__)
_DISPATCHES: Final = load("dispatches")
_AGENTS: Final = load("agents")

BEFORE_REPORT: Final = faults.register("link.before_report", "a report arrived, the engine was not told")
AFTER_REPORT: Final = faults.register(
    "link.after_report", "the engine kept a report, its dispatch is still open"
)
BEFORE_ACK: Final = faults.register("link.before_ack", "the dispatch is closed, the agent was not answered")
AFTER_ACK: Final = faults.register(
    "link.after_ack", "the acknowledgement of a report was queued for the agent"
)

_ENDED: Final = frozenset({AttemptState.FINISHED, AttemptState.REFUSED, AttemptState.LOST})
_CARRIED_OUT: Final = {AttemptState.FROZEN: "freeze", AttemptState.THAWED: "thaw"}


class NeverSent(Exception):
    """The agent speaks of a step execution that was never sent to it (PROMISES.md 30)."""


@dataclass(frozen=True, slots=True)
class _Sent:
    execution_id: UUID


class Inbox:
    """The messages of one session, after its hello."""

    def __init__(self, parts: LinkParts, peer: PeerIdentity, instance_id: UUID, out: OutgoingQueue) -> None:
        self._parts = parts
        self._peer = peer
        self._instance_id = instance_id
        self._out = out
        self._known: set[UUID] = set()
        self._executions: set[UUID] = set()

    async def opened(self, hello: Hello) -> None:
        """The hello: the engine hears it, then everything that the agent still has to say.

        An open report of a step execution that was never sent here is dropped with a security event, and
        acknowledged: after a restored database the agent must not come back with it for ever.
        """
        await self._parts.events.hello(self._peer.tenant_id, self._peer.agent_id, hello)
        strangers = []
        for report in hello.open:
            try:
                await self.report(report)
            except NeverSent:
                strangers.append(report)
        if strangers:
            await self.refused("open_report_never_sent", f"{len(strangers)} step executions")
        for report in strangers:
            self._ack(report)

    async def control(self, message: agent_pb2.AgentMessage) -> None:
        """Any message but output. Raises NeverSent, MalformedMessage, BadRequest; else a fault of ours."""
        body = message.WhichOneof("body")
        tenant_id, agent_id = self._peer.tenant_id, self._peer.agent_id
        if body == "report":
            await self.report(report_from_message(message.report))
        elif body == "journal":
            await self._answer(answer_from_message(message.journal))
        elif body == "renew":
            await self._renew(message.renew.csr)
        elif body == "panic":
            await self._panic(message.panic)
        elif body == "recorded":
            command = recorded_from_message(message.recorded)
            if command.execution_id not in self._executions:
                raise NeverSent(f"execution {command.execution_id}")
            await self._parts.events.recorded(tenant_id, agent_id, command)
        elif body == "diagnostic":
            _log.info(
                "an agent reports a condition of its own",
                extra={
                    "action": "link.diagnostic",
                    "agent": str(agent_id),
                    "code": message.diagnostic.code[:64],
                    "text": message.diagnostic.text[:500],
                },
            )

    async def report(self, report: AttemptReport) -> None:
        """One report: was it sent here, tell the engine, close the dispatch, acknowledge."""
        await self._check_sent(report.step_execution_id)
        faults.reach(BEFORE_REPORT)
        await self._parts.events.attempt_report(
            self._peer.tenant_id, self._peer.agent_id, self._instance_id, report
        )
        faults.reach(AFTER_REPORT)
        await self._close_dispatches(report)
        faults.reach(BEFORE_ACK)
        self._ack(report)
        faults.reach(AFTER_ACK)

    async def output(self, chunk: OutputChunk) -> None:
        """One piece of output: kept by the engine, then acknowledged up to where it is whole."""
        await self._check_sent(chunk.step_execution_id)
        upto = await self._parts.events.output(self._peer.tenant_id, self._peer.agent_id, chunk)
        self._out.output_ack(chunk.step_execution_id, upto)

    async def refused(self, code: str, subject: str) -> None:
        """Write a security event about this agent."""
        await trail.refused_message(
            self._parts.database, self._peer.tenant_id, self._peer.agent_id, code, subject
        )

    async def _answer(self, answer: JournalAnswer) -> None:
        await self._check_sent(answer.step_execution_id)
        await self._parts.events.journal_answer(self._peer.tenant_id, self._peer.agent_id, answer)
        ended = not answer.seen or (answer.report is not None and answer.report.state in _ENDED)
        if ended:
            await self._run("finish_step", answer.step_execution_id)
        else:
            await self._run("finish_order", answer.step_execution_id, kind="ask")

    async def _renew(self, csr: bytes) -> None:
        renewed = await renew(self._parts, self._peer, csr)
        self._out.control(Outgoing(agent_pb2.ControllerMessage(renewed=renewed)))

    async def _panic(self, message: agent_pb2.PanicReport) -> None:
        report = panic_from_message(message)
        for step_execution_id in (*report.frozen, *report.could_not_freeze):
            await self._check_sent(step_execution_id)
        async with self._parts.database.work(self._peer.tenant_id) as uow:
            await uow.run(
                _AGENTS["latched"],
                tenant_id=self._peer.tenant_id,
                agent_id=self._peer.agent_id,
                panic_epoch=report.epoch,
            )
        await self._parts.events.panic_report(self._peer.tenant_id, self._peer.agent_id, report)

    async def _check_sent(self, step_execution_id: UUID) -> None:
        if step_execution_id in self._known:
            return
        async with self._parts.database.work(self._peer.tenant_id) as uow:
            sent = await uow.one(
                _DISPATCHES["was_sent"],
                _Sent,
                tenant_id=self._peer.tenant_id,
                agent_id=self._peer.agent_id,
                step_execution_id=step_execution_id,
            )
        if sent is None:
            raise NeverSent(f"step execution {step_execution_id}")
        self._known.add(step_execution_id)
        self._executions.add(sent.execution_id)

    async def _close_dispatches(self, report: AttemptReport) -> None:
        if report.state in _ENDED:
            await self._run("finish_step", report.step_execution_id)
            return
        await self._run("ack_run", report.step_execution_id)
        kind = _CARRIED_OUT.get(report.state)
        if kind is not None:
            await self._run("finish_order", report.step_execution_id, kind=kind)

    async def _run(self, query: str, step_execution_id: UUID, **more: str) -> None:
        async with self._parts.database.work(self._peer.tenant_id) as uow:
            await uow.run(
                _DISPATCHES[query],
                tenant_id=self._peer.tenant_id,
                agent_id=self._peer.agent_id,
                step_execution_id=step_execution_id,
                **more,
            )

    def _ack(self, report: AttemptReport) -> None:
        ack = agent_pb2.ReportAck(
            step_execution_id=report.step_execution_id.bytes, report_seq=report.report_seq
        )
        self._out.control(Outgoing(agent_pb2.ControllerMessage(report_ack=ack)))
