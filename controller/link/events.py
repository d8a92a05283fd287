"""What agents say, as values, and the Protocol by which the engine hears it.

The link converts wire messages into these and calls an injected `LinkEvents`; it never imports the
engine. A handler returns after its own transaction committed: only then is the agent told that its
report is kept. All handlers may be called again with the same value and must then change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from proto.convert import AttemptReport, AttemptState, Refusal

__all__ = [
    "AttemptReport",
    "AttemptState",
    "Epoch",
    "Hello",
    "JournalAnswer",
    "LinkEvents",
    "OutputChunk",
    "OutputStream",
    "PanicReport",
    "RecordedCommand",
    "Refusal",
]


class OutputStream(StrEnum):
    """Which of a command's two streams a chunk came from."""

    STDOUT = "stdout"
    STDERR = "stderr"


@dataclass(frozen=True, slots=True)
class JournalAnswer:
    """What the agent's journal knows of a step execution.

    `seen` false of the instance that the grant named is proof that the command never ran: the agent
    left a tombstone. `report` is there when `seen` is true.
    """

    step_execution_id: UUID
    instance_id: UUID
    seen: bool
    report: AttemptReport | None = None


@dataclass(frozen=True, slots=True)
class OutputChunk:
    """Up to 64 KiB of a command's output. Offsets count both streams together; `last` ends the output."""

    step_execution_id: UUID
    offset: int
    data: bytes = field(repr=False)
    stream: OutputStream
    last: bool = False


@dataclass(frozen=True, slots=True)
class Epoch:
    """The highest execution version that the agent ever saw for an execution.

    One above the database's means that the database was restored.
    """

    execution_id: UUID
    highest: int


@dataclass(frozen=True, slots=True)
class Hello:
    """What an agent says of itself when it connects; its tenant and id come from its certificate."""

    instance_id: UUID
    agent_version: str
    protocol: int
    scanner_version: str
    knowledge_sha256: str
    labels: tuple[tuple[str, str], ...]
    panic_epoch: int
    read_only: bool
    open: tuple[AttemptReport, ...] = ()
    epochs: tuple[Epoch, ...] = ()
    wall_us: int = 0


@dataclass(frozen=True, slots=True)
class PanicReport:
    """What an agent did at a panic: the step executions that it froze, and those that it could not."""

    epoch: int
    frozen: tuple[UUID, ...]
    could_not_freeze: tuple[UUID, ...]
    took_ms: int


@dataclass(frozen=True, slots=True)
class RecordedCommand:
    """A command that a person ran by hand beside the runbook, as the agent recorded it."""

    execution_id: UUID
    command: bytes = field(repr=False)
    exit_code: int
    started_us: int
    ended_us: int


class LinkEvents(Protocol):
    """The engine's ear. Every step execution named here was sent to this agent: the link checked.

    A handler raises for a fault of ours; the link then closes the stream without acknowledging, and
    the agent says it again after its reconnect.
    """

    async def hello(self, tenant_id: UUID, agent_id: UUID, hello: Hello) -> None:
        """An agent connected. `hello.open` follows as single `attempt_report` calls."""

    async def attempt_report(
        self, tenant_id: UUID, agent_id: UUID, instance_id: UUID, report: AttemptReport
    ) -> None:
        """An attempt moved on."""

    async def journal_answer(self, tenant_id: UUID, agent_id: UUID, answer: JournalAnswer) -> None:
        """The answer to a question that a dispatch of kind `ask` put."""

    async def output(self, tenant_id: UUID, agent_id: UUID, chunk: OutputChunk) -> int:
        """Keep a chunk; gives the offset up to which the output of the attempt is kept without a gap."""

    async def panic_report(self, tenant_id: UUID, agent_id: UUID, report: PanicReport) -> None:
        """An agent says what it froze."""

    async def recorded(self, tenant_id: UUID, agent_id: UUID, command: RecordedCommand) -> None:
        """A command was run by hand beside the runbook."""

    async def agent_lost(self, tenant_id: UUID, agent_id: UUID, instance_id: UUID) -> None:
        """The agent's stream ended and none took its place. Nothing that runs is lost by it."""
