"""Where the command line sends its token: the one that `make run` saved goes to its own server alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from controller.cli.connection import find_connection
from controller.settings.places import CLIENT_FILE


@pytest.fixture(autouse=True)
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DD0C_URL", "DD0C_TOKEN", "DD0C_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DD0C_STATE_DIR", str(tmp_path))
    path = tmp_path / CLIENT_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"url": "http://localhost:8080", "token": "ddt_saved"}))


@pytest.mark.parametrize(
    "url", [None, "http://localhost:8080", "http://127.0.0.1:8080/", "http://[::1]:8080"]
)
def test_the_saved_token_goes_home(url: str | None) -> None:
    assert find_connection(url, None).token == "ddt_saved"


@pytest.mark.parametrize(
    "url",
    ["http://localhost:18080", "https://localhost:8080", "http://evil.example:8080", "http://localhost.evil.example:8080",
     "http://localhost:8080@evil.example"],
)  # fmt: skip
def test_and_nowhere_else(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_connection(url, None).token is None
    monkeypatch.setenv("DD0C_URL", url)
    assert find_connection(None, None).token is None
    assert find_connection(None, "ddt_given").token == "ddt_given"
