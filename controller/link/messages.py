"""Between wire messages and the values of `link.events`; what can't be meant raises MalformedMessage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from base.limits import AGENT_MAX_LABELS, KIB, OUTPUT_CHUNK_MAX_BYTES
from controller.link.events import (
    Epoch,
    Hello,
    JournalAnswer,
    OutputChunk,
    OutputStream,
    PanicReport,
    RecordedCommand,
)
from proto.agent.v1 import agent_pb2
from proto.convert import MalformedMessage, parse_uuid, report_from_message

_MOST_OPEN: Final = 10_000
_MOST_TEXT: Final = 256
_MOST_COMMAND: Final = 16 * KIB
_STREAMS: Final = {
    agent_pb2.OutputChunk.STDOUT: OutputStream.STDOUT,
    agent_pb2.OutputChunk.STDERR: OutputStream.STDERR,
}


def hello_from_message(message: agent_pb2.Hello) -> Hello:
    """What an agent says of itself; every text and list is bounded."""
    if len(message.labels) > AGENT_MAX_LABELS or len(message.open) > _MOST_OPEN:
        raise MalformedMessage("hello: too many labels or open reports")
    if len(message.epochs) > _MOST_OPEN:
        raise MalformedMessage("hello: too many epochs")
    texts = [message.agent_version, message.scanner_version, message.knowledge_sha256]
    if any(len(text) > _MOST_TEXT for text in (*texts, *message.labels, *message.labels.values())):
        raise MalformedMessage("hello: a text is too long")
    if message.panic_epoch >= 2**53:
        raise MalformedMessage("hello: panic_epoch is out of range")
    return Hello(
        instance_id=parse_uuid(message.instance_id, "hello.instance_id"),
        agent_version=message.agent_version,
        protocol=message.protocol,
        scanner_version=message.scanner_version,
        knowledge_sha256=message.knowledge_sha256,
        labels=tuple(sorted(message.labels.items())),
        panic_epoch=message.panic_epoch,
        read_only=message.read_only,
        open=tuple(report_from_message(report) for report in message.open),
        epochs=tuple(
            Epoch(parse_uuid(epoch.execution_id, "hello.epochs"), epoch.highest) for epoch in message.epochs
        ),
        wall_us=message.wall_us,
    )


def answer_from_message(message: agent_pb2.JournalAnswer) -> JournalAnswer:
    """A journal's answer; the step execution is named by its report, which says nothing more if unseen."""
    step_execution_id = parse_uuid(message.report.step_execution_id, "journal.report")
    return JournalAnswer(
        step_execution_id=step_execution_id,
        instance_id=parse_uuid(message.instance_id, "journal.instance_id"),
        seen=message.seen,
        report=report_from_message(message.report) if message.seen else None,
    )


def chunk_from_message(message: agent_pb2.OutputChunk) -> OutputChunk:
    """A piece of output within its bound."""
    stream = _STREAMS.get(message.stream)
    if stream is None or len(message.data) > OUTPUT_CHUNK_MAX_BYTES or message.offset >= 2**53:
        raise MalformedMessage("output: unknown stream, too large, or an offset out of range")
    return OutputChunk(
        step_execution_id=parse_uuid(message.step_execution_id, "output.step_execution_id"),
        offset=message.offset,
        data=message.data,
        stream=stream,
        last=message.last,
    )


def panic_from_message(message: agent_pb2.PanicReport) -> PanicReport:
    """What an agent did at a panic."""
    if max(len(message.frozen), len(message.could_not_freeze)) > _MOST_OPEN or message.epoch >= 2**53:
        raise MalformedMessage("panic: too many step executions, or an epoch out of range")
    return PanicReport(
        epoch=message.epoch,
        frozen=_ids(message.frozen, "panic.frozen"),
        could_not_freeze=_ids(message.could_not_freeze, "panic.could_not_freeze"),
        took_ms=message.took_ms,
    )


def recorded_from_message(message: agent_pb2.RecordedCommand) -> RecordedCommand:
    """A command that a person ran by hand."""
    if len(message.command) > _MOST_COMMAND:
        raise MalformedMessage("recorded: the command is too long")
    return RecordedCommand(
        execution_id=parse_uuid(message.execution_id, "recorded.execution_id"),
        command=message.command,
        exit_code=message.exit_code,
        started_us=message.started_us,
        ended_us=message.ended_us,
    )


def _ids(values: Iterable[bytes], field: str) -> tuple[UUID, ...]:
    return tuple(parse_uuid(value, field) for value in values)
