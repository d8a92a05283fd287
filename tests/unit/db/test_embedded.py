"""What a person reads when the embedded server does not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.db.embedded_process import OldBackends, PortTaken, failure

DATA, LOG = Path("/srv/data"), Path("/srv/log")


@pytest.mark.parametrize(
    ("said", "kind", "sentence"),
    [
        (
            'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use',
            "PortTaken",
            "PostgreSQL does not start: its port 5599 is taken by another program.",
        ),
        (
            'FATAL:  could not open shared memory segment "/PostgreSQL.1": No such file or directory',
            "EmbeddedPostgresError",
            "PostgreSQL does not start: the machine gives it no shared memory (/dev/shm).",
        ),
        (
            'FATAL:  could not write lock file "postmaster.pid": No space left on device',
            "EmbeddedPostgresError",
            "PostgreSQL does not start: the disk that holds /srv/data is full.",
        ),
        (
            'FATAL:  could not create lock file "postmaster.pid": Read-only file system',
            "EmbeddedPostgresError",
            "PostgreSQL does not start: the folder /srv/data can't be written.",
        ),
        (
            "FATAL:  database files are incompatible with server",
            "EmbeddedPostgresError",
            "PostgreSQL does not start: /srv/data was made by another major version of PostgreSQL.",
        ),
        (
            "FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use",
            "OldBackends",
            "PostgreSQL does not start: processes of a server that was killed still use /srv/data.",
        ),
        ("gibberish", "EmbeddedPostgresError", "PostgreSQL does not start; its log is /srv/log."),
    ],
)
def test_a_failure_is_one_sentence(said: str, kind: str, sentence: str) -> None:
    error = failure("PostgreSQL", said, data=DATA, log=LOG, port=5599)
    assert type(error).__name__ == kind
    assert str(error) == sentence


def test_only_what_may_pass_is_tried_again() -> None:
    assert issubclass(PortTaken, Exception)
    assert not issubclass(PortTaken, OldBackends)
