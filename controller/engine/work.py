"""One decision on its way into rows: what every handler is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from controller.db.unit_of_work import UnitOfWork
from controller.engine import events as ev
from controller.engine.context import Context
from controller.engine.intents import Built
from controller.engine.parts import EngineParts
from controller.engine.states import Execution
from controller.engine.store import Loaded
from controller.engine.transition import Decision
from controller.link.outbox import Outbox


@dataclass
class Work:
    """One decision being performed. `facts` are what audit records need of the rows that were written."""

    uow: UnitOfWork
    parts: EngineParts
    outbox: Outbox
    loaded: Loaded
    decision: Decision
    context: Context
    event: ev.Event
    actor: str
    built: Built | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    follow_ups: list[ev.Event] = field(default_factory=list)

    @property
    def before(self) -> Execution:
        """The execution as it was."""
        return self.loaded.execution

    @property
    def after(self) -> Execution:
        """The execution as it is now."""
        return self.decision.execution
