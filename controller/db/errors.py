"""The one border where psycopg's errors become ours: a type says what the caller should do.

`Retryable`: the same work may succeed when done again. `Broken`: it will not; a fault of ours or of the
set-up. `UniqueViolation` and `ForeignKeyViolation` are answers that the caller decides about.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import psycopg_pool
from psycopg import errors as pg


class DatabaseError(Exception):
    """The root of what this package raises. `sqlstate` is PostgreSQL's code, where there is one."""

    def __init__(self, message: str, *, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class Retryable(DatabaseError):
    """Nothing was stored, or it is not known; doing the whole unit of work again is right."""


class Contention(Retryable):
    """Serialization failure, deadlock, lock timeout: rolled back by the server."""


class ConnectionLost(Retryable):
    """The server went away. `outcome_unknown` is true where COMMIT had been sent: it may have happened."""

    def __init__(self, message: str, *, sqlstate: str | None = None, outcome_unknown: bool = False) -> None:
        super().__init__(message, sqlstate=sqlstate)
        self.outcome_unknown = outcome_unknown


class Exhausted(Retryable):
    """No connection became free in time, or the server refuses more of them."""


class Violation(DatabaseError):
    """A constraint said no; `constraint` is its name."""

    def __init__(self, message: str, *, constraint: str, sqlstate: str | None = None) -> None:
        super().__init__(message, sqlstate=sqlstate)
        self.constraint = constraint


class UniqueViolation(Violation):
    """A row with this key is there already; the caller decides what that means."""


class ForeignKeyViolation(Violation):
    """The row that is referred to does not exist for this tenant."""


class CheckViolation(Violation):
    """A value that the table does not allow: the code above should have refused it."""


class AccessDenied(DatabaseError):
    """Row-level security or a missing privilege: the database stopped what the code should not try."""


class StatementTimedOut(DatabaseError):
    """A statement ran longer than the role's statement_timeout."""


class Broken(DatabaseError):
    """Any other error of the database: a fault of ours."""


_CONTENTION: Final = (pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable)
_LOST: Final = (
    pg.AdminShutdown,
    pg.CrashShutdown,
    pg.CannotConnectNow,
    pg.IdleInTransactionSessionTimeout,
    pg.ReadOnlySqlTransaction,
)
_VIOLATIONS: Final[tuple[tuple[type[psycopg.Error], type[Violation]], ...]] = (
    (pg.UniqueViolation, UniqueViolation),
    (pg.ForeignKeyViolation, ForeignKeyViolation),
    (pg.CheckViolation, CheckViolation),
    (pg.NotNullViolation, CheckViolation),
)


def translate(error: psycopg.Error, *, committing: bool = False) -> DatabaseError:
    """The error of ours for one of psycopg's. The server's DETAIL, which quotes values, is left out."""
    message = error.diag.message_primary or str(error).split("\n", 1)[0]
    state = error.sqlstate
    for theirs, ours in _VIOLATIONS:
        if isinstance(error, theirs):
            name = error.diag.constraint_name or error.diag.column_name or ""
            return ours(message, constraint=name, sqlstate=state)
    if isinstance(error, _CONTENTION):
        return Contention(message, sqlstate=state)
    if isinstance(error, pg.InsufficientPrivilege):
        return AccessDenied(message, sqlstate=state)
    if isinstance(error, pg.QueryCanceled):
        return StatementTimedOut(message, sqlstate=state)
    if isinstance(error, (pg.TooManyConnections, psycopg_pool.PoolTimeout, psycopg_pool.TooManyRequests)):
        return Exhausted(message, sqlstate=state)
    if isinstance(error, _LOST) or (isinstance(error, psycopg.OperationalError) and state is None):
        return ConnectionLost(message, sqlstate=state, outcome_unknown=committing)
    return Broken(message, sqlstate=state)


@contextmanager
def border(*, committing: bool = False) -> Iterator[None]:
    """Run a call of psycopg's and let only errors of this module out."""
    try:
        yield
    except psycopg.Error as error:
        raise translate(_first(error), committing=committing) from error


def _first(error: psycopg.Error) -> psycopg.Error:
    """Of statements that were sent together, the error of the one that failed: those behind it say no more
    than that they were not run, and the last one heard of is raised.
    """
    while isinstance(error, pg.PipelineAborted) and isinstance(error.__context__, psycopg.Error):
        error = error.__context__
    return error
