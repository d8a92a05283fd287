"""Which error of ours stands for which of psycopg's."""

from __future__ import annotations

import psycopg
import psycopg_pool
import pytest
from psycopg import errors as pg

from controller.db import errors


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (pg.SerializationFailure("x"), errors.Contention),
        (pg.DeadlockDetected("x"), errors.Contention),
        (pg.LockNotAvailable("x"), errors.Contention),
        (pg.AdminShutdown("x"), errors.ConnectionLost),
        (pg.CrashShutdown("x"), errors.ConnectionLost),
        (pg.CannotConnectNow("x"), errors.ConnectionLost),
        (pg.ReadOnlySqlTransaction("x"), errors.ConnectionLost),
        (psycopg.OperationalError("the connection is lost"), errors.ConnectionLost),
        (psycopg_pool.PoolTimeout("x"), errors.Exhausted),
        (pg.TooManyConnections("x"), errors.Exhausted),
        (pg.UniqueViolation("x"), errors.UniqueViolation),
        (pg.ForeignKeyViolation("x"), errors.ForeignKeyViolation),
        (pg.CheckViolation("x"), errors.CheckViolation),
        (pg.NotNullViolation("x"), errors.CheckViolation),
        (pg.InsufficientPrivilege("x"), errors.AccessDenied),
        (pg.QueryCanceled("x"), errors.StatementTimedOut),
        (pg.UndefinedColumn("x"), errors.Broken),
        (pg.RaiseException("x"), errors.Broken),
        (psycopg.InterfaceError("x"), errors.Broken),
    ],
)
def test_each_error_says_what_to_do(theirs: psycopg.Error, ours: type[errors.DatabaseError]) -> None:
    found = errors.translate(theirs)
    assert type(found) is ours
    assert isinstance(found, errors.Retryable) == issubclass(
        ours, (errors.Contention, errors.ConnectionLost, errors.Exhausted)
    )


def test_a_cut_during_commit_is_an_unknown_outcome() -> None:
    lost = psycopg.OperationalError("server closed the connection unexpectedly")
    for committing in (True, False):
        found = errors.translate(lost, committing=committing)
        assert isinstance(found, errors.ConnectionLost)
        assert found.outcome_unknown is committing


def test_only_our_errors_pass_the_border() -> None:
    with pytest.raises(errors.Contention), errors.border():
        raise pg.DeadlockDetected("x")
    with pytest.raises(KeyError), errors.border():
        raise KeyError("not of the database")


def test_what_was_not_run_since_another_failed_is_not_taken_for_a_lost_connection() -> None:
    with pytest.raises(errors.UniqueViolation), errors.border():
        _fail_behind_another()


def _fail_behind_another() -> None:
    try:
        raise pg.UniqueViolation("there is one already")
    finally:
        raise pg.PipelineAborted("pipeline aborted")
