"""The walk of `dd0c run` without a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from controller.cli.client import Client
from controller.cli.connection import Connection
from controller.cli.errors import CliError, ExitCode
from controller.cli.output import Printer
from controller.cli.walk import Walk


def test_a_refusal_without_a_terminal_is_told_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = CliError("It has moved on.", ExitCode.REFUSED)
    refusal.problem = {"status": 409}

    def pending(_walk: Walk, _execution: dict[str, Any]) -> dict[str, Any]:
        raise refusal

    monkeypatch.setattr(Walk, "_pending", pending)
    walk = Walk(Client(Connection("http://127.0.0.1:1", None)), Printer("table"), can_ask=False)
    with pytest.raises(CliError) as raised:
        walk.follow({"id": "exe_1", "state": "pending"})
    assert raised.value is refusal
    assert capsys.readouterr().err == "", "who called prints it"
