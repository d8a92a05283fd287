"""As whom the home agent runs, and that a start as root says it where no other user is possible."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from controller.home import agent_account
from controller.home.agent_account import choose_account


def test_a_user_is_told_that_the_agent_can_read_the_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    account = choose_account(tmp_path)
    assert (account.folder, account.user) == (tmp_path / "agent", None)
    assert account.note == "as your user: it can read the controller's keys"


def test_root_gives_the_agent_a_user_where_others_can_read_the_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(agent_account, "traversable", lambda _path: True)
    account = choose_account(tmp_path)
    assert account.user is not None
    assert 61_100 <= account.user < 61_180
    assert "apart from the controller" in account.note


def test_root_is_told_where_commands_are_roots_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(agent_account, "traversable", lambda path: "grpc" not in path.name)
    account = choose_account(tmp_path)
    assert (account.folder, account.user) == (tmp_path / "agent", None)
    assert "AS ROOT: its commands are root's and can read the controller's keys" in account.note
    assert "grpc" in account.note
    assert "PYTHON" in account.note
