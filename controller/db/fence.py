"""A fence around a call: what stores something within it proves first that the call may still do so.

Set for a task (and for what it starts) by `fenced`; `Database.work` asks it as the last thing before the
audit records and COMMIT. So the proof, and the mark that it leaves, are committed with the change or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from controller.db.unit_of_work import UnitOfWork


class Fence(Protocol):
    """What is asked before a transaction of the call commits."""

    async def prove(self, uow: UnitOfWork) -> None:
        """Raise where the call may store nothing any more: the transaction is rolled back."""


_CURRENT: Final[ContextVar[Fence | None]] = ContextVar("fence", default=None)


def current() -> Fence | None:
    """The fence that this task works within, if any."""
    return _CURRENT.get()


@contextmanager
def fenced(fence: Fence) -> Iterator[None]:
    """Put everything that the block does on the database behind the fence."""
    token = _CURRENT.set(fence)
    try:
        yield
    finally:
        _CURRENT.reset(token)
