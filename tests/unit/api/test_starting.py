"""What stops `dd0c serve` is one sentence and exit code 2; where agents are told to dial."""

from __future__ import annotations

import errno
import importlib.util
import runpy
import socket
import sys
from multiprocessing import spawn
from pathlib import Path
from types import ModuleType
from unittest.mock import Mock

import pytest

from controller.api.server import CannotServe, bind
from controller.config import InvalidSettings, Settings
from controller.main import assembly as main
from controller.settings.addresses import agent_address


class TakenSocket(socket.socket):
    """A socket whose every address is taken; it opens no port."""

    def bind(self, _address: object, /) -> None:
        raise OSError(errno.EADDRINUSE, "Address already in use")


def test_a_taken_port_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", TakenSocket)
    with pytest.raises(CannotServe, match=r"port 4711 \(Address already in use\).*DD0C_HTTP_PORT"):
        bind("127.0.0.1", 4711)


@pytest.mark.parametrize(
    "fault",
    [
        CannotServe("HTTP can't listen"),
        main.CannotStart("no database"),
        InvalidSettings("DD0C_JWT_KEYS_FILE: a key of type oct is not accepted"),
        OSError(errno.ENOSPC, "No space left on device", "/state"),
    ],
)
def test_serve_ends_with_two(
    fault: Exception,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    async def fail(_settings: Settings) -> None:
        raise fault

    monkeypatch.setenv("DD0C_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(main, "serve", fail)
    assert main.main() == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def fail(_settings: Settings) -> None:
        raise ValueError("ours")

    monkeypatch.setenv("DD0C_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(main, "serve", fail)
    with pytest.raises(ValueError, match="ours"):
        main.main()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("", "localhost:8443"),
        ("https://dd0c.example.com", "dd0c.example.com:8443"),
        ("https://dd0c.example.com:9443/", "dd0c.example.com:8443"),
        ("http://[::1]:8080", "[::1]:8443"),
        ("http://[2001:db8::7]", "[2001:db8::7]:8443"),
    ],
)
def test_where_agents_dial(url: str, address: str) -> None:
    settings = Settings(public_url=url)
    assert agent_address(settings.url, settings.grpc_port) == address


def test_a_process_that_parses_does_not_load_the_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    """`multiprocessing` runs the main module of its parent again: its name decides whether."""
    program = ModuleType("__main__")
    program.__spec__ = importlib.util.find_spec("controller.main.__main__")
    loads = Mock()
    monkeypatch.setattr(runpy, "run_module", loads)
    monkeypatch.setattr(spawn, "old_main_modules", [])
    monkeypatch.setitem(sys.modules, "__main__", program)
    told = spawn.get_preparation_data("parser")
    assert told["init_main_from_name"] == "controller.main.__main__"
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    spawn.prepare({"init_main_from_name": told["init_main_from_name"]})
    loads.assert_not_called()
