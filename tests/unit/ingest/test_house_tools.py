"""A block with a command of a program that nobody knows, below what tells to do something."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import HEAD, commands

TOLD = "Wait until it's caught up, then re-add it to the pool:"


@pytest.mark.parametrize(
    "line",
    [
        "haproxyctl enable server pg_ro/web1",
        "deployctl freeze web",
        "lagtool pause orders-consumer",
        "acme rollback orders",
    ],
)
def test_what_does_something_is_a_command(line: str) -> None:
    assert line in commands(f"{HEAD}{TOLD}\n\n    {line}\n")


def test_a_place_to_fill_in_behind_a_slash_tells_a_command() -> None:
    found = commands(f"{HEAD}{TOLD}\n\n    lagtool enable pool/<replica-host>\n")
    assert "lagtool enable pool/{{ replica_host }}" in found


@pytest.mark.parametrize(
    "line", ["connection reset by peer", "agentctl unreachable", "orders restarted twice"]
)
def test_what_is_seen_is_none(line: str) -> None:
    assert line not in commands(f"{HEAD}{TOLD}\n\n    {line}\n")
    assert line not in commands(f"{HEAD}Search the logs for:\n\n    {line}\n")
