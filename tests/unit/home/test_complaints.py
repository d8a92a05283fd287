"""What stops `make run` is one sentence and exit code 2, whatever it was."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from controller.db.database import UnsafeDatabase
from controller.db.errors import ConnectionLost
from controller.home import start as home
from controller.home.household import Household
from controller.home.stages import HomeError
from controller.pki.keystore import KeyStoreError
from forge.errors import ForgeRefused
from schemas.errors import Unavailable


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (ConnectionLost("the server went away"), "the server went away"),
        (UnsafeDatabase("The role x is a superuser."), "superuser"),
        (KeyStoreError("The root key can't be read."), "root key"),
        (ForgeRefused("The repository is damaged."), "damaged"),
        (Unavailable("Another replica is syncing."), "Another replica"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/state/git"),
            "/state/git can't be used: No space",
        ),
        (HomeError("Port 1 needs root."), "Port 1 needs root."),
    ],
)
def test_a_fault_is_a_sentence(
    fault: Exception,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    async def fail(_self: Household) -> bool:
        raise fault

    monkeypatch.setenv("DD0C_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(Household, "run", fail)
    assert home.main() == 2
    said = capsys.readouterr().err
    assert said.startswith("dd0c: ")
    assert words in said
    assert "Traceback" not in said
