"""The engine as these tests have it: it records what it hears, and can be told to fail or to wait."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from controller.db.unit_of_work import UnitOfWork
from controller.link.events import (
    AttemptReport,
    Hello,
    JournalAnswer,
    OutputChunk,
    PanicReport,
    RecordedCommand,
)

DEADLINE_SECONDS: Final = 45.0
"""How long a test waits for what must come: only a fault or a stuck machine ever takes this long."""


@dataclass
class RecordingEvents:
    """The engine's ear in these tests: it keeps what it heard, and can be told to fail or to wait."""

    heard: list[tuple[str, UUID, Any]] = field(default_factory=list)
    fail: bool = False
    hold: asyncio.Event | None = None
    output_hold: asyncio.Event | None = None
    kept: dict[UUID, int] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def _note(self, kind: str, agent_id: UUID, value: Any) -> None:
        if self.fail:
            raise RuntimeError("the engine fails, as the test asked")
        async with self.changed:
            self.heard.append((kind, agent_id, value))
            self.changed.notify_all()

    async def wait(self, kind: str, count: int = 1) -> list[Any]:
        """The values of a kind once there are that many."""
        async with asyncio.timeout(DEADLINE_SECONDS), self.changed:
            await self.changed.wait_for(lambda: len(self.of(kind)) >= count)
        return self.of(kind)

    def of(self, kind: str) -> list[Any]:
        """What was heard of a kind."""
        return [value for heard, _, value in self.heard if heard == kind]

    async def hello(self, tenant_id: UUID, agent_id: UUID, hello: Hello) -> None:
        await self._note("hello", agent_id, hello)

    async def attempt_report(
        self, tenant_id: UUID, agent_id: UUID, instance_id: UUID, report: AttemptReport
    ) -> None:
        if self.hold is not None:
            await self.hold.wait()
        await self._note("report", agent_id, report)

    async def journal_answer(self, tenant_id: UUID, agent_id: UUID, answer: JournalAnswer) -> None:
        await self._note("answer", agent_id, answer)

    async def output(self, tenant_id: UUID, agent_id: UUID, chunk: OutputChunk) -> int:
        if self.output_hold is not None:
            await self.output_hold.wait()
        self.kept[chunk.step_execution_id] = chunk.offset + len(chunk.data)
        await self._note("output", agent_id, chunk)
        return self.kept[chunk.step_execution_id]

    async def panic_report(self, tenant_id: UUID, agent_id: UUID, report: PanicReport) -> None:
        await self._note("panic", agent_id, report)

    async def recorded(self, tenant_id: UUID, agent_id: UUID, command: RecordedCommand) -> None:
        await self._note("recorded", agent_id, command)

    async def agent_lost(self, tenant_id: UUID, agent_id: UUID, instance_id: UUID) -> None:
        await self._note("lost", agent_id, instance_id)


@dataclass
class RecordingHooks:
    """The engine's part in a panic."""

    calls: list[tuple[str, int, str]] = field(default_factory=list)

    async def panic_on(self, uow: UnitOfWork, epoch: int, actor: str) -> None:
        self.calls.append(("on", epoch, actor))

    async def panic_off(self, uow: UnitOfWork, epoch: int, actor: str) -> None:
        self.calls.append(("off", epoch, actor))
